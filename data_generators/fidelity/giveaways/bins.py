"""Columns in bins that a rule can name: by quantile, by exact value where many rows share one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: bins of known values at most; the one after the last is for what is missing
BINS = 32
MISSING = BINS
#: values that get a bin of their own because this share of the cases, or of all, has them
_OFTEN, _OF_THEIR_OWN = 0.03, 8
#: words of a rule over categories that are said, riskiest first
_SHOWN = 3


@dataclass(frozen=True)
class Binned:
    """A column as the number of each row's bin."""

    name: str
    codes: NDArray[np.int64]
    #: lower edges of the bins from the second; of a category none
    edges: Floats
    #: names of a category's bins; of numbers none
    labels: tuple[str, ...] = ()

    def words(self, low: int, high: int) -> str:
        """The condition that the bin is one of `low` to `high`, without `high`.

        >>> Binned("x", np.array([0]), np.array([2.0, 5.0])).words(1, 2)
        'x >= 2 and < 5'
        """
        if low == MISSING:
            return f"{self.name} is missing"
        if self.labels:
            inside = self.labels[low:high][::-1]
            more = f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""
            return f"{self.name} in {', '.join(inside[:_SHOWN]) or 'nothing'}{more}"
        edges = np.append(self.edges, np.inf)
        under = f" {self._side(high - 1, '<', '<=')}" if 0 < high < len(edges) else ""
        if low == 0:
            return f"{self.name}{under}" if under else f"{self.name} is known"
        if under and edges[high - 1] == np.nextafter(edges[low - 1], np.inf):
            return f"{self.name} = {edges[low - 1]:.6g}"
        over = f"{self.name} {self._side(low - 1, '>=', '>')}"
        return f"{over} and{under}" if under else over

    def _side(self, edge: int, without: str, after: str) -> str:
        """An edge in words; one right after a value's own edge is that value's other side."""
        if edge >= len(self.edges):
            return f"{without} inf"
        before = self.edges[max(edge - 1, 0)]
        if self.edges[edge] == np.nextafter(before, np.inf):
            return f"{after} {before:.6g}"
        return f"{without} {self.edges[edge]:.6g}"


def binned(values: "pd.Series[float]", learnt: Flags, is_case: Flags) -> Binned:
    """A column in bins whose edges are learnt on some rows, as fine for the cases as for others.

    Categories, and text, are ordered by the share of cases among the rows `learnt`, so that a
    tail is a set of words. At most `BINS`.
    """
    name = str(values.name)
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return _by_rate(name, values, learnt, is_case)
    numbers: NDArray[np.floating] = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(numbers)
    edges = _edges(numbers[learnt & known], is_case[learnt & known])
    codes = np.searchsorted(edges, numbers, side="right")
    return Binned(name, np.where(known, codes, MISSING).astype(np.int64), edges)


def _edges(numbers: Floats, is_case: Flags) -> Floats:
    """Lower edges of all bins but the first."""
    values, counts = np.unique(numbers, return_counts=True)
    if len(values) <= BINS:
        return values[1:]
    parts = [part for part in (numbers[is_case], numbers[~is_case]) if len(part)]
    often = []
    for part in parts:
        values, counts = np.unique(part, return_counts=True)
        top = np.argsort(-counts, kind="stable")[: _OF_THEIR_OWN // 2]
        often.append(values[top[counts[top] >= max(_OFTEN * len(part), 2)]])
    own = np.unique(np.concatenate(often))
    after = np.nextafter(own, np.inf)
    exact = np.unique(np.concatenate([own, after]))
    steps = np.linspace(0.0, 1.0, (BINS - 1 - len(exact)) // 2 + 2)[1:-1]
    return np.unique(np.concatenate([exact, *(np.quantile(part, steps) for part in parts)]))


def _by_rate(name: str, values: "pd.Series[float]", learnt: Flags, is_case: Flags) -> Binned:
    words, labels = pd.factorize(values)
    known = words >= 0
    count = np.bincount(words[known & learnt], minlength=len(labels))
    cases = np.bincount(words[known & learnt & is_case], minlength=len(labels))
    rate = (cases + is_case.mean()) / (count + 1.0)
    order = np.argsort(rate, kind="stable")
    place = np.empty(len(labels), dtype=np.int64)
    # The riskiest words keep a bin of their own where there are more than fit.
    place[order] = np.maximum(np.arange(len(labels)) - max(len(labels) - BINS, 0), 0)
    codes = np.full(len(values), MISSING, dtype=np.int64)
    codes[known] = place[words[known]]
    by_bin: list[str] = [""] * min(len(labels), BINS)
    for word, bin_ in zip(labels, place, strict=True):
        by_bin[bin_] = f"{by_bin[bin_]}|{word}" if by_bin[bin_] else str(word)
    return Binned(name, codes, np.empty(0), tuple(by_bin))
