"""The bank's policy so far: a rule matrix that sees a private signal, and explores a little.

It writes the log that models learn from. Because the signal is not among the features, the log
is confounded; because a share of applications is decided at random and the propensity of every
decision is recorded, it can be corrected for.
"""

from dataclasses import dataclass

import numpy as np

from data_generators.customers import Flags, Traits
from data_generators.profiles import Columns
from data_generators.rows import Rowwise
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: income multiple by band of the incumbent's score, weakest band first
MULTIPLES = np.array([0.0, 0.3, 0.7, 1.2, 2.0])
#: upper edges of the bands
EDGES = np.array([-1.1, -0.4, 0.3, 1.0])
#: an instalment loan may be this many times as large for each year of its term
A_YEAR = 5.0
#: what a business may borrow for each RMB of declared turnover, as persons for their income
TURNOVER = 0.4


@dataclass(frozen=True)
class Logged(Rowwise):
    """The incumbent's decisions for a block."""

    #: RMB, on the scenario's grid
    limit: Floats
    #: yearly rate
    price: Floats
    #: probability with which this limit was chosen
    propensity: Floats
    #: decided at random over the grid
    explored: Flags


def decide(scenario: Scenario, traits: Traits, columns: Columns, streams: Streams) -> Logged:
    """Decisions of the incumbent on a block's applications."""
    policy = scenario.incumbent
    grid = np.asarray(scenario.limit_grid)
    wanted = _wanted(scenario, traits, columns, streams)
    preferred = np.searchsorted(grid, wanted, side="right") - 1
    explored = streams.uniform("explore") < policy.exploration
    choices = int(np.searchsorted(grid, policy.exploration_ceiling, side="right"))
    random = np.floor(streams.uniform("explored_limit") * choices).astype(int)
    chosen = np.where(explored, random, preferred)
    at_random = policy.exploration / choices * (chosen < choices)
    propensity = at_random + (1 - policy.exploration) * (chosen == preferred)
    price = np.full(streams.size, scenario.economics.apr)
    return Logged(grid[chosen], price, propensity, explored)


def _wanted(scenario: Scenario, traits: Traits, columns: Columns, streams: Streams) -> Floats:
    """The limit that the rules come to, RMB, before it is cut to the grid."""
    private = 0.5 * traits.strength
    private = private + scenario.incumbent.signal_noise * streams.normal("private_signal")
    overdue = np.nan_to_num(columns["bureau_overdue_24m"].astype(float), nan=0.5)
    inquiries = np.nan_to_num(columns["bureau_inquiries_6m"].astype(float), nan=1.0)
    score = 1.0 + 0.5 * private - 0.45 * overdue - 0.12 * inquiries
    score = score - 0.8 * np.nan_to_num(columns["court_enforcement"].astype(float))
    earns = columns["declared_income"].astype(float)
    if traits.business.any():
        turnover = columns["declared_turnover"].astype(float)
        earns = np.where(traits.business, TURNOVER * turnover, earns)
    line: Floats = MULTIPLES[np.searchsorted(EDGES, score)] * earns
    # A loan need not be larger than what is bought: the next grid point above it is enough.
    grid = np.asarray(scenario.limit_grid)
    asked = columns["requested_amount"].astype(float)
    enough = grid[np.minimum(np.searchsorted(grid, asked), len(grid) - 1)]
    loan = np.minimum(A_YEAR * traits.tenor / 12.0 * line, enough)
    return np.where(traits.product == 0, loan, line)
