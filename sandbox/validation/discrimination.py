"""Does the score rank bad cases above good ones?"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.cap import cap_table
from sandbox.validation.cost_curve import cost_curve, cost_saved
from sandbox.validation.fraud_metrics import auprc
from sandbox.validation.grades import grades
from sandbox.validation.h_measure import h_measure
from sandbox.validation.inputs import Scored, both_classes
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.roc import (
    auc,
    delong_interval,
    precision_recall_table,
    roc_table,
    steps,
)


def gini(target: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """2 · AUC − 1, also called Somers' D or accuracy ratio.

    >>> gini([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    return 2.0 * auc(target, score) - 1.0


#: what is said of a score that ranks good cases above bad ones
WRONG_WAY = "ranks the wrong way round: is it the probability of no"


@dataclass(frozen=True)
class Gap:
    """The largest distance between the score distributions of bad and good cases."""

    #: from -1 to 1; below 0 when good cases score higher than bad ones there
    distance: float
    #: the score where it is reached (alerted at or above)
    score: float


def ks(target: npt.ArrayLike, score: npt.ArrayLike) -> Gap:
    """The two-sample Kolmogorov–Smirnov distance of scores of bad and good cases, signed.

    The sign is that of the widest gap, so a score that ranks the wrong way round is not praised
    for how far it does.

    >>> ks([0, 0, 1, 1], [0.9, 0.8, 0.1, 0.2]).distance
    -1.0
    """
    thresholds, bad, good = steps(target, score)
    distance = bad / bad[-1] - good / good[-1]
    widest = int(np.argmax(np.abs(distance)))
    return Gap(float(distance[widest]), float(thresholds[widest]))


def average_precision(target: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Σ (Rₖ − Rₖ₋₁) Pₖ over thresholds, without interpolation (as scikit-learn defines it).

    A score that knows nothing gives the share of bad cases.
    """
    _, bad, good = steps(target, score)
    return float((np.diff(bad, prepend=0.0) / bad[-1] * (bad / (bad + good))).sum())


def recall_at_fpr(
    target: npt.ArrayLike, score: npt.ArrayLike, fpr: float, *, linear: bool = False
) -> float:
    """Share of bad cases alerted while at most `fpr` (0 to 1) of good cases are.

    By default the lowest threshold with a false-positive rate ≤ `fpr`: what an alert rule
    attains; tied scores are alerted together. `linear` reads the ROC curve joined by straight
    lines instead, which only a rule that draws lots between two thresholds attains; it is
    never below the default.

    >>> recall_at_fpr([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.25)
    0.5
    """
    if not 0 <= fpr <= 1:
        raise BadInput(f"fpr={fpr:g} is not a rate; give a number from 0 to 1.")
    _, bad, good = steps(target, score)
    alerted = np.concatenate([[0.0], good / good[-1]])
    caught = np.concatenate([[0.0], bad / bad[-1]])
    last = int(np.searchsorted(alerted, fpr, side="right")) - 1
    if not linear or last + 1 == len(alerted):
        return float(caught[last])
    across = (fpr - alerted[last]) / (alerted[last + 1] - alerted[last])
    return float(caught[last] + across * (caught[last + 1] - caught[last]))


def precision_at(target: npt.ArrayLike, score: npt.ArrayLike, k: int) -> float:
    """Share of bad cases among the `k` highest scores (card precision, one row a card).

    Where scores tie across the k-th place, the share expected when ties are drawn by lot, so
    the order of rows does not matter.
    """
    scored = both_classes(target, score)
    if not 1 <= k <= scored.n:
        raise BadInput(f"k={k} is not possible with {scored.n} rows; give 1 to {scored.n}.")
    _, bad, good = steps(target, score)
    rows = bad + good
    full = int(np.searchsorted(rows, k, side="right"))
    caught, used = (bad[full - 1], rows[full - 1]) if full else (0.0, 0.0)
    if used < k:
        caught += (k - used) * (bad[full] - caught) / (rows[full] - used)
    return float(caught / k)


def wilson(events: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927, JASA 22)."""
    z = float(norm.ppf(0.5 + confidence / 2))
    share = events / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def score_bands(target: npt.ArrayLike, score: npt.ArrayLike, bands: int = 10) -> pd.DataFrame:
    """Cases by score, riskiest band first, tied scores kept together.

    The bands are the grades of the calibration tests, in the opposite order.

    Columns: `band` (1 is riskiest), `score_from`, `score_to`, `n`, `bad`, `bad_rate`,
    `captured` (share of all bad cases in this band and above), `lift` (band over all).
    """
    scored = both_classes(target, score)
    table = (
        pd.DataFrame(
            {
                "place": -grades(scored.score, bands),
                "score": scored.score,
                "target": scored.target,
            }
        )
        .groupby("place")
        .agg(
            score_from=("score", "min"),
            score_to=("score", "max"),
            n=("target", "size"),
            bad=("target", "sum"),
        )
        .reset_index(drop=True)
    )
    table["bad"] = table["bad"].astype(int)
    table["bad_rate"] = table["bad"] / table["n"]
    table["captured"] = table["bad"].cumsum() / scored.events
    table["lift"] = table["bad_rate"] / (scored.events / scored.n)
    table.insert(0, "band", np.arange(1, len(table) + 1))
    return table


def validate_discrimination(
    scored: Scored, policy: Policy, event: str = "default"
) -> tuple[ValidationResult, ...]:
    """AUC with DeLong's interval, Gini with the CAP, KS, average precision, H, cost curve.

    A KS distance never passes while the AUC is below one half. `event` names a bad case.
    """
    names = ("auc", "gini", "ks", "auprc", "h_measure", "cost_saved")
    tests = tuple(f"discrimination.{t}" for t in names)
    reason = scored.shortfall(policy) or (
        f"all {scored.n} scores are the same" if scored.constant else ""
    )
    if reason:
        return tuple(not_evaluated(t, reason, n=scored.n, policy=policy) for t in tests)
    y, s = scored.target, scored.score
    area, (low, high) = auc(y, s), delong_interval(y, s)
    gap = ks(y, s)
    base, precision = scored.events / scored.n, auprc(y, s)
    backwards = f"{WRONG_WAY} {event}?" if high < 0.5 else ""
    drawn = pd.DataFrame({"score": s, "target": y})
    return (
        judge(
            tests[0],
            area,
            n=scored.n,
            policy=policy,
            interval=(low, high),
            note=backwards,
            table=roc_table(y, s),
        ),
        judge(
            tests[1],
            2 * area - 1,
            n=scored.n,
            policy=policy,
            interval=(2 * low - 1, 2 * high - 1),
            table=cap_table(y, s),
        ),
        _ranked_right(
            judge(
                tests[2],
                gap.distance,
                n=scored.n,
                policy=policy,
                note=f"reached at score {gap.score:.4g}",
                table=score_distribution(drawn),
            ),
            area,
        ),
        judge(
            tests[3],
            precision.value,
            n=scored.n,
            policy=policy,
            interval=(precision.low, precision.high),
            note=f"a score that knows nothing gives {base:.3f}",
            table=precision_recall_table(y, s),
        ),
        judge(tests[4], h_measure(y, s), n=scored.n, policy=policy),
        _of_costs(scored, policy),
    )


def _of_costs(scored: Scored, policy: Policy) -> ValidationResult:
    """What the score saves over deciding alike for all, whatever errors cost."""
    curve = cost_curve(scored.target, scored.score)
    return judge(
        "discrimination.cost_saved", cost_saved(curve), n=scored.n, policy=policy, table=curve
    )


def _ranked_right(result: ValidationResult, area: float) -> ValidationResult:
    """The KS result; below an AUC of one half a distance says nothing good of the score."""
    if area >= 0.5 or result.verdict not in {Verdict.PASS, Verdict.WARN}:
        return result
    reason = f"{result.reason}; AUC {area:.3f}: bad cases score lower"
    return replace(result, verdict=Verdict.FAIL, reason=reason)


def score_distribution(scored: pd.DataFrame, points: int = 200) -> pd.DataFrame:
    """Cumulative share of good and of bad cases by score, at `points` scores at most.

    `scored` has columns `score` and `target` (0 or 1, both present). The scores are quantiles
    of either class, half each, so a rare class keeps its shape. Columns: `score`, `good`, `bad`.
    """
    classes = {
        name: np.sort(scored.loc[scored["target"] == value, "score"].to_numpy(float))
        for name, value in (("good", 0), ("bad", 1))
    }
    levels = np.linspace(0, 1, points // 2)
    quantiles = [np.quantile(c, levels, method="inverted_cdf") for c in classes.values()]
    grid = np.unique(np.concatenate(quantiles))
    shares = {n: np.searchsorted(c, grid, "right") / len(c) for n, c in classes.items()}
    return pd.DataFrame({"score": grid, **shares})
