"""Whether reasons stay when the applicant's figures move by next to nothing.

Continuous features are moved by a small share of their spread, the model explains the moved rows,
and the reasons are compared row by row. Counts and flags stay: the next count is another applicant.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.explanation.attribution import Attribution
from sandbox.explanation.reason_catalogue import Catalogue
from sandbox.explanation.reason_codes import TOP, catalogue_of
from sandbox.explanation.weighed_reasons import Weighed, as_attribution

if TYPE_CHECKING:
    import shap

Floats = NDArray[np.float64]

#: a column of whole numbers with at most this many different ones is a count
COUNTED = 50
#: standard deviation of the noise, as a share of a column's interquartile range
NOISE = 0.01


@dataclass(frozen=True)
class Stability:
    """How far the reasons of the same rows agree before and after.

    Each is a mean over the `rows` that had a reason before; NaN where none had.
    """

    rows: int
    #: share of a row's codes that are kept, 0 to 1
    kept: float
    #: share of rows with the same first reason, 0 to 1
    same_first: float
    #: codes in both over codes in either, 0 to 1
    jaccard: float


def noisy_features(
    features: pd.DataFrame, rng: np.random.Generator, noise: float = NOISE
) -> pd.DataFrame:
    """The rows with Gaussian noise on continuous columns; n × d, with the same index and names.

    Its standard deviation is `noise` times the interquartile range of the column's values other
    than 0. Columns of whole numbers with at most 50 different ones, words, flags, missing values
    and zeros (nothing is there to be measured) stay, and no value leaves the column's range.
    Raises BadInput for a `noise` that is not between 0 and 1.

    >>> rows = pd.DataFrame({"share": [0.10, 0.15, 0.45], "count": [1.0, 2.0, 3.0]})
    >>> moved = noisy_features(rows, np.random.default_rng(0))
    >>> bool(moved["share"].ne(rows["share"]).any()), bool(moved["count"].equals(rows["count"]))
    (True, True)
    """
    if not 0.0 <= noise <= 1.0:
        raise BadInput(f"noise is {noise:g}; give a share of the spread from 0 to 1, such as 0.01.")
    moved = {}
    for name, column in features.items():
        # drawn for every column, so that one that stays changes nothing for the next
        draw = rng.standard_normal(len(features))
        moved[name] = _moved(column, noise * draw)
    return pd.DataFrame(moved, index=features.index, columns=features.columns)


def _moved(column: "pd.Series[float]", shift: Floats) -> "pd.Series[float]":
    if not pd.api.types.is_float_dtype(column) and not pd.api.types.is_integer_dtype(column):
        return column
    value = column.to_numpy(dtype=np.float64, na_value=np.nan)
    there = value[np.isfinite(value) & (value != 0.0)]
    if not len(there) or _is_count(there):
        return column
    low, high = np.quantile(there, [0.25, 0.75])
    moved = np.clip(value + shift * (high - low), there.min(), there.max())
    still = ~np.isfinite(value) | (value == 0.0)
    return pd.Series(np.where(still, value, moved), index=column.index, name=column.name)


def _is_count(values: Floats) -> bool:
    return bool((values == np.floor(values)).all()) and len(np.unique(values)) <= COUNTED


def stability_of(
    before: "Attribution | shap.Explanation",
    after: "Attribution | shap.Explanation",
    top: int = TOP,
    codes: Catalogue | Path | str | None = None,
    usual: pd.DataFrame | None = None,
) -> Stability:
    """Agreement of the reasons of n rows with those of the same rows, explained again.

    Both are told against `usual`, or where it is None against the rows of `before`.
    Raises BadInput for attributions of different rows or columns.
    """
    before, after = as_attribution(before), as_attribution(after)
    if list(before.features.columns) != list(after.features.columns):
        raise BadInput("The two attributions have different columns; explain the same ones twice.")
    if len(before.values) != len(after.values):
        raise BadInput(
            f"The two attributions have {len(before.values):,} and {len(after.values):,} rows; "
            "explain the same ones twice."
        )
    catalogue = catalogue_of(codes)
    usual = before.features if usual is None else usual
    first, second = (Weighed.of(a, catalogue, usual).top(top) for a in (before, after))
    had = first[:, 0] >= 0
    first, second = first[had], second[had]
    if not len(first):
        return Stability(0, float("nan"), float("nan"), float("nan"))
    both = ((first[:, :, None] == second[:, None, :]) & (first[:, :, None] >= 0)).sum(axis=(1, 2))
    mine, theirs = (first >= 0).sum(axis=1), (second >= 0).sum(axis=1)
    return Stability(
        rows=len(first),
        kept=float((both / mine).mean()),
        same_first=float((first[:, 0] == second[:, 0]).mean()),
        jaccard=float((both / (mine + theirs - both)).mean()),
    )


def reason_stability(
    attribution: "Attribution | shap.Explanation",
    explain_again: 'Callable[[pd.DataFrame], "Attribution | shap.Explanation"]',
    noise: float = NOISE,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    top: int = TOP,
    codes: Catalogue | Path | str | None = None,
    usual: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Stability under noise, a row a seed, with the columns of `Stability` and `seed`, `noise`.

    `explain_again` is given the moved rows and returns their attribution, against the background
    of the first one; it may do so in a sandbox. `stability_interval` sums the table up.
    """
    if not len(seeds):
        raise BadInput("There is no seed to draw noise with; give one or more.")
    catalogue, found = catalogue_of(codes), []
    attribution = as_attribution(attribution)
    for seed in seeds:
        moved = noisy_features(attribution.features, np.random.default_rng(seed), noise)
        kept = stability_of(attribution, explain_again(moved), top, catalogue, usual)
        found.append({"seed": seed, "noise": noise, **asdict(kept)})
    return pd.DataFrame(found)


def stability_interval(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Mean and interval over seeds: `noise`, `measure`, `mean`, `low`, `high`, `seeds`.

    `table` is one of `reason_stability`, or several below each other. The interval is Student's t,
    cut to 0 and 1; NaN with a single seed.

    >>> table = pd.DataFrame({"noise": 0.01, "kept": [0.8, 1.0], "same_first": 1.0, "jaccard": 1.0})
    >>> stability_interval(table)["mean"].tolist()
    [0.9, 1.0, 1.0]
    """
    from scipy.stats import t

    found = []
    for noise, seeds in table.groupby("noise", sort=True):
        for measure in ("kept", "same_first", "jaccard"):
            values = seeds[measure].to_numpy(dtype=np.float64)
            mean, n = float(values.mean()), len(values)
            wide = float("nan")
            if n > 1:
                wide = float(t.ppf((1 + level) / 2, n - 1) * values.std(ddof=1) / np.sqrt(n))
            low, high = np.clip([mean - wide, mean + wide], 0.0, 1.0)
            found.append((noise, measure, mean, float(low), float(high), n))
    return pd.DataFrame(found, columns=["noise", "measure", "mean", "low", "high", "seeds"])
