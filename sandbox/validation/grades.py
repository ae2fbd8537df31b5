"""Rating grades: groups of equal size by score, and the Jeffreys test of each grade's PD."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc
from scipy.stats import beta, binom

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, observed

#: how far above the predicted rates the true ones lie in every power given here
UNDERSTATED = 1.2


def grades(score: npt.ArrayLike, number: int = 10) -> npt.NDArray[np.intp]:
    """Grade 0 … at most `number` − 1 of each score, lowest first; equal scores share a grade.

    >>> grades([0.1, 0.1, 0.1, 0.2, 0.3, 0.4], 3).tolist()
    [0, 0, 0, 1, 2, 2]
    """
    scores = np.asarray(score, dtype=np.float64)
    if number < 1 or not len(scores):
        raise BadInput(f"{len(scores)} rows in {number} grades; give at least one of each.")
    levels = np.arange(1, number) / number
    edges = np.unique(np.quantile(scores, levels, method="inverted_cdf"))
    return np.unique(np.searchsorted(edges, scores, side="left"), return_inverse=True)[1]


def jeffreys(defaults: npt.ArrayLike, n: npt.ArrayLike, pd_: npt.ArrayLike) -> Vector:
    """One-sided p-value of "the true default rate is at most `pd_`".

    The posterior Beta(D + ½, n − D + ½) up to `pd_`: ECB, Instructions for reporting the
    validation results of internal models (February 2019), section on PD calibration.
    """
    d, size = np.asarray(defaults, float), np.asarray(n, float)
    return np.asarray(beta.cdf(np.asarray(pd_, float), d + 0.5, size - d + 0.5), dtype=float)


def jeffreys_interval(
    defaults: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Vector, Vector]:
    """Equal-tailed Jeffreys interval of a default rate.

    Its lower end is 0 when there was no default, its upper end 1 when all defaulted: Brown,
    Cai and DasGupta (2001), Statistical Science 16.
    """
    d, size = np.asarray(defaults, float), np.asarray(n, float)
    tail = (1 - confidence) / 2
    low = np.where(d == 0, 0.0, beta.ppf(tail, d + 0.5, size - d + 0.5))
    high = np.where(d == size, 1.0, beta.ppf(1 - tail, d + 0.5, size - d + 0.5))
    return low, high


def jeffreys_power(n: int, pd_: float, level: float = 0.05, factor: float = UNDERSTATED) -> float:
    """How often the Jeffreys test rejects at `level` when the true rate is `factor` · `pd_`."""
    # p falls as defaults rise: the fewest that reject, by halves
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        p_value = betainc(middle + 0.5, n - middle + 0.5, pd_)
        low, high = (low, middle) if p_value < level else (middle + 1, high)
    return float(binom.sf(low - 1, n, min(factor * pd_, 1.0)))


def jeffreys_table(target: npt.ArrayLike, score: npt.ArrayLike, number: int = 10) -> pd.DataFrame:
    """The Jeffreys test in each of `number` grades by score.

    Columns: `grade` (1 is safest), `n`, `defaults`, `mean_pd`, `observed_rate`, `low`, `high`
    (95% Jeffreys interval of the rate), `p_value` (one-sided, small when the PD is too low),
    `p_holm` (the same, adjusted for the number of grades),
    `power` (at 5%, true rate 20% above the PD).
    """
    scored = observed(target, score)
    grade = grades(scored.score, number)
    n = np.bincount(grade)
    defaults = np.bincount(grade, weights=scored.target)
    mean_pd = np.bincount(grade, weights=scored.score) / n
    low, high = jeffreys_interval(defaults, n)
    p_value = jeffreys(defaults, n, mean_pd)
    return pd.DataFrame(
        {
            "grade": np.arange(1, len(n) + 1),
            "n": n,
            "defaults": defaults.astype(int),
            "mean_pd": mean_pd,
            "observed_rate": defaults / n,
            "low": low,
            "high": high,
            "p_value": p_value,
            "p_holm": holm(p_value),
            "power": [jeffreys_power(int(k), float(p)) for k, p in zip(n, mean_pd, strict=True)],
        }
    )


def holm(p_values: npt.ArrayLike) -> Vector:
    """P-values adjusted for their number after Holm (1979), Scand. J. Statistics 6.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
