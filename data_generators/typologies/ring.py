"""Rings: groups that apply together, some from shared devices, addresses, phones and accounts.

Mechanism: a ring chooses how many applications go through one device and how far it hides, its
camouflage (see `adversary`). Camouflage leaves members untied, who look like anybody, and
spreads the others over months. No tie is common to all members: one shares a device, another an
address and a phone, a third the account that the money goes to. Nothing is ever paid back.
Traces: these ties, days close together, young devices and high amounts. Label path: collections
find a part of what was approved, weeks after the first missed payment.

Legitimate look-alike: families share devices, addresses and sometimes a phone, dormitories
addresses, friends and customers of a shop a device. They outnumber rings by far on each tie by
itself; a device shared by people of different homes who apply within days of one another, on a
device that was first seen lately, is what they seldom show.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import APPLICATION_DAYS, Flags
from data_generators.households import draw_households, shares_phone
from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import BLOCK, Floats, Ints, Streams
from data_generators.typologies.contract import at
from data_generators.typologies.traces import Trace

#: members of a ring, mean (assumed: as many as one device of the largest strategy serves [W])
MEMBERS = 12
#: most rings of one market in a block: their ids are the block's index times `RING_IDS` and on
RING_IDS = 1_000
#: ids of another market's rings in a blended world start so much further on
_MARKET_IDS = 10**9
#: share of members whom anything ties to the ring, without camouflage, and its fall from there
#: to full camouflage (assumed)
TIED, UNTIED_BY_CAMOUFLAGE = 0.95, 0.75
#: of them: share on a device of the ring's, where it shares any; at its address; and with their
#: money going to an account of its (assumed)
ON_DEVICE, AT_ADDRESS, ON_ACCOUNT = 0.85, 0.60, 0.45
#: of those at its address: share with a phone that is passed around, and how many use one (assumed)
ON_PHONE, A_PHONE = 0.40, 2.0
#: members whose money goes to one account, mean (assumed)
AN_ACCOUNT = 3.0
#: days within which tied members apply, without camouflage (assumed)
WINDOW = 6.0
#: share of tied members whose device the ring bought lately, of others without camouflage, and
#: the factor on its age (assumed)
YOUNG, YOUNG_ELSEWHERE, YOUNGER = 0.70, 0.20, 0.20
#: share of members who ask for more, without camouflage, and by what factor (assumed)
ASKS_MORE, MORE = 0.50, 1.4


@dataclass(frozen=True)
class Members:
    """Truth: which ring each of some customers belongs to; one entry each, in their order."""

    #: number of the ring in its block and market, from 0
    ring: Ints
    #: number of the ring in the world
    ring_id: Ints
    #: number by which rings take turns: ring `turn` plays strategy `turn` modulo their number
    turn: Ints
    #: applications that go through one device
    per_device: Ints
    #: share of the trace that is hidden
    camouflage: Floats
    #: something ties the member to the ring; not those who look like anybody
    tied: Flags

    @property
    def strategy(self) -> list[str]:
        """Strategy of each one's ring as applications per device / camouflage, such as "4/0.6"."""
        pairs = zip(self.per_device.tolist(), self.camouflage.tolist(), strict=True)
        return [f"{per_device}/{camouflage:g}" for per_device, camouflage in pairs]


class Ring:
    """Rings by device, address, phone and account."""

    name = "ring"
    denominator = "applications"
    traces: tuple[Trace, ...] = ()

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """Shared identifiers, one window of days, young devices, more asked for."""
        everyone = self.members(np.arange(streams.size), mix, streams)
        shown = 1 - everyone.camouflage
        young = np.where(everyone.tied, YOUNG, YOUNG_ELSEWHERE * shown)
        factor = np.where(streams.uniform("ring_young") < young, YOUNGER, 1.0)
        more = np.where(streams.uniform("ring_asks_more") < ASKS_MORE * shown, MORE, 1.0)
        return at(
            self.link(columns, who, mix, streams),
            who,
            {
                "device_age_days": columns["device_age_days"].astype(float) * factor,
                "requested_amount": columns["requested_amount"].astype(float) * more,
            },
        )

    def members(self, who: NDArray[np.intp], mix: FraudMix, streams: Streams) -> Members:
        """Truth: rings of the customers `who` (positions), as they would be if all were in one.

        A member's ring is a draw of the member's own, so that neither the order of customers nor
        the size of the world has a say.
        """
        rings = a_block(mix)
        ring = (streams.uniform("ring") * rings).astype(np.int64)[who]
        turn = streams.block.index * rings + ring
        strategies = np.array(mix.ring_strategies, dtype=float)
        per_device, camouflage = strategies[turn % len(strategies)].T
        tied = streams.uniform("ring_tied")[who] < TIED - UNTIED_BY_CAMOUFLAGE * camouflage
        ring_id = _MARKET_IDS * streams.market + streams.block.index * RING_IDS + ring
        return Members(ring, ring_id, turn, per_device.astype(np.int64), camouflage, tied)

    def stops(self, uniform: Floats) -> Ints:
        """At once."""
        return np.zeros(len(uniform), dtype=np.int64)

    def link(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """The part that ties members to one another: identifiers and days."""
        everyone = self.members(np.arange(streams.size), mix, streams)
        device = who[self._on_device(everyone, streams)[who]]
        # Who shares a phone with the family stays with the family: one phone, one home.
        family = shares_phone(draw_households(streams, mix.honest_sharing))[streams.positions]
        family |= columns["phone_id"] != streams.positions
        settled = ~everyone.tied | family
        address = who[(~settled & (streams.uniform("ring_at_address") < AT_ADDRESS))[who]]
        phone = address[(streams.uniform("ring_on_phone") < ON_PHONE)[address]]
        changes = {
            "device_id": _shared(
                columns["device_id"], _part(everyone, "ring_device", streams), device, streams
            ),
            "address_id": _shared(columns["address_id"], everyone.ring, address, streams),
            "phone_id": _shared(
                columns["phone_id"], _part(everyone, "ring_phone", streams, A_PHONE), phone, streams
            ),
            "apply_day": _days(columns, everyone, who[everyone.tied[who]], streams),
        }
        return {**columns, **changes}

    def accounts(self, who: NDArray[np.intp], mix: FraudMix, streams: Streams) -> Ints:
        """Truth: position of the customer to whose account each one's money goes, of all.

        The own position for those who are not in `who`, or share none.
        """
        everyone = self.members(np.arange(streams.size), mix, streams)
        shares = everyone.tied & (streams.uniform("ring_on_account") < ON_ACCOUNT)
        group = _part(everyone, "ring_account", streams, AN_ACCOUNT)
        return _shared(streams.positions, group, who[shares[who]], streams)

    @staticmethod
    def _on_device(everyone: Members, streams: Streams) -> Flags:
        """Who would be on a device of the ring's."""
        on: Flags = streams.uniform("ring_on_device") < ON_DEVICE
        return on & everyone.tied & (everyone.per_device > 1)


def a_block(mix: FraudMix) -> int:
    """Rings of a whole block: as many as it has on average.

    >>> a_block(FraudMix.only("ring", rate=0.012))
    16
    """
    return int(np.clip(round(BLOCK * mix.rate * mix.ring / MEMBERS), 1, RING_IDS))


def _part(everyone: Members, purpose: str, streams: Streams, members: float = 0.0) -> Ints:
    """Number of each one's part of the ring, of `members` or of the strategy's on a device."""
    size = everyone.per_device if members == 0 else np.full(streams.size, members)
    parts = np.maximum(np.rint(MEMBERS / size), 1).astype(np.int64)
    part: Ints = everyone.ring * MEMBERS + (streams.uniform(purpose) * parts).astype(np.int64)
    return part


def _leaders(group: Ints, who: NDArray[np.intp]) -> NDArray[np.intp]:
    """The first of `who` in each one's group: the same in a world that ends after them."""
    _, first, of = np.unique(group[who], return_index=True, return_inverse=True)
    return who[first][of]


def _shared(
    column: NDArray[np.generic], group: Ints, who: NDArray[np.intp], streams: Streams
) -> Ints:
    """The column where each of `who` has the first one's own in the group."""
    shared = column.astype(np.int64)
    shared[who] = streams.positions[_leaders(group, who)]
    return shared


def _days(columns: Columns, everyone: Members, who: NDArray[np.intp], streams: Streams) -> Floats:
    """Days on which tied members apply: about the first one's, in a window; others' own.

    Camouflage widens the window; from the ends of the year it is folded back.
    """
    day = columns["apply_day"].astype(float)
    window = np.minimum(
        WINDOW / np.maximum(1 - everyone.camouflage, WINDOW / APPLICATION_DAYS), APPLICATION_DAYS
    )
    near = day[_leaders(everyone.ring, who)] + window[who] * (
        streams.uniform("ring_day")[who] - 0.5
    )
    folded = np.abs(near)
    day[who] = np.where(folded > APPLICATION_DAYS, 2 * APPLICATION_DAYS - folded, folded)
    return day
