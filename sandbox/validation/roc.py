"""The ROC curve and AUC with DeLong's variance, in O(n log n)."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, rankdata

from sandbox.validation.inputs import Vector, both_classes, probabilities, same_length

#: points kept of a curve that is stored and drawn
POINTS = 200


def auc(target: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Probability that a bad case scores above a good one, ties counting half.

    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return delong(target, score)[0]


def delong(target: npt.ArrayLike, score: npt.ArrayLike) -> tuple[float, float]:
    """AUC and its variance after DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44.

    Computed by midranks: Sun and Xu (2014), IEEE Signal Processing Letters 21, algorithm 2.
    The variance is 0 when the classes are separated completely, NaN when one of them has a
    single case.
    """
    above, below = _placements(target, score)
    m, n = len(above), len(below)
    if min(m, n) < 2:
        return float(above.mean()), float("nan")
    return float(above.mean()), float(above.var(ddof=1) / m + below.var(ddof=1) / n)


def _placements(target: npt.ArrayLike, score: npt.ArrayLike) -> tuple[Vector, Vector]:
    """Per bad case the share of good cases below it, per good case that of bad cases above it."""
    scored = both_classes(target, score)
    bad, good = scored.score[scored.target == 1], scored.score[scored.target == 0]
    m, n = len(bad), len(good)
    ranks = rankdata(np.concatenate([bad, good]))
    above: Vector = (ranks[:m] - rankdata(bad)) / n
    below: Vector = 1.0 - (ranks[m:] - rankdata(good)) / m
    return above, below


def delong_paired(
    target: npt.ArrayLike, one: npt.ArrayLike, other: npt.ArrayLike, confidence: float = 0.95
) -> tuple[float, float, float]:
    """AUC of `one` less that of `other` on the same n cases, with its interval (low, high).

    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, equation 6: the two areas rise and
    fall with the same cases, so their difference varies less than either. NaN bounds when a
    class has a single case.

    >>> delong_paired([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.1, 0.4, 0.35, 0.8])
    (0.0, 0.0, 0.0)
    """
    parts = [_placements(target, score) for score in (one, other)]
    (above, below), (above_other, below_other) = parts
    bad, good = above - above_other, below - below_other
    difference = float(bad.mean())
    if min(len(bad), len(good)) < 2:
        return difference, float("nan"), float("nan")
    error = float(np.sqrt(bad.var(ddof=1) / len(bad) + good.var(ddof=1) / len(good)))
    half = float(norm.ppf(0.5 + confidence / 2)) * error
    return difference, difference - half, difference + half


def delong_interval(
    target: npt.ArrayLike, score: npt.ArrayLike, confidence: float = 0.95
) -> tuple[float, float]:
    """AUC ± z · standard error, cut to [0, 1]."""
    area, variance = delong(target, score)
    half = float(norm.ppf(0.5 + confidence / 2)) * float(np.sqrt(variance))
    return max(area - half, 0.0), min(area + half, 1.0)


def expected_auc(probability: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """The AUC of `score` expected over outcomes drawn independently with `probability`.

    For pairs i ≠ j: Σ pᵢ(1 − pⱼ)[sᵢ > sⱼ, ties ½] / Σ pᵢ(1 − pⱼ). Needs no outcome, so it
    covers rows whose outcome no bank would ever see, and has no sampling error of outcomes.
    """
    p, s = probabilities("probability", probability), probabilities("score", score)
    same_length(probability=p, score=s)
    _, group = np.unique(s, return_inverse=True)
    bad = np.bincount(group, weights=p)
    good = np.bincount(group, weights=1.0 - p)
    itself = float((p * (1.0 - p)).sum())
    wins = float((bad * (np.cumsum(good) - good / 2)).sum()) - itself / 2
    pairs = float(p.sum() * (1.0 - p).sum()) - itself
    return wins / pairs if pairs > 0 else float("nan")


def steps(target: npt.ArrayLike, score: npt.ArrayLike) -> tuple[Vector, Vector, Vector]:
    """Thresholds in descending order, and bad and good cases at or above each.

    Tied scores share a threshold: they are alerted together or not at all.
    """
    scored = both_classes(target, score)
    order = np.argsort(-scored.score, kind="stable")
    values, outcomes = scored.score[order], scored.target[order]
    last = np.flatnonzero(np.append(np.diff(values) != 0, True))
    bad = np.cumsum(outcomes)[last]
    return values[last], bad, (last + 1.0) - bad


def roc_table(target: npt.ArrayLike, score: npt.ArrayLike, points: int = POINTS) -> pd.DataFrame:
    """The ROC curve from (0, 0) to (1, 1) with at most `points` rows.

    Columns: `fpr`, `tpr` (0 to 1), `threshold` (alerted at or above; infinite at the origin).
    Half of the points are spread along the false-positive axis, half along its square root,
    since what matters to fraud happens below 5%.
    """
    thresholds, bad, good = steps(target, score)
    fpr = np.concatenate([[0.0], good / good[-1]])
    tpr = np.concatenate([[0.0], bad / bad[-1]])
    threshold = np.concatenate([[np.inf], thresholds])
    kept = _thinned(fpr, points)
    return pd.DataFrame({"fpr": fpr[kept], "tpr": tpr[kept], "threshold": threshold[kept]})


def precision_recall_table(
    target: npt.ArrayLike, score: npt.ArrayLike, points: int = POINTS
) -> pd.DataFrame:
    """Precision against recall with at most `points` rows.

    Columns: `recall`, `precision` (0 to 1), `threshold`, in order of rising recall.
    """
    thresholds, bad, good = steps(target, score)
    recall = bad / bad[-1]
    kept = _thinned(recall, points)
    return (
        pd.DataFrame({"recall": recall, "precision": bad / (bad + good), "threshold": thresholds})
        .iloc[kept]
        .reset_index(drop=True)
    )


def _thinned(axis: Vector, points: int) -> npt.NDArray[np.intp]:
    if len(axis) <= points:
        return np.arange(len(axis))
    even = np.linspace(0, 1, points // 2)
    at = np.searchsorted(axis, np.concatenate([even, even**2]))
    return np.unique(np.concatenate([[0], np.minimum(at, len(axis) - 1), [len(axis) - 1]]))[:points]
