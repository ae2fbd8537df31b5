"""What every fraud typology does: leave traces in the columns that a bank sees.

A typology counts against one denominator. By application: someone applies who should not get
the money. By account: an account turns. By transfer: money moves that should not.
"""

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.partners import NEVER
from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import Floats, Ints, Streams

if TYPE_CHECKING:
    from data_generators.typologies.traces import Trace

__all__ = ["NEVER", "Typology", "at", "shows", "within_months"]


class Typology(Protocol):
    """A way to defraud the bank at application."""

    #: the name in the truth table and of the share in `FraudMix`
    name: str
    #: what its share is a share of: applications, accounts or transfers
    denominator: str
    #: what cases show of themselves, each a part of it; honest look-alikes show one
    traces: "tuple[Trace, ...]"

    def leave_traces(
        self, columns: Columns, who: NDArray[np.intp], mix: FraudMix, streams: Streams
    ) -> Columns:
        """New columns in which the rows `who` look as this fraud looks.

        `mix.camouflage` in [0, 1]: the share of the trace that is hidden. Rows of others and the
        order of rows stay as they are. Amounts and times come unrounded and stay so: every
        column is rounded once, for everybody, when all traces are left. Identifiers are
        positions in the block of the customer whose own they are.
        """
        ...

    def stops(self, uniform: Floats) -> Ints:
        """Month on book, from 0, from which nothing is paid any more; `NEVER` if that is not so.

        `uniform`: one a customer. Until then what falls due is paid; from then on a line is
        drawn to its limit.
        """
        ...


def shows(purpose: str, mix: FraudMix, streams: Streams, share: float = 1.0) -> Flags:
    """Which customers' cases show one trace: a `share` of them, less what camouflage hides."""
    return streams.uniform(purpose) < share * (1.0 - mix.camouflage)


def within_months(uniform: Floats, share: float, first: int, last: int) -> Ints:
    """A `share` stops in a month from `first` to `last`, all as likely; the others never.

    >>> [m if m < NEVER else None for m in within_months(np.array([0.0, 0.3, 0.9]), 0.6, 1, 6)]
    [np.int64(1), np.int64(4), None]
    """
    month = first + np.floor(uniform / share * (last - first + 1))
    return np.where(uniform < share, np.minimum(month, last), NEVER).astype(np.int64)


def at(columns: Columns, who: NDArray[np.intp], changes: dict[str, NDArray[np.generic]]) -> Columns:
    """Columns with `changes` (arrays of the whole block) taken over in the rows `who`."""
    changed = dict(columns)
    for name, values in changes.items():
        column = columns[name].astype(np.result_type(columns[name], values))
        column[who] = values[who]
        changed[name] = column
    return changed
