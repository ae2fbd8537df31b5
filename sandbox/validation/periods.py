"""Ranking and calibration by period: the change since the model was built, and the trend."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.grades import jeffreys, jeffreys_interval
from sandbox.validation.inputs import Vector, observed, probabilities, vector
from sandbox.validation.roc import delong

_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Change:
    """A figure out of time less the same in time."""

    value: float
    low: float
    high: float
    #: one-sided: small when it has become worse
    p_value: float
    #: standard error
    error: float

    def power(self, worse: float, level: float = 0.05) -> float:
        """How often a change for the worse by `worse` (above 0) is found at `level`, one-sided.

        >>> round(Change(0.0, -0.02, 0.02, 0.5, 0.01).power(0.02), 3)
        0.639
        """
        if not self.error > 0:
            return float("nan")
        return float(norm.cdf(worse / self.error - norm.ppf(1 - level)))


def change_of_auc(
    target: npt.ArrayLike, score: npt.ArrayLike, later: npt.ArrayLike, later_score: npt.ArrayLike
) -> Change:
    """AUC of the later cases less that of the earlier ones, on unlike cases.

    The two samples are independent, so DeLong's variances add (DeLong et al. 1988,
    Biometrics 44). The p-value is small when the AUC has fallen.

    >>> change_of_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], [1, 0, 1, 0]).value
    -0.25
    """
    (before, v), (after, w) = delong(target, score), delong(later, later_score)
    return _change(after - before, sqrt(v + w) if v + w >= 0 else float("nan"), -1)


def change_of_calibration(
    target: npt.ArrayLike, score: npt.ArrayLike, later: npt.ArrayLike, later_score: npt.ArrayLike
) -> Change:
    """Mean of outcome less PD, later less earlier; the p-value is small when PDs became too low.

    What the model is off by in time is taken out: only what has been added since counts.
    """
    parts = [observed(target, score), observed(later, later_score)]
    means, variances = [], []
    for each in parts:
        if each.n < 2:
            raise BadInput(f"{each.n} cases with an outcome; give at least 2 on each side.")
        gap = each.target - each.score
        means.append(float(gap.mean()))
        variances.append(float(gap.var(ddof=1)) / each.n)
    return _change(means[1] - means[0], sqrt(sum(variances)), 1)


def _change(value: float, error: float, worse: int) -> Change:
    p_value = float(norm.sf(worse * value / error)) if error > 0 else float("nan")
    return Change(value, value - _Z * error, value + _Z * error, p_value, error)


def by_period(target: npt.ArrayLike, score: npt.ArrayLike, period: npt.ArrayLike) -> pd.DataFrame:
    """Ranking and calibration in each period, in order of the labels.

    `target` n outcomes (NaN not observed), `score` n PDs, `period` n labels that sort by time.
    Columns: `period`, `applications`, `n` (with an outcome), `defaults`, `auc`, `auc_error`,
    `auc_low`, `auc_high`, `mean_pd` (of the n), `observed_rate`, `rate_low`, `rate_high`,
    `p_value` (Jeffreys, small when PDs are too low). AUC is NaN in a period of one class.
    """
    y, s, when = vector("target", target), probabilities("score", score), np.asarray(period)
    if not len(y) == len(s) == len(when):
        raise BadInput(
            f"{len(y)} outcomes, {len(s)} scores and {len(when)} periods; give one of each a row."
        )
    labels, place = np.unique(when, return_inverse=True)
    order = np.argsort(place, kind="stable")
    cuts = np.cumsum(np.bincount(place))[:-1]
    rows = []
    for label, index in zip(labels, np.split(order, cuts), strict=True):
        seen = index[~np.isnan(y[index])]
        bad = int(y[seen].sum())
        area, variance = float("nan"), float("nan")
        if 0 < bad < len(seen):
            area, variance = delong(y[seen], s[seen])
        mean_pd = float(s[seen].mean()) if len(seen) else float("nan")
        rows.append((label, len(index), len(seen), bad, area, variance**0.5, mean_pd))
    columns = ["period", "applications", "n", "defaults", "auc", "auc_error", "mean_pd"]
    table = pd.DataFrame(rows, columns=columns)
    n, events = table["n"].to_numpy(), table["defaults"].to_numpy()
    half = _Z * table["auc_error"]
    table["auc_low"], table["auc_high"] = table["auc"] - half, table["auc"] + half
    table["observed_rate"] = events / np.where(n > 0, n, np.nan)
    table["rate_low"], table["rate_high"] = jeffreys_interval(events, n)
    table["p_value"] = jeffreys(events, n, table["mean_pd"])
    return table


def trend_of_auc(table: pd.DataFrame) -> Change:
    """Change of the AUC a period, from `by_period`; small p when it falls.

    Weighted least squares on the period's place (normal). Periods without an AUC or without an
    error are left out. DeLong's variances are shared, each by b·g/(b + g) of its b bad and g good
    cases: a period's own is small where its AUC is high by chance, and as a weight would let
    chance decide (at 20 defaults a period, a test at 5% then rejects in 10%).
    """
    place = np.arange(len(table), dtype=float)
    area, error = table["auc"].to_numpy(float), table["auc_error"].to_numpy(float)
    n, bad = table["n"].to_numpy(float), table["defaults"].to_numpy(float)
    kept = np.isfinite(area) & (error > 0)
    if kept.sum() < 3:
        raise BadInput(f"{int(kept.sum())} periods have an AUC with an error; give at least 3.")
    cases = bad[kept] * (n[kept] - bad[kept]) / n[kept]
    weight, x = cases * cases.sum() / float((error[kept] ** 2 * cases**2).sum()), place[kept]
    spread = x - np.average(x, weights=weight)
    information = float((weight * spread**2).sum())
    value = float((weight * spread * area[kept]).sum()) / information
    return _change(value, 1 / sqrt(information), -1)


def trend_of_calibration(
    target: npt.ArrayLike, score: npt.ArrayLike, period: npt.ArrayLike
) -> Change:
    """Change of the default log-odds a period beyond what PDs say; small p when PDs fall behind.

    The score test of a slope in time, with logit(PD) as offset and the overall level free to
    first order. With one PD for all it is the Cochran-Armitage trend test.
    """
    y, p = vector("target", target), probabilities("score", score)
    place = np.unique(np.asarray(period), return_inverse=True)[1].astype(float)
    if not len(y) == len(p) == len(place):
        raise BadInput(f"{len(y)} outcomes, {len(p)} PDs, {len(place)} periods; give equally many.")
    seen = ~np.isnan(y)
    y, p, place = y[seen], p[seen], place[seen]
    weight: Vector = p * (1 - p)
    if not weight.sum() > 0:
        raise BadInput("Every PD is 0 or 1; outcomes cannot be compared with such certainty.")
    spread = place - np.average(place, weights=weight)
    information = float((weight * spread**2).sum())
    if information == 0:
        raise BadInput("All outcomes are of one period; give at least two.")
    return _change(float((spread * (y - p)).sum()) / information, 1 / sqrt(information), 1)
