"""Differences of two models that were tried on the same cases, and whether they are noise."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: spreads below this share of the figures are rounding
_ROUNDING = 1e-12


@dataclass(frozen=True)
class PairedDifference:
    """Mean of paired differences with its t-interval."""

    difference: float
    #: ends of the interval; NaN with one pair, or where the differences do not vary
    low: float
    high: float
    #: two-sided p-value of "the mean is 0"; NaN where there is no interval
    p: float
    #: how many pairs there are
    pairs: int


def paired_difference(
    one: npt.ArrayLike, other: npt.ArrayLike, confidence: float = 0.95
) -> PairedDifference:
    """`one` less `other`, pair by pair: two arrays of n figures in the same order.

    Pairs with a figure that is not finite are left out; NaN throughout when none is left. The
    interval is Student's with n - 1 degrees of freedom (Gosset 1908, Biometrika 6), so it is
    wide with two or three pairs. One pair has no interval. Differences that are all the same
    have none either: a spread of 0 among a few figures is an accident of rounding or counting,
    and an interval without width would call it certain.

    >>> found = paired_difference([3.0, 5.0, 4.0], [1.0, 2.0, 3.0])
    >>> found.difference, round(found.low, 2), round(found.high, 2), found.pairs
    (2.0, -0.48, 4.48, 3)
    """
    from scipy import stats

    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    kept = np.isfinite(first) & np.isfinite(second)
    gaps = first[kept] - second[kept]
    n, nan = len(gaps), float("nan")
    if n == 0:
        return PairedDifference(nan, nan, nan, nan, 0)
    mean = float(gaps.mean())
    scale = float(np.abs([first[kept], second[kept]]).max())
    spread = float(gaps.std(ddof=1)) if n > 1 else 0.0
    if spread <= _ROUNDING * scale:
        return PairedDifference(0.0 if abs(mean) <= _ROUNDING * scale else mean, nan, nan, nan, n)
    error = spread / np.sqrt(n)
    half = float(error * stats.t.ppf(0.5 + confidence / 2, n - 1))
    p = float(2 * stats.t.sf(abs(mean) / error, n - 1))
    return PairedDifference(mean, mean - half, mean + half, p, n)


def holm(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """p-values of one family, adjusted after Holm (1979), Scandinavian Journal of Statistics 6.

    An adjusted value of at most 0.05 holds with at most 5% risk that any of the family holds by
    accident, however the tests depend on each other. NaN is no test: it stays, and counts not.

    >>> holm([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.06, 0.06, nan]
    """
    given = np.asarray(p, dtype=float)
    tests = np.flatnonzero(np.isfinite(given))
    order = tests[np.argsort(given[tests], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted = given.copy()
    adjusted[order] = np.minimum(np.maximum.accumulate(given[order] * factors), 1.0)
    return adjusted
