"""Expectations over replicas of noise: every customer at every limit of the grid.

The customers of a block live through each replica once, at all limits together.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from data_generators.decisions import Decisions
from data_generators.errors import InvalidInput
from data_generators.potential import PotentialOutcomes
from data_generators.progress import counted
from data_generators.repayment import Offer, lived, take_up_probability
from data_generators.rows import together
from data_generators.scenarios.bounds import check_whole
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Market
    from data_generators.world import World


def potential_outcomes(
    world: "World",
    replicas: int,
    price: float | None,
    customers: int | None,
    *,
    progress: bool,
) -> PotentialOutcomes:
    """See `Truth.potential_outcomes`."""
    check_whole("replicas", replicas, 1)
    if price is not None:
        Decisions.of(0.0, price=price)  # refuses what is no price
    if customers is not None:
        check_whole("customers", customers, 1)
        if customers > world.customers:
            raise InvalidInput(
                f"customers is {customers}; the world has {world.customers}: give that many or "
                "fewer, or None for all."
            )
        world = world.reseeded(world.seed, customers)
    if world.scenario.cards is not None:
        from data_generators.calibration import card_worlds

        return card_worlds.potential_outcomes(world, replicas, price, progress=progress)
    parts = []
    total = 2 * replicas * len(world.scenario.markets()) * len(world.blocks())
    with counted(total, "potential outcomes", progress=progress) as bar:
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
    market: "Market",
    replicas: int,
    price: float | None,
    tick: Callable[[], object],
) -> tuple[Floats, ...]:
    """Default, profit to choose by and to score on (limits × n), clairvoyant profit (n)."""
    scenario, traits = market.scenario, market.traits
    n = market.streams.size
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
        defaulted, earned = lived(scenario, traits, market.intent.stops, months, offer)
        default += defaulted
        earned *= taken
        profit[replica % 2][:] += earned
        if replica % 2:
            clairvoyant += np.maximum(earned.max(axis=0), 0.0)
        tick()
    return (
        default / (2 * replicas),
        profit[0] / replicas,
        profit[1] / replicas,
        clairvoyant / replicas,
    )


def _with_zero_limit(table: Floats) -> Floats:
    """Limits × n as n × (1 + limits), with nothing happening at a limit of 0."""
    return np.column_stack([np.zeros(table.shape[1]), table.T])
