"""The ECB's statistics against the initial validation.

ECB, "Instructions for reporting the validation results of internal models" (February 2019):
discriminatory power now against then (2.6.3), concentration of grades (2.5.5.3), stability of the
migration matrix (2.5.5.2).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import vector


@dataclass(frozen=True)
class Against:
    """A figure now, the same at the initial validation, and the one-sided test between them."""

    now: float
    initial: float
    statistic: float
    p_value: float


def auc_against_initial(auc: float, deviation: float, initial: float) -> Against:
    """S = (AUC_initial − AUC) / s(AUC), p = 1 − Φ(S); the initial figure counts as exact.

    `deviation` is the standard error of the AUC now. A small p says that it has fallen.

    >>> round(auc_against_initial(0.75, 0.01, 0.77).p_value, 4)
    0.0228
    """
    if not deviation > 0:
        raise BadInput(f"The standard error of the AUC is {deviation:g}; it must be above 0.")
    statistic = (initial - auc) / deviation
    return Against(auc, initial, statistic, float(norm.sf(statistic)))


def concentration(n: npt.ArrayLike) -> tuple[float, float]:
    """Coefficient of variation of the K grades' shares and Herfindahl index, 0 (even) to 1 (one).

    HI = 1 + ln((CV² + 1) / K) / ln K.

    >>> concentration([25, 25, 25, 25])
    (0.0, 0.0)
    """
    counts = vector("n", n)
    if len(counts) < 2 or counts.sum() <= 0 or (counts < 0).any():
        raise BadInput(f"{len(counts)} grades with {counts.sum():g} cases; give two or more.")
    k = len(counts)
    share = counts / counts.sum()
    variation = float(np.sqrt(k * ((share - 1 / k) ** 2).sum()))
    return variation, float(1 + np.log((variation**2 + 1) / k) / np.log(k))


def concentration_against_initial(n: npt.ArrayLike, initial: npt.ArrayLike) -> Against:
    """Whether grades are more concentrated than at the initial validation.

    `n` and `initial` are cases a grade, K each. √(K − 1) (CV − CV₀) / √(CV² (½ + CV²)) against a
    normal; `now` and `initial` of the result are the Herfindahl indices.
    """
    (cv, index), (cv_then, index_then) = concentration(n), concentration(initial)
    k = len(vector("n", n))
    if cv == 0:
        return Against(index, index_then, -np.inf if cv_then else 0.0, 1.0 if cv_then else 0.5)
    statistic = np.sqrt(k - 1) * (cv - cv_then) / np.sqrt(cv**2 * (0.5 + cv**2))
    return Against(index, index_then, float(statistic), float(norm.sf(statistic)))


def migration_matrix(before: npt.ArrayLike, after: npt.ArrayLike, grades: int) -> pd.DataFrame:
    """Customers by grade before (rows) and after (columns), grades 1 to `grades`."""
    first, second = vector("before", before), vector("after", after)
    if len(first) != len(second):
        raise BadInput(f"before has {len(first)} and after {len(second)} rows; give pairs.")
    wrong = [g for g in np.concatenate([first, second]) if not 1 <= g <= grades or g != int(g)]
    if wrong:
        raise BadInput(f"A grade is {wrong[0]:g}; grades are whole numbers from 1 to {grades}.")
    counts = np.zeros((grades, grades), dtype=np.int64)
    np.add.at(counts, (first.astype(int) - 1, second.astype(int) - 1), 1)
    names = pd.RangeIndex(1, grades + 1, name="grade")
    return pd.DataFrame(counts, index=names, columns=names.rename("after"))


def migration_stability(matrix: npt.ArrayLike) -> pd.DataFrame:
    """z of each pair of neighbouring cells: farther moves should be rarer than nearer ones.

    Columns: `grade`, `nearer`, `farther` (grades after), `n`, `share_nearer`, `share_farther`,
    `z`, `p_value` (one-sided: small when the farther move is more frequent). Rows without
    customers are left out.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    size = len(counts)
    rows = []
    for i in range(size):
        n = counts[i].sum()
        if n == 0:
            continue
        share = counts[i] / n
        pairs = [(j, j + 1) for j in range(i, size - 1)] + [(j, j - 1) for j in range(i, 0, -1)]
        for near, far in pairs:
            z = _z(share[near], share[far], n)
            rows.append((i + 1, near + 1, far + 1, int(n), share[near], share[far], z))
    columns = ["grade", "nearer", "farther", "n", "share_nearer", "share_farther", "z"]
    table = pd.DataFrame(rows, columns=columns)
    table["p_value"] = norm.cdf(table["z"].to_numpy(dtype=float))
    return table


def _z(near: float, far: float, n: float) -> float:
    """(near − far) over its standard error in a multinomial; 0 where both are empty."""
    variance = near * (1 - near) + far * (1 - far) + 2 * near * far
    return float((near - far) / np.sqrt(variance / n)) if variance > 0 else 0.0


def bandwidths(matrix: npt.ArrayLike) -> tuple[float, float]:
    """Upper and lower matrix-weighted bandwidths: how far customers move, 0 to 1."""
    counts = np.asarray(matrix, dtype=np.float64)
    size = len(counts)
    place = np.arange(size)
    step = np.abs(place[:, None] - place[None, :])
    found: list[float] = []
    for side in (np.triu(np.ones((size, size)), 1), np.tril(np.ones((size, size)), -1)):
        moved = (counts * side * step).sum()
        # the farthest that a grade's customers could have moved on either side
        most = (step.max(axis=1) * (counts * side).sum(axis=1)).sum()
        found.append(float(moved / most) if most > 0 else 0.0)
    return found[0], found[1]
