"""Shapley values of a true PD: how far each trait of a customer moves its log-odds.

The game: the value of a coalition S is the log-odds of the probability of default when the
traits in S are set to the customer's own and the others are those of somebody else from the same
market, logit p*(do(x_S), L). Setting a trait replaces the trait itself and nothing else: ability
moves income, buffer and willingness where customers are drawn, but do(income) leaves the buffer
alone, and no player stands for ability. Nobody's traits set is the base, the PD of the market at
that limit; all of them set is the customer's own p*(x, L).

Every replica of noise brings another background customer, and all coalitions of a customer live
through the same months (common random numbers, those of `Truth.true_pd`), so that differences
between coalitions are paired and a trait that changes nothing gets exactly 0. Of n replicas with
k defaults, p* is (k + 0.5) / (n + 1): finite at no default, and unbiased on the logit scale to
the order of 1/n.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data_generators.customers import PRODUCTS, Traits
from data_generators.month_terms import chosen, decisions_of
from data_generators.partners import NEVER
from data_generators.progress import counted
from data_generators.repayment import Offer, draw_months, lived
from data_generators.scenarios.bounds import check_whole
from data_generators.shapley import coalitions, shapley_values
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Market
    from data_generators.world import World

#: players of the game and the traits that each stands for; every trait that can move a default
#: belongs to one, save product and kind of borrower, which a background customer shares
PLAYERS: dict[str, tuple[str, ...]] = {
    "willingness": ("willingness",),
    "income": ("income", "volatility", "turnover"),
    "buffer": ("buffer",),
    "demand": ("impatience", "demand", "transactor"),
    "other_debt": ("n_lenders", "other_debt"),
    "need": ("need", "tenor"),
    "partner": ("partner", "arrival_day"),
}
#: accounts that are lived through at once: explained customers × coalitions
TOGETHER = 16_384


def contributions(
    world: "World",
    limit: ArrayLike,
    customers: ArrayLike,
    *,
    price: float | None,
    replicas: int,
    background: int,
    first_replica: int,
    progress: bool,
) -> pd.DataFrame:
    """See `Truth.contributions`."""
    counts = {"replicas": replicas, "background": background, "first_replica": first_replica}
    for name, count in counts.items():
        check_whole(name, count, 1)
    decisions = decisions_of(world, limit, price)
    ids = chosen(world, customers)
    base, full = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    shares = np.full((len(PLAYERS), len(ids)), np.nan)
    games = list(_games(world, ids, decisions.limit, decisions.price, background))
    with counted(replicas * len(games), "contributions", progress=progress) as bar:
        for game in games:
            defaults = np.zeros((2 ** len(PLAYERS), len(game.who)))
            for replica in range(first_replica, first_replica + replicas):
                defaults += game.lived_by_all(replica)
                bar.update()
            pd_star = (defaults + 0.5) / (replicas + 1)
            value = np.log(pd_star / (1.0 - pd_star))
            base[game.place], full[game.place] = value[0], value[-1]
            shares[:, game.place] = shapley_values(value)
    columns = dict(zip(PLAYERS, shares, strict=True))
    return pd.DataFrame({"customer_id": ids, "base": base, **columns, "log_odds": full})


@dataclass(frozen=True)
class Game:
    """Some customers of one market, and those whose traits stand in for theirs."""

    market: "Market"
    #: positions among the ids asked for
    place: NDArray[np.intp]
    #: positions in the market
    who: NDArray[np.intp]
    #: RMB and yearly rate of each of `who`
    limit: Floats
    price: Floats
    #: traits of the market's customers in the whole block, and who of them stands in for each of
    #: `who`, one replica after the other: background × customers
    crowd: Traits
    stand_in: NDArray[np.intp]

    def lived_by_all(self, replica: int) -> Floats:
        """Who defaults in a replica: coalitions × customers, 0 or 1."""
        market, times = self.market, 2 ** len(PLAYERS)
        streams = market.streams
        position = streams.positions[self.who]
        # Draws are prefixes of a block's, so those beyond the last customer need no drawing.
        block = replace(streams.block, stop=streams.block.start + int(position.max()) + 1)
        noise = replace(streams, block=block, replica=replica, rows=np.tile(position, times))
        traits = self._hybrids(replica)
        fates = market.fates(market.logged_offer, replica)
        months = draw_months(market.scenario, traits, market.partners, fates, noise, market.months)
        size = times * len(self.who)
        offer = Offer(
            np.tile(self.limit, times), np.tile(self.price, times), np.ones(size, dtype=bool)
        )
        honest = np.full(size, NEVER)
        default, _ = lived(market.scenario, traits, honest, months, offer)
        return default.reshape(times, -1).astype(float)

    def _hybrids(self, replica: int) -> Traits:
        """Each customer with each coalition's traits kept and the others of somebody else."""
        inside = coalitions(len(PLAYERS))
        player_of = {name: p for p, names in enumerate(PLAYERS.values()) for name in names}
        others = self.crowd.take(self.stand_in[(replica - 1) % len(self.stand_in)])
        mixed = {}
        for name, values in vars(self.market.traits.take(self.who)).items():
            keeps = inside[:, [player_of[name]]] if name in player_of else np.ones((len(inside), 1))
            theirs = getattr(others, name)
            mixed[name] = np.where(keeps == 1, values, theirs).astype(values.dtype).ravel()
        return Traits(**mixed)


def _games(
    world: "World", ids: NDArray[np.int64], limit: Floats, price: Floats, background: int
) -> Iterator[Game]:
    """Honest customers with a limit, some of one market at a time."""
    at_once = max(TOGETHER // 2 ** len(PLAYERS), 1)
    for block in world.blocks():
        inside = np.flatnonzero((ids >= block.start) & (ids < block.stop))
        for market in world.residents_of(block).markets if len(inside) else ():
            position = market.streams.positions
            place = inside[np.isin(ids[inside] - block.start, position)]
            row = np.searchsorted(position, ids[place] - block.start)
            taken = (limit[ids[place]] > 0) & ~market.dishonest[row]
            place, row = place[taken], row[taken]
            # The whole block stands in, so that values do not depend on the size of the world.
            whole = market.beyond or market
            stand_in = _stand_ins(market.traits.take(row), whole, background)
            for start in range(0, len(row), at_once):
                some = slice(start, start + at_once)
                who = ids[place[some]]
                yield Game(
                    market=market,
                    place=place[some],
                    who=row[some],
                    limit=limit[who],
                    price=price[who],
                    crowd=whole.traits,
                    stand_in=stand_in[:, some],
                )


def _stand_ins(traits: Traits, whole: "Market", background: int) -> NDArray[np.intp]:
    """Honest customers of the same product and kind of borrower, the first: background × n.

    Where there are fewer of them than `background`, they take turns.
    """
    own, of_all = kind(traits), kind(whole.traits)
    stand_in = np.empty((background, len(own)), dtype=np.intp)
    for each in np.unique(own):
        alike = np.flatnonzero((of_all == each) & ~whole.dishonest)
        stand_in[:, own == each] = np.resize(alike, background)[:, None]
    return stand_in


def kind(traits: Traits) -> NDArray[np.int64]:
    """Code of product and kind of borrower, which nobody stands in for."""
    code: NDArray[np.int64] = traits.product + len(PRODUCTS) * traits.business.astype(np.int64)
    return code
