"""How well scores find fraud: AUPRC, recall at a false-positive rate, false alarms."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.fraud_thresholds import allowed_alerts, first_refused
from sandbox.validation.inputs import Vector, probabilities
from sandbox.validation.stakes import flags

#: two-sided 95% of a normal distribution
Z = 1.959963984540054
#: draws behind the interval of recall
DRAWS = 4_000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Classes:
    """Scores of frauds and of honest applicants, each from the highest."""

    fraud: Vector
    honest: Vector


def classes(fraud: npt.ArrayLike, score: npt.ArrayLike) -> Classes:
    """The two kinds of n applications; BadInput where one is missing or a score is no score."""
    s = probabilities("score", score)
    is_fraud = flags("fraud", fraud, len(s))
    count = int(is_fraud.sum())
    if count in (0, len(s)):
        raise BadInput(
            f"There are {count} frauds among {len(s)} applications; give at least one fraud and "
            "one honest applicant."
        )
    return Classes(np.sort(s[is_fraud])[::-1], np.sort(s[~is_fraud])[::-1])


def auprc(fraud: npt.ArrayLike, score: npt.ArrayLike) -> Estimate:
    """Average precision Σ (Rₖ − Rₖ₋₁) Pₖ, with Boyd's logit interval.

    As `discrimination.average_precision` and scikit-learn define it: without interpolation, tied
    scores together. The interval is `logit⁻¹(logit AP ± z / √(frauds · AP · (1 − AP)))` (Boyd, Eng
    and Page 2013, ECML, Area under the precision-recall curve, section 3.2). It holds the share of
    frauds fixed, covers at least 94% in trials from 30 frauds on, and is wide where AP is low.

    >>> auprc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.8333333333333333
    """
    return auprc_of(classes(fraud, score))


def auprc_of(kinds: Classes) -> Estimate:
    """`auprc` of scores that are already parted and sorted."""
    values, count = np.unique(kinds.fraud, return_counts=True)
    bad = np.cumsum(count[::-1])
    good = len(kinds.honest) - np.searchsorted(kinds.honest[::-1], values[::-1], side="left")
    value = float((count[::-1] * bad / (bad + good)).sum() / len(kinds.fraud))
    if not 0 < value < 1:
        return Estimate(value, *_jeffreys(value * len(kinds.fraud), len(kinds.fraud)))
    centre = np.log(value / (1 - value))
    half = Z / np.sqrt(len(kinds.fraud) * value * (1 - value))
    low, high = (float(1 / (1 + np.exp(-(centre + side * half)))) for side in (-1, 1))
    return Estimate(value, low, high)


def recall_at(fraud: npt.ArrayLike, score: npt.ArrayLike, fpr: float, *, seed: int = 0) -> Estimate:
    """Share of frauds alerted while at most `fpr` (0 to 1) of the honest are.

    The lowest threshold that keeps to it, tied scores together, as `recall_at_fpr`. The interval
    counts both that frauds are few and that the threshold was set on these honest applicants:
    the place of the threshold among them is Beta(m + 1, n − m), as in a bootstrap of them with
    m = ⌊fpr · n⌋; given it, recall is Beta by Jeffreys' prior. `seed` is of these draws.

    >>> recall_at([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.25).value
    0.5
    """
    return recall_of(classes(fraud, score), fpr, seed=seed)


def recall_of(kinds: Classes, fpr: float, *, seed: int = 0) -> Estimate:
    """`recall_at` of scores that are already parted and sorted."""
    frauds, n = len(kinds.fraud), len(kinds.honest)
    ascending = kinds.fraud[::-1]
    refused = first_refused(kinds.honest, fpr)
    value = float(np.count_nonzero(kinds.fraud > refused)) / frauds
    allowed = allowed_alerts(n, fpr)
    generator = np.random.default_rng(seed)
    if allowed >= n:
        return Estimate(value, *_jeffreys(value * frauds, frauds))
    place = np.ceil(n * generator.beta(allowed + 1, n - allowed, DRAWS)).astype(np.intp) - 1
    caught = frauds - np.searchsorted(ascending, kinds.honest[np.maximum(place, 0)], side="right")
    draws = generator.beta(caught + 0.5, frauds - caught + 0.5)
    low, high = (float(q) for q in np.quantile(draws, (0.025, 0.975)))
    return Estimate(value, min(low, value), max(high, value))


def _jeffreys(events: float, n: int) -> tuple[float, float]:
    """Jeffreys' interval of a share, closed at 0 and at 1 (Brown, Cai and DasGupta 2001)."""
    from scipy.stats import beta

    low, high = (float(beta.ppf(q, events + 0.5, n - events + 0.5)) for q in (0.025, 0.975))
    return (0.0 if events <= 0 else low), (1.0 if events >= n else high)


def false_positive_ratio(fraud: npt.ArrayLike, alerted: npt.ArrayLike) -> float:
    """Honest applicants alerted for each fraud alerted; infinite where no alert is a fraud.

    NaN where nobody is alerted. A ratio of 4 is a precision of one in five.

    >>> false_positive_ratio([1, 0, 0, 1], [1, 1, 1, 0])
    2.0
    """
    is_fraud = flags("fraud", fraud)
    stopped = flags("alerted", alerted, len(is_fraud))
    right, wrong = int((stopped & is_fraud).sum()), int((stopped & ~is_fraud).sum())
    if right:
        return wrong / right
    return float("inf") if wrong else float("nan")
