"""Potential outcomes on the limit grid, and the oracle that knows their expectations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data_generators.repayment import Offer, lived, take_up_probability
from data_generators.rows import together
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Market
    from data_generators.world import World


@dataclass(frozen=True)
class PotentialOutcomes:
    """Expected outcomes of n customers at every limit of the grid, over replicas of noise.

    Expectations are kept in two halves of disjoint replicas: a policy that chooses by one half
    (as the oracle does) is scored on the other, or its luck would count as skill.
    """

    #: RMB, the scenario's grid, 0 first
    limits: Floats
    #: probability of default of an account, n × limits, all replicas; 0 at no limit
    pd: Floats
    #: expected profit in RMB, n × limits, replicas to choose by
    profit_to_choose: Floats
    #: the same, replicas to score on
    profit_to_score: Floats
    #: expected profit of choosing the best limit with each replica's noise known, n: what no
    #: policy can reach, since it sees the future; the oracle knows expectations only
    clairvoyant: Floats
    #: replicas of noise behind each half; choosing by few makes a weak oracle
    replicas: int

    def at(self, table: Floats, limit: Floats) -> Floats:
        """Entries of `table` (n × limits) at each customer's limit, linear between grid points."""
        upper = np.clip(np.searchsorted(self.limits, limit), 1, len(self.limits) - 1)
        low, high = self.limits[upper - 1], self.limits[upper]
        weight = np.clip((limit - low) / (high - low), 0.0, 1.0)
        rows = np.arange(len(limit))
        value: Floats = (1 - weight) * table[rows, upper - 1] + weight * table[rows, upper]
        return value

    def oracle(self) -> Floats:
        """The limit (RMB) with the best expected profit, chosen on the choosing half."""
        best: Floats = self.limits[np.argmax(self.profit_to_choose, axis=1)]
        return best


def potential_outcomes(
    world: "World", replicas: int, price: float | None, *, progress: bool
) -> PotentialOutcomes:
    """See `Truth.potential_outcomes`."""
    from tqdm.auto import tqdm

    parts = []
    total = 2 * replicas * len(world.blocks())
    with tqdm(total=total, desc="potential outcomes", disable=not progress, leave=False) as bar:
        for residents in world.residents():
            markets = [
                _of_market(market, replicas, price, bar.update) for market in residents.markets
            ]
            parts.append(
                [together(list(each), residents.rows) for each in zip(*markets, strict=True)]
            )
    default, choose, score, clairvoyant = (
        np.concatenate(each, axis=-1) for each in zip(*parts, strict=True)
    )
    return PotentialOutcomes(
        limits=np.asarray(world.scenario.limit_grid, dtype=float),
        pd=_with_zero_limit(default),
        profit_to_choose=_with_zero_limit(choose),
        profit_to_score=_with_zero_limit(score),
        clairvoyant=clairvoyant,
        replicas=replicas,
    )


def _of_market(
    market: "Market", replicas: int, price: float | None, tick: Callable[[], object]
) -> tuple[Floats, ...]:
    """Default, profit to choose by and to score on (limits × n), clairvoyant profit (n)."""
    scenario, traits = market.scenario, market.traits
    n = len(market.typology)
    limit = np.asarray(scenario.limit_grid[1:], dtype=float)[:, None]
    charged = np.full(n, scenario.economics.apr if price is None else price)
    # Take-up is independent of the months, so its probability is exact and needs no draw.
    taken = take_up_probability(scenario, traits, limit, charged)
    taken = np.where(market.frauds, 1.0, taken)
    offer = Offer(limit, charged, np.ones((len(limit), n), dtype=bool))
    default = np.zeros((len(limit), n))
    profit = (default.copy(), default.copy())
    clairvoyant = np.zeros(n)
    for replica in range(1, 2 * replicas + 1):
        months = market.lives(market.fates(market.logged_offer, replica), replica)
        defaulted, earned = lived(scenario, traits, market.frauds, months, offer)
        default += defaulted
        earned *= taken
        profit[replica % 2][:] += earned
        clairvoyant += np.maximum(earned.max(axis=0), 0.0)
        tick()
    both = 2 * replicas
    return default / both, profit[0] / replicas, profit[1] / replicas, clairvoyant / both


def _with_zero_limit(table: Floats) -> Floats:
    """Limits × n as n × (1 + limits), with nothing happening at a limit of 0."""
    return np.column_stack([np.zeros(table.shape[1]), table.T])
