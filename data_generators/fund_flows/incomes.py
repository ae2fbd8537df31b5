"""What comes in, calendar month by calendar month: the months that customers live through.

From the application on these are the months of the world (job loss, life events, turnover), so
that a lost job is seen on the account before it is seen in arrears; before it they are ordinary.
"""

from dataclasses import dataclass

import numpy as np

from data_generators.customers import Flags, Traits
from data_generators.repayment.businesses import draw_business_months
from data_generators.repayment.life import draw_life
from data_generators.residents import Market, Residents
from data_generators.rows import together
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams


@dataclass(frozen=True)
class Incomes:
    """Income of persons and turnover of businesses; arrays months × customers."""

    #: RMB
    earned: Floats
    #: persons without a job in the month
    jobless: Flags


def draw_incomes(residents: Residents, months: int) -> Incomes:
    """Income in the first `months` calendar months of a world."""
    parts = [_of_market(market, months) for market in residents.markets]
    earned = together([p.earned for p in parts], residents.rows)
    return Incomes(earned, together([p.jobless for p in parts], residents.rows))


def _of_market(market: Market, months: int) -> Incomes:
    traits, streams, scenario = market.traits, market.streams, market.scenario
    size = streams.size
    paths = np.empty((market.months, size))
    jobless_at = np.zeros((market.months, size), dtype=bool)
    _persons(scenario, traits, streams, paths, jobless_at)
    rows = np.flatnonzero(traits.business)
    if len(rows):
        every = None if len(rows) == size else rows
        some = draw_business_months(scenario, traits.take(every), streams.of(every), market.months)
        paths[:, rows] = some.turnover
        jobless_at[:, rows] = False
    mean = np.where(traits.business, traits.turnover, traits.income)
    earned, jobless = np.empty((months, size)), np.zeros((months, size), dtype=bool)
    arrival = traits.arrival_month
    for month in range(months):
        mob = month - arrival
        after = np.flatnonzero((mob >= 0) & (mob < market.months))
        spread = traits.volatility * streams.normal("income_before", month)
        earned[month] = mean * np.exp(spread - traits.volatility**2 / 2)
        earned[month, after] = paths[mob[after], after]
        jobless[month, after] = jobless_at[mob[after], after]
    return Incomes(np.maximum(earned, 0.0), jobless)


def _persons(
    scenario: Scenario, traits: Traits, streams: Streams, paths: Floats, jobless_at: Flags
) -> None:
    """Fill in income and job loss by month on book, as `repayment.months` lives them."""
    p, life = scenario.population, draw_life(scenario, traits, streams, len(paths))
    income, living = traits.income.copy(), np.zeros(streams.size)
    jobless = np.zeros(streams.size, dtype=bool)
    for t, earned in enumerate(paths):
        chance = streams.uniform("job", t)
        jobless = (jobless & (chance >= p.job_loss_out)) | (~jobless & (chance < p.job_loss_in))
        shock = traits.volatility * streams.normal("income_shock", t)
        earned[:] = income * np.exp(shock - traits.volatility**2 / 2)
        earned[jobless] *= 1.0 - p.job_loss_depth
        life.apply(t, earned, living, income)
        jobless_at[t] = jobless
