"""Stability of scores and features, and fitness of the evaluation table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.validation.data import missing_table, single_feature_auc, validate_data
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.stability import (
    column_psi,
    csi_table,
    psi,
    validate_feature_stability,
    validate_score_stability,
)

POLICY = Policy.default()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=80))
def test_psi_of_a_sample_with_itself_is_nil(values):
    assert psi(values, values).value == 0
    assert psi(values, values).p_value == 1


def test_psi_is_the_sum_written_out():
    before, after = np.arange(100) / 100, np.arange(50) / 100
    # deciles of `before`: the upper five are empty and count as half a row each
    e, a = np.full(10, 0.1), np.array([0.2] * 5 + [0.5 / 50] * 5)
    assert psi(before, after).value == pytest.approx(((a - e) * np.log(a / e)).sum())


def test_a_moved_score_fails_and_says_what_chance_gives():
    rng = np.random.default_rng(0)
    psi, ks, moved = validate_score_stability(rng.beta(2, 8, 4000), rng.beta(4, 8, 4000), POLICY)
    assert {psi.verdict, ks.verdict, moved.verdict} == {Verdict.FAIL}
    assert psi.p_value < 1e-9
    assert ks.p_value < 1e-9
    assert "chance alone" in psi.reason


@pytest.mark.parametrize(
    ("training", "said"),
    [(None, "no training scores"), ([0.5] * 100, "same"), ([0.1, 0.2], "2 rows")],
)
def test_stability_that_cannot_be_judged_is_not_green(training, said):
    results = validate_score_stability(training, np.linspace(0, 1, 100), POLICY)
    assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
    assert all(said in r.reason for r in results)
    assert validate_feature_stability(None, None, POLICY).verdict is Verdict.NOT_EVALUATED


def frame(seed, n=500):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": rng.lognormal(size=n),
            "loans": rng.integers(0, 4, n),
            "own": pd.array(rng.random(n) < 0.5, dtype="boolean"),
            "city": pd.Categorical(rng.choice(["one", "two", "three"], n)),
            "phone": rng.choice(["a", "b"], n),
        }
    )


def test_features_of_every_kind_get_an_index_and_missing_is_a_bin():
    before, after = frame(1), frame(2)
    after.loc[:200, "income"] = np.nan
    before.loc[:5, "own"] = pd.NA
    after["city"] = after["city"].cat.rename_categories({"one": "new"})
    table = csi_table(before, after)
    assert set(table["feature"]) == set(before.columns)
    assert set(table["feature"].iloc[:2]) == {"income", "city"}
    assert (table["psi"] >= 0).all()
    assert (csi_table(before, before)["psi"] == 0).all()


def test_a_column_that_changes_its_kind_is_named():
    with pytest.raises(BadInput, match="loans is int64"):
        column_psi(pd.Series([1, 2], name="loans"), pd.Series(["1", "2"], name="loans"))
    with pytest.raises(BadInput, match="share no column"):
        csi_table(frame(1)[["city"]], frame(1)[["phone"]])


def test_a_feature_that_holds_the_outcome_is_found():
    features = frame(3)
    target = np.random.default_rng(3).binomial(1, 0.3, 500).astype(float)
    features["days_in_collection"] = target * 30 + np.random.default_rng(4).random(500)
    result = {r.id: r for r in validate_data(features, target, POLICY)}["data.leakage"]
    assert result.verdict is Verdict.FAIL
    assert "days_in_collection" in result.reason


def test_a_missing_value_that_gives_the_outcome_away_is_found():
    target = np.random.default_rng(3).binomial(1, 0.3, 500).astype(float)
    features = pd.DataFrame({"last_call": np.where(target == 1, 5.0, np.nan)})
    assert single_feature_auc(features, target)["auc"].iloc[0] == 1.0


def test_leakage_is_judged_on_observed_rows_only():
    features, target = frame(5), np.r_[np.full(450, np.nan), np.repeat([0.0, 1.0], 25)]
    result = {r.id: r for r in validate_data(features, target, POLICY)}["data.leakage"]
    assert result.n == 50


def test_text_with_many_values_is_left_out_and_counted():
    features = frame(6).assign(name=[f"n{i}" for i in range(500)])
    target = np.random.default_rng(6).binomial(1, 0.3, 500).astype(float)
    result = {r.id: r for r in validate_data(features, target, POLICY)}["data.leakage"]
    assert "1 text columns left out" in result.reason


def test_missing_repeated_and_constant_data_are_found():
    features = pd.concat([frame(7, 100)] * 2, ignore_index=True).assign(same=1)
    features["income"] = np.nan
    by_id = {r.id: r for r in validate_data(features, np.tile([0.0, 1.0], 100), POLICY)}
    assert by_id["data.missingness"].verdict is Verdict.FAIL
    assert by_id["data.duplicates"].verdict is Verdict.FAIL
    assert by_id["data.constant"].verdict is Verdict.WARN
    assert "same" in by_id["data.constant"].reason
    assert missing_table(features)["missing"].iloc[0] == 1


def test_no_features_means_not_evaluated():
    for features in (None, pd.DataFrame(index=range(100)), frame(8, 30)):
        results = validate_data(
            features, np.zeros(0 if features is None else len(features)), POLICY
        )
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}


def test_rows_that_differ_in_score_alone_are_no_duplicates():
    """A table of scores may have a column or two beside them."""
    features = pd.DataFrame({"channel": ["app", "web"] * 100})
    target, score = np.tile([0.0, 1.0], 100), np.linspace(0, 1, 200)
    score[:2] = score[2:4]
    by_id = {r.id: r for r in validate_data(features, target, Policy.default(), score)}
    assert by_id["data.duplicates"].statistic == 2 / 200
