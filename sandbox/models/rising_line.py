"""Logistic regression that never falls: a score cannot sink where its parts rise."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RisingLine:
    """Log-odds of an event: a level, and a slope of a known sign for each of k parts."""

    level: float
    #: k, each at least `least` in size and of the sign it was fitted with
    slopes: Floats

    @classmethod
    def fitted(
        cls,
        parts: Floats,
        event: Floats,
        signs: Floats,
        *,
        penalty: float = 1.0,
        least: float = 0.0,
    ) -> Self:
        """From n × k parts and n outcomes (0 or 1), both of them there.

        `signs` (k, 1 or -1) say which way each part may move the log-odds; `penalty` weighs the
        squared slopes of standardised parts; `least` is the smallest slope by size.

        >>> parts = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
        >>> line = RisingLine.fitted(parts, np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, -1.0]))
        >>> bool(line.slopes[0] > 0), bool(line.slopes[1] <= 0)
        (True, True)
        """
        from scipy.optimize import minimize

        mean, spread = parts.mean(axis=0), parts.std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)
        x = signs * (parts - mean) / scale

        def loss(free: Floats) -> tuple[float, Floats]:
            margin = free[0] + x @ free[1:]
            value = np.logaddexp(0.0, margin).sum() - event @ margin
            miss = 1.0 / (1.0 + np.exp(-margin)) - event
            slope = np.concatenate([[miss.sum()], miss @ x + penalty * free[1:]])
            return float(value + 0.5 * penalty * free[1:] @ free[1:]), slope

        rate = float(event.mean())
        start = np.concatenate([[np.log(rate / (1.0 - rate))], least * scale])
        bounds = [(None, None), *((float(least * s), None) for s in scale)]
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
        slopes = signs * found.x[1:] / scale
        return cls(float(found.x[0] - slopes @ mean), slopes)

    def margin(self, parts: Floats) -> Floats:
        """The n log-odds of n × k parts."""
        margin: Floats = self.level + parts @ self.slopes
        return margin


def logistic(margin: Floats) -> Floats:
    """Probability of the n log-odds.

    >>> logistic(np.array([0.0, -800.0])).tolist()
    [0.5, 0.0]
    """
    return np.exp(-np.logaddexp(0.0, -margin))
