"""Planted defects are found, from the scores to the register, with the policy's severity."""

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest
import yaml
from cells import DATE, cell

from data_generators import World, scenarios
from sandbox.experiment.known_customers import known_customers
from sandbox.report import assemble
from sandbox.report.findings import findings
from sandbox.report.standing import standing
from sandbox.validation.applicants import Applicants
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.overfit import validate_overfit
from sandbox.validation.policy import Policy, Severity
from sandbox.validation.quality.population import moved
from sandbox.validation.quality.trials import HARDER, UNDERSTATED, Ground, memorised
from sandbox.validation.reject_bias import validate_reject_inference
from sandbox.validation.representativeness import validate_through_the_door
from sandbox.validation.suite import validate_scores
from sandbox.validation.truth import validate_pd_truth

POLICY = Policy.default()
N = 20_000
#: defect -> the test that is to find it, the severity of its finding, whether it fails
EXPECTED = {
    "true rates 1.2 times the PDs": ("calibration.jeffreys", "S2", True),
    "slope 0.7": ("calibration.slope", "S3", False),
    "slope 0.5": ("calibration.slope", "S2", True),
    "leakage": ("data.leakage", "S1", True),
    "drift": ("stability.psi", "S2", True),
    "unfairness": ("fairness.air", "S2", True),
    "overfit": ("robustness.overfit", "S2", True),
    "selection": ("data.through_the_door", "S4", False),
    "rejects worse than inferred": ("truth.reject_inference", "S3", False),
}
#: log-odds by which rejected applicants are worse than those with the same features
UNSEEN = 1.5


@pytest.fixture(scope="module")
def ground():
    home, away = (
        known_customers(World(market, 8_000, 24, seed=41), replicas=16)
        for market in (scenarios.ecommerce, scenarios.online_education)
    )
    return Ground(home, away)


def judged(ground, defect, seed=0):
    """Every family of tests on one table, with one defect or none, as results of a run."""
    rng = np.random.default_rng([7, seed])
    training, sample = ground.home.sample(rng, N), ground.home.sample(rng, N)
    if defect == "drift":
        sample = ground.mixed(rng, N, 1.0)
    second = rng.random(N) < 0.3
    score = sample.pd_
    features = sample.features
    if defect == "true rates 1.2 times the PDs":
        score = score / UNDERSTATED
    elif defect.startswith("slope"):
        score = moved(score, times=1 / float(defect.removeprefix("slope ")))
    elif defect == "leakage":
        features = features.assign(arrears=np.where(rng.random(N) < 0.98, sample.y, 0.0))
    elif defect == "unfairness":
        score = moved(score, by=HARDER * second)
    if defect == "overfit":
        training = ground.home.sample(rng, 500)
        training, sample = memorised(training, sample)
        score = sample.score
    known = features.reindex(columns=training.features.columns)
    groups = pd.DataFrame({"group": np.where(second, "second", "first")})
    approved = (score <= np.quantile(ground.home.pd_, 0.7)).astype(float)
    return (
        *validate_scores(
            sample.y,
            score,
            role="pd",
            training_score=training.score,
            features=features,
            training_features=training.features,
            policy=POLICY,
        ),
        *validate_fairness(sample.y, score, approved, groups, POLICY),
        *validate_overfit(
            (training.features, training.y, training.score), (known, sample.y, score), POLICY
        ),
        *validate_pd_truth(score, sample.pd_, POLICY),
        *_of_the_door(rng, sample, defect),
    )


def _of_the_door(rng, sample, defect):
    """Applicants of whom the safer are accepted: at random, by features, or by what nobody sees."""
    p = sample.pd_
    by_features = p <= np.quantile(p, 0.7)
    labelled = by_features if defect == "selection" else rng.random(N) < 0.7
    true = moved(p, by=UNSEEN * ~by_features) if defect == "rejects worse than inferred" else p
    accepted = by_features | (rng.random(N) < 0.01)
    outcome = np.where(accepted, (rng.random(N) < true).astype(float), np.nan)
    applicants = Applicants.of(p, accepted.astype(float), outcome)
    return (
        validate_through_the_door(sample.features, labelled, POLICY),
        *validate_reject_inference(applicants, POLICY, true_pd=true),
    )


@pytest.fixture(scope="module")
def planted(ground):
    """`judged`, once a defect."""
    return cache(partial(judged, ground))


def found(results, policy=POLICY):
    """Test id -> severity of its finding, under a policy's thresholds."""
    made = replace(cell(role="pd"), results=results).judged_by(policy)
    where = standing([made])
    register = findings(where, where.champion.judged(), policy)
    return {f.anchor.removeprefix("test-"): f.severity.value for f in register}


@pytest.mark.parametrize("defect", EXPECTED)
def test_a_planted_defect_is_found_with_the_severity_of_the_policy(planted, defect):
    test, severity, fails = EXPECTED[defect]
    assert found(planted(defect))[test] == severity
    rule = POLICY.thresholds[test].severity
    assert severity == (rule if fails else rule.milder)


@pytest.mark.parametrize("defect", EXPECTED)
@pytest.mark.parametrize("severity", ["S1", "S4"])
def test_another_policy_gives_a_planted_defect_its_own_severity(
    planted, defect, severity, tmp_path
):
    test, _, fails = EXPECTED[defect]
    rule = POLICY.thresholds[test].model_dump(mode="json", exclude_none=True)
    own = tmp_path / "own.yaml"
    text = {"id": "own", "version": "7", "thresholds": {test: {**rule, "severity": severity}}}
    own.write_text(yaml.safe_dump(text))
    severities = found(planted(defect), Policy.from_file(own))
    assert severities[test] == (severity if fails else Severity(severity).milder)
    # what that policy has no threshold for is no finding
    assert {t for t in severities if t in CATALOGUE} == {test}


@pytest.mark.parametrize("defect", EXPECTED)
def test_a_policy_that_allows_a_planted_defect_has_no_finding(planted, defect):
    test, _, _ = EXPECTED[defect]
    wide = {"higher": -1e9, "lower": 1e9, "near": 1e9}[POLICY.thresholds[test].better]
    rule = POLICY.thresholds[test].model_copy(update={"warn": wide, "fail": wide})
    allowed = POLICY.model_copy(update={"thresholds": {**POLICY.thresholds, test: rule}})
    assert test not in found(planted(defect), allowed)


@pytest.mark.parametrize("seed", range(3))
def test_the_right_model_has_none_of_these_findings(ground, seed):
    severities = found(judged(ground, "", seed))
    assert not {test for test, _, _ in EXPECTED.values()} & set(severities)
    assert not {t for t, s in severities.items() if s in {"S1", "S2"} and "." in t}


def test_the_right_model_is_not_held_back_by_the_opinion_and_a_leaking_one_is(planted):
    def said(defect):
        made = replace(cell(role="pd"), results=planted(defect))
        return assemble([made], date=DATE).opinion.text

    assert said("") != "remediate before use"
    assert said("leakage") == "remediate before use"
