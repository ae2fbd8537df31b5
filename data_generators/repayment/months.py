"""What happens to customers whatever the bank decides: income, costs, demand, mood, chances.

Exogenous months are drawn once per replica and know nothing of decisions; the ledger is then a
deterministic function of months and decision.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import PRODUCTS, Flags, Traits
from data_generators.partners import NEVER, Fates, Partners, collapse_mob
from data_generators.repayment.businesses import draw_business_months
from data_generators.repayment.life import draw_life
from data_generators.repayment.willingness import inclination
from data_generators.rows import Rowwise
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: cents of a RMB; all money inside the ledger is in whole cents, so books balance exactly
CENTS = 100.0


@dataclass(frozen=True)
class Months(Rowwise):
    """The months of a block's customers; arrays of months × n, or n where said."""

    #: money for repayment: a person's income after living and other debt, and buffer; what a
    #: business earned in the month. Cents
    cash: Floats
    #: demand for credit, cents
    demand: Floats
    #: log-odds by which a customer wants to pay; nothing is paid when lateness outweighs it
    reluctance: Floats
    #: a uniform that decides which cash event may happen
    chance: Floats
    #: month on book in which the customer's partner collapses, n; `NEVER` if none
    collapse: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of months."""
        return int(self.cash.shape[0])


def draw_months(
    scenario: Scenario,
    traits: Traits,
    partners: Partners,
    fates: Fates,
    streams: Streams,
    months: int,
) -> Months:
    """Months of one replica for the block: income with job loss and life events, demand, mood.

    Only what somebody's product needs is drawn: draws are keyed, so none shifts another.
    """
    # One large allocation: the system hands it over in large pages, four times as fast.
    cash, demand, reluctance, chance = np.empty((4, months, streams.size))
    if traits.business.all() and streams.size:
        _draw_businesses(scenario, traits, streams, cash, demand)
    else:
        _draw_cash(scenario, traits, streams, cash)
        _draw_demand(scenario, traits, streams, demand)
        if traits.business.any():
            _draw_businesses(scenario, traits, streams, cash, demand)
    collapse = collapse_mob(traits, fates)
    shocked = np.flatnonzero(collapse < NEVER)
    shock = fates.shock[traits.partner[shocked]]
    intercept, willingness, service = inclination(scenario, traits, partners)
    willing = -(intercept + willingness + service)
    for t in range(months):
        mood = streams.uniform("mood", t)
        mood /= 1.0 - mood
        mood += 1e-300
        np.log(mood, out=reluctance[t])
        reluctance[t] += willing
        after = collapse[shocked] <= t
        reluctance[t, shocked[after]] -= shock[after]
        chance[t] = streams.uniform("chance", t)
    return Months(cash, demand, reluctance, chance, collapse)


def _draw_cash(scenario: Scenario, traits: Traits, streams: Streams, cash: Floats) -> None:
    """Fill in what persons have for repayment each month: income with job loss and life events."""
    p = scenario.population
    months = len(cash)
    life = draw_life(scenario, traits, streams, months)
    jobless = np.zeros(streams.size, dtype=bool)
    spendable = CENTS * scenario.repayment.buffer_share * traits.buffer
    income = CENTS * traits.income
    living = p.living_share * income + CENTS * traits.other_debt
    drift = traits.volatility**2 / 2
    for t in range(months):
        jobless = job_state(scenario, jobless, streams, t)
        earned = streams.normal("income_shock", t)
        earned *= traits.volatility
        earned -= drift
        np.exp(earned, out=earned)
        earned *= income
        out_of_work = np.flatnonzero(jobless)
        earned[out_of_work] *= 1.0 - p.job_loss_depth
        life.apply(t, earned, living, income)
        earned -= living
        np.maximum(earned, 0.0, out=cash[t])
        cash[t] += spendable


def job_state(scenario: Scenario, jobless: Flags, streams: Streams, t: int) -> Flags:
    """Who is without a job in month `t`, given who was in the month before."""
    p, chance = scenario.population, streams.uniform("job", t)
    now: Flags = (jobless & (chance >= p.job_loss_out)) | (~jobless & (chance < p.job_loss_in))
    return now


def _draw_demand(scenario: Scenario, traits: Traits, streams: Streams, demand: Floats) -> None:
    """Fill in the balance that persons with a line want; others want none."""
    if not (traits.product == PRODUCTS.index("revolving")).any():
        demand[:] = 0.0
        return
    appetite = CENTS * traits.demand
    for t in range(len(demand)):
        wanted = streams.normal("demand_shock", t)
        wanted *= scenario.repayment.demand_volatility
        np.exp(wanted, out=demand[t])
        demand[t] *= appetite


def _draw_businesses(
    scenario: Scenario, traits: Traits, streams: Streams, cash: Floats, demand: Floats
) -> None:
    """Fill in what businesses earn each month, and what they can borrow against."""
    rows = np.flatnonzero(traits.business)
    every = len(rows) == streams.size
    some = draw_business_months(
        scenario,
        traits.take(None if every else rows),
        streams.of(None if every else rows),
        len(cash),
    )
    np.multiply(some.cash, CENTS, out=some.cash)
    np.multiply(some.demand, CENTS, out=some.demand)
    cash[:, rows], demand[:, rows] = some.cash, some.demand
