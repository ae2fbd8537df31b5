"""Differences between groups, against fairlearn, statsmodels, scipy and worked examples."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import demographic_parity_ratio, true_positive_rate_difference
from scipy.stats import binomtest
from statsmodels.stats.proportion import confint_proportions_2indep

from sandbox.errors import BadInput
from sandbox.validation.fairness import (
    adverse_impact_ratio,
    calibrated,
    difference_of_shares,
    standardised_mean_difference,
    validate_fairness,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict

POLICY = Policy.default()


def people(seed, n=6_000, harder=0.0, hidden=0.0):
    """PDs of two groups; the second is scored `harder` (log-odds) and truly `hidden` riskier."""
    rng = np.random.default_rng(seed)
    group = pd.Series(np.where(rng.random(n) < 0.3, "second", "first"), name="region")
    log_odds = rng.normal(-2, 1, n)
    second = group == "second"
    true = 1 / (1 + np.exp(-log_odds - hidden * second))
    score = 1 / (1 + np.exp(-log_odds - harder * second))
    return rng.binomial(1, true).astype(float), score, (score < 0.2).astype(float), group


def test_of_groups_with_equal_p_the_one_furthest_off_is_named_whatever_their_order():
    y, score, approved, _ = people(0, n=2_000)
    rng = np.random.default_rng(1)
    parts = pd.Series(rng.choice(list("abcdef"), len(y), p=[0.5, 0.1, 0.1, 0.1, 0.1, 0.1]))
    # one group is scored a little too high, not enough for Holm
    score = np.where(parts == "c", np.clip(score * 1.15, 0, 1), score)
    for order in ("abcdef", "afedcb"):
        renamed = parts.map(dict(zip("abcdef", order, strict=True))).rename("region")
        groups = renamed.to_frame()
        found = validate_fairness(y, score, approved, groups, POLICY)[3]
        table = found.table
        gap = (table["observed_rate"] - table["mean_pd"]).abs()
        assert found.p_value == 1.0
        assert abs(found.statistic) == gap.max()
        assert f"region {table.loc[gap.idxmax(), 'group']}:" in found.reason


def test_adverse_impact_ratio_equals_fairlearn():
    y, _, approved, group = people(0, harder=0.6)
    second = (group == "second").to_numpy()
    found = adverse_impact_ratio(approved[second], approved[~second])
    expected = demographic_parity_ratio(y, approved, sensitive_features=group)
    assert found.value == pytest.approx(expected, abs=1e-12)


def test_interval_of_the_ratio_equals_statsmodels():
    found = adverse_impact_ratio([1] * 45 + [0] * 55, [1] * 120 + [0] * 80)
    expected = confint_proportions_2indep(45, 100, 120, 200, compare="ratio", method="log")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


def test_interval_of_a_difference_is_newcombes_published_example():
    # Newcombe (1998), Statistics in Medicine 17, table II, (a): 56/70 less 48/80, method 10
    found = difference_of_shares([1] * 56 + [0] * 14, [1] * 48 + [0] * 32)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_equal_opportunity_equals_fairlearn():
    y, _, approved, group = people(1, harder=0.6)
    second = (group == "second").to_numpy()
    found = difference_of_shares(approved[second & (y == 0)], approved[~second & (y == 0)])
    # fairlearn's positives are our good cases
    expected = true_positive_rate_difference(1 - y, approved, sensitive_features=group)
    assert -found.value == pytest.approx(expected, abs=1e-12)


def test_smd_interval_covers_the_true_difference_as_often_as_it_says():
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(600):
        found = standardised_mean_difference(rng.normal(0.4, 1, 80), rng.normal(0, 1, 120))
        hits += found.low <= 0.4 <= found.high
    # 600 draws at 95%: below 545 or above 595 but once in 5,000
    assert 545 <= hits <= 595


def test_defaults_of_like_coins_equal_scipys_binomial_test():
    y = np.r_[np.ones(9), np.zeros(51)]
    two_sided = 2 * min(binomtest(9, 60, 0.08, alternative=a).pvalue for a in ("less", "greater"))
    assert calibrated(y, np.full(60, 0.08)) == pytest.approx(two_sided, rel=1e-9)


def test_a_planted_difference_is_found_and_none_where_there_is_none():
    for seed in range(3):
        y, score, approved, group = people(seed, harder=1.2)
        unfair = {r.id: r for r in validate_fairness(y, score, approved, group.to_frame(), POLICY)}
        assert unfair["fairness.air"].verdict is Verdict.FAIL
        assert unfair["fairness.smd"].verdict is not Verdict.PASS
        assert unfair["fairness.calibration"].verdict is Verdict.FAIL
        assert "region second" in unfair["fairness.air"].reason
        y, score, approved, group = people(seed)
        fair = validate_fairness(y, score, approved, group.to_frame(), POLICY)
        assert {r.verdict for r in fair} == {Verdict.PASS}


def test_a_group_that_is_riskier_than_its_pds_is_found():
    y, score, approved, group = people(4, hidden=0.8)
    found = validate_fairness(y, score, approved, group.to_frame(), POLICY)[3]
    assert found.verdict is Verdict.FAIL
    assert found.statistic > 0.03


def test_what_cannot_be_judged_is_named():
    y, score, approved, group = people(5, n=300)
    for groups, said in ((None, "no attribute"), (pd.DataFrame({"a": ["x"] * 300}), "one group")):
        found = validate_fairness(y, score, approved, groups, POLICY)
        assert {r.verdict for r in found} == {Verdict.NOT_EVALUATED}
        assert all(said in r.reason for r in found)
    few = pd.DataFrame({"a": ["x"] * 290 + ["y"] * 10})
    assert "fewer than 50" in validate_fairness(y, score, approved, few, POLICY)[0].reason
    unknown = validate_fairness(y, score, None, group.to_frame(), POLICY)
    assert unknown[0].verdict is Verdict.NOT_EVALUATED
    assert "approvals are not known" in unknown[0].reason
    assert unknown[1].verdict is Verdict.PASS
    with pytest.raises(BadInput, match="one row a case"):
        validate_fairness(y, score, approved, few.iloc[:10], POLICY)


def test_of_several_groups_the_worst_is_judged_and_named():
    rng = np.random.default_rng(6)
    n = 9_000
    group = pd.Series(rng.choice(list("abc"), n, p=[0.5, 0.25, 0.25]), name="region")
    log_odds = rng.normal(-2, 1, n)
    y = rng.binomial(1, 1 / (1 + np.exp(-log_odds))).astype(float)
    for harder in (0.8, -0.8):
        # one group is scored otherwise than it is; the other two are scored as they are
        score = 1 / (1 + np.exp(-log_odds - harder * (group == "c")))
        approved = (score < 0.15).astype(float)
        air, smd, equal, level = validate_fairness(y, score, approved, group.to_frame(), POLICY)
        table = air.table.set_index("group")
        worst = "c" if harder > 0 else table["air"].idxmin()
        assert air.statistic == table["air"].min() == table.loc[worst, "air"]
        assert f"region {worst} (" in air.reason
        assert equal.statistic == table["opportunity"].min()
        assert smd.statistic == table["smd"].abs().max()
        assert "region c (" in smd.reason
        assert np.sign(table.loc["c", "smd"]) == np.sign(harder)
        for result in (air, smd, equal, level):
            low, high = result.interval
            assert low < result.statistic < high, result.id
        assert level.p_value < 1e-3
        assert level.reason.startswith("region c: ")


def test_a_small_group_that_is_off_by_chance_does_not_hide_a_large_one_that_is_off():
    sizes, bad = {"a": 6_000, "b": 5_000, "c": 100}, {"a": 600, "b": 650, "c": 16}
    y = np.concatenate([np.r_[np.ones(bad[g]), np.zeros(n - bad[g])] for g, n in sizes.items()])
    groups = pd.DataFrame({"region": np.repeat(list(sizes), list(sizes.values()))})
    score = np.full(len(y), 0.1) + np.tile([-0.001, 0.001], len(y) // 2)
    found = validate_fairness(y, score, None, groups, POLICY)[3]
    assert found.reason.startswith("region b: 13.00% observed")
    assert found.p_value < 1e-6
    gap = (found.table["observed_rate"] - found.table["mean_pd"]).abs()
    assert found.table.loc[gap.idxmax(), "group"] == "c"
