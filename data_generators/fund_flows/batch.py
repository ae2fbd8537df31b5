"""Rows of the ledger in the making: light ones of ordinary life, and those with a story."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.fund_flows.bookings import booking_of
from data_generators.fund_flows.calendar import on_tick
from data_generators.fund_flows.movements import Movements
from data_generators.streams import Floats, Ints


class Batch(NamedTuple):
    """Transfers of ordinary life, one entry each: what most rows of the ledger are."""

    #: days, on a tick
    time: Floats
    source: Ints
    target: Ints
    #: whole cents
    amount: Floats
    #: as in `bookings`
    booking: NDArray[np.int16]
    ids: Ints
    #: row of the movements with a story, -1 for none
    story: NDArray[np.int32]

    @classmethod
    def plain(
        cls, time: Floats, source: Ints, target: Ints, amount: Floats,
        booking: int | NDArray[np.int16], ids: Ints,
    ) -> Self:  # fmt: skip
        """Rows without a story; one booking for all or one each."""
        size = len(time)
        return cls(
            time,
            source,
            target,
            amount,
            np.broadcast_to(np.asarray(booking, dtype=np.int16), size),
            ids,
            np.full(size, -1, dtype=np.int32),
        )

    @classmethod
    def told(cls, movements: Movements, ids: Ints) -> Self:
        """Rows with a story: those of `movements`, each with an id."""
        size = len(movements)
        return cls(
            on_tick(movements.time),
            movements.source,
            movements.target,
            np.rint(movements.amount),
            booking_of(movements.kind, movements.channel, movements.reference).astype(np.int16),
            ids,
            np.arange(size, dtype=np.int32),
        )

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Several as one."""
        whole: tuple[Any, ...] = tuple(np.concatenate(c) for c in zip(*parts, strict=True))
        return cls(*whole)

    def take(self, rows: NDArray[np.intp] | Flags) -> Self:
        """Some of them."""
        # positions are taken faster than they are indexed, and both faster than flags
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        some: tuple[Any, ...] = tuple(values.take(places) for values in self)
        return type(self)(*some)

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.time)
