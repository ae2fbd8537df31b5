"""The truth answers what would have happened, and the oracle cannot be beaten."""

import numpy as np
import pytest

import data_generators as dg


@pytest.fixture(scope="module")
def world():
    return dg.World(dg.scenarios.online_rental, customers=3_000, months=24, seed=17)


@pytest.fixture(scope="module")
def potential(world):
    return world.truth.potential_outcomes(replicas=16)


def test_potential_outcomes_are_the_mean_of_replays(world, potential):
    """One replica, replayed on its own, against the table's average over replicas."""
    pd_at_10k = world.truth.true_pd(np.full(3_000, 10_000.0), replicas=16)
    assert np.allclose(pd_at_10k, potential.at(potential.pd, np.full(3_000, 10_000.0)))


def test_nothing_happens_without_a_limit(potential):
    assert (potential.pd[:, 0] == 0).all()
    assert (potential.profit_to_score[:, 0] == 0).all()


def test_true_pd_rises_with_the_limit_on_average(potential):
    assert (np.diff(potential.pd.mean(axis=0)) > 0).all()


def test_no_fixed_limit_beats_the_oracle_on_replicas_it_did_not_choose_by(potential):
    oracle = potential.at(potential.profit_to_score, potential.oracle())
    for limit in potential.limits:
        rival = potential.at(potential.profit_to_score, np.full(3_000, limit))
        gain = oracle - rival
        # Four standard errors: the oracle chose on other replicas and could lose by chance.
        assert gain.mean() > -4 * gain.std() / np.sqrt(len(gain))


def test_between_grid_points_outcomes_are_linear(potential):
    middle = potential.at(potential.pd, np.full(3_000, 7_500.0))
    ends = [potential.at(potential.pd, np.full(3_000, x)) for x in (5_000.0, 10_000.0)]
    assert np.allclose(middle, np.mean(ends, axis=0))


def test_neither_noise_nor_destiny(world, potential):
    """The true PD ranks defaults well, and not perfectly."""
    from sklearn.metrics import roc_auc_score

    honest = world.truth.fraud() == ""
    limit = np.full(3_000, 10_000.0)
    happened = world.replay(dg.Decisions.of(limit, price=0.18)).customers["default"]
    auc = roc_auc_score(happened[honest], world.truth.true_pd(limit, 32)[honest])
    assert 0.75 < auc < 0.97


def test_an_odd_number_of_replicas_is_refused(world):
    with pytest.raises(dg.InvalidInput, match="even number"):
        world.truth.potential_outcomes(replicas=3)
