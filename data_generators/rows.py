"""Tables of arrays with one entry a customer: some of the rows, and parts put together again."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


@dataclasses.dataclass(frozen=True)
class Rowwise:
    """A frozen dataclass whose every field is an array over the same customers."""

    def take(self, rows: Rows | None) -> Self:
        """The same for some customers, by position; None for all of them."""
        if rows is None:
            return self
        return type(self)(**{name: values[rows] for name, values in vars(self).items()})

    @classmethod
    def together(cls, parts: Sequence[Self], rows: Sequence[Rows | None]) -> Self:
        """Parts over disjoint `rows` as one, each entry at its position."""
        if rows[0] is None:
            return parts[0]
        names = [f.name for f in dataclasses.fields(cls)]
        arrays = {name: together([vars(part)[name] for part in parts], rows) for name in names}
        return cls(**arrays)


def together(arrays: Sequence[NDArray[Any]], rows: Sequence[Rows | None]) -> NDArray[Any]:
    """Arrays over disjoint `rows` (last axis) as one, each entry at its position.

    >>> together([np.array([1, 3]), np.array([2])], [np.array([0, 2]), np.array([1])]).tolist()
    [1, 2, 3]
    """
    if rows[0] is None:
        return arrays[0]
    size = sum(len(r) for r in rows if r is not None)
    whole = np.empty((*arrays[0].shape[:-1], size), dtype=np.result_type(*arrays))
    for array, where in zip(arrays, rows, strict=True):
        whole[..., where] = array
    return whole


def columns_together(
    parts: Sequence[Mapping[str, NDArray[Any]]], rows: Sequence[Rows | None]
) -> dict[str, NDArray[Any]]:
    """The same for tables held as a dict of columns."""
    return {name: together([part[name] for part in parts], rows) for name in parts[0]}
