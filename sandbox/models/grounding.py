"""A few numbers that bring a model of a confounded log in line with what randomised rows say.

A model of the whole log has low variance and is confounded; means over randomised rows are right
and vary much. The first is kept for the order of customers, the second corrects level, slope and
response to the limit (N. Kallus, A. M. Puli and U. Shalit, "Removing hidden confounding by
experimental grounding", NeurIPS 2018; there with a linear correction, too).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: standard deviation of slope, limit and bend around "nothing to correct" (assumed)
DOUBT = 0.1
STEPS = 25
#: shares this near to 0 or 1 have log-odds that say nothing
EDGE = 0.005


@dataclass(frozen=True)
class Grounding:
    """corrected = level + slope · z + (limit + bend · (z - centre)) · l, l = ln(L / 10,000).

    z is the log-odds of a probability or of a mean share, such as utilisation.
    """

    level: float
    slope: float
    limit: float
    bend: float
    #: weighted mean of z, which keeps `limit` and `bend` apart
    centre: float

    @classmethod
    def fitted(cls, z: Floats, limit: Floats, outcome: Floats, weight: Floats) -> Self:
        """To n outcomes from 0 to 1 (events or shares), by Newton's method.

        Weights add up to the number of rows that they are worth: the prior counts against it.
        """
        centre = float(np.average(z, weights=weight))
        design = _design(z, limit, centre)
        prior = np.array([0.0, 1.0, 0.0, 0.0])
        precision = np.array([1e-6, *[1.0 / DOUBT**2] * 3])
        answer = prior.copy()
        for _ in range(STEPS):
            mean = expit(design @ answer)
            curvature = weight * np.maximum(mean * (1 - mean), 1e-9)
            gradient = design.T @ (weight * (outcome - mean)) - precision * (answer - prior)
            hessian = design.T @ (design * curvature[:, None]) + np.diag(precision)
            step = np.linalg.solve(hessian, gradient)
            answer = answer + step
            if np.abs(step).max() < 1e-10:
                break
        level, slope, rise, bend = (float(each) for each in answer)
        return cls(level, slope, rise, bend, centre)

    def corrected(self, z: Floats, limit: Floats) -> Floats:
        """n × K of z at K limits (RMB), corrected."""
        length = np.log(limit / 1e4)
        risen: Floats = (self.limit + self.bend * (z - self.centre)) * length
        return self.level + self.slope * z + risen

    def line(self, limit: float) -> tuple[float, float]:
        """Level and slope of the line in z that `corrected` is at one limit, RMB."""
        length = float(np.log(limit / 1e4))
        level = self.level + (self.limit - self.bend * self.centre) * length
        return level, self.slope + self.bend * length

    def corrected_share(self, share: Floats, limit: Floats) -> Floats:
        """The same of n × K shares; what lies above 1 is scaled by the correction at its edge."""
        before = np.clip(share, EDGE, 1 - EDGE)
        after: Floats = share * expit(self.corrected(log_odds(before), limit)) / before
        return after


def log_odds(share: Floats) -> Floats:
    """Of shares from 0 to 1, kept off the edges.

    >>> log_odds(np.array([0.5])).tolist()
    [0.0]
    """
    kept = np.clip(share, EDGE, 1 - EDGE)
    odds: Floats = np.log(kept) - np.log1p(-kept)
    return odds


def expit(z: Floats) -> Floats:
    """The share whose log-odds these are."""
    share: Floats = 1.0 / (1.0 + np.exp(-z))
    return share


def _design(z: Floats, limit: Floats, centre: float) -> Floats:
    length = np.log(limit / 1e4)
    return np.column_stack([np.ones(len(z)), z, length, (z - centre) * length])
