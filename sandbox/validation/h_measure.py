"""The H-measure: what a score saves when the cost of errors is uncertain.

Hand (2009), Machine Learning 77, with the distribution of costs of Hand and Anagnostopoulos
(2014), Pattern Recognition Letters 40: Beta(1 + π₁, 1 + π₀), the same for every score on the same
cases. AUC weighs errors by a distribution that depends on the score itself; this one does not.
"""

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from sandbox.validation.inputs import Vector
from sandbox.validation.roc import steps


def h_measure(target: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """1 − L / L_max: 0 for a score that knows nothing, 1 for one that separates the classes.

    L is the smallest expected loss π₀ c fpr + π₁ (1 − c) (1 − tpr) over thresholds, averaged over
    the share c of the cost that lies in refusing a good case; L_max that of refusing all or none.

    >>> h_measure([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])
    1.0
    """
    _, bad, good = steps(target, score)
    bad_share = bad[-1] / (bad[-1] + good[-1])
    fpr, tpr = _hull(
        np.concatenate([[0.0], good / good[-1]]), np.concatenate([[0.0], bad / bad[-1]])
    )
    loss = _mean_loss(fpr, tpr, bad_share)
    trivial = _mean_loss(np.array([0.0, 1.0]), np.array([0.0, 1.0]), bad_share)
    return float(1.0 - loss / trivial)


def _hull(fpr: Vector, tpr: Vector) -> tuple[Vector, Vector]:
    """The upper convex hull of a ROC curve that starts at (0, 0)."""
    kept: list[int] = []
    for i in range(len(fpr)):
        while len(kept) > 1 and _turns_up(fpr, tpr, kept[-2], kept[-1], i):
            kept.pop()
        kept.append(i)
    return fpr[kept], tpr[kept]


def _turns_up(x: Vector, y: Vector, a: int, b: int, c: int) -> bool:
    """Whether the middle of three points lies on or below the line between the others."""
    return bool((y[b] - y[a]) * (x[c] - x[a]) <= (y[c] - y[a]) * (x[b] - x[a]))


def _mean_loss(fpr: Vector, tpr: Vector, bad_share: float) -> float:
    """The expected loss of the hull's best corner, over the distribution of costs."""
    good_share = 1.0 - bad_share
    costs = beta(1.0 + bad_share, 1.0 + good_share)
    # a corner is best while the cost c lies between the slopes of the edges that meet there
    rise, run = bad_share * np.diff(tpr), good_share * np.diff(fpr)
    edges = np.concatenate([[1.0], rise / (rise + run), [0.0]])
    mass = -np.diff(costs.cdf(edges))
    # E[c; c in the interval] of a Beta is its mean times the mass of Beta(a + 1, b)
    heavier = beta(2.0 + bad_share, 1.0 + good_share)
    mean = costs.mean() * -np.diff(heavier.cdf(edges))
    return float((good_share * fpr * mean + bad_share * (1.0 - tpr) * (mass - mean)).sum())
