"""Default under do(trait := value): what a change of a customer truly does.

A trait that is set is replaced, and nothing that follows from it where customers are drawn: do of
an income leaves buffer, debts and the price of what is bought as they are. Replicas, months and
fates of partners are those of `Truth.true_pd` (common random numbers), so that a customer whose
traits are not touched defaults in exactly the same replicas, and differences are paired.

Frauds by application and those whose account will turn keep their traits: they stop paying by a
plan, not for want of money. Plans of honest customers stay as well, such as a balance that grows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data_generators.customers import Traits
from data_generators.decisions import LARGEST_LIMIT, numbers
from data_generators.errors import InvalidInput
from data_generators.intent import Intent
from data_generators.month_terms import chosen
from data_generators.progress import counted
from data_generators.repayment import Offer, draw_months, lived
from data_generators.scenarios.bounds import check_whole
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Market
    from data_generators.world import World


@dataclass(frozen=True)
class Settable:
    """A trait that can be set: what it is, and what it may be."""

    unit: str
    least: float
    most: float
    #: what it moves in the months of an account
    moves: str
    whole: bool = False
    #: zero and below are refused
    positive: bool = False


#: traits by name; every trait that can move a default but those of the partner and the product
SETTABLE: dict[str, Settable] = {
    "willingness": Settable("standard normal", -10, 10, "whether a bill that can be paid is paid"),
    "income": Settable("RMB a month", 0, 1e8, "cash, and what counts as a burden", positive=True),
    "volatility": Settable("log scale", 0, 5, "how income comes and goes, persons"),
    "turnover": Settable("RMB a month", 0, 1e9, "cash and base, businesses alone", positive=True),
    "buffer": Settable("RMB", 0, 1e9, "what a bad month can be paid from"),
    "demand": Settable("RMB", 0, 1e9, "balance wanted on a line, persons"),
    "other_debt": Settable("RMB a month", 0, 1e8, "service of debts elsewhere, out of cash"),
    "need": Settable("RMB", 0, 1e8, "price of what is bought: the loan, up to the limit"),
    "tenor": Settable("months", 1, 120, "term of an instalment loan", whole=True),
}


def defaults_under(
    world: "World",
    limit: ArrayLike,
    changes: Mapping[str, ArrayLike] | None,
    *,
    customers: ArrayLike | None,
    replicas: int,
    progress: bool,
) -> NDArray[np.bool_]:
    """See `Truth.defaults_under`."""
    check_whole("replicas", replicas, 1)
    if world.scenario.cards is not None:
        raise InvalidInput(
            f"{world.name} was calibrated to cards, whose accounts have no traits to set; use "
            "world.truth.true_pd(limit)."
        )
    ids = _ids(world, customers)
    granted = _one_each("limit", limit, len(ids))
    if not (np.isfinite(granted) & (granted >= 0) & (granted <= LARGEST_LIMIT)).all():
        raise InvalidInput(f"A limit is not from 0 to {LARGEST_LIMIT:,.0f} RMB; give such limits.")
    values = {name: _checked(name, given, len(ids)) for name, given in (changes or {}).items()}
    found = np.zeros((replicas, len(ids)), dtype=bool)
    parts = list(_parts(world, ids))
    with counted(replicas * len(parts), "pd under", progress=progress) as bar:
        for market, place, row in parts:
            some = {name: each[place] for name, each in values.items()}
            people = _People.of(market, row, granted[place], some)
            for replica in range(1, replicas + 1):
                found[replica - 1, place] = people.default(replica)
                bar.update()
    return found


@dataclass(frozen=True)
class _People:
    """Some customers of one market with the traits that they are given."""

    market: "Market"
    #: positions in the market
    row: NDArray[np.intp]
    traits: Traits
    intent: Intent
    limit: Floats

    @classmethod
    def of(
        cls, market: "Market", row: NDArray[np.intp], limit: Floats, changes: Mapping[str, Floats]
    ) -> "_People":
        traits, kept = market.traits.take(row), market.dishonest[row]
        given = {}
        for name, values in changes.items():
            own = getattr(traits, name)
            keeps = kept | np.isnan(values)
            if name == "turnover":
                keeps = keeps | ~traits.business
            given[name] = np.where(keeps, own, values).astype(own.dtype)
        whole = market.intent
        # the plan is the one made with their own traits
        intent = Intent(
            stops=whole.stops[row],
            bust_out=whole.bust_out[row],
            build_up=whole.build_up.take(row),
            means=whole.means[row],
        )
        return cls(market, row, replace(traits, **given), intent, limit)

    def default(self, replica: int) -> NDArray[np.bool_]:
        """Who defaults in a replica."""
        market = self.market
        streams = market.streams
        position = streams.positions[self.row]
        # Draws are prefixes of a block's, so those beyond the last customer need no drawing.
        block = replace(streams.block, stop=streams.block.start + int(position.max()) + 1)
        noise = replace(streams, block=block, replica=replica, rows=position)
        fates = market.fates(market.logged_offer, replica)
        months = draw_months(
            market.scenario, self.traits, market.partners, fates, noise, market.months
        )
        months = self.intent.steer(market.scenario, months)
        size = len(self.row)
        price = np.full(size, market.scenario.economics.apr)
        offer = Offer(self.limit, price, np.ones(size, dtype=bool))
        fell, _ = lived(market.scenario, self.traits, self.intent.stops, months, offer)
        return fell & (self.limit > 0)


def _parts(
    world: "World", ids: NDArray[np.int64]
) -> "Iterator[tuple[Market, NDArray[np.intp], NDArray[np.intp]]]":
    """Markets with positions of their customers among the ids, and in the market."""
    for block in world.blocks():
        inside = np.flatnonzero((ids >= block.start) & (ids < block.stop))
        for market in world.residents_of(block).markets if len(inside) else ():
            position = market.streams.positions
            place = inside[np.isin(ids[inside] - block.start, position)]
            if len(place):
                yield market, place, np.searchsorted(position, ids[place] - block.start)


def _ids(world: "World", customers: ArrayLike | None) -> NDArray[np.int64]:
    """Ids of the customers asked for, as they were given; one may be named twice."""
    if customers is None:
        return np.arange(world.customers)
    given = np.atleast_1d(np.asarray(customers))
    once = chosen(world, np.unique(given))
    return given.astype(once.dtype)


def _checked(name: str, given: ArrayLike, size: int) -> Floats:
    """Values of a trait, one a customer; NaN leaves the customer's own."""
    if name not in SETTABLE:
        raise InvalidInput(
            f"{name!r} is no trait that can be set; these can: {', '.join(SETTABLE)}."
        )
    trait, values = SETTABLE[name], _one_each(name, given, size)
    known = values[~np.isnan(values)]
    odd = (known < trait.least) | (known > trait.most) | (trait.positive & (known <= 0))
    if trait.whole:
        odd = odd | (known != np.rint(known))
    if odd.any():
        above = "above" if trait.positive else "from"
        raise InvalidInput(
            f"{name} is {known[np.argmax(odd)]:g}; it is {'a whole number ' * trait.whole}"
            f"{above} {trait.least:g} to {trait.most:g} ({trait.unit})."
        )
    return values


def _one_each(name: str, given: ArrayLike, size: int) -> Floats:
    values = numbers(name, given)
    if values.ndim == 0:
        return np.full(size, float(values))
    if values.shape != (size,):
        raise InvalidInput(
            f"{name} has {len(values)} values for {size} customers; give one each, or one for all."
        )
    return values
