"""All that is fixed about a block's customers before any decision, market by market."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_generators.applications import Applications, draw_applications, draw_typology
from data_generators.customers import APPLICATION_DAYS, Flags, Traits, draw_arrival, draw_traits
from data_generators.incumbent import Logged, decide
from data_generators.intent import Intent, draw_intent
from data_generators.partners import Fates, Partners, draw_fates, draw_partners, financed_share
from data_generators.repayment import Months, Offer, draw_months, takes
from data_generators.rows import Rows, columns_together, together
from data_generators.scenarios import Scenario
from data_generators.streams import BLOCK, Block, Floats, Streams

#: partners of one block have ids from its index times this; a blended world has several markets
PARTNER_IDS = 10_000
MARKET_IDS = 500


@dataclass(frozen=True)
class Market:
    """The block's customers who come from one market; all of them in a plain scenario."""

    scenario: Scenario
    #: position among the scenario's markets
    index: int
    #: positions in the block; None for all of it
    rows: Rows | None
    #: noise of replica 0 for these customers
    streams: Streams
    months: int
    #: the same market for another block
    redraw: "Callable[[Block], Market]"
    #: attributes of these customers that are set and not drawn (`attributes.ATTRIBUTES`); none
    #: but where someone asks who they would be otherwise
    given: Mapping[str, Floats] = field(default_factory=dict)

    @cached_property
    def traits(self) -> Traits:
        """Latent traits."""
        return draw_traits(self.scenario, self.streams, self.given.get("business"))

    @cached_property
    def typology(self) -> NDArray[np.int8]:
        """Truth: 0 honest, else 1 + position in `TYPOLOGIES`."""
        return draw_typology(self.scenario, self.streams)

    @property
    def frauds(self) -> Flags:
        """Truth: applications that were never meant to be repaid."""
        return self.typology > 0

    @cached_property
    def intent(self) -> Intent:
        """Truth: who stops paying on purpose, and when."""
        return draw_intent(self.scenario, self.traits, self.typology, self.streams)

    @property
    def dishonest(self) -> Flags:
        """Truth: frauds by application, and those whose account will turn."""
        return self.frauds | self.intent.bust_out

    @cached_property
    def partners(self) -> Partners:
        """Truth about the partners."""
        return draw_partners(self.scenario, self.streams)

    @cached_property
    def applications(self) -> Applications:
        """What the bank sees of each application."""
        return draw_applications(
            self.scenario, self.traits, self.partners, self.typology, self.streams, self.given
        )

    @cached_property
    def logged(self) -> Logged:
        """The incumbent's decisions."""
        return decide(self.scenario, self.traits, self.applications.observed, self.streams)

    @property
    def partner_id(self) -> NDArray[np.int64]:
        """Id of each customer's partner, unique in the world."""
        return self.first_partner_id + self.traits.partner

    @property
    def first_partner_id(self) -> int:
        """Id of the market's first partner in this block."""
        return self.streams.block.index * PARTNER_IDS + self.index * MARKET_IDS

    def offer(self, limit: Floats, price: Floats, replica: int = 0) -> Offer:
        """An offer of `limit` (RMB, one a customer) at a yearly `price`, and who takes it."""
        uniform = self._noise(replica).uniform("take_up")
        opened = takes(self.scenario, self.traits, self.frauds, limit, price, uniform)
        return Offer(limit, price, opened)

    def fates(self, offer: Offer, replica: int = 0) -> Fates:
        """What becomes of the partners when the bank finances this much of their business.

        A block that the world cuts short is taken as whole, with the incumbent's decisions for
        those beyond: what becomes of a partner must not depend on the size of the world.
        """
        noise, count = self._noise(replica), len(self.partners.leverage)
        if self.scenario.partners.feedback == 0:
            financed = np.zeros(count)
        else:
            whom, granted = self.traits, np.where(offer.opened, offer.limit, 0.0)
            partner, need = whom.partner, whom.need
            if self.beyond is not None:
                tail, seen = self.beyond, len(need)
                partner = np.concatenate([partner, tail.traits.partner[seen:]])
                need = np.concatenate([need, tail.traits.need[seen:]])
                rest = np.where(tail.logged_offer.opened, tail.logged_offer.limit, 0.0)[seen:]
                granted = np.concatenate([granted, rest])
            financed = financed_share(partner, need, granted, count)
        return draw_fates(self.scenario, self.partners, financed, noise, self.months)

    @cached_property
    def beyond(self) -> "Market | None":
        """The same market in the whole block, where the world ends within it."""
        block = self.streams.block
        return None if block.size == BLOCK else self.redraw(block.whole)

    def lives(self, fates: Fates, replica: int = 0) -> Months:
        """The months that these customers live through; replica 0 is what happens."""
        noise = self._noise(replica)
        months = draw_months(self.scenario, self.traits, self.partners, fates, noise, self.months)
        return self.intent.steer(self.scenario, months)

    @cached_property
    def logged_offer(self) -> Offer:
        """The incumbent's offers, and who took them."""
        return self.offer(self.logged.limit, self.logged.price)

    def part_of(self, values: NDArray[Any]) -> NDArray[Any]:
        """These customers' entries of an array over the block."""
        return values if self.rows is None else values[self.rows]

    def _noise(self, replica: int) -> Streams:
        return replace(self.streams, replica=replica)


@dataclass(frozen=True)
class Residents:
    """The customers of one block, in customer order, whatever market they come from."""

    block: Block
    markets: tuple[Market, ...]

    @property
    def rows(self) -> list[Rows | None]:
        """Positions of each market's customers."""
        return [m.rows for m in self.markets]

    @property
    def streams(self) -> Streams:
        """Noise of replica 0 for the block's customers, whatever market they come from."""
        return Streams(self.markets[0].streams.seed, self.block)

    @property
    def months(self) -> int:
        """Months on book that accounts are followed."""
        return self.markets[0].months

    def by_market(self, of: Callable[[Scenario], Any]) -> NDArray[Any]:
        """A parameter of each customer's market, one entry a customer."""
        parts = [np.full(m.streams.size, of(m.scenario)) for m in self.markets]
        return together(parts, self.rows)

    @cached_property
    def traits(self) -> Traits:
        """Latent traits."""
        return Traits.together([m.traits for m in self.markets], self.rows)

    @cached_property
    def typology(self) -> NDArray[np.int8]:
        """Truth: 0 honest, else 1 + position in `TYPOLOGIES`."""
        return together([m.typology for m in self.markets], self.rows)

    @property
    def frauds(self) -> Flags:
        """Truth: fraudulent applications."""
        return self.typology > 0

    @cached_property
    def intent(self) -> Intent:
        """Truth: who stops paying on purpose, and when."""
        return Intent.together([m.intent for m in self.markets], self.rows)

    @cached_property
    def applications(self) -> Applications:
        """What the bank sees of each application."""
        observed = columns_together([m.applications.observed for m in self.markets], self.rows)
        tampered = together([m.applications.tampered for m in self.markets], self.rows)
        return Applications(observed, tampered)

    @cached_property
    def logged(self) -> Logged:
        """The incumbent's decisions."""
        return Logged.together([m.logged for m in self.markets], self.rows)

    @property
    def partner_id(self) -> NDArray[np.int64]:
        """Id of each customer's partner, unique in the world."""
        return together([m.partner_id for m in self.markets], self.rows)

    @property
    def market(self) -> NDArray[np.str_]:
        """Name of the market that each customer comes from."""
        return self.by_market(lambda scenario: scenario.name)


def draw_residents(scenario: Scenario, seed: int, block: Block, months: int) -> Residents:
    """The customers of one block of a world."""
    streams = Streams(seed, block)
    parts = scenario.markets()

    def again(whole: Block, index: int) -> Market:
        return draw_residents(scenario, seed, whole, months).markets[index]

    if len(parts) == 1:
        redraw = partial(again, index=0)
        only = Market(parts[0].scenario, 0, None, streams, months, redraw)
        return Residents(block, (only,))
    # Customers of a blended market arrive as in the blend's first: each then comes from one.
    month = draw_arrival(scenario, streams) * (12.0 / APPLICATION_DAYS)
    progress = np.clip(np.floor(month) / max(scenario.drift_months - 1, 1), 0.0, 1.0)
    edges = np.cumsum([p.start + (p.end - p.start) * progress for p in parts[:-1]], axis=0)
    code = (streams.uniform("market") >= edges).sum(axis=0)
    markets = []
    for index, part in enumerate(parts):
        rows = np.flatnonzero(code == index)
        arriving = _arriving(scenario, part.scenario)
        redraw = partial(again, index=index)
        own = replace(streams.of(rows), market=index)
        markets.append(Market(arriving, index, rows, own, months, redraw))
    return Residents(block, tuple(markets))


def _arriving(blend: Scenario, part: Scenario) -> Scenario:
    """The part, with applications arriving as in the blend."""
    need = replace(part.need, season=blend.need.season, season_peak=blend.need.season_peak)
    return part.replace(start=blend.start, need=need)
