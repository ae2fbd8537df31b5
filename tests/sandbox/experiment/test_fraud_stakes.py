import numpy as np
import pytest

from data_generators import World, scenarios
from sandbox.experiment.fraud_stakes import fraud_stakes


@pytest.fixture(scope="module")
def world():
    return World(scenarios.online_rental, customers=6_000, months=12, seed=7)


@pytest.fixture(scope="module")
def stakes(world):
    return fraud_stakes(world)


def test_who_is_declined_puts_nothing_at_stake(world, stakes):
    declined = world.logged_decisions().limit == 0
    assert declined.any()
    for name in ("loss", "amount", "profit"):
        assert (getattr(stakes, name)[declined] == 0).all()


def test_the_loss_of_frauds_is_what_the_replay_lost(world, stakes):
    profit = world.replay(world.logged_decisions(), progress=False).customers["profit"].to_numpy()
    lost = profit[(world.truth.fraud() != "") & (profit < 0)]
    assert stakes.at_stake == pytest.approx(-lost.sum())


def test_money_of_frauds_is_that_of_the_losses_that_the_truth_calls_fraud(world, stakes):
    losses = world.truth.losses().set_index("customer_id")
    by_account = losses["cause"] == "bust_out"
    called = losses[losses["fraud"] & ~by_account]
    assert len(called)
    assert np.allclose(stakes.amount[called.index], called["ead"])


def test_the_profit_forgone_is_the_mean_of_the_honest_at_that_limit_and_never_below_0(
    world, stakes
):
    happened = world.replay(world.logged_decisions(), progress=False).customers
    honest = (world.truth.fraud() == "") & (happened["limit"].to_numpy() > 0)
    accounts = happened[honest].assign(forgone=stakes.profit[honest])
    by_limit = accounts.groupby("limit").agg(
        n=("profit", "size"), earned=("profit", "mean"), forgone=("forgone", "mean")
    )
    large = by_limit[by_limit["n"] >= 50]
    assert (large["earned"] < 0).any()
    assert (large["earned"] > 0).any()
    assert np.allclose(large["forgone"], large["earned"].clip(lower=0))


def test_confirmations_are_those_of_the_bank_and_only_of_frauds(world, stakes):
    labels = world.observed().fraud_labels
    who = np.flatnonzero(~np.isnan(stakes.confirmed))
    assert set(who) == set(labels["customer_id"])
    assert stakes.fraud[who].all()
    out = stakes.out_when_confirmed[who]
    assert (out <= stakes.amount[who] + 1e-9).all()
    assert 0 < out.sum() <= stakes.amount[who].sum()
