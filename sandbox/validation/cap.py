"""The cumulative accuracy profile: bad cases caught when the riskiest are looked at first."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.validation.roc import POINTS, steps


def cap_table(target: npt.ArrayLike, score: npt.ArrayLike, points: int = POINTS) -> pd.DataFrame:
    """The profile from (0, 0) to (1, 1) with at most `points` rows.

    Columns: `looked_at` (share of cases with the highest scores), `caught` (share of bad cases
    among them), `perfect` (what a score that knows everything would catch).
    """
    _, bad, good = steps(target, score)
    cases = bad[-1] + good[-1]
    looked_at = np.concatenate([[0.0], (bad + good) / cases])
    caught = np.concatenate([[0.0], bad / bad[-1]])
    if len(looked_at) > points:
        at = np.searchsorted(looked_at, np.linspace(0, 1, points))
        kept = np.unique(np.append(np.minimum(at, len(looked_at) - 1), len(looked_at) - 1))
        looked_at, caught = looked_at[kept], caught[kept]
    perfect = np.minimum(looked_at * cases / bad[-1], 1.0)
    return pd.DataFrame({"looked_at": looked_at, "caught": caught, "perfect": perfect})


def accuracy_ratio(target: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Area between profile and diagonal over that of a perfect score; 2 · AUC − 1.

    Engelmann, Hayden and Tasche (2003), Risk 16, prove the equality; here it is the area itself.

    >>> accuracy_ratio([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    _, bad, good = steps(target, score)
    cases = bad[-1] + good[-1]
    looked_at = np.concatenate([[0.0], (bad + good) / cases])
    caught = np.concatenate([[0.0], bad / bad[-1]])
    area = float(np.trapezoid(caught, looked_at)) - 0.5
    return area / (0.5 * float(good[-1] / cases))
