"""The search behind `counterfactual.advise`: candidates in tables, the model asked of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.explanation.actions import Actions
from sandbox.explanation.moves import STEPS, Move

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Score = Callable[[pd.DataFrame], ArrayLike]

#: with 1, 2 and 3 features, one step in so many is tried
EVERY = {1: 1, 2: 3, 3: 6}


@dataclass(frozen=True)
class Change:
    """What was found for a row."""

    moves: tuple[int, ...]
    to: tuple[float, ...]
    cost: tuple[float, ...]
    pd: float


@dataclass(frozen=True)
class Tried:
    """Candidates: a row, and a step of each of some moves."""

    row: Places
    #: candidates × moves
    move: Places
    step: Places
    to: Floats
    cost: Floats


@dataclass(frozen=True)
class Search:
    """A model, the rows to advise, and what may be done about them."""

    score: Score
    features: pd.DataFrame
    target: float
    known: Actions
    moves: tuple[Move, ...]
    #: rows in one call of the model
    at_once: int

    def cheapest(self, rows: Places, count: int) -> dict[int, Change]:
        """The cheapest change of exactly `count` features of each row, where there is one."""
        together = [
            some
            for some in combinations(range(len(self.moves)), count)
            if len({self.moves[m].action.feature for m in some}) == count
        ]
        if not together or not len(rows):
            return {}
        steps = np.arange(EVERY[count] - 1, STEPS, EVERY[count])
        grid = np.stack(np.meshgrid(*[steps] * count, indexing="ij"), axis=-1).reshape(-1, count)
        best = self._best(self._candidates(rows, together, grid))
        if count == 2:
            best |= self._best(iter([self._around(best)])) if best else {}
        return {row: self._change(one) for row, one in best.items()}

    def _candidates(
        self, rows: Places, together: Sequence[tuple[int, ...]], grid: Places
    ) -> Iterator[Tried]:
        """Candidates of a few rows at a time, a call of the model each."""
        move = np.repeat(np.array(together, dtype=np.intp), len(grid), axis=0)
        step = np.tile(grid, (len(together), 1))
        few = max(self.at_once // len(move), 1)
        for start in range(0, len(rows), few):
            some = rows[start : start + few]
            yield self._tried(
                np.repeat(some, len(move)),
                np.tile(move, (len(some), 1)),
                np.tile(step, (len(some), 1)),
                every=int(grid[0, 0]) + 1,
            )

    def _around(self, best: "dict[int, tuple[Tried, int, float]]") -> Tried:
        """Every step between those that were tried, of the pairs that were found."""
        parts = []
        for row, (tried, at, _) in best.items():
            near = [np.arange(k - EVERY[2] + 1, k + 1) for k in tried.step[at]]
            grid = np.stack(np.meshgrid(*near, indexing="ij"), axis=-1).reshape(-1, 2)
            parts.append((np.full(len(grid), row), np.tile(tried.move[at], (len(grid), 1)), grid))
        rows, moves, steps = (np.concatenate(each) for each in zip(*parts, strict=True))
        return self._tried(rows, moves, steps, every=1)

    def _tried(self, row: Places, move: Places, step: Places, every: int) -> Tried:
        """Candidates that there are: every part moves its feature, further than a step less."""
        to, cost = np.full(move.shape, np.nan), np.full(move.shape, np.nan)
        for m, one in enumerate(self.moves):
            at, part = np.nonzero(move == m)
            values = one.values[row[at], step[at, part]]
            own = self._own(one.action.feature)[row[at]]
            less = step[at, part] - every
            nearer = np.where(less < 0, own, one.values[row[at], np.maximum(less, 0)])
            to[at, part] = np.where(values == nearer, np.nan, values)
            cost[at, part] = one.price * np.abs(values - own)
        there = ~np.isnan(to).any(axis=1)
        return Tried(row[there], move[there], step[there], to[there], cost[there])

    def _best(self, tries: Iterator[Tried]) -> "dict[int, tuple[Tried, int, float]]":
        """Of each row the cheapest candidate that reaches the target; the first of equals."""
        best = {}
        for tried in tries:
            pds = [
                self.asked(self._done(tried, slice(start, start + self.at_once)))
                for start in range(0, len(tried.row), self.at_once)
            ]
            pd_after = np.concatenate([np.zeros(0), *pds])
            reached = np.flatnonzero(pd_after <= self.target)
            total = tried.cost[reached].sum(axis=1).round(9)
            order = reached[np.lexsort((reached, total, tried.row[reached]))]
            rows, first = np.unique(tried.row[order], return_index=True)
            for row, at in zip(rows, order[first], strict=True):
                best[int(row)] = (tried, int(at), float(pd_after[at]))
        return best

    def _done(self, tried: Tried, some: slice) -> pd.DataFrame:
        """The table of candidates, with what falls along."""
        row, move, to = tried.row[some], tried.move[some], tried.to[some]
        table = self.features.iloc[row].reset_index(drop=True)
        for m in np.unique(move):
            at, part = np.nonzero(move == m)
            name = self.moves[m].action.feature
            table[name] = placed(table[name], at, to[at, part])
            for low, high in self.known.never_above.items():
                if high == name and low in table:
                    under = np.minimum(table[low].to_numpy()[at], to[at, part])
                    table[low] = placed(table[low], at, under)
        return table

    def _own(self, feature: str) -> Floats:
        own: Floats = self.features[feature].to_numpy(dtype=np.float64, na_value=np.nan)
        return own

    def asked(self, table: pd.DataFrame) -> Floats:
        """The model's pd of a table; BadInput when it is no pd."""
        pds = np.asarray(self.score(table), dtype=np.float64)
        pds = pds.reshape(len(pds)) if pds.shape == (len(table), 1) else pds
        if pds.shape != (len(table),) or not ((pds >= 0) & (pds <= 1)).all():
            raise BadInput(
                f"score gave an array of shape {pds.shape} for {len(table):,} rows, or values "
                "that are not from 0 to 1; it has to give one pd a row."
            )
        return pds

    @staticmethod
    def _change(found: "tuple[Tried, int, float]") -> Change:
        tried, at, pd_after = found
        return Change(
            moves=tuple(tried.move[at].tolist()),
            to=tuple(tried.to[at].tolist()),
            cost=tuple(tried.cost[at].tolist()),
            pd=pd_after,
        )

    def parts(self, row: int, before: float, change: Change | None) -> list[tuple[object, ...]]:
        """Lines of the advice of one row."""
        nan = float("nan")
        if change is None:
            return [(row, "", nan, nan, nan, before, nan)]
        names = [self.moves[m].action.feature for m in change.moves]
        to = dict(zip(names, change.to, strict=True))
        lines: list[tuple[object, ...]] = [
            (row, name, self._own(name)[row], to[name], cost, before, change.pd)
            for name, cost in zip(names, change.cost, strict=True)
        ]
        for low, high in self.known.never_above.items():
            along = high in to and low not in to and low in self.features
            if along and self._own(low)[row] > to[high]:
                lines.append((row, low, self._own(low)[row], to[high], 0.0, before, change.pd))
        return lines


def placed(column: "pd.Series[float]", at: Places, values: Floats) -> NDArray[np.generic]:
    """The column with values at some positions; whole numbers stay so where they can.

    >>> placed(pd.Series([3, 4]), np.array([1]), np.array([2.5])).tolist()
    [3.0, 2.5]
    """
    kept = column.to_numpy(copy=True)
    if kept.dtype.kind in "iu" and (values != np.rint(values)).any():
        kept = kept.astype(np.float64)
    kept[at] = values
    return kept
