"""Tables of arrays with one entry a customer: some of the rows, and parts put together again."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Rows = NDArray[np.intp]
#: a table as arrays by name, all of one length
Columns = dict[str, NDArray[Any]]


@dataclasses.dataclass(frozen=True)
class Rowwise:
    """A frozen dataclass whose every field is an array over the same customers, the last axis."""

    def take(self, rows: Rows | None) -> Self:
        """The same for some customers, by position; None for all of them."""
        if rows is None:
            return self
        some = {name: np.take(values, rows, axis=-1) for name, values in vars(self).items()}
        return type(self)(**some)

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


def category(codes: NDArray[Any], names: Sequence[str]) -> pa.DictionaryArray:
    """A column of a few words, by position in `names`; every block has the same words.

    >>> category(np.array([1, 0]), ("a", "b")).to_pylist()
    ['b', 'a']
    """
    words = pa.array(list(names), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32, copy=False)), words)


def columns_together(
    parts: Sequence[Mapping[str, NDArray[Any]]], rows: Sequence[Rows | None]
) -> Columns:
    """The same for tables held as a dict of columns."""
    return {name: together([part[name] for part in parts], rows) for name in parts[0]}


def stacked(parts: Sequence[Columns]) -> Columns:
    """Tables of the same columns as one, rows of the first on top.

    >>> stacked([{"a": np.array([1])}, {"a": np.array([2])}])["a"].tolist()
    [1, 2]
    """
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def at(values: NDArray[Any], rows: Rows) -> NDArray[Any]:
    """Entries of limits × n or n values at positions in the flattened limits × n.

    >>> at(np.array([5, 6]), np.array([1, 2])).tolist(), at(np.eye(2), np.array([3])).tolist()
    ([6, 5], [1.0])
    """
    flat = values.reshape(-1)
    return flat[rows] if values.ndim > 1 else flat[rows % len(flat)]


def put(whole: NDArray[Any], rows: Rows, entries: NDArray[Any]) -> None:
    """Write `entries` at positions `rows` of the flattened array, in place."""
    if whole.flags.c_contiguous:  # np.put is right for any layout, and three times as slow
        whole.reshape(-1)[rows] = entries
    else:
        np.put(whole, rows, entries)


def spread(entries: NDArray[Any], rows: Rows, like: NDArray[Any]) -> NDArray[Any]:
    """Zeros of the shape and type of `like`, with `entries` at `rows` of the flattened array.

    >>> spread(np.array([7.0]), np.array([2]), np.ones((2, 2))).tolist()
    [[0.0, 0.0], [7.0, 0.0]]
    """
    whole = np.zeros(like.shape, dtype=like.dtype)
    if entries.any():
        put(whole, rows, entries)
    return whole
