"""The months of micro-businesses: turnover with season, receivables, and what is left of it."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from data_generators.customers import Traits
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams


@dataclass(frozen=True)
class BusinessMonths:
    """Months of businesses; arrays months × n, RMB."""

    turnover: Floats
    #: cash earned in the month: what customers paid less costs, owner's draw and other debt
    cash: Floats
    #: what can be borrowed against receivables
    demand: Floats


def draw_business_months(
    scenario: Scenario, traits: Traits, streams: Streams, months: int
) -> BusinessMonths:
    """Turnover as a persistent process with a season; part of it is paid a month later."""
    b, r = scenario.business, scenario.repayment
    first = date.fromisoformat(scenario.start).month - 1
    size = (months, streams.size)
    turnover, cash, demand = np.empty(size), np.empty(size), np.empty(size)
    state = b.turnover_volatility * streams.normal("turnover_start")
    fresh = b.turnover_volatility * np.sqrt(1 - b.turnover_persistence**2)
    receivable = b.receivable_share * traits.turnover
    margin = traits.income / traits.turnover + b.fixed_costs
    # The owner lives on half of the mean profit, as persons live on half of their income.
    outgo = b.fixed_costs * traits.turnover + traits.other_debt
    outgo = outgo + scenario.population.living_share * traits.income
    for t in range(months):
        state = b.turnover_persistence * state + fresh * streams.normal("turnover", t)
        month = (first + traits.arrival_month + t) % 12 + 1
        season = 1 + b.season * np.cos(2 * np.pi * (month - b.season_peak) / 12)
        turnover[t] = traits.turnover * season * np.exp(state - b.turnover_volatility**2 / 2)
        paid_later = b.receivable_share * turnover[t]
        cash[t] = turnover[t] * margin - paid_later + receivable - outgo
        receivable = paid_later
        demand[t] = r.advance_rate * receivable
    return BusinessMonths(turnover, cash, demand)
