"""Do predicted probabilities say what happens?"""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm

from sandbox.validation.goodness import hosmer_lemeshow, spiegelhalter
from sandbox.validation.grades import grades, holm, jeffreys_power, jeffreys_table
from sandbox.validation.inputs import Scored, Vector, observed
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.pd_by_grade import CORRELATION, YELLOW, traffic_lights
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult, Verdict

#: probabilities are kept this far from 0 and 1 before their log-odds are taken
EDGE = 1e-6


def brier(target: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Mean squared difference of outcome and probability (Brier 1950).

    >>> round(brier([0, 1, 1], [0.1, 0.8, 0.6]), 3)
    0.07
    """
    scored = observed(target, score)
    return float(((scored.score - scored.target) ** 2).mean())


def brier_interval(target: npt.ArrayLike, score: npt.ArrayLike) -> tuple[float, float]:
    """95% interval of the Brier score: that of a mean over cases, normal, cut at 0.

    >>> [round(end, 3) for end in brier_interval([0, 1, 1], [0.1, 0.8, 0.6])]
    [0.0, 0.16]
    """
    scored = observed(target, score)
    errors = (scored.score - scored.target) ** 2
    mean = float(errors.mean())
    half = float(norm.ppf(0.975) * errors.std(ddof=1) / np.sqrt(scored.n))
    return max(mean - half, 0.0), mean + half


@dataclass(frozen=True)
class BrierParts:
    """Brier score = reliability − resolution + uncertainty + within, exactly."""

    #: squared distance of predicted and observed rates of groups; 0 is perfect calibration
    reliability: float
    #: squared distance of group rates and the overall rate; larger separates better
    resolution: float
    #: variance of the outcome; no model changes it
    uncertainty: float
    #: what grouping hides: variance of scores in a group less twice their covariance with outcomes
    within: float


def brier_parts(target: npt.ArrayLike, score: npt.ArrayLike, number: int = 10) -> BrierParts:
    """Murphy's decomposition over `number` groups by score (Murphy 1973, J. Appl. Meteor. 12).

    The within-group terms are those of Stephenson, Coelho and Jolliffe (2008), Weather and
    Forecasting 23; they vanish when every score of a group is the same.
    """
    scored = observed(target, score)
    group = grades(scored.score, number)
    n = np.bincount(group)
    predicted = np.bincount(group, weights=scored.score) / n
    happened = np.bincount(group, weights=scored.target) / n
    overall = scored.target.mean()
    spread = scored.score - predicted[group]
    surprise = scored.target - happened[group]
    return BrierParts(
        reliability=float(np.average((predicted - happened) ** 2, weights=n)),
        resolution=float(np.average((happened - overall) ** 2, weights=n)),
        uncertainty=float(overall * (1 - overall)),
        within=float((spread**2).mean() - 2 * (spread * surprise).mean()),
    )


def ece(target: npt.ArrayLike, score: npt.ArrayLike, number: int = 10) -> float:
    """Mean distance of predicted and observed rates over `number` groups of equal size."""
    scored = observed(target, score)
    group = grades(scored.score, number)
    return float(np.abs(np.bincount(group, weights=scored.score - scored.target)).sum() / scored.n)


@dataclass(frozen=True)
class Line:
    """One coefficient with its standard error; NaN when the classes are separated."""

    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """95% Wald interval."""
        half = float(norm.ppf(0.975)) * self.error
        return self.value - half, self.value + half


def slope(target: npt.ArrayLike, score: npt.ArrayLike) -> Line:
    """The slope b of logit P(bad) = a + b · logit(score): Cox (1958), Biometrika 45."""
    scored = observed(target, score)
    x = logit(np.clip(scored.score, EDGE, 1 - EDGE))
    return _logistic(np.column_stack([x, np.ones_like(x)]), scored.target, np.zeros_like(x))


def intercept(target: npt.ArrayLike, score: npt.ArrayLike) -> Line:
    """Calibration in the large: a of logit P(bad) = a + logit(score), the slope held at 1.

    Above 0 the probabilities are too low: Van Calster and others (2016), J. Clin. Epidemiology 74.
    """
    scored = observed(target, score)
    x = logit(np.clip(scored.score, EDGE, 1 - EDGE))
    return _logistic(np.ones((scored.n, 1)), scored.target, x)


def _logistic(design: Vector, target: Vector, offset: Vector) -> Line:
    """First coefficient of a logistic regression by Newton's method."""
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        p = expit(design @ weights + offset)
        information = design.T @ (design * (p * (1 - p))[:, None])
        try:
            move = np.linalg.solve(information, design.T @ (target - p))
        except np.linalg.LinAlgError:
            break
        weights = weights + np.clip(move, -3, 3)
        if np.abs(move).max() < 1e-10:
            return Line(float(weights[0]), sqrt(float(np.linalg.inv(information)[0, 0])))
    return Line(float("nan"), float("nan"))


def validate_calibration(scored: Scored, policy: Policy) -> tuple[ValidationResult, ...]:
    """Brier and its parts, ECE, slope, intercept; tests of all PDs at once and by grade."""
    names = ["brier", "ece", "slope", "intercept", "hosmer_lemeshow", "jeffreys", "spiegelhalter"]
    names += ["binomial", "traffic_light"]
    if reason := scored.shortfall(policy):
        return tuple(
            not_evaluated(f"calibration.{name}", reason, n=scored.n, policy=policy)
            for name in names
        )
    return (
        *_closeness(scored, policy),
        *_lines(scored, policy),
        *_tests(scored, policy),
        *_by_grade(scored, policy),
    )


def _closeness(scored: Scored, policy: Policy) -> tuple[ValidationResult, ...]:
    y, p, n = scored.target, scored.score, scored.n
    parts = brier_parts(y, p)
    note = (
        f"reliability {parts.reliability:.5f}, resolution {parts.resolution:.5f}, "
        f"uncertainty {parts.uncertainty:.5f}, within groups {parts.within:.5f}"
    ).replace("-", "−")
    return (
        judge(
            "calibration.brier",
            brier(y, p),
            n=n,
            policy=policy,
            interval=brier_interval(y, p),
            note=note,
        ),
        judge("calibration.ece", ece(y, p), n=n, policy=policy, note="10 groups of equal size"),
    )


def _lines(scored: Scored, policy: Policy) -> tuple[ValidationResult, ...]:
    found = []
    for name, compute in (("slope", slope), ("intercept", intercept)):
        test = f"calibration.{name}"
        if name == "slope" and scored.constant:
            reason = f"all {scored.n} scores are the same"
            found.append(not_evaluated(test, reason, n=scored.n, policy=policy))
            continue
        line = compute(scored.target, scored.score)
        if np.isnan(line.value):
            reason = "the scores separate the classes completely; the slope has no finite value"
            found.append(not_evaluated(test, reason, n=scored.n, policy=policy))
            continue
        said = judge(
            test,
            line.value,
            n=scored.n,
            policy=policy,
            interval=line.interval,
            note=_meant(name, line),
        )
        found.append(replace(said, reason="") if said.verdict is Verdict.PASS else said)
    return tuple(found)


def _meant(name: str, line: Line) -> str:
    """What a slope or an intercept says of the predictions; nothing when its ideal is within."""
    ideal = 1.0 if name == "slope" else 0.0
    low, high = line.interval
    if low <= ideal <= high:
        return ""
    if name == "slope":
        extreme = "too extreme: high PDs too high, low ones too low"
        flat = "too flat: high PDs too low, low ones too high"
        return f"predictions are {extreme if high < ideal else flat}"
    return f"PDs are too {'low' if low > ideal else 'high'} on average"


def _tests(scored: Scored, policy: Policy) -> tuple[ValidationResult, ...]:
    y, p, n = scored.target, scored.score, scored.n
    hl, z = hosmer_lemeshow(y, p), spiegelhalter(y, p)
    table = jeffreys_table(y, p)
    adjusted = table["p_holm"]
    low, single = (int((table[c] < 0.05).sum()) for c in ("p_holm", "p_value"))
    # at the level at which Holm's correction begins; grades are apart
    level = 0.05 / len(table)
    missed = [
        1 - jeffreys_power(int(k), float(q), level)
        for k, q in zip(table["n"], table["mean_pd"], strict=True)
    ]
    return (
        judge(
            "calibration.hosmer_lemeshow",
            hl.statistic,
            n=n,
            policy=policy,
            p_value=hl.p_value,
            power=hl.power,
        ),
        judge(
            "calibration.jeffreys",
            float(low),
            n=n,
            policy=policy,
            p_value=float(adjusted.min()),
            power=1 - float(np.prod(missed)),
            note=f"{low} of {len(table)} grades with PD too low at 5% after Holm's correction "
            f"for {len(table)} tests ({single} before it)",
            table=table,
        ),
        judge(
            "calibration.spiegelhalter",
            z.statistic,
            n=n,
            policy=policy,
            p_value=z.p_value,
            power=z.power,
            note="scores are all 0, ½ or 1" if np.isnan(z.statistic) else "",
        ),
    )


def _by_grade(scored: Scored, policy: Policy) -> tuple[ValidationResult, ...]:
    table = traffic_lights(scored.target, scored.score, grades(scored.score) + 1)
    adjusted = holm(table["p_binomial"])
    low = int((adjusted < YELLOW).sum())
    lit = table["light_correlated"] != "green"
    red = int((table["light_correlated"] == "red").sum())
    return (
        judge(
            "calibration.binomial",
            float(low),
            n=scored.n,
            policy=policy,
            p_value=float(adjusted.min()),
            note=f"{low} of {len(table)} grades with more defaults than their PD explains",
            table=table,
        ),
        judge(
            "calibration.traffic_light",
            float(lit.sum()),
            n=scored.n,
            policy=policy,
            note=f"{int(lit.sum())} of {len(table)} grades yellow or red, {red} red, at an asset "
            f"correlation of {CORRELATION:g}",
            table=table,
        ),
    )
