"""A ladder of limits: which is the next above, and which the next below."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rungs_beside(
    ladder: tuple[float, ...], limit: Floats, balance: Floats
) -> tuple[Floats, Floats]:
    """The limit after an increase and after a decrease, RMB, each as long as `limit`.

    At the top there is no increase and at the bottom no decrease: the limit stays. A decrease
    does not go below the balance.

    >>> up, down = rungs_beside((1e3, 5e3), np.array([1e3, 4e3, 5e3]), np.array([0.0, 2e3, 6e3]))
    >>> up.tolist(), down.tolist()
    ([5000.0, 5000.0, 5000.0], [1000.0, 2000.0, 5000.0])
    """
    rungs = np.asarray(ladder)
    above = np.searchsorted(rungs, limit, side="right")
    up = np.where(above < len(rungs), rungs[np.minimum(above, len(rungs) - 1)], limit)
    below = np.searchsorted(rungs, limit, side="left") - 1
    down = np.where(below >= 0, rungs[np.maximum(below, 0)], limit)
    return up, np.minimum(np.maximum(down, balance), limit)
