"""Labels of the limit trial: what a bank's own ledger says, and nothing of the truth."""

import numpy as np
import pytest

import data_generators as dg
from sandbox.experiment.limit_trial import limit_trial
from sandbox.policy import LimitPolicy


@pytest.fixture(scope="module")
def learned_from():
    world = dg.World(dg.scenarios.travel, customers=1_500, months=12, seed=8)
    other = world.reseeded(2**100 + 1, 300)
    potential = other.truth.potential_outcomes(replicas=2, progress=False)
    return world, limit_trial(world, other, potential, LimitPolicy()).training_labels


def test_answers_are_those_of_the_ledger(learned_from):
    world, labels = learned_from
    happened = world.replay(world.logged_decisions()).customers
    seen = labels["target"].notna()
    assert np.allclose(labels["utilisation"][seen], happened["utilisation"][seen])
    assert (labels["taken"][seen] == 1).all()
    late = seen & (labels["target"] == 1)
    assert late.sum() > 20
    assert np.allclose(labels["ead"][late], happened["ead"][late])
    good = seen & (labels["target"] == 0)
    assert np.allclose(labels["ead"][good], happened["balance"][good])


def test_offers_left_alone_are_known_and_the_declined_are_not(learned_from):
    world, labels = learned_from
    confirmed = labels.index.isin(world.observed().fraud_labels["customer_id"])
    declined = labels["credit_limit"] == 0
    assert labels["taken"][declined].isna().all()
    assert labels["taken"][~declined & ~confirmed].notna().all()
    left = labels["taken"] == 0
    assert left.any()
    assert labels.loc[left, ["target", "utilisation", "ead"]].isna().all(axis=None)
