"""The ECB's statistics against the initial validation.

ECB, "Instructions for reporting the validation results of internal models" (February 2019):
discriminatory power now against then (2.6.3), concentration of grades (2.5.5.3), stability of the
migration matrix (2.5.5.2).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2, norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import vector


@dataclass(frozen=True)
class Against:
    """A figure now, the same at the initial validation, and the one-sided test between them."""

    now: float
    initial: float
    statistic: float
    p_value: float


def auc_against_initial(
    auc: float, deviation: float, initial: float, initial_deviation: float = 0.0
) -> Against:
    """S = (AUC_initial − AUC) / s, p = 1 − Φ(S), with s² = s(AUC)² + s(AUC_initial)².

    `deviation` is the standard error of the AUC now, `initial_deviation` that of the initial one:
    0, as the ECB has it, takes it as exact. Where it was estimated on as many cases, a test at 5%
    then rejects in 12% though nothing has changed. A small p says that it has fallen.

    >>> round(auc_against_initial(0.75, 0.01, 0.77).p_value, 4)
    0.0228
    """
    if not deviation > 0:
        raise BadInput(f"The standard error of the AUC is {deviation:g}; it must be above 0.")
    if not initial_deviation >= 0:
        raise BadInput(
            f"The standard error of the initial AUC is {initial_deviation:g}; give 0 or more."
        )
    statistic = (initial - auc) / float(np.hypot(deviation, initial_deviation))
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


def concentration_beyond_chance(n: npt.ArrayLike, initial: npt.ArrayLike) -> Against:
    """Whether grades are more concentrated than at the initial validation, by more than chance.

    Of grades cut so that they were even then, or nearly: the coefficient of variation is near 0
    then, and `concentration_against_initial` is above √(2(K − 1)) however few have moved, so it
    always rejects. Here X² = Σ (nₖ − n eₖ)² / (n eₖ) · m / (n + m) is held against χ² with K − 1
    degrees, eₖ the initial shares of m cases; of even grades it is CV² n m / (n + m). p is 1 where
    grades are no more concentrated. BadInput for an empty initial grade.

    >>> concentration_beyond_chance([30, 20, 25, 25], [100] * 4).p_value > 0.1
    True
    """
    now, then = vector("n", n), vector("initial", initial)
    if len(now) != len(then) or (then <= 0).any():
        raise BadInput(
            f"{len(now)} grades now and {len(then)} then, the smallest of {then.min():g} cases; "
            "give the same grades, none empty then."
        )
    index, index_then = concentration(now)[1], concentration(then)[1]
    expected = now.sum() * then / then.sum()
    both = then.sum() / (now.sum() + then.sum())
    statistic = float(((now - expected) ** 2 / expected).sum() * both)
    p_value = float(chi2.sf(statistic, len(now) - 1)) if index > index_then else 1.0
    return Against(index, index_then, statistic, p_value)


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
    """(near − far) over its standard error in a multinomial; 0 where both are empty.

    Where all n customers are in one of the two, that error is 0 and the ECB has no figure. All of
    them moving the farther way would then pass: there the z of the exact sign test, p = ½ⁿ.
    """
    variance = near * (1 - near) + far * (1 - far) + 2 * near * far
    if variance > 0:
        return float((near - far) / np.sqrt(variance / n))
    return float((far - near) * norm.ppf(0.5 ** min(n, 1_000.0)))


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
