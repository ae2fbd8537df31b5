"""Worlds of seasoned cards: what the bank's table shows, and what it would at other limits.

Accounts are there already, so nobody applies and every limit above 0 is taken. A limit holds
from before the first statement seen, and a price is a yearly rate on what is carried. Amounts
are in the currency of the table that the book was fitted to, costs of `Economics` too.
"""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from data_generators.calibration.card_accounts import Lived, Offer, lived_through, panel_of
from data_generators.calibration.card_market import CardMarket
from data_generators.calibration.cardholders import draw_cardholders
from data_generators.decisions import Decisions, numbers
from data_generators.errors import InvalidInput
from data_generators.potential import PotentialOutcomes
from data_generators.progress import shown
from data_generators.rows import Columns
from data_generators.scenarios import Economics
from data_generators.streams import Block, Floats, Streams

if TYPE_CHECKING:
    from data_generators.world import World


def cards_of(world: "World") -> CardMarket:
    """The cards of a calibrated world; InvalidInput where there are none."""
    cards = world.scenario.cards
    if cards is None:
        raise InvalidInput(
            f"{world.name} is no portfolio of cards; calibrate it with "
            "scenario.calibrated_to(table, mapping), or use world.observed()."
        )
    return cards


def refused(what: str) -> InvalidInput:
    """What a portfolio of cards does not have, and what to use."""
    return InvalidInput(
        f"A market calibrated to cards has no {what}: its accounts are there already; use "
        "world.portfolio(limit), world.replay(decisions), world.truth.true_pd(limit), "
        "potential_outcomes() or traits()."
    )


def granted(world: "World") -> Decisions:
    """The limits that the bank granted, at the scenario's own price."""
    cards = cards_of(world)
    limits = [
        draw_cardholders(cards.book, Streams(world.seed, block)).limit for block in world.blocks()
    ]
    return Decisions.of(np.concatenate(limits), price=world.scenario.economics.apr)


def portfolio(world: "World", limit: ArrayLike | None, *, progress: bool) -> pd.DataFrame:
    """See `World.portfolio`."""
    cards = cards_of(world)
    asked = granted(world) if limit is None else _asked(world, limit)
    parts = []
    for block, streams, offer in _blocks(world, asked, "portfolio", progress=progress):
        table = panel_of(cards.book, streams, cards.months, offer).table(cards.mapping)
        table.index = pd.RangeIndex(block.start, block.stop)
        parts.append(table)
    table = pd.concat(parts)
    return table if asked.approve.all() else table.loc[asked.approve]


def replay(world: "World", decisions: Decisions, *, progress: bool) -> pd.DataFrame:
    """A row a customer, columns as in `Outcomes.customers`."""
    cards = cards_of(world)
    parts = []
    for block, streams, offer in _blocks(world, decisions, "replay", progress=progress):
        lived = lived_through(cards.book, streams, cards.months, offer)
        opened = decisions.approve[block.start : block.stop]
        parts.append(pd.DataFrame(_summary(world.scenario.economics, lived, offer, opened)))
    return pd.concat(parts, ignore_index=True)


def true_pd(world: "World", limit: ArrayLike, replicas: int) -> Floats:
    """Mean over replicas of the probability of default, one a customer; NaN without an account."""
    cards = cards_of(world)
    asked = _asked(world, limit)
    parts = []
    for _, streams, offer in _blocks(world, asked, "true pd", progress=False):
        total = np.zeros(len(offer.limit))
        for replica in shown(range(1, replicas + 1), "true pd"):
            noise = Streams(streams.seed, streams.block, replica)
            total += lived_through(cards.book, noise, cards.months, offer).default_chance
        parts.append(total / replicas)
    return np.where(asked.approve, np.concatenate(parts), np.nan)


def potential_outcomes(
    world: "World", replicas: int, price: float | None, *, progress: bool
) -> PotentialOutcomes:
    """See `Truth.potential_outcomes`; every offer is taken, whatever its price."""
    cards, economics = cards_of(world), world.scenario.economics
    grid = np.asarray(world.scenario.limit_grid, dtype=float)
    pd_, halves = np.zeros((world.customers, len(grid))), np.zeros((2, world.customers, len(grid)))
    clairvoyant = np.zeros(world.customers)
    rounds = list(product(world.blocks(), range(1, 2 * replicas + 1)))
    for block, replica in shown(rounds, "potential outcomes", progress=progress):
        part = slice(block.start, block.stop)
        apr = np.full(block.size, economics.apr if price is None else price)
        noise, best = Streams(world.seed, block, replica), np.zeros(block.size)
        for k, limit in enumerate(grid[1:], start=1):
            offer = Offer(np.full(block.size, limit), apr)
            lived = lived_through(cards.book, noise, cards.months, offer)
            earned = _profit(economics, lived, offer)
            pd_[part, k] += lived.default_chance
            halves[replica % 2, part, k] += earned
            best = np.maximum(best, earned)
        clairvoyant[part] += best * (replica % 2)
    return PotentialOutcomes(
        limits=grid,
        pd=pd_ / (2 * replicas),
        profit_to_choose=halves[0] / replicas,
        profit_to_score=halves[1] / replicas,
        clairvoyant=clairvoyant / replicas,
        replicas=replicas,
    )


def traits(world: "World") -> pd.DataFrame:
    """Latent traits, a row a customer.

    Columns `customer_id`; `ability`, `willingness`, `impatience`, `careless` and `older`
    (standing in age), all standard normal; `good_for` (currency), what the bank's rule takes the
    holder to be good for.
    """
    book, names = cards_of(world).book, ("ability", "willingness", "impatience", "careless",
                                         "older", "good_for")  # fmt: skip
    parts = []
    for block in world.blocks():
        holders = draw_cardholders(book, Streams(world.seed, block))
        ids = {"customer_id": np.arange(block.start, block.stop)}
        parts.append(pd.DataFrame(ids | {name: getattr(holders, name) for name in names}))
    return pd.concat(parts, ignore_index=True)


def _asked(world: "World", limit: ArrayLike) -> Decisions:
    """Limits for every customer at the scenario's own price; one number is for all."""
    given = numbers("limit", limit)
    limits = np.full(world.customers, given) if given.ndim == 0 else given
    if limits.shape != (world.customers,):
        raise InvalidInput(
            f"There are {limits.size} limits for {world.customers} customers; give one for each, "
            "in customer order."
        )
    return Decisions.of(limits, price=world.scenario.economics.apr)


def _blocks(
    world: "World", asked: Decisions, what: str, *, progress: bool
) -> Iterator[tuple[Block, Streams, Offer]]:
    """Every block with its noise and its part of what is asked.

    Without an account nothing is kept; any limit does to pass through the months.
    """
    limits = np.where(asked.approve, asked.limit, 1.0)
    for block in shown(world.blocks(), what, progress=progress):
        part = slice(block.start, block.stop)
        yield block, Streams(world.seed, block), Offer(limits[part], asked.price[part])


def _summary(economics: Economics, lived: Lived, offer: Offer, opened: ArrayLike) -> Columns:
    """What became of a block's accounts over the statements seen; nothing without an account."""
    months, seen = lived.months, lived.seen
    bill, spent = months.bill[seen], months.spent[seen]
    refunded = np.maximum(-spent, 0.0).sum(axis=0)
    exposure = np.maximum(bill[-1], 0.0)
    failed = (lived.default == 1) & opened
    flows = {
        "ead": np.where(failed, exposure, 0.0),
        "drawn": np.maximum(spent, 0.0).sum(axis=0),
        "interest": months.interest[seen].sum(axis=0),
        "fee": np.zeros(len(exposure)),
        "paid": months.paid[:-2].sum(axis=0) + refunded,
        "refunded": refunded,
        "balance": np.where(failed, np.minimum(bill[-1], 0.0), bill[-1]),
        "profit": _profit(economics, lived, offer),
    }
    kept = {name: np.where(opened, amount, 0.0) for name, amount in flows.items()}
    utilisation = bill.mean(axis=0) / offer.limit
    order = ("drawn", "interest", "fee", "paid", "refunded", "ead", "balance")
    return {
        "limit": np.where(opened, offer.limit, 0.0),
        "taken": np.asarray(opened),
        "default": failed,
        "default_month": np.where(failed, len(bill) + 1.0, np.nan),
        **{name: kept[name] for name in order},
        "utilisation": np.where(opened, utilisation, np.nan),
        "profit": kept["profit"],
    }


def _profit(economics: Economics, lived: Lived, offer: Offer) -> Floats:
    """Discounted: interest less funding, capital, servicing, collection and the loss on default.

    As in `repayment.profit`, on statement balances; a credit balance funds nothing. The loss is
    booked in the month after the last statement.
    """
    e, months = economics, lived.months
    profit = np.zeros(len(offer.limit))
    last = len(months.bill) - 2
    for m in range(1, last + 1):
        balance = np.maximum(months.bill[m], 0.0)
        earned = months.interest[m] - balance * ((e.cof + e.capital_cost) / 12.0)
        earned -= np.maximum(offer.limit - balance, 0.0) * (e.undrawn_capital_cost / 12.0)
        earned -= e.collection * (months.late[m - 1] > 0) + e.servicing
        profit += earned * (1.0 + e.discount) ** (-m / 12.0)
    lost = np.maximum(months.bill[last], 0.0) * (lived.default == 1) * e.lgd
    discounted: Floats = profit - lost * (1.0 + e.discount) ** (-(last + 1) / 12.0)
    return discounted
