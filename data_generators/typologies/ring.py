"""Rings: a group applies from a few shared devices and addresses within days.

Legitimate look-alike: families share devices and dormitories addresses, but not within days.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.profiles import Columns
from data_generators.streams import BLOCK, Streams
from data_generators.typologies.contract import at

#: members of a ring
MEMBERS = 12
#: days within which a ring applies
WINDOW = 10.0


class Ring:
    """Device and address rings."""

    name = "ring"

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], camouflage: float, streams: Streams
    ) -> Columns:
        """Shared identifiers, one window of days, young devices; camouflage spreads them out."""
        rank = np.zeros(streams.size, dtype=np.int64)
        rank[who] = np.arange(len(who))
        a_device = max(1, round(6 * (1 - camouflage)))
        first = streams.positions[who] if len(who) else np.zeros(1, dtype=np.int64)
        leader = np.zeros((2, streams.size), dtype=np.int64)
        for row, members in enumerate((a_device, MEMBERS)):
            leader[row, who] = first[(rank[who] // members) * members]
        # Identifiers of rings lie above every customer's own, so that none collides.
        base = (streams.block.index + 1) * BLOCK * 1_000_003
        start = streams.uniform("ring_start")[rank // MEMBERS]
        window = WINDOW / (1 - camouflage)
        return at(
            columns,
            who,
            {
                "device_id": base + leader[0],
                "address_id": base + leader[1],
                "apply_day": 350.0 * start + window * streams.uniform("ring_day"),
                "device_age_days": np.floor(
                    columns["device_age_days"].astype(float) * (0.15 + 0.85 * camouflage)
                ),
                "requested_amount": np.round(
                    columns["requested_amount"].astype(float) * (1.6 - 0.5 * camouflage), -2
                ),
            },
        )
