"""Identifiers and categories as positions in a list of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: the id that says that there is none; others are opaque and of either sign
NONE = -1


def codes_of(values: "pd.Series[str]", names: Sequence[str]) -> NDArray[np.int8]:
    """Position of each value among the names, -1 for others.

    >>> codes_of(pd.Series(["phone", "merchant"]), ("device", "phone")).tolist()
    [1, -1]
    """
    kinds = values.astype("category").cat
    place = np.array([names.index(k) if k in names else -1 for k in kinds.categories] + [-1])
    codes: NDArray[np.int8] = place.astype(np.int8)[kinds.codes.to_numpy()]
    return codes


def positions(ids: Ints, among: Ints) -> Ints:
    """Position of each id in `among` (ascending, each once); -1 for those that are not there.

    >>> positions(np.array([7, 5, 6]), np.array([5, 7])).tolist()
    [1, 0, -1]
    """
    if not len(among):
        return np.full(len(ids), -1, dtype=np.int64)
    low, high = int(among[0]), int(among[-1])
    if high - low < 8 * len(among) + 1_000:
        # ids close together: a table of them is faster than a search
        table = np.full(high - low + 2, -1, dtype=np.int64)
        table[among - low] = np.arange(len(among))
        outside = (ids < low) | (ids > high)
        found: Ints = table[np.where(outside, high + 1, ids) - low]
        return found
    place = np.minimum(np.searchsorted(among, ids), len(among) - 1)
    return np.where(among[place] == ids, place, -1)
