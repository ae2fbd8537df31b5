"""Decisions that hang on an attribute, against statsmodels and cases whose answer is known."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.truth_counterfactual import (
    Otherwise,
    counterfactual_table,
    flipped_table,
    validate_counterfactual_truth,
)

POLICY = Policy.default()


def otherwise(share=0.0, attribute="age", true=0.0, n=2_000, seed=0):
    """`share` of decisions change; PDs rise by 2 points, true ones by `true`."""
    rng = np.random.default_rng(seed)
    limit = rng.choice([0.0, 5e3], n)
    flipped = np.where(np.arange(n) < share * n, 5e3 - limit, limit)
    return Otherwise(attribute, limit, flipped, np.full(n, 0.02), np.full(n, true))


def test_share_of_flipped_decisions_has_statsmodels_wilson_interval():
    rng = np.random.default_rng(0)
    one = rng.choice([0.0, 5e3], 500)
    other = np.where(rng.random(500) < 0.04, 5e3 - one, one)
    row = flipped_table(one, other).iloc[0]
    changed = int((one != other).sum())
    low, high = proportion_confint(changed, 500, method="wilson")
    assert (row["changed_low"], row["changed_high"]) == pytest.approx((low, high), rel=1e-9)
    assert row["better"] + row["worse"] == pytest.approx(row["changed"])


def test_decisions_of_groups_go_apart_where_they_hang_on_the_group():
    rng = np.random.default_rng(0)
    pd_, group = rng.random(2_000), rng.choice(["a", "b"], 2_000)
    biased = (pd_ < np.where(group == "a", 0.55, 0.45)).astype(float)
    flipped = (pd_ < np.where(group == "a", 0.45, 0.55)).astype(float)
    by_group = flipped_table(biased, flipped, group).set_index("group")
    assert by_group.loc["a", "difference"] > 0.05 > -0.05 > by_group.loc["b", "difference"]


def test_blind_decisions_pass_and_those_that_hang_on_an_idle_attribute_fail():
    shares = {0.0: Verdict.PASS, 0.03: Verdict.WARN, 0.10: Verdict.FAIL}
    for share, verdict in shares.items():
        (found,) = validate_counterfactual_truth([otherwise(share)], POLICY)
        assert (found.verdict, found.statistic) == (verdict, share)
    assert found.interval == pytest.approx(proportion_confint(200, 2_000, method="wilson"))
    assert "the model's by 2.00% on average" in found.reason


def test_the_worst_attribute_without_a_true_effect_counts_and_others_are_shown():
    asked = [otherwise(0.03), otherwise(0.02, "education"), otherwise(0.6, "business", 0.03)]
    (found,) = validate_counterfactual_truth(asked, POLICY)
    assert (found.statistic, found.verdict) == (0.03, Verdict.WARN)
    table = counterfactual_table(asked).set_index("attribute")
    assert list(table["changed"]) == [0.03, 0.02, 0.6]
    # 2 points where 3 are true: a point is left without a reason, by hand
    assert table.loc["business", "unexplained"] == pytest.approx(0.01)
    assert table.loc["age", "unexplained"] == pytest.approx(0.02)


def test_what_cannot_be_evaluated_says_why():
    why = {
        "no customer was asked": [],
        "20 rows": [otherwise(n=20)],
        "default follows from every": [otherwise(0.5, "business", 0.03)],
    }
    for words, asked in why.items():
        (found,) = validate_counterfactual_truth(asked, POLICY)
        assert found.verdict is Verdict.NOT_EVALUATED
        assert words in found.reason
    with pytest.raises(BadInput):
        Otherwise("age", np.zeros(3), np.zeros(2), np.zeros(3), np.zeros(3))
