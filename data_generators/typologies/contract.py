"""What every fraud typology does: leave traces in the columns that a bank sees."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import Streams


class Typology(Protocol):
    """A way to defraud the bank at application."""

    #: the name in the truth table and of the share in `FraudMix`
    name: str

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


def at(columns: Columns, who: NDArray[np.intp], changes: dict[str, NDArray[np.generic]]) -> Columns:
    """Columns with `changes` (arrays of the whole block) taken over in the rows `who`."""
    changed = dict(columns)
    for name, values in changes.items():
        column = columns[name].astype(np.result_type(columns[name], values))
        column[who] = values[who]
        changed[name] = column
    return changed
