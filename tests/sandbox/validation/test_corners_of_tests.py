"""Where a test has next to nothing to go by: never green for that, and never blind."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from sandbox.validation.comparison import validate_comparison
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.inputs import observed
from sandbox.validation.judge import judge
from sandbox.validation.keys import validate_keys
from sandbox.validation.limit_caps import validate_limit_caps
from sandbox.validation.limit_response import validate_limit_response
from sandbox.validation.monotonicity import grid
from sandbox.validation.out_of_time import validate_out_of_time
from sandbox.validation.policy import Policy
from sandbox.validation.ranges import validate_ranges
from sandbox.validation.representativeness import validate_representativeness
from sandbox.validation.result import Verdict
from sandbox.validation.robustness import noisy_tables, validate_noise
from sandbox.validation.since_initial import validate_since_initial
from sandbox.validation.slicing import cuts
from sandbox.validation.stability import column_psi, validate_feature_stability
from sandbox.validation.truth_counterfactual import Otherwise, validate_counterfactual_truth
from sandbox.validation.truth_fairness import validate_need_truth

POLICY = Policy.default()
NOT = Verdict.NOT_EVALUATED


def test_a_challenger_that_is_right_everywhere_beats_a_champion_that_is_wrong_everywhere():
    """No case tells another difference than the next, so errors are 0."""
    y = np.repeat([0.0, 1.0], 50)
    ranking, _, errors = validate_comparison(y, np.full(100, 0.5), y, POLICY)
    assert (ranking.p_value, ranking.verdict) == (0.0, Verdict.FAIL)
    assert (errors.p_value, errors.verdict) == (0.0, Verdict.FAIL)
    ranking, _, errors = validate_comparison(y, y, np.full(100, 0.5), POLICY)
    assert ranking.verdict is errors.verdict is Verdict.PASS


def test_one_bad_case_gives_a_comparison_no_p_value():
    bold = POLICY.model_copy(update={"minimum_events": 1})
    y = np.eye(1, 60)[0]
    s = np.linspace(0, 1, 60)
    assert validate_comparison(y, s, 1 - s, bold)[0].verdict is NOT


def test_mcnemar_does_not_hang_on_how_a_table_is_sorted():
    """A constant champion that refuses the first rows would look clever in a sorted table."""
    y = np.repeat([1.0, 0.0], [100, 900])
    constant, blind = np.full(1_000, 0.1), np.random.default_rng(0).random(1_000)
    found = validate_comparison(y, constant, blind, POLICY)[1]
    assert abs(found.statistic) < 0.05


def test_all_customers_in_the_farther_grade_fail():
    scored = observed([0.0, 1.0] * 30, np.linspace(0, 1, 60))
    moved = (np.ones(60), np.full(60, 3))
    found = validate_since_initial(scored, scored.score, POLICY, migration=moved)[2]
    assert found.verdict is Verdict.FAIL
    # one customer is no evidence
    before = np.append(np.full(59, 2), 1)
    after = np.append(np.full(59, 2), 3)
    found = validate_since_initial(scored, scored.score, POLICY, migration=(before, after))[2]
    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize("now", [0.0, 7.0])
def test_a_feature_that_was_constant_in_training_and_is_another_now_has_moved(now):
    before, after = (pd.DataFrame({"a": np.full(400, value)}) for value in (3.0, now))
    assert validate_feature_stability(before, after, POLICY).verdict is Verdict.FAIL
    assert column_psi(before["a"], before["a"]).value == 0


def test_trends_of_pds_that_are_all_0_or_1_are_not_evaluated():
    rng = np.random.default_rng(0)
    y, s = (rng.integers(0, 2, 600).astype(float) for _ in "ab")
    results = validate_out_of_time(y, s, np.arange(600) // 200, POLICY)
    trends = [r for r in results if r.id.endswith("trend")]
    assert {(r.verdict, r.reason) for r in trends} == {(NOT, "every PD is 0 or 1")}


def test_a_change_without_any_error_says_why_it_is_not_evaluated():
    y = np.tile([0.0, 1.0], 100)
    later = np.repeat([0.0, 1.0], 100)
    area, level, *_ = validate_out_of_time(y, y, later, POLICY, out_of_time=later)
    assert area.reason == "the score separates the classes completely"
    assert level.reason == "outcome less PD is the same in every case"


def test_caps_that_bind_nobody_are_not_green():
    found = validate_limit_caps([5e3] * 60, POLICY, law={"none": np.full(60, np.inf)})[1]
    assert (found.verdict, found.reason) == (NOT, "no cap bounds any limit granted")


@pytest.mark.parametrize("training", [["1", "2", "3"], [None, None, None]])
def test_keys_that_cannot_match_are_not_green(training):
    found = validate_keys(
        pd.DataFrame({"k": [1, 2, 3]}), ["k"], POLICY, training=pd.DataFrame({"k": training})
    )[1]
    assert found.verdict is NOT


def test_ranges_of_columns_without_a_value_are_not_green():
    rows = pd.DataFrame({"a": np.full(60, np.nan)})
    found = validate_ranges(rows, POLICY, ranges={"a": (0.0, 1.0)})
    assert (found.verdict, found.reason) == (NOT, "no feature has a known value")


def test_noise_that_moves_no_column_is_not_green():
    rows = pd.DataFrame({"word": list("ab") * 30, "count": [1, 2] * 30})
    tables = noisy_tables(rows)
    assert tables == {}
    s = np.linspace(0, 1, 60)
    assert {r.verdict for r in validate_noise(np.full(60, np.nan), s, tables, POLICY)} == {NOT}


def test_noise_moves_columns_whose_names_are_numbers():
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)))
    noisy = noisy_tables(rows)[0.1]
    assert noisy.shape == rows.shape
    assert (noisy != rows).to_numpy().mean() > 0.9


def test_a_handful_of_good_customers_is_no_chance_of_a_group():
    rng = np.random.default_rng(0)
    group = pd.DataFrame({"g": np.repeat(["a", "b"], [300, 100])})
    y = np.where(np.arange(400) < 304, 0.0, np.nan)
    approved = (np.arange(400) < 300).astype(float)
    found = {r.id: r for r in validate_fairness(y, rng.random(400), approved, group, POLICY)}
    assert found["fairness.equal_opportunity"].verdict is NOT
    assert found["fairness.air"].verdict is Verdict.FAIL


def test_power_against_pds_of_0_and_1_is_a_number():
    rng = np.random.default_rng(0)
    certain, y = (rng.integers(0, 2, 600).astype(float) for _ in "ab")
    found = validate_limit_response(rng.choice([1e3, 2e3], 600), certain, y, POLICY)[0]
    assert found.power == 1.0
    assert found.p_value == 0.0


def test_words_that_training_did_not_have_are_taken_together_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = cuts(pd.DataFrame({"w": ["x", "new", None]}), pd.DataFrame({"w": ["x", "y", "x"]}))
    assert found[0].labels == ("w x", "w y", "w other", "w missing")
    assert found[0].codes.tolist() == [0, 2, 3]


def test_an_infinite_value_does_not_stop_the_comparison_of_features():
    rng = np.random.default_rng(0)
    before, after = (pd.DataFrame({"a": rng.normal(size=400)}) for _ in "12")
    after.loc[:99, "a"] = np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        feature, together = validate_representativeness(before, after, POLICY)
    other = ks_2samp(before["a"], after["a"].replace(np.inf, 1e6), method="asymp")
    assert feature.statistic == pytest.approx(other.statistic)
    assert feature.verdict is Verdict.FAIL
    assert together.statistic > 0.55


@pytest.mark.parametrize("kind", ["Int64", "Float64", "boolean"])
def test_a_grid_of_a_column_that_may_be_missing_keeps_its_type(kind):
    rows = pd.DataFrame({"a": pd.array([0, 1, None, 1], dtype=kind)}, index=[5, 5, 6, 6])
    asked = grid(rows, {"a": 1}, points=2)
    assert asked.table["a"].dtype == kind
    assert asked.table["a"].astype(float).tolist() == [0.0, 1.0] * 4


def test_what_is_not_finite_is_no_interval_and_no_power():
    found = judge(
        "calibration.brier", 0.1, n=60, policy=POLICY, interval=(0.0, np.nan), power=np.nan
    )
    assert found.interval is None
    assert found.power is None


def test_where_nobody_is_granted_a_limit_no_group_is_treated_alike():
    n = 400
    groups = pd.DataFrame({"kind": np.repeat(["a", "b"], n // 2)})
    y, s = np.tile([0.0, 1.0], n // 2), np.linspace(0.1, 0.9, n)
    found = {r.id: r for r in validate_fairness(y, s, np.zeros(n), groups, POLICY)}
    nothing = np.zeros(n)
    (need,) = validate_need_truth(nothing, np.full(n, 5e3), groups, POLICY)
    other = Otherwise("age", nothing, nothing, nothing, nothing)
    (flipped,) = validate_counterfactual_truth([other], POLICY)
    for each in (found["fairness.air"], found["fairness.equal_opportunity"], need, flipped):
        assert (each.verdict, each.reason) == (NOT, "none of 400 cases is granted a limit"), each.id
    assert found["fairness.smd"].verdict is not NOT


@pytest.mark.parametrize("score", [0.99, 1e-4, 0.1])
def test_one_score_for_all_has_no_difference_of_rounding_between_groups(score):
    """The deviation of many times 0.1 is not 0 in floating point."""
    groups = pd.DataFrame({"kind": np.repeat(["a", "b"], [187, 213])})
    y = np.tile([0.0, 1.0], 200)
    found = validate_fairness(y, np.full(400, score), np.ones(400), groups, POLICY)
    smd = next(r for r in found if r.id == "fairness.smd")
    assert (smd.verdict, smd.reason) == (NOT, "all 400 scores are the same")
