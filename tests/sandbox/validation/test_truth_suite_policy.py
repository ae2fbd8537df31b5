"""Figures against the truth, the suite as a whole, and policies as files."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from sandbox.errors import BadInput
from sandbox.validation.calibration import brier
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.policy import Policy, Severity, Threshold
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.suite import metrics_of, validate_against_truth, validate_scores
from sandbox.validation.truth import discrimination_ceiling, pd_error, regret


def world(seed, n=4000):
    rng = np.random.default_rng(seed)
    true = rng.beta(1, 8, n)
    return rng, true, rng.binomial(1, true).astype(float)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_parts_of_pd_error_add_up(seed, ties):
    rng, true, _ = world(seed, 200)
    p = rng.random(200)
    p = np.round(p, 1) if ties else p
    error = pd_error(p, true)
    assert error.miscalibration + error.grouping == pytest.approx(error.rmse**2, abs=1e-12)


def test_pd_error_is_the_excess_of_the_brier_score_over_that_of_the_truth():
    rng, true, _ = world(0, 100_000)
    p = np.clip(true * 1.3 + rng.normal(0, 0.02, len(true)), 0, 1)
    excess = np.mean([brier(y, p) - brier(y, true) for y in rng.binomial(1, true, (20, len(true)))])
    assert pd_error(p, true).rmse ** 2 == pytest.approx(excess, rel=0.1)


def test_a_shifted_pd_is_miscalibrated_and_a_coarse_one_groups():
    _, true, _ = world(1)
    shifted = pd_error(np.clip(true + 0.05, 0, 1), true)
    assert shifted.miscalibration > 100 * shifted.grouping
    coarse = pd_error(np.full(len(true), true.mean()), true)
    assert coarse.miscalibration == pytest.approx(0, abs=1e-12)
    assert coarse.grouping == pytest.approx(true.var())


def test_skill_is_none_for_a_constant_and_negative_for_what_is_worse():
    _, true, _ = world(1)
    assert pd_error(np.full(len(true), true.mean()), true).skill == pytest.approx(0)
    assert pd_error(true, true).skill == pytest.approx(1)
    assert pd_error(np.clip(true + 0.3, 0, 1), true).skill < 0
    constant = validate_against_truth(score=np.full(len(true), 0.3), true_pd=true)
    skill = next(r for r in constant if r.id == "truth.pd_skill")
    assert skill.verdict is Verdict.FAIL
    assert "worse than the mean true PD" in skill.reason
    same = validate_against_truth(score=true, true_pd=np.full(len(true), 0.1))
    assert {r.id: r.verdict for r in same}["truth.pd_skill"] is Verdict.NOT_EVALUATED


def test_only_the_true_pd_reaches_the_ceiling():
    rng, true, _ = world(2)
    assert discrimination_ceiling(true, true).share == pytest.approx(1)
    assert discrimination_ceiling(true**2, true).share == pytest.approx(1)
    noisy = np.clip(true + rng.normal(0, 0.1, len(true)), 0, 1)
    assert 0.2 < discrimination_ceiling(noisy, true).share < 0.95
    assert discrimination_ceiling(rng.random(len(true)), true).share == pytest.approx(0, abs=0.1)


def test_regret_has_the_interval_of_a_paired_test():
    rng = np.random.default_rng(3)
    model = rng.normal(20, 200, 5000)
    oracle = model + rng.exponential(5, 5000)
    paired = regret(model, oracle)
    interval = ttest_rel(oracle, model).confidence_interval()
    assert paired.interval == pytest.approx((interval.low, interval.high), abs=1e-2)
    assert paired.interval[1] - paired.interval[0] < 1


def test_truth_results_carry_the_tracked_metrics():
    _, true, _ = world(4)
    results = validate_against_truth(
        score=true, true_pd=true, model_value=true, oracle_value=true + 1
    )
    metrics = metrics_of(results)
    assert metrics["truth/pd_rmse"] == 0
    assert metrics["truth/regret_per_customer"] == pytest.approx(1)
    assert metrics["truth/oracle_profit_per_customer"] == pytest.approx(true.mean() + 1)


def test_an_oracle_that_earns_nothing_has_no_share_to_capture():
    results = validate_against_truth(model_value=[-1.0, -2.0], oracle_value=[0.0, 0.0])
    by_id = {r.id: r for r in results}
    assert by_id["truth.value_captured"].verdict is Verdict.NOT_EVALUATED


def test_half_a_pair_is_refused():
    with pytest.raises(BadInput, match="score and true_pd"):
        validate_against_truth(score=[0.1])


METRICS = {
    "pd": {
        *("perf/auc", "perf/gini", "perf/ks", "perf/auprc", "calib/brier", "calib/ece"),
        *("calib/slope", "calib/intercept", "stability/psi"),
    },
    "fraud": {
        *("perf/auc", "fraud/auprc", "fraud/recall_at_fpr_1pct", "fraud/recall_at_fpr_2pct"),
        *("fraud/recall_at_fpr_5pct", "fraud/cp_at_100", "stability/psi"),
    },
}


@pytest.mark.parametrize("role", ["limit", "pd", "fraud"])
def test_a_right_model_fails_no_test_of_its_role_and_all_are_evaluated(role):
    rng, true, y = world(5, 20_000)
    true = np.clip(true * 4, 0, 1) if role == "fraud" else true
    y = rng.binomial(1, true).astype(float)
    features = pd.DataFrame(rng.normal(size=(20_000, 3)), columns=list("abc"))
    results = validate_scores(
        y,
        true,
        role=role,
        training_score=true,
        features=features,
        training_features=features,
        initial_auc=0.5,
        migration=(np.tile([1, 1, 1, 2, 2, 2], 50), np.tile([1, 1, 2, 2, 2, 1], 50)),
    )
    judged = [r for r in results if not r.reason.startswith("for information")]
    # a test at 5% warns about a right model once in twenty samples; none fails it
    assert {r.verdict for r in judged} <= {Verdict.PASS, Verdict.WARN}
    assert sum(r.verdict is Verdict.WARN for r in judged) <= 1
    assert len({r.id for r in results}) == len(results)
    assert METRICS["pd" if role == "limit" else role] <= set(metrics_of(results))


def test_rows_never_observed_are_left_out_and_do_not_count():
    _, true, y = world(6)
    hidden = y.copy()
    hidden[::4] = np.nan
    all_of_them = validate_scores(hidden, true, role="pd")
    kept = validate_scores(y[~np.isnan(hidden)], true[~np.isnan(hidden)], role="pd")
    assert all_of_them[0].n == 3000
    assert metrics_of(all_of_them) == metrics_of(kept)


@pytest.mark.parametrize(
    ("target", "score", "said"),
    [
        (np.zeros(200), np.linspace(0, 1, 200), "one class only: no bad case"),
        (np.ones(200), np.linspace(0, 1, 200), "one class only: no good case"),
        (np.tile([0.0, 1.0], 15), np.linspace(0, 1, 30), "30 rows"),
        (np.r_[np.ones(3), np.zeros(200)], np.linspace(0, 1, 203), "3 bad cases"),
        (np.tile([0.0, 1.0], 100), np.full(200, 0.5), "all 200 scores are the same"),
        (np.full(100, np.nan), np.linspace(0, 1, 100), "0 rows"),
    ],
)
@pytest.mark.parametrize("role", ["pd", "fraud"])
def test_what_cannot_be_judged_is_not_evaluated_and_says_why(target, score, said, role):
    results = validate_scores(target, score, role=role)
    ranking = [r for r in results if r.family in ("discrimination", "fraud")]
    assert ranking
    assert {r.verdict for r in ranking} == {Verdict.NOT_EVALUATED}
    assert all(said in r.reason for r in ranking)
    if "the same" not in said:  # a constant PD ranks nothing, and can still be calibrated
        assert not any(r.verdict is Verdict.PASS for r in results)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": "vip"}, "role='vip'"),
        ({"score": [0.5, 1.5]}, "convert points to a probability"),
        ({"score": [0.5]}, "give one value a row"),
        ({"features": pd.DataFrame({"a": [1]})}, "features have 1"),
        ({"training_score": [0.1, np.inf]}, "training_score is inf"),
    ],
)
def test_misuse_is_one_sentence_with_the_value(change, said):
    arguments = {"target": [0, 1], "score": [0.1, 0.2], "role": "pd", **change}
    target, score = arguments.pop("target"), arguments.pop("score")
    with pytest.raises(BadInput, match=said):
        validate_scores(target, score, **arguments)


def test_a_figure_without_a_threshold_is_never_green():
    _, true, y = world(7)
    bare = Policy(id="bare", version="1", thresholds={})
    results = validate_scores(y, true, role="pd", policy=bare)
    assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
    assert "perf/auc" in metrics_of(results)


def test_results_survive_their_record():
    _, true, y = world(8)
    for result in validate_scores(y, true, role="pd"):
        again = ValidationResult.from_record(result.record())
        assert again.record() == result.record() or np.isnan(result.statistic)


def test_a_hundred_thousand_rows_are_no_burden():
    """Anything that compared all pairs would need 10¹⁰ steps here and never come back."""
    rng, true, y = world(9, 100_000)
    results = validate_scores(y, true, role="pd", training_score=rng.permutation(true))
    low, high = results[0].interval
    assert high - low < 0.02


def test_every_threshold_of_the_default_policy_has_a_source():
    policy = Policy.default()
    assert set(policy.thresholds) <= set(CATALOGUE)
    assert all(len(t.source) > 5 for t in policy.thresholds.values())


GOOD = """id: ours
version: "7"
thresholds:
  discrimination.auc:
    better: higher
    warn: 0.7
    fail: 0.6
    severity: S1
    source: committee
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("discrimination.auc", "discrimination.acu", r"line 4.*no test is called"),
        ("warn: 0.7", "warn: high", r"line 6.*warn is 'high'"),
        ("fail: 0.6", "fail: 0.8", r"line 4.*stricter than warn"),
        ("severity: S1", "severity: S9", r"line 8.*severity"),
        ("    source: committee\n", "", r"line 4.*source is missing"),
        ("version:", "versoin:", r"line 2.*versoin|version"),
        ("better: higher", "better: near", "target"),
        ("id: ours", "id: [ours", "not valid YAML"),
        (GOOD, "", "is empty"),
    ],
)
def test_a_mistake_in_a_policy_file_is_pointed_at(tmp_path, old, new, said):
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(BadInput, match=said):
        Policy.from_file(path)


def test_a_policy_of_ones_own_changes_the_verdict(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD.replace("0.7", "0.99"))
    policy = Policy.from_file(path)
    _, true, y = world(10)
    first = validate_scores(y, true, role="pd", policy=policy)[0]
    assert first.verdict is Verdict.WARN
    assert first.threshold_source == "committee (test policy ours, version 7)"


def test_a_policy_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"none\.yaml cannot be read"):
        Policy.from_file(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("rule", "value", "verdict"),
    [
        ({"better": "higher", "warn": 0.7, "fail": 0.6}, 0.7, Verdict.PASS),
        ({"better": "higher", "warn": 0.7, "fail": 0.6}, 0.6, Verdict.WARN),
        ({"better": "higher", "warn": 0.7, "fail": 0.6}, 0.59, Verdict.FAIL),
        ({"better": "lower", "warn": 0.1, "fail": 0.25}, 0.1, Verdict.PASS),
        ({"better": "lower", "warn": 0.1, "fail": 0.25}, 0.2, Verdict.WARN),
        ({"better": "lower", "warn": 0.1, "fail": 0.25}, 0.3, Verdict.FAIL),
        ({"better": "near", "target": 1, "warn": 0.1, "fail": 0.4}, 0.85, Verdict.WARN),
        ({"better": "near", "target": 1, "warn": 0.1, "fail": 0.4}, 1.5, Verdict.FAIL),
    ],
)
def test_bounds_themselves_pass(rule, value, verdict):
    assert Threshold(**rule, severity="S2", source="test").verdict(value) is verdict


def test_bounds_of_a_share_are_said_in_per_cent():
    rule = Policy.default().thresholds["truth.value_captured"]
    assert rule.words(share=True) == "at least 50% (fails below 0%)"


def test_a_warning_is_a_step_milder_than_a_failure():
    assert [s.milder.value for s in Severity] == ["S2", "S3", "S4", "S4"]
