"""A table cut into slices, and ranking and calibration within each of them, all at once."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Scored, Vector, observed, vector

#: bands of equal size that a number is cut into, and categories kept apart
BANDS, CATEGORIES = 5, 20
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Cut:
    """One way to cut the rows: a code a row, and what each code means."""

    name: str
    codes: Codes
    labels: tuple[str, ...]

    def crossed(self, other: "Cut") -> "Cut":
        """Both ways at once."""
        labels = tuple(f"{mine} and {theirs}" for mine in self.labels for theirs in other.labels)
        codes = self.codes * len(other.labels) + other.codes
        return Cut(f"{self.name} × {other.name}", codes, labels)


def with_outcomes(
    features: pd.DataFrame, target: npt.ArrayLike, score: npt.ArrayLike
) -> tuple[pd.DataFrame, Scored]:
    """Features, outcomes and scores of those of n rows whose outcome was observed.

    `target` and `score` as in `observed`. BadInput where the features have another length.

    >>> features = pd.DataFrame({"a": [5, 6, 7]})
    >>> with_outcomes(features, [0, float("nan"), 1], [0.1, 0.2, 0.3])[0]["a"].tolist()
    [5, 7]
    """
    scored = observed(target, score)
    if len(features) != scored.n + scored.unobserved:
        raise BadInput(
            f"features have {len(features)} rows and score has {scored.n + scored.unobserved}; "
            "give the features of the rows that were scored."
        )
    return features[~np.isnan(vector("target", target))].reset_index(drop=True), scored


def cuts(features: pd.DataFrame, reference: pd.DataFrame | None = None) -> list[Cut]:
    """Each feature cut into fifths or categories; missing values are a slice of their own.

    Bands and categories are those of `reference` (None: of the table itself). A feature with one
    slice is left out; of words, the 20 most frequent are kept and the rest taken together.

    >>> cuts(pd.DataFrame({"a": [1.0, 2.0, float("nan")]}))[0].labels
    ('a ≤ 1', 'a > 1', 'a missing')
    """
    found = []
    for name in features.columns:
        of = features[name] if reference is None else reference[name]
        cut = _of_numbers if pd.api.types.is_numeric_dtype(of) else _of_words
        each = cut(str(name), features[name], of)
        if len(each.labels) > 1:
            found.append(each)
    return found


def _of_numbers(name: str, column: pd.Series, reference: pd.Series) -> Cut:
    known = reference.to_numpy(dtype=np.float64, na_value=np.nan)
    missing_there = bool(np.isnan(known).any())
    known = known[~np.isnan(known)]
    edges = np.empty(0)
    if len(known):
        levels = np.arange(1, BANDS) / BANDS
        edges = np.unique(np.quantile(known, levels, method="inverted_cdf"))
        edges = edges[edges < known.max()]
    try:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{name} is {column.dtype} here and a number in training.") from error
    codes = np.searchsorted(edges, values, side="left")
    shown = [f"{edge:.6g}" for edge in edges]
    if not shown:
        labels = [f"{name} known"]
    else:
        labels = [f"{name} ≤ {shown[0]}"]
        labels += [f"{name} {a} to {b}" for a, b in pairwise(shown)]
        labels += [f"{name} > {shown[-1]}"]
    missing = np.isnan(values)
    if missing.any() or missing_there:
        codes = np.where(missing, len(labels), codes)
        labels.append(f"{name} missing")
    return Cut(name, codes, tuple(labels))


def _of_words(name: str, column: pd.Series, reference: pd.Series) -> Cut:
    words = [str(w) for w in reference.astype("string").value_counts().index[:CATEGORIES]]
    codes = (
        pd.Index(words, dtype="string")
        .get_indexer(pd.Index(column.astype("string")))
        .astype(np.intp)
    )
    labels = [f"{name} {word}" for word in words]
    missing = column.isna().to_numpy()
    other = (codes < 0) & ~missing
    if other.any():
        codes[other] = len(labels)
        labels.append(f"{name} other")
    if missing.any():
        codes[missing] = len(labels)
        labels.append(f"{name} missing")
    return Cut(name, codes, tuple(labels))


@dataclass(frozen=True)
class Rows:
    """n outcomes, scores and PDs in rising order of the score; `order` is how they got there."""

    order: Codes
    target: Vector
    pd: Vector
    #: number of the score among the different ones
    tie: Codes

    @classmethod
    def of(cls, target: Vector, score: Vector, pd_: Vector | None = None) -> "Rows":
        """Sort once; each cut then costs a pass. `pd_` has to rise with the score."""
        order = np.argsort(score, kind="stable")
        tie = np.concatenate([[0], np.cumsum(np.diff(score[order]) != 0)]).astype(np.intp)
        return cls(order, target[order], (score if pd_ is None else pd_)[order], tie)


def ranking_by_slice(rows: Rows, cut: Cut) -> pd.DataFrame:
    """AUC within each slice, and what its PDs promise.

    Columns, a row a slice: `n`, `events`, `auc`, `variance` (DeLong), `promised` (the AUC expected
    if the PDs are right), `deviation` (of AUC about it, outcomes being independent draws with
    these PDs; first order). NaN where a class is missing.
    """
    k = len(cut.labels)
    codes = cut.codes[rows.order]
    # 16 bits are sorted by counting, which is linear
    into = np.argsort(codes.astype(np.int16) if k < 2**15 else codes, kind="stable")
    c, y, p, tie = codes[into], rows.target[into], rows.pd[into], rows.tie[into]
    if not len(c):
        raise BadInput("There is no row to cut into slices.")
    block = np.concatenate([[0], np.cumsum((np.diff(c) != 0) | (np.diff(tie) != 0))])
    first = np.flatnonzero(np.diff(block, prepend=-1))
    where = c[first]
    bad, good = _sums(y, first), _sums(1 - y, first)
    events, others = sum_by(where, bad, k), sum_by(where, good, k)
    good_below, bad_below = _below(good, where, k), _below(bad, where, k)
    with np.errstate(invalid="ignore", divide="ignore"):
        above = good_below / others[where]
        below = 1 - bad_below / events[where]
        area = sum_by(where, bad * above, k) / events
        variance = (sum_by(where, bad * above**2, k) / events - area**2) / (events - 1)
        variance += (sum_by(where, good * below**2, k) / others - area**2) / (others - 1)
        promised, deviation = _promised(p, c, block, first, k)
    return pd.DataFrame(
        {
            "n": np.bincount(c, minlength=k),
            "events": events.astype(int),
            "auc": area,
            "variance": np.maximum(variance, 0.0),
            "promised": promised,
            "deviation": deviation,
        }
    )


def _promised(p: Vector, c: Codes, block: Codes, first: Codes, k: int) -> tuple[Vector, Vector]:
    """Expected AUC of outcomes drawn with `p`, and its standard deviation by linearisation.

    U = Σ Yᵢ (1 − Yⱼ) ψ(sᵢ, sⱼ) over N₁ N₀: the derivative by each outcome, times its variance.
    """
    q, where = 1 - p, c[first]
    bad, good = _sums(p, first), _sums(q, first)
    bads, goods = sum_by(where, bad, k), sum_by(where, good, k)
    itself = sum_by(c, p * q, k)
    good_below, bad_below = _below(good, where, k), _below(bad, where, k)
    wins = sum_by(where, bad * good_below, k) - itself / 2
    expected = wins / (bads * goods - itself)
    # what the row adds as a bad case, less what it takes away as a good one
    worth = (good_below[block] - q / 2) - (bads[c] - bad_below[block] - p / 2)
    slope = (worth - expected[c] * (goods - bads)[c]) / (bads * goods)[c]
    return expected, np.sqrt(sum_by(c, p * q * slope**2, k))


def _sums(values: Vector, first: Codes) -> Vector:
    return np.asarray(np.add.reduceat(values, first), dtype=np.float64)


def sum_by(where: Codes, values: Vector, k: int) -> Vector:
    """Sum of the values of each code from 0 to `k` less one."""
    return np.asarray(np.bincount(where, weights=values, minlength=k), dtype=np.float64)


def _below(values: Vector, where: Codes, k: int) -> Vector:
    """Of each block, what lies below it in its slice, its own counting half."""
    before = np.concatenate([[0.0], np.cumsum(np.bincount(where, weights=values, minlength=k))])
    return np.asarray(np.cumsum(values) - before[where] - values / 2)


def sum_of_coins(at: Vector, mean: Vector, variance: Vector, third: Vector) -> Vector:
    """P(X ≤ at) of a sum of independent unlike coins, by its first three moments.

    `third` is the third central moment. A normal with a term for the skew: Hong (2013),
    Computational Statistics and Data Analysis 59, section 3.3. Half a case above a whole number
    is that paper's continuity correction.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        x = (np.asarray(at, float) - mean) / np.sqrt(variance)
        skew = third / variance**1.5
        return np.asarray(np.clip(norm.cdf(x) + skew * (1 - x * x) * norm.pdf(x) / 6, 0, 1))


def left_of_variance(rates: Vector, codes: Codes, k: int) -> Vector:
    """Share of the variance of a slice's bad cases that is left once level and slope are fitted.

    `rates` are the fitted PDs of n rows: what a fit on all rows takes up cannot differ any more.
    The variance is that of Rao's score test of a term for the slice.
    """
    w = rates * (1 - rates)
    x = np.log(rates / (1 - rates))
    information = np.array([[w.sum(), (w * x).sum()], [(w * x).sum(), (w * x * x).sum()]])
    own = np.bincount(codes, weights=w, minlength=k)
    shared = np.column_stack([own, np.bincount(codes, weights=w * x, minlength=k)])
    taken = (shared @ np.linalg.pinv(information) * shared).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.maximum(1 - taken / own, 0.0))


def benjamini_hochberg(p_values: npt.ArrayLike) -> Vector:
    """P-values adjusted to bound the share of false discoveries.

    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(-p)
    stepped = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
