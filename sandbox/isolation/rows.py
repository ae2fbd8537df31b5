"""One row after the other: memory that stays, so that a call is a copy, a short line and a copy.

The supervisor alone can write the features' slot: it mapped it before the slot was sealed against
further writers. The scores' memory has a fixed size. It holds no number when a call begins, and
the supervisor copies it once the worker has answered, so what a worker writes later has no effect.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.isolation import memory, work

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FLOAT = 8
#: characters of names that go into one message, at six bytes each in the worst case
_NAMES = 10_000


@dataclass(frozen=True)
class RowShape:
    """What every row of a session has in common."""

    #: features of a row
    width: int
    #: scores of a row
    outputs: tuple[str, ...]
    #: names of the features: the model sees a table of one row; none: it sees an array, 1 × width
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.outputs:
            raise BadInput("No outputs were asked for; name at least one, such as ('pd',).")
        if not self.width:
            raise BadInput("The row is empty; give at least one number.")
        if self.columns and len(set(self.columns)) != self.width:
            raise BadInput(
                f"There are {self.width} numbers in a row and {len(set(self.columns))} different "
                "names of columns; give each number a name of its own."
            )
        if len(names := f"{self.columns}{self.outputs}") > _NAMES:
            raise BadInput(
                f"The names of columns and outputs take {len(names):,} characters, more than "
                f"{_NAMES:,}; give rows without column names."
            )

    def checked(self, values: Any) -> NDArray[np.float64]:
        """The row as floats; BadInput when it is no row of this shape. NaN may be in it.

        >>> RowShape(2, ("pd",)).checked([0.5, 1])
        array([0.5, 1. ])
        """
        import numpy as np

        try:
            row = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise BadInput(f"A row is made of numbers; {error}.") from error
        if row.shape not in {(self.width,), (1, self.width)}:
            names = f" ({', '.join(self.columns[:6])} …)" if self.columns else ""
            raise BadInput(
                f"The row has the shape {row.shape}; this session's rows are {self.width} "
                f"numbers{names}."
            )
        return row.reshape(self.width)


class RowMemory:
    """The supervisor's side of a worker's slot and scores."""

    def __init__(self, shape: RowShape) -> None:
        import numpy as np

        size = len(shape.outputs) * _FLOAT
        self.features, slot = memory.slot(shape.width * _FLOAT)
        try:
            self.scores = memory.writable(size)
            self._out: NDArray[np.float64] = np.frombuffer(mmap.mmap(self.scores, size))
        except BaseException:
            os.close(self.features)
            raise
        self._in: NDArray[np.float64] = np.frombuffer(slot)

    def put(self, row: NDArray[np.float64]) -> None:
        """Lay the row down, and take away the last one's scores."""
        self._in[:] = row
        self._out[:] = float("nan")

    def taken(self) -> NDArray[np.float64]:
        """A copy of the scores that nobody else can change."""
        return self._out.copy()

    def close(self) -> None:
        """Close the descriptors; the mappings go with the object."""
        os.close(self.features)
        os.close(self.scores)


class Served:
    """The worker's side: maps what the supervisor made, and scores what lies in the slot."""

    def __init__(self, shape: RowShape, features: int, scores: int) -> None:
        import numpy as np

        self._shape = shape
        self._in: NDArray[np.float64] = np.frombuffer(
            mmap.mmap(features, shape.width * _FLOAT, prot=mmap.PROT_READ)
        )
        self._out: NDArray[np.float64] = np.frombuffer(
            mmap.mmap(scores, len(shape.outputs) * _FLOAT)
        )
        self._seen = seen_as(shape)

    def score(self, model: Any) -> None:
        """Score the row and lay its scores down; Failure or MemoryError as for tables."""
        given = self._seen(self._in.copy())
        self._out[:] = scored(model, given, self._shape)


def scored(model: Any, given: Any, shape: RowShape) -> NDArray[np.float64]:
    """The scores of one row as the model sees it."""
    import numpy as np

    return np.frombuffer(work.perform("score", model, [given], shape.outputs))


def seen_as(shape: RowShape) -> Any:
    """A function from a row of floats, its own copy, to what a model is given."""
    if not shape.columns:
        return lambda row: row.reshape(1, shape.width)
    import pandas as pd

    columns = pd.Index(shape.columns)
    return lambda row: pd.DataFrame(row.reshape(1, shape.width), columns=columns, copy=False)
