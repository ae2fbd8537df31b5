"""How far two samples are apart, without bins."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import kstwo, wasserstein_distance

from sandbox.errors import BadInput
from sandbox.validation.inputs import finite


@dataclass(frozen=True)
class Distance:
    """The widest gap of two samples, and the work it takes to make one of them the other."""

    #: Kolmogorov-Smirnov distance, 0 to 1, and its p-value for independent samples
    ks: float
    p_value: float
    #: Wasserstein distance, in units of the values
    wasserstein: float
    #: the same over the standard deviation of the first sample; NaN where it is constant
    standardised: float


def distance(before: npt.ArrayLike, after: npt.ArrayLike) -> Distance:
    """Distances of two samples of finite values.

    The p-value is that of one sample of the size m = n₁ n₂ / (n₁ + n₂), as scipy takes it for
    large samples.

    >>> distance([0.0, 1.0], [1.0, 2.0]).wasserstein
    1.0
    """
    first, second = finite("before", before), finite("after", after)
    if not len(first) or not len(second):
        raise BadInput(f"{len(first)} and {len(second)} rows to compare; give at least one each.")
    values = np.concatenate([first, second])
    below = [np.searchsorted(np.sort(s), values, "right") / len(s) for s in (first, second)]
    widest = float(np.abs(below[0] - below[1]).max())
    together = max(round(len(first) * len(second) / (len(first) + len(second))), 1)
    moved = float(wasserstein_distance(first, second))
    spread = float(first.std())
    return Distance(
        widest,
        float(np.clip(kstwo.sf(widest, together), 0.0, 1.0)),
        moved,
        moved / spread if spread > 0 else float("nan"),
    )
