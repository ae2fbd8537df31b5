"""Expected profit is the world's profit, summed over months in expectation."""

from dataclasses import replace

import numpy as np
import pytest

from data_generators import Decisions, World, scenarios
from sandbox.errors import BadInput
from sandbox.policy.economics import Behaviour, Economics, ExpectedProfit
from sandbox.policy.joint_lending import JointLending

LIMITS = np.array([2e3, 1e4, 5e4])


def behaviour(pd=0.05, utilisation=0.5):
    return Behaviour(LIMITS, np.full((1, 3), pd), np.full((1, 3), utilisation))


@pytest.mark.parametrize("name", ["lifestyle", "online_education", "car_purchase", "travel"])
@pytest.mark.parametrize("limit", [10_000.0, 50_000.0])
def test_it_books_what_the_world_books(name, limit):
    """Fed with what really happened (default, utilisation, exposure), the sums agree.

    What is left is the month of default and arrears, which expectations smooth.
    """
    scenario = getattr(scenarios, name)
    world = World(scenario, customers=3_000, months=12, seed=11)
    price = world.logged_decisions().price
    happened = world.replay(Decisions.of(np.full(3_000, limit), price=price)).customers
    taken = np.flatnonzero(happened["taken"].to_numpy() & (world.truth.fraud() == ""))
    one = happened.iloc[taken]
    tenor = world.observed().applications["tenor_months"].fillna(0).to_numpy(dtype=float)[taken]
    profit = ExpectedProfit(
        Economics.from_terms(scenario.economics, 12), JointLending.from_terms(scenario.joint)
    )
    expected = profit.of(
        Behaviour(
            np.array([limit]),
            one["default"].to_numpy(dtype=float)[:, None],
            one["utilisation"].to_numpy()[:, None],
            one["ead"].to_numpy()[:, None],
        ),
        price[taken],
        tenor,
    )[:, 0]
    # relative to what is earned and lost, since those nearly cancel at large limits
    size = one["interest"].mean() + one["ead"].mean()
    assert expected.mean() == pytest.approx(one["profit"].mean(), abs=0.025 * size)
    assert np.corrcoef(expected, one["profit"])[0, 1] > 0.75


def test_no_limit_earns_nothing():
    nothing = Behaviour(np.array([0.0]), np.array([[0.0]]), np.array([[0.5]]))
    assert ExpectedProfit().of(nothing).tolist() == [[0.0]]


@pytest.mark.parametrize(
    ("change", "sign"),
    [({"cof": 0.06}, -1), ({"lgd": 0.9}, -1), ({"servicing": 9.0}, -1), ({"apr": 0.22}, 1),
     ({"capital_ratio": 0.2}, -1), ({"collection": 90.0}, -1)],
)  # fmt: skip
def test_profit_moves_with_price_and_against_cost(change, sign):
    before = ExpectedProfit().of(behaviour())
    after = ExpectedProfit(replace(Economics(), **change)).of(behaviour())
    assert (sign * (after - before) > 0).all()


def test_parts_add_up_to_the_profit():
    joint = JointLending(0.7, 0.3, 0.1)
    profit = ExpectedProfit(joint=joint)
    parts = profit.parts(behaviour())
    assert np.allclose(parts.profit, profit.of(behaviour()))
    assert np.allclose(parts.service_fee, 0.1 * parts.interest)
    assert np.allclose(parts.compensation, 0.3 * parts.loss)
    assert np.allclose(parts.partner_loss, parts.loss / 0.7 * joint.partner_loss_share)


def test_a_guarantee_helps_and_a_collapse_takes_it_back():
    def earned(**terms):
        return ExpectedProfit(joint=JointLending(bank_share=0.7, **terms)).of(behaviour())

    assert (earned(guarantee=0.5) > earned()).all()
    assert np.allclose(earned(guarantee=0.5, partner_stands=0.0), earned())


def test_raroc_at_the_hurdle_is_a_profit_of_nothing():
    """Profit counts the hurdle as a cost, so it is positive just where RAROC is above it."""
    table = Behaviour(LIMITS, np.linspace(0, 0.15, 60).reshape(20, 3), np.full((20, 3), 0.4))
    parts = ExpectedProfit().parts(table)
    assert ((parts.raroc > 0.10) == (parts.profit > 0)).all()
    assert (parts.profit > 0).any()
    assert (parts.profit < 0).any()


def test_threads_change_nothing():
    draw = np.random.default_rng(0)
    table = Behaviour(LIMITS, draw.random((20_000, 3)), draw.random((20_000, 3)))
    profit = ExpectedProfit()
    assert np.array_equal(profit.of(table), profit.of(table, workers=2))


def test_a_loan_holds_no_capital_for_what_is_undrawn():
    profit = ExpectedProfit()
    line, loan = profit.capital(behaviour(), 0), profit.capital(behaviour(), 12)
    assert (loan < line).all()
    assert loan[0] == pytest.approx(0.105 * 0.5 * LIMITS)


@pytest.mark.parametrize("bad", [{"lgd": 1.2}, {"cof": float("nan")}, {"months": 2}])
def test_nonsense_is_refused(bad):
    with pytest.raises(BadInput):
        Economics(**bad)
