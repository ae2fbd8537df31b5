"""Does the model hold when features move by a little?

A model that was asked once is asked again about the same rows with noise. `noisy_tables` makes the
rows, whoever holds the model scores them, and `noise_table` reads the answers.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.discrimination import wilson
from sandbox.validation.inputs import Scored, Vector, probabilities, same_length, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import auc, delong_paired

#: standard deviations of the noise, in parts of a column's interquartile range
LEVELS = (0.05, 0.1, 0.25)
#: the level that is judged; the others are shown
JUDGED = 0.1
#: share of cases refused, where no cut-off is given
REFUSED = 0.1
#: a column of whole numbers with at most this many different ones is a count, and stays
COUNTED = 50
TESTS = tuple(f"robustness.noise_{t}" for t in ("auc", "pd", "decisions"))


def noisy_tables(
    features: pd.DataFrame, levels: tuple[float, ...] = LEVELS, seed: int = 0
) -> dict[float, pd.DataFrame]:
    """The n × d rows with Gaussian noise on continuous columns, a table a level.

    The noise has a standard deviation of `level` interquartile ranges of the column's values other
    than 0. Counts (whole numbers, at most 50 different ones), words, flags, missing values and
    zeros stay, and no value leaves the column's range. The draws of all levels are the same, so
    that levels differ by size only. Empty where no column may move.

    >>> rows = pd.DataFrame({"share": [0.10, 0.15, 0.45], "count": [1, 2, 3]})
    >>> tables = noisy_tables(rows, (0.1,))
    >>> bool(tables[0.1]["share"].ne(rows["share"]).any()), tables[0.1]["count"].tolist()
    (True, [1, 2, 3])
    """
    for level in levels:
        if not 0.0 < level <= 1.0:
            raise BadInput(
                f"A noise level is {level:g}; give parts of the interquartile range above 0 and "
                "up to 1, such as 0.1."
            )
    rng = np.random.default_rng(seed)
    # drawn for every column, so that one that stays changes nothing for the next
    draws = {name: rng.standard_normal(len(features)) for name in features.columns}
    moving = {name: _moving(features[name]) for name in features.columns}
    if not any(map(len, moving.values())):
        return {}
    tables = {level: features.copy() for level in levels}
    for level, table in tables.items():
        for name, values in moving.items():
            if len(values):
                table[name] = _moved(values, level * draws[name], features[name].dtype)
    return tables


def _moving(column: pd.Series) -> Vector:
    """The values of a column that noise may move; empty where it may not."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return np.empty(0)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[np.isfinite(values)]
    different = np.unique(known)
    whole = bool((different == np.round(different)).all())
    if len(different) <= (COUNTED if whole else 1):
        return np.empty(0)
    return values


def _moved(values: Vector, draw: Vector, kind: Any) -> Any:
    measured = np.isfinite(values) & (values != 0)
    known = values[measured]
    low, high = np.quantile(known, [0.25, 0.75])
    moved = np.clip(known + (high - low) * draw[measured], known.min(), known.max())
    result = values.copy()
    result[measured] = moved
    # the model gets the type that it was trained on
    if pd.api.types.is_integer_dtype(kind):
        return pd.Series(np.round(result)).astype(kind).array
    return result


def cut_off(score: npt.ArrayLike, refused: float = REFUSED) -> float:
    """The score at or above which the riskiest `refused` share lies.

    >>> cut_off([0.1, 0.2, 0.3, 0.4], 0.25)
    0.4
    """
    s = vector("score", score)
    if not len(s) or not 0.0 < refused < 1.0:
        raise BadInput(f"{len(s)} scores, of which {refused:g} are refused; give a share within 1.")
    return float(np.quantile(s, 1 - refused, method="higher"))


def noise_table(
    target: npt.ArrayLike,
    before: npt.ArrayLike,
    after: Mapping[float, npt.ArrayLike],
    cut: float | None = None,
) -> pd.DataFrame:
    """What noise did to n scores, a row a level in rising order.

    `target` n outcomes (NaN not observed, left out of the AUC only); `before` n scores; `after`
    the n scores of the rows with noise, by level; `cut` the score at or above which a case is
    refused (None: the riskiest tenth before). Columns: `level`, `n`, `auc` (with noise), `loss`
    (of AUC), `loss_low`, `loss_high` (95%, paired DeLong), `moved` (mean absolute change of the
    score), `moved_share` (the same over the mean score), `flipped` (share of decisions).
    """
    y, s = vector("target", target), probabilities("score", before)
    same_length(target=y, score=s)
    line = cut_off(s) if cut is None else cut
    seen = ~np.isnan(y)
    both = 0 < y[seen].sum() < seen.sum()
    rows = []
    for level, scores in sorted(after.items()):
        t = probabilities(f"score at noise {level:g}", scores)
        same_length(score=s, noisy_score=t)
        nothing = (float("nan"),) * 3
        loss = delong_paired(y[seen], s[seen], t[seen]) if both else nothing
        area = auc(y[seen], t[seen]) if both else float("nan")
        moved = float(np.abs(t - s).mean())
        flipped = float(((t >= line) != (s >= line)).mean())
        share = moved / float(s.mean()) if s.mean() > 0 else float("nan")
        rows.append((level, len(s), area, *loss, moved, share, flipped))
    columns = ["level", "n", "auc", "loss", "loss_low", "loss_high"]
    return pd.DataFrame(rows, columns=[*columns, "moved", "moved_share", "flipped"])


def validate_noise(
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    after: Mapping[float, npt.ArrayLike] | None,
    policy: Policy,
    cut: float | None = None,
) -> tuple[ValidationResult, ...]:
    """Loss of AUC, change of PD and decisions flipped, at noise of a tenth of the range.

    `after` None: the model was not asked; empty: no column could move. Without that level, the one
    nearest to it is judged.
    """
    s = probabilities("score", score)
    n = len(s)
    reason = ""
    if after is None:
        reason = "the model was not asked about rows with noise"
    elif not after:
        reason = "no feature is continuous, so there is nothing to add noise to"
    elif n < policy.minimum_rows:
        reason = f"{n} rows; at least {policy.minimum_rows} needed"
    elif np.ptp(s) == 0:
        reason = f"all {n} scores are the same"
    if reason or after is None:
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    table = noise_table(target, s, after, cut)
    row = table.iloc[int(np.argmin(np.abs(table["level"] - JUDGED)))]
    note = f"noise of {row['level']:g} interquartile ranges"
    return (
        _of_ranking(vector("target", target), s, table, row, policy),
        judge(
            TESTS[1],
            float(row["moved_share"]),
            n=n,
            policy=policy,
            note=f"{note}; {row['moved']:.4f} on average where the mean is {s.mean():.4f}",
        ),
        judge(
            TESTS[2],
            float(row["flipped"]),
            n=n,
            policy=policy,
            interval=wilson(float(row["flipped"]) * n, n),
            note=note,
        ),
    )


def _of_ranking(
    y: Vector, s: Vector, table: pd.DataFrame, row: pd.Series, policy: Policy
) -> ValidationResult:
    seen = ~np.isnan(y)
    n = int(seen.sum())
    if short := Scored(y[seen], s[seen]).shortfall(policy):
        return not_evaluated(TESTS[0], short, n=n, policy=policy)
    return judge(
        TESTS[0],
        float(row["loss"]),
        n=n,
        policy=policy,
        interval=(float(row["loss_low"]), float(row["loss_high"])),
        note=f"noise of {row['level']:g} interquartile ranges; AUC {row['auc']:.3f} with it",
        table=table,
    )
