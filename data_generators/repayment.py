"""The monthly step of a revolving line: an arrears ledger that balances to the cent.

Exogenous months (cash, demand, reluctance) are drawn once per replica and know nothing of
decisions; the ledger is then a deterministic function of months and decision. All money inside
the ledger is in whole cents, so books balance exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.scenarios import Economics, Scenario
from data_generators.streams import Floats, Streams

CENTS = 100.0


@dataclass(frozen=True)
class Months:
    """What happens to a block of customers whatever the bank decides; arrays months × n."""

    #: money that could go to repayment: income after living and other debt, and buffer; cents
    cash: Floats
    #: demand for credit, cents
    demand: Floats
    #: log-odds by which a customer wants to pay; nothing is paid when lateness outweighs it
    reluctance: Floats


def draw_months(scenario: Scenario, traits: Traits, streams: Streams, months: int) -> Months:
    """Months of one replica for the block: income with job loss, demand, reluctance."""
    p, r = scenario.population, scenario.repayment
    size = (months, streams.block.size)
    cash, demand, reluctance = np.empty(size), np.empty(size), np.empty(size)
    jobless = np.zeros(streams.block.size, dtype=bool)
    fixed_costs = p.living_share * traits.income + traits.other_debt
    spendable = r.buffer_share * traits.buffer
    willing = r.unwilling_intercept + r.unwilling_willingness * traits.willingness
    drift = p.income_volatility**2 / 2
    for t in range(months):
        chance = streams.uniform("job", t)
        jobless = np.where(jobless, chance >= p.job_loss_out, chance < p.job_loss_in)
        shock = np.exp(p.income_volatility * streams.normal("income_shock", t) - drift)
        income = traits.income * shock * (1.0 - p.job_loss_depth * jobless)
        cash[t] = np.maximum(income - fixed_costs, 0.0) + spendable
        demand[t] = traits.demand * np.exp(r.demand_volatility * streams.normal("demand_shock", t))
        mood = streams.uniform("mood", t)
        reluctance[t] = np.log(mood / (1.0 - mood) + 1e-300) - willing
    cash *= CENTS
    demand *= CENTS
    return Months(cash=cash, demand=demand, reluctance=reluctance)


@dataclass
class Ledger:
    """State of the accounts; arrays broadcast to limits × n or n, money in cents."""

    balance: Floats
    #: unpaid dues one, two and three months old
    unpaid: tuple[Floats, Floats, Floats]
    months_late: NDArray[np.int8]
    defaulted: Flags

    @classmethod
    def opened(cls, shape: tuple[int, ...]) -> "Ledger":
        """Accounts with nothing drawn."""
        zero = np.zeros(shape)
        return cls(zero, (zero, zero, zero), np.zeros(shape, np.int8), np.zeros(shape, bool))


@dataclass(frozen=True)
class Happened:
    """One month of the ledger; money in cents."""

    drawn: Floats
    interest: Floats
    due: Floats
    paid: Floats
    #: written off on default, this month
    written_off: Floats
    #: accounts open at the start of the month
    was_open: Flags


def step(
    scenario: Scenario,
    traits: Traits,
    never_pays: Flags,
    months: Months,
    t: int,
    limit: Floats,
    price: Floats,
    state: Ledger,
) -> tuple[Ledger, Happened]:
    """Month `t` under a limit (cents) and yearly price: new state and what happened."""
    r = scenario.repayment
    is_open = ~state.defaulted & (limit > 0)
    opening, late = state.balance, state.months_late > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.where(limit > 0, limit * -np.expm1(-months.demand[t] / limit), 0.0)
    wanted = np.where(late, opening + r.ccf * (limit - opening), wanted)
    pull = np.where(never_pays, limit - opening, r.draw_speed * (wanted - opening))
    drawn = np.rint(np.maximum(np.minimum(pull, limit - opening), 0.0)) * is_open
    interest = np.rint(opening * (price / 12.0)) * is_open
    balance = opening + drawn + interest

    one, two, three = state.unpaid
    arrears = one + two + three
    share = np.where(traits.transactor, 1.0, r.minimum_due)
    due = np.minimum(np.rint(share * balance), balance - arrears) * is_open
    paid = _payment(scenario, traits, never_pays, months, t, balance, due + arrears, state)
    paid = paid * is_open

    left = paid
    new_three, left = _settle(three, left)
    new_two, left = _settle(two, left)
    new_one, left = _settle(one, left)
    new_due, left = _settle(due, left)
    months_late = np.where(
        new_three > 0, 4, np.where(new_two > 0, 3, np.where(new_one > 0, 2, new_due > 0))
    ).astype(np.int8)
    fails = is_open & (months_late >= r.default_months_late)
    closing = balance - paid
    written_off = np.where(fails, closing, 0.0)
    state = Ledger(
        balance=closing - written_off,
        unpaid=tuple(np.where(fails, 0.0, u) for u in (new_due, new_one, new_two)),  # type: ignore[arg-type]
        months_late=np.where(state.defaulted, state.months_late, months_late).astype(np.int8),
        defaulted=state.defaulted | fails,
    )
    return state, Happened(drawn, interest, due, paid, written_off, is_open)


def _payment(
    scenario: Scenario,
    traits: Traits,
    never_pays: Flags,
    months: Months,
    t: int,
    balance: Floats,
    owed: Floats,
    state: Ledger,
) -> Floats:
    """Cannot pay, will not pay, or pays what is owed."""
    r = scenario.repayment
    cash = months.cash[t]
    able = np.where(cash < r.nothing_below * owed, 0.0, np.where(cash < owed, cash / 2, owed))
    burdened = balance > 3.0 * CENTS * traits.income
    lateness = r.unwilling_late * np.minimum(state.months_late, 3) + r.unwilling_burden * burdened
    unwilling = (months.reluctance[t] < lateness) | never_pays
    return np.where(unwilling, 0.0, np.rint(np.minimum(able, owed)))


def _settle(due: Floats, money: Floats) -> tuple[Floats, Floats]:
    """Pay a due with money: what stays unpaid, and what money is left."""
    taken = np.minimum(due, money)
    return due - taken, money - taken


def profit_of(
    economics: Economics, t: int, state: Ledger, happened: Happened, limit: Floats
) -> Floats:
    """Discounted profit of month `t`, RMB: interest accrued less every cost and loss.

    Interest is counted when it accrues and lost again with the exposure on default.
    """
    e = economics
    balance = state.balance / CENTS
    undrawn = np.maximum(limit / CENTS - balance, 0.0)
    is_open = happened.was_open & ~state.defaulted
    cost = (
        balance * (e.cof + e.capital_cost) / 12.0
        + undrawn * e.undrawn_capital_cost / 12.0
        + e.servicing
        + e.collection * (state.months_late > 0)
    )
    earned = happened.interest / CENTS - is_open * cost - e.lgd * happened.written_off / CENTS
    discounted: Floats = earned * (1.0 + e.discount) ** (-(t + 1) / 12.0)
    return discounted


def replay_months(
    scenario: Scenario,
    traits: Traits,
    never_pays: Flags,
    months: Months,
    limit: Floats,
    price: Floats,
) -> Iterator[tuple[Ledger, Happened, Floats]]:
    """Run the ledger; yields state, what happened and profit (RMB), month by month.

    `limit` (RMB, n or limits × n) and `price` (yearly share) broadcast against customers.
    """
    limit_cents = np.rint(limit * CENTS)
    state = Ledger.opened(np.broadcast_shapes(limit_cents.shape, price.shape, never_pays.shape))
    for t in range(months.cash.shape[0]):
        state, happened = step(scenario, traits, never_pays, months, t, limit_cents, price, state)
        yield state, happened, profit_of(scenario.economics, t, state, happened, limit_cents)
