"""The truth answers what would have happened, and the oracle cannot be beaten."""

import numpy as np
import pytest

import data_generators as dg


@pytest.fixture(scope="module")
def world():
    return dg.World(dg.scenarios.online_rental, customers=3_000, months=24, seed=17)


@pytest.fixture(scope="module")
def potential(world):
    return world.truth.potential_outcomes(replicas=8)


def test_potential_outcomes_are_the_mean_of_replays(world, potential):
    """One replica, replayed on its own, against the table's average over replicas."""
    pd_at_10k = world.truth.true_pd(np.full(3_000, 10_000.0), replicas=16)
    assert np.allclose(pd_at_10k, potential.at(potential.pd, np.full(3_000, 10_000.0)))


def test_nothing_happens_without_a_limit(potential):
    assert (potential.pd[:, 0] == 0).all()
    assert (potential.profit_to_score[:, 0] == 0).all()


def test_true_pd_rises_with_the_limit_on_average(potential):
    assert (np.diff(potential.pd.mean(axis=0)) > 0).all()


def test_no_fixed_limit_beats_the_oracle_on_replicas_it_did_not_choose_by(world):
    # Of 8 replicas an oracle is misled by luck at the largest limits; of 128 it is not.
    potential = world.truth.potential_outcomes(replicas=128, customers=500)
    oracle = potential.at(potential.profit_to_score, potential.oracle())
    for limit in potential.limits:
        rival = potential.at(potential.profit_to_score, np.full(500, limit))
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


def test_no_replicas_are_refused(world):
    with pytest.raises(dg.InvalidInput, match="from 1 up"):
        world.truth.potential_outcomes(replicas=0)


def test_the_oracle_does_not_count_its_luck_as_skill():
    """Chosen on few replicas it looks better on those than it is on others, and improves."""
    small = dg.World(dg.scenarios.online_rental, customers=800, months=24, seed=23)
    few, many = (small.truth.potential_outcomes(replicas) for replicas in (8, 64))
    lucky = few.at(few.profit_to_choose, few.oracle()).mean()
    honest = few.at(few.profit_to_score, few.oracle()).mean()
    assert lucky > honest
    chosen_by_few = many.at(many.profit_to_score, few.oracle()).mean()
    assert many.at(many.profit_to_score, many.oracle()).mean() > chosen_by_few


def test_a_higher_price_earns_more_from_those_who_pay(world):
    dear = world.truth.potential_outcomes(replicas=2, price=0.24)
    cheap = world.truth.potential_outcomes(replicas=2, price=0.10)
    strong = world.truth.traits()["ability"].to_numpy() > 1.0
    assert dear.profit_to_score[strong, 2].mean() > cheap.profit_to_score[strong, 2].mean()
