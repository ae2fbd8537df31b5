"""Accepted and rejected applicants of a world, and what is true of both."""

import numpy as np
import pytest

from data_generators import World, scenarios
from sandbox.errors import BadInput
from sandbox.experiment.rejected import selection
from sandbox.validation.applicants import by_random_approvals
from sandbox.validation.policy import Policy
from sandbox.validation.reject_bias import validate_reject_inference
from sandbox.validation.result import Verdict

TRAINING = World(scenarios.ecommerce, customers=6_000, months=12, seed=31)


@pytest.fixture(scope="module")
def found():
    return selection(TRAINING, TRAINING.reseeded(32), replicas=8)


def test_the_rejected_are_riskier_and_have_no_outcome(found):
    of = found.applicants
    assert np.isnan(of.target[~of.accepted]).all()
    assert found.true_pd[~of.accepted].mean() > 3 * found.true_pd[of.accepted].mean()
    assert not np.isnan(found.true_pd).any()


def test_outcomes_of_the_accepted_are_those_of_their_true_pds(found):
    of = found.applicants
    observed = of.target[of.observed]
    # a world has a shock of its own; twice or half the rate would be an error of wiring
    assert 0.5 < observed.mean() / found.true_pd[of.observed].mean() < 2.0
    ranked = found.true_pd[of.observed]
    assert ranked[observed == 1].mean() > 2 * ranked[observed == 0].mean()


def test_the_propensity_tells_accepted_from_rejected(found):
    of = found.applicants
    assert of.propensity[of.accepted].mean() > of.propensity[~of.accepted].mean() + 0.2


def test_methods_underestimate_the_rejected_whom_the_incumbent_knew_better(found):
    results = validate_reject_inference(
        found.applicants, Policy.default(), method="like the accepted", true_pd=found.true_pd
    )
    assert results[2].verdict is Verdict.FAIL
    assert results[2].statistic < -0.5


def test_approvals_at_random_have_the_truth_in_their_interval(found):
    of = found.applicants
    _, low, high = by_random_approvals(of, found.at_random)
    assert low < found.true_pd[~of.accepted].mean() < high


def test_one_world_for_both_is_refused():
    with pytest.raises(BadInput, match="unlike seeds"):
        selection(TRAINING, TRAINING)
    with pytest.raises(BadInput, match="above 0"):
        selection(TRAINING, TRAINING.reseeded(32), limit=0)
