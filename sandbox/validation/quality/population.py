"""Customers whose probability of default is known, and samples of them."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, probabilities

#: PDs are kept this far from 0 and 1, so that none is certain
EDGE = 1e-4
#: share of customers in the smaller of two groups that have nothing to do with default
SECOND = 0.3


@dataclass(frozen=True)
class Population:
    """Customers to draw from: n true PDs within (0, 1) and the features they go with."""

    pd_: Vector
    features: pd.DataFrame

    def __post_init__(self) -> None:
        p = probabilities("pd_", self.pd_)
        if len(p) != len(self.features) or len(p) < 100:
            raise BadInput(
                f"{len(p)} PDs and {len(self.features)} rows of features; give one of each a "
                "customer, of at least 100."
            )
        object.__setattr__(self, "pd_", np.clip(p, EDGE, 1 - EDGE))

    def sample(self, rng: np.random.Generator, n: int) -> "Sample":
        """`n` customers with replacement, so that samples are independent; outcomes drawn anew."""
        rows = rng.integers(0, len(self.pd_), n)
        p = self.pd_[rows]
        y = (rng.random(n) < p).astype(np.float64)
        return Sample(y, p, p, self.features.iloc[rows].reset_index(drop=True))


@dataclass(frozen=True)
class Sample:
    """Outcomes, true PDs and the scores of a model, which are the true PDs if it is right."""

    y: Vector
    pd_: Vector
    score: Vector
    features: pd.DataFrame

    def scored(self, score: npt.ArrayLike) -> "Sample":
        """The same cases with other scores."""
        return replace(self, score=np.clip(np.asarray(score, dtype=float), EDGE, 1 - EDGE))


def moved(pd_: npt.ArrayLike, by: npt.ArrayLike = 0.0, times: float = 1.0) -> Vector:
    """PDs with log-odds stretched about their mean `times` and shifted `by`.

    >>> moved([0.5], by=1.0).round(3).tolist()
    [0.731]
    """
    x = logit(np.clip(np.asarray(pd_, dtype=float), EDGE, 1 - EDGE))
    centre = x.mean()
    found: Vector = expit(centre + times * (x - centre) + np.asarray(by, dtype=float))
    return found


def noisy(rng: np.random.Generator, pd_: npt.ArrayLike, deviation: float) -> Vector:
    """PDs with normal noise of `deviation` on their log-odds."""
    return moved(pd_, by=rng.normal(0.0, deviation, len(np.asarray(pd_))))
