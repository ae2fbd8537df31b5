"""Tests of all predicted probabilities at once, each with its power."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, ncx2, norm

from sandbox.validation.grades import UNDERSTATED, grades
from sandbox.validation.inputs import observed

#: expected bad and good cases of a group at the least, where there are that many: Cochran (1954),
#: Biometrics 10. With 500 rows of low PDs, smaller groups reject right PDs nine times as often as
#: the level of 0.1% says
LEAST = 5.0
#: group rates are kept this far from 0 and 1, so that no variance is nil
EDGE = 1e-6


@dataclass(frozen=True)
class Tested:
    """A statistic, its p-value, and the power when true rates are 20% above predicted."""

    statistic: float
    p_value: float
    power: float


def hosmer_lemeshow(target: npt.ArrayLike, score: npt.ArrayLike, number: int = 10) -> Tested:
    """Σ (O − E)² / (E(1 − E/n)) over groups by score, against χ² with as many degrees.

    One degree a group, not two fewer: the scores were not fitted to these outcomes (Hosmer,
    Lemeshow and Sturdivant 2013, section 5.2.2). Neighbouring groups are taken together until 5
    bad and 5 good cases are expected in each.
    """
    scored = observed(target, score)
    group = _large_enough(grades(scored.score, number), scored.score)
    n = np.bincount(group)
    p = np.clip(np.bincount(group, weights=scored.score) / n, EDGE, 1 - EDGE)
    variance = n * p * (1 - p)
    events = np.bincount(group, weights=scored.target)
    statistic = float(((events - n * p) ** 2 / variance).sum())
    moved = ((np.minimum(UNDERSTATED * p, 1) - p) * n) ** 2 / variance
    power = float(ncx2.sf(chi2.ppf(0.95, len(n)), len(n), moved.sum()))
    return Tested(statistic, float(chi2.sf(statistic, len(n))), power)


def _large_enough(group: npt.NDArray[np.intp], score: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Groups 0 … k: those of few expected cases joined to the next, the last to that before."""
    expected = np.bincount(group, weights=np.asarray(score, dtype=np.float64))
    fewer = np.minimum(expected, np.bincount(group) - expected)
    joined, number, gathered = np.zeros(len(fewer), dtype=np.intp), 0, 0.0
    for place, few in enumerate(fewer):
        joined[place] = number
        gathered += few
        if gathered >= LEAST:
            number, gathered = number + 1, 0.0
    return np.minimum(joined, max(number - 1, 0))[group]


def spiegelhalter(target: npt.ArrayLike, score: npt.ArrayLike) -> Tested:
    """z of the Brier score against its value under right predictions, two-sided.

    Σ (y − p)(1 − 2p) / √ Σ (1 − 2p)² p(1 − p): Spiegelhalter (1986), Statistics in Medicine 5.
    NaN when every score is 0, ½ or 1, where it says nothing.
    """
    scored = observed(target, score)
    p, y = scored.score, scored.target
    slack = 1 - 2 * p
    deviation = float(np.sqrt((slack**2 * p * (1 - p)).sum()))
    if deviation == 0:
        return Tested(float("nan"), float("nan"), float("nan"))
    z = float(((y - p) * slack).sum()) / deviation
    true = np.minimum(UNDERSTATED * p, 1)
    mean = float(((true - p) * slack).sum()) / deviation
    spread = float(np.sqrt((slack**2 * true * (1 - true)).sum())) / deviation
    edge = float(norm.ppf(0.975))
    power = norm.sf((edge - mean) / spread) + norm.cdf((-edge - mean) / spread)
    return Tested(z, float(2 * norm.sf(abs(z))), float(power))
