"""Does the score move with a feature the way that was expected?

A row is asked about again with one feature set to each point of a grid and the others as they are.
`grid` makes the rows, whoever holds the model scores them, and `monotonicity_table` reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.inputs import probabilities
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

#: a fall of the score smaller than this is none
TOLERANCE = 0.001
#: points of a grid, between these quantiles of the feature
POINTS, LOW, HIGH = 6, 0.02, 0.98
TESTS = ("robustness.monotonicity", "robustness.monotonicity_size")


@dataclass(frozen=True)
class Grid:
    """Rows to score: for every feature, every row at every point, points running fastest."""

    #: rows × points of the first feature, then those of the second, …
    table: pd.DataFrame
    #: points by feature, ascending
    points: Mapping[str, npt.NDArray[np.float64]]
    #: 1 where higher values are expected to raise the score, -1 where to lower it
    expected: Mapping[str, int]
    rows: int


def grid(features: pd.DataFrame, expected: Mapping[str, int], points: int = POINTS) -> Grid:
    """Each of the n rows with each feature of `expected` at up to `points` of its values.

    `expected` holds 1, -1 or 0 (no view: left out) by feature. The points are quantiles from 2% to
    98% of the known values, the same of which appear once; features that are not numbers or take
    one value have no grid. A row where the feature is missing is asked about as well.

    >>> asked = grid(pd.DataFrame({"age": [20.5, 60.5]}), {"age": -1}, points=2)
    >>> asked.table["age"].round(1).tolist()
    [21.3, 59.7, 21.3, 59.7]
    """
    if points < 2 or not len(features):
        raise BadInput(f"{len(features)} rows at {points} points; give a row and two points.")
    unknown = [name for name in expected if name not in features.columns]
    if unknown:
        raise BadInput(f"{unknown[0]!r} is no feature; known are {', '.join(features.columns)}.")
    wrong = [name for name, sign in expected.items() if sign not in (-1, 0, 1)]
    if wrong:
        raise BadInput(f"The direction of {wrong[0]} is {expected[wrong[0]]}; give 1, -1 or 0.")
    found = {name: _points(features[name], points) for name, sign in expected.items() if sign != 0}
    kept = {name: values for name, values in found.items() if len(values) > 1}
    tables = [_along(features, name, values) for name, values in kept.items()]
    table = pd.concat(tables, ignore_index=True) if tables else features.iloc[:0]
    return Grid(table, kept, {name: expected[name] for name in kept}, len(features))


def _points(column: pd.Series, points: int) -> npt.NDArray[np.float64]:
    if not pd.api.types.is_numeric_dtype(column):
        return np.empty(0)
    known = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = known[np.isfinite(known)]
    if not len(known):
        return np.empty(0)
    # whole numbers stay whole: nobody has half a child
    whole = bool((known == np.round(known)).all())
    levels = np.linspace(LOW, HIGH, points)
    along = np.quantile(known, levels, method="nearest") if whole else np.quantile(known, levels)
    return np.asarray(np.unique(along), dtype=np.float64)


def _along(features: pd.DataFrame, name: str, values: npt.NDArray[np.float64]) -> pd.DataFrame:
    rows = np.repeat(np.arange(len(features)), len(values))
    table = features.iloc[rows].reset_index(drop=True)
    # the column's own type, so that the model gets what it was trained on
    table[name] = pd.Series(np.tile(values, len(features))).astype(features[name].dtype)
    return table


def monotonicity_table(
    asked: Grid, score: npt.ArrayLike, tolerance: float = TOLERANCE
) -> pd.DataFrame:
    """A row a feature, most often against first.

    `score` holds the answers to `asked.table`, in its order. Columns: `feature`, `expected` (1 or
    -1), `rows`, `points`, `against` (share of rows whose score moves by more than `tolerance` the
    wrong way from some point to a later one), `mean_effect` (score at the last point less that at
    the first, mean), `largest` (largest such move), `from`, `to` (the feature's values there).
    """
    s = probabilities("score", score)
    if len(s) != len(asked.table):
        raise BadInput(f"{len(s)} scores of {len(asked.table)} rows asked about; give one a row.")
    rows, start = [], 0
    for name, points in asked.points.items():
        size = asked.rows * len(points)
        answers = s[start : start + size].reshape(asked.rows, len(points))
        start += size
        sign = asked.expected[name]
        along = sign * answers
        # how far below the highest point so far
        fall = np.maximum.accumulate(along, axis=1) - along
        worst = np.unravel_index(int(np.argmax(fall)), fall.shape)
        top = int(np.argmax(along[worst[0], : worst[1] + 1]))
        rows.append(
            (
                name,
                sign,
                asked.rows,
                len(points),
                float((fall.max(axis=1) > tolerance).mean()),
                float((answers[:, -1] - answers[:, 0]).mean()),
                float(fall[worst]),
                float(points[top]),
                float(points[worst[1]]),
            )
        )
    names = ["feature", "expected", "rows", "points", "against", "mean_effect", "largest"]
    table = pd.DataFrame(rows, columns=[*names, "from", "to"])
    return table.sort_values(
        ["against", "largest"], ascending=False, ignore_index=True, kind="stable"
    )


def validate_monotonicity(
    asked: Grid | None, score: npt.ArrayLike | None, policy: Policy
) -> tuple[ValidationResult, ...]:
    """Share of rows against the expected direction in the worst feature, and the largest move.

    None: the model was not asked.
    """
    rows = 0 if asked is None else asked.rows
    reason = ""
    if asked is None or score is None:
        reason = "the model was not asked along a grid"
    elif not asked.points:
        reason = "no feature has both an expected direction and a range of numbers"
    elif asked.rows < policy.minimum_rows:
        reason = f"{rows} rows; at least {policy.minimum_rows} needed"
    elif np.ptp(probabilities("score", score)) == 0:
        reason = "all scores are the same"
    if reason or asked is None or score is None:
        return tuple(not_evaluated(t, reason, n=rows, policy=policy) for t in TESTS)
    table = monotonicity_table(asked, score)
    often, far = table.iloc[0], table.iloc[int(np.argmax(table["largest"]))]
    note = f"{often['feature']}, of {len(table)} features with an expected direction"
    way = "no score moves the wrong way"
    if far["largest"] > 0:
        way = f"{far['feature']} from {far['from']:.4g} to {far['to']:.4g}"
    return (
        judge(TESTS[0], float(often["against"]), n=rows, policy=policy, note=note, table=table),
        judge(TESTS[1], float(far["largest"]), n=rows, policy=policy, note=way),
    )
