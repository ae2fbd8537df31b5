"""Rings: a group applies from a few shared devices, addresses and phones within days.

Legitimate look-alike: families share devices, addresses and sometimes a phone, dormitories
addresses, friends and customers of a shop a device, but not within days.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import APPLICATION_DAYS
from data_generators.households import draw_households, shares_phone
from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import BLOCK, Streams
from data_generators.typologies.contract import at

#: members of a ring, mean
MEMBERS = 12
#: days within which a ring applies
WINDOW = 10.0
#: members who use one phone, mean, and share of phones that are passed around
ON_A_PHONE, PASSED_AROUND = 1.5, 0.6


class Ring:
    """Device and address rings."""

    name = "ring"

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """Shared identifiers, one window of days, young devices; camouflage spreads them out."""
        return at(
            self.link(columns, who, mix, streams),
            who,
            {
                "device_age_days": columns["device_age_days"].astype(float)
                * (0.15 + 0.85 * mix.camouflage),
                "requested_amount": columns["requested_amount"].astype(float)
                * (1.6 - 0.5 * mix.camouflage),
            },
        )

    def link(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """The part that ties members to one another: identifiers and days."""
        # As many rings as a whole block has on average: joining one takes a draw of the member's
        # own, so that neither the order of customers nor the size of the world has a say.
        rings = max(1, round(BLOCK * mix.rate * mix.ring / MEMBERS))
        ring = (streams.uniform("ring") * rings).astype(np.int64)
        device = _within(ring, "ring_device", max(1, round(6 * (1 - mix.camouflage))), streams)
        phone = _within(ring, "ring_phone", ON_A_PHONE, streams)
        passed = streams.shared("ring_phone_passed", int(phone.max(initial=0)) + 1)[phone]
        leader = _first(phone, who, streams)
        # Whose phone a family uses stays with the family: one phone, one home.
        family = shares_phone(draw_households(streams, mix.honest_sharing))
        tied = family[streams.positions]
        passed_on = (passed < PASSED_AROUND * (1 - mix.camouflage)) & ~family[leader] & ~tied
        # Spread as thin as can be, members apply all over the year.
        window = WINDOW / max(1 - mix.camouflage, WINDOW / APPLICATION_DAYS)
        start = (APPLICATION_DAYS - window) * streams.shared("ring_start", rings)[ring]
        return at(
            columns,
            who,
            {
                "device_id": _first(device, who, streams),
                "address_id": np.where(
                    tied, columns["address_id"].astype(np.int64), _first(ring, who, streams)
                ),
                "phone_id": np.where(passed_on, leader, streams.positions),
                "apply_day": start + window * streams.uniform("ring_day"),
            },
        )


def _within(
    ring: NDArray[np.int64], purpose: str, members: float, streams: Streams
) -> NDArray[np.int64]:
    """Number of the part of the ring, of `members` on average, that a customer belongs to."""
    parts = max(1, round(MEMBERS / members))
    part: NDArray[np.int64] = ring * parts + (streams.uniform(purpose) * parts).astype(np.int64)
    return part


def _first(group: NDArray[np.int64], who: NDArray[np.intp], streams: Streams) -> NDArray[np.int64]:
    """Position in the block of the first of `who` in each one's group; others' own."""
    leader = streams.positions.astype(np.int64)
    _, first, of = np.unique(group[who], return_index=True, return_inverse=True)
    leader[who] = leader[who][first][of]
    return leader
