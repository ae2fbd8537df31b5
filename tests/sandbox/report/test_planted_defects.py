"""Planted defects are found, from the scores to the register, with the policy's severity."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cells import DATE, cell

from data_generators import World, scenarios
from sandbox.experiment.known_customers import known_customers
from sandbox.report import assemble
from sandbox.report.findings import findings
from sandbox.report.standing import standing
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.overfit import validate_overfit
from sandbox.validation.policy import Policy
from sandbox.validation.quality.population import moved
from sandbox.validation.quality.trials import HARDER, UNDERSTATED, Ground, memorised
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
}


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
    )


def found(results):
    """Test id -> severity of its finding."""
    made = replace(cell(role="pd"), results=results)
    where = standing([made])
    register = findings(where, where.champion.judged(), POLICY)
    return {f.anchor.removeprefix("test-"): f.severity.value for f in register}


@pytest.mark.parametrize("defect", EXPECTED)
def test_a_planted_defect_is_found_with_the_severity_of_the_policy(ground, defect):
    test, severity, fails = EXPECTED[defect]
    assert found(judged(ground, defect))[test] == severity
    rule = POLICY.thresholds[test].severity
    assert severity == (rule if fails else rule.milder)


@pytest.mark.parametrize("seed", range(3))
def test_the_right_model_has_none_of_these_findings(ground, seed):
    severities = found(judged(ground, "", seed))
    assert not {test for test, _, _ in EXPECTED.values()} & set(severities)
    assert not {t for t, s in severities.items() if s in {"S1", "S2"} and "." in t}


def test_the_right_model_is_not_held_back_by_the_opinion_and_a_leaking_one_is(ground):
    def said(defect):
        made = replace(cell(role="pd"), results=judged(ground, defect))
        return assemble([made], date=DATE).opinion.text

    assert said("") != "remediate before use"
    assert said("leakage") == "remediate before use"
