"""The rows on which a model is asked whether its explanation holds: some features removed.

A feature is removed from a row by giving it the value of a row of the background; what the model
says is averaged over such rows. Planned from the contributions, asked where the model runs, read
outside.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.explanation.faithfulness import Faithfulness

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: altered rows that a model is asked about, at most; fewer rows are tested where they are dear
ALTERED = 12_000
#: rows tested at most; rows of the background that each removal is averaged over
ROWS, STAND_INS = 32, 16
#: features that are removed alone, at most: the strongest of a row, and as many of the others
ALONE = 24
#: features that are removed one after the other, at most
STEPS = 8


@dataclass(frozen=True)
class Removals:
    """Which features of which rows are removed, and what stands in for them."""

    #: r positions among the rows explained
    rows: NDArray[np.intp]
    #: r × m positions in the background: what stands in, row by row
    stand_ins: NDArray[np.intp]
    #: r × a positions of the features that are removed alone
    alone: NDArray[np.intp]
    #: 3 × r × k positions of those removed one after the other: strongest first, in a random
    #: order, and in the reverse of that
    orders: NDArray[np.intp]

    @classmethod
    def planned(cls, values: ArrayLike, background: int, seed: int = 0) -> Self:
        """Removals for n × d contributions that a background of so many rows is behind.

        The rows are spread over the range of the output, more of them where it is high and
        reasons are asked for.

        >>> plan = Removals.planned([[0.5, -0.25], [0.1, 0.0]], background=3)
        >>> plan.alone.tolist(), plan.orders[0].tolist()
        ([[0, 1], [0, 1]], [[0, 1], [0, 1]])
        """
        contributions = _contributions(values)
        n, d = contributions.shape
        if background < 1:
            raise BadInput(f"The background has {background} rows; 1 or more stand in.")
        rng, steps = np.random.default_rng(seed), min(STEPS, d)
        drawn = min(STAND_INS, background)
        asked = drawn * (min(ALONE, d) + 3 * steps)
        count = min(max(ALTERED // asked, 2), ROWS, n)
        rows = _spread(contributions.sum(axis=1), count)
        # every row of the background as often as any other
        turns = [rng.permutation(background) for _ in range(-(-count * drawn // background))]
        stand_ins = np.concatenate(turns)[: count * drawn].reshape(count, drawn)
        tested = contributions[rows]
        # a random order and its reverse: what one removes late, the other removes early
        random = np.array([rng.permutation(d) for _ in rows])
        strongest_first = np.argsort(-tested, axis=1, kind="stable")
        orders = np.stack([strongest_first, random, random[:, ::-1]])[:, :, :steps]
        return cls(rows, stand_ins, _strongest_and_others(np.abs(tested), rng), orders)

    def removed(self, features: int) -> Flags:
        """Which of so many features each removal replaces, r × s × d: alone, then by order."""
        alone = np.eye(features, dtype=bool)[self.alone]
        one_by_one = np.eye(features, dtype=bool)[self.orders]
        upto = np.logical_or.accumulate(one_by_one, axis=2)
        return np.concatenate([alone, *upto], axis=1)

    def altered(self, features: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
        """The rows to ask about, with the columns of `features`: r × s × m, in that order."""
        own = features.iloc[self.rows].to_numpy()[:, None, None, :]
        theirs = background[list(features.columns)].to_numpy()[self.stand_ins][:, None, :, :]
        mixed = np.where(self.removed(features.shape[1])[:, :, None, :], theirs, own)
        table = pd.DataFrame(mixed.reshape(-1, features.shape[1]), columns=features.columns)
        return table.astype(features.dtypes.to_dict())

    def read(self, values: ArrayLike, margin: ArrayLike, answers: ArrayLike) -> Faithfulness:
        """How faithful n × d contributions are, by the model's outputs on the altered rows.

        `margin` has the n outputs explained; `answers` those of `altered`, in the same unit.
        """
        contributions = _contributions(values)[self.rows]
        before = np.asarray(margin, dtype=np.float64)[self.rows]
        (r, alone), steps = self.alone.shape, self.orders.shape[2]
        given = np.asarray(answers, dtype=np.float64)
        wanted = r * (alone + 3 * steps) * self.stand_ins.shape[1]
        if given.shape != (wanted,) or not np.isfinite(given).all():
            raise BadInput(
                f"The answers have shape {given.shape}; one finite number for each of the "
                f"{wanted:,} altered rows is needed."
            )
        fall = before[:, None] - given.reshape(r, alone + 3 * steps, -1).mean(axis=2)
        in_order = fall[:, alone:].reshape(r, 3, steps)
        of_alone = np.take_along_axis(contributions, self.alone, axis=1)
        ranked = np.take_along_axis(contributions, self.orders[0], axis=1)
        share = np.arange(1, steps + 1) / contributions.shape[1]
        return Faithfulness.of(
            of_alone,
            fall[:, :alone],
            promised=np.cumsum(ranked, axis=1),
            promised_at_random=share * contributions.sum(axis=1, keepdims=True),
            measured=in_order[:, 0],
            at_random=in_order[:, 1:].mean(axis=1),
        )


def _contributions(values: ArrayLike) -> Floats:
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise BadInput(
            f"The contributions have shape {matrix.shape}; a finite matrix of rows × features is "
            "needed."
        )
    return matrix


def _spread(output: Floats, count: int) -> NDArray[np.intp]:
    """Positions of so many rows, spread over the ranks of the output, denser at the top."""
    falling = np.argsort(-output, kind="stable")
    place = ((np.arange(count) / max(count - 1, 1)) ** 2 * (len(output) - 1)).astype(np.intp)
    # each row once: where ranks are too dense at the top, the next one
    for k in range(1, count):
        place[k] = max(place[k], place[k - 1] + 1)
    return falling[np.minimum(place, len(output) - count + np.arange(count))]


def _strongest_and_others(strength: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """At most `ALONE` features of each row: the strongest, and others at random."""
    r, d = strength.shape
    if d <= ALONE:
        return np.tile(np.arange(d), (r, 1))
    falling = np.argsort(-strength, axis=1, kind="stable")
    half = ALONE // 2
    others = np.array([rng.permutation(row[half:])[: ALONE - half] for row in falling])
    return np.concatenate([falling[:, :half], others], axis=1)
