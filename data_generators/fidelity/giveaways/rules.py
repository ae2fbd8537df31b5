"""The best rule over one column, and over two: 100 million of them in half a second.

Counts of rows by two columns' bins are taken once a pair; tails and single bins are sums of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.fidelity.giveaways.bins import BINS, MISSING, binned
from data_generators.fidelity.giveaways.halves import check_cases, halves

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: a rule has to find this share of the cases
RECALL = 0.5


@dataclass(frozen=True)
class Condition:
    """Bins of a column that meet a condition: from `low` up to and without `high`."""

    low: int
    high: int

    @property
    def bins(self) -> Floats:
        """1 for bins that meet it, 0 for others."""
        every = np.arange(BINS + 1)
        return ((every >= self.low) & (every < self.high)).astype(float)


#: both tails, one bin, any known value, and none: for a rule over two columns
_TAILS = (
    *(Condition(0, k) for k in range(1, BINS + 1)),
    *(Condition(k, BINS) for k in range(1, BINS)),
    *(Condition(k, k + 1) for k in range(1, BINS - 1)),
    Condition(MISSING, MISSING + 1),
)
#: and anything from one value to another, for a rule over one
_RANGES = (
    *(Condition(a, b) for a in range(BINS) for b in range(a + 1, BINS + 1)),
    Condition(MISSING, MISSING + 1),
)


def rules(
    table: pd.DataFrame, is_case: Flags, prevalence: float | None = None, recall: float = RECALL
) -> pd.DataFrame:
    """The best rule over one column and the best over two, a row each.

    A rule says that a column is under or over a value, between two (of one column only), equal
    to one, or missing; over two columns both have to hold. Of all that find at least `recall` of
    the cases of one half of the rows, the one with the highest precision there is scored on the
    other half. Columns: `columns` (1 or 2), `rule` (words), `precision` and `recall` at the
    table's own share of cases, `prevalence` (the table's own, or as given), and
    `precision_natural`, the precision at that share of cases.

    >>> table = pd.DataFrame({"x": np.arange(400) // 20, "y": np.arange(400) % 7})
    >>> best = rules(table, np.arange(400) >= 200).iloc[0]
    >>> best["rule"], float(best["precision"])
    ('x >= 10', 1.0)
    """
    check_cases(table, is_case)
    natural = float(is_case.mean()) if prevalence is None else prevalence
    if not (0 < natural < 1 and 0 < recall < 1):
        raise InvalidInput(
            f"prevalence is {natural:g} and recall {recall:g}; both are shares above 0 and under 1."
        )
    half = halves(is_case)
    columns = [binned(table[name], half, is_case) for name in table.columns]
    codes = np.stack([column.codes for column in columns], axis=1)
    rows = []
    for count, search in ((1, _best_of_one), (2, _best_of_two)):
        if len(columns) < count:
            continue
        chosen = search(codes[half], is_case[half], recall)
        hit = np.ones(len(table), dtype=bool)
        for which, condition in chosen:
            hit &= condition.bins[codes[:, which]] > 0
        words = " and ".join(columns[which].words(c.low, c.high) for which, c in chosen)
        rows.append((count, words, *_scored(hit[~half], is_case[~half], natural)))
    names = ["columns", "rule", "precision", "recall", "prevalence", "precision_natural"]
    return pd.DataFrame(rows, columns=names)


def _scored(hit: Flags, is_case: Flags, natural: float) -> tuple[float, float, float, float]:
    """Precision and recall, the natural prevalence, and the precision at it."""
    if not hit.any():
        return 0.0, 0.0, natural, 0.0
    found, wrong = float(hit[is_case].mean()), float(hit[~is_case].mean())
    at_natural = found * natural / (found * natural + wrong * (1 - natural))
    return float(is_case[hit].mean()), found, natural, at_natural


def _precision(cases: Floats, others: Floats, least: float) -> Floats:
    """Precision of rules that hit so many; with one more hit of others, since none can be luck."""
    precise: Floats = np.where(cases >= least, cases / (cases + others + 1.0), -1.0)
    return precise


def _best_of_one(
    codes: NDArray[np.int64], is_case: Flags, recall: float
) -> list[tuple[int, Condition]]:
    meets = np.stack([c.bins for c in _RANGES])
    counts = [
        np.stack([np.bincount(column, minlength=MISSING + 1) for column in codes[rows].T])
        for rows in (is_case, ~is_case)
    ]
    precise = _precision(counts[0] @ meets.T, counts[1] @ meets.T, recall * is_case.sum())
    which, condition = np.unravel_index(int(precise.argmax()), precise.shape)
    return [(int(which), _RANGES[condition])]


def _best_of_two(
    codes: NDArray[np.int64], is_case: Flags, recall: float
) -> list[tuple[int, Condition]]:
    meets = np.stack([c.bins for c in _TAILS])
    least = recall * is_case.sum()
    best, chosen = -1.0, [(0, _TAILS[BINS - 1]), (1, _TAILS[BINS - 1])]
    parts = (_joint_counts(codes[is_case]), _joint_counts(codes[~is_case]))
    for first, (cases, others) in enumerate(zip(*parts, strict=True)):
        # A condition that finds too few by itself finds no more with another.
        enough = np.flatnonzero(meets @ cases[0].sum(axis=1) >= least)
        if not len(enough):
            continue
        hit, wrong = meets[enough] @ cases @ meets.T, meets[enough] @ others @ meets.T
        precise = _precision(hit, wrong, least)
        at = int(precise.argmax())
        second, one, other = np.unravel_index(at, precise.shape)
        if precise.flat[at] > best:
            best = float(precise.flat[at])
            chosen = [(first, _TAILS[enough[one]]), (first + 1 + int(second), _TAILS[other])]
    return chosen


def _joint_counts(codes: NDArray[np.int64]) -> Iterator[Floats]:
    """For each column but the last: later columns × its bins × their bins, rows in each."""
    width = MISSING + 1
    for first in range(codes.shape[1] - 1):
        later = codes[:, first + 1 :]
        count = later.shape[1]
        cell = (np.arange(count) * width + codes[:, first, None]) * width + later
        tally = np.bincount(cell.ravel(), minlength=count * width * width)
        yield tally.reshape(count, width, width).astype(float)
