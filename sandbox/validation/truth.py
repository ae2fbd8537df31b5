"""Scores and decisions against the truth of a world that was made: arrays in, figures out.

The arrays come from `world.truth` by way of the study; no model ever sees them.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.grades import grades
from sandbox.validation.inputs import finite, probabilities, same_length
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import expected_auc

#: groups by predicted PD within which true PD is taken as linear in predicted PD
GROUPS = 20


@dataclass(frozen=True)
class PdError:
    """E(p̂ − p*)² = miscalibration + grouping, exactly."""

    #: √ E(p̂ − p*)²
    rmse: float
    #: √ E(p̄ − p*)² of a constant, the mean true PD p̄: what knowing the level alone gives
    constant: float
    #: E(p̂ − g(p̂))², g the mean true PD at a predicted one: what recalibration can mend
    miscalibration: float
    #: E(g(p̂) − p*)²: customers of different risk who are given the same PD
    grouping: float

    @property
    def skill(self) -> float:
        """1 − E(p̂ − p*)² / E(p̄ − p*)²; NaN when the true PD is the same for all.

        1 is perfect, 0 no better than the mean true PD for everyone, below 0 worse.
        """
        if self.constant <= 1e-12:
            return float("nan")
        return 1.0 - self.rmse**2 / self.constant**2


def pd_error(score: npt.ArrayLike, true_pd: npt.ArrayLike) -> PdError:
    """Mean squared error of n predicted PDs against n true ones, split in two.

    It equals E[Brier(p̂)] − E[Brier(p*)]. The split is that of Kull and Flach (2015), ECML,
    into calibration and grouping loss; g is linear within each of 20 groups by score, so the
    parts add up exactly.
    """
    p, true = probabilities("score", score), probabilities("true_pd", true_pd)
    same_length(score=p, true_pd=true)
    group = grades(p, GROUPS)
    n = np.bincount(group)
    centre = (np.bincount(group, weights=p) / n)[group]
    level = (np.bincount(group, weights=true) / n)[group]
    spread = np.bincount(group, weights=(p - centre) ** 2)
    joint = np.bincount(group, weights=(p - centre) * (true - level))
    tilt = np.divide(joint, spread, out=np.zeros_like(joint), where=spread > 1e-12)
    expected = level + tilt[group] * (p - centre)
    return PdError(
        rmse=sqrt(float(((p - true) ** 2).mean())),
        constant=float(true.std()),
        miscalibration=float(((p - expected) ** 2).mean()),
        grouping=float(((expected - true) ** 2).mean()),
    )


@dataclass(frozen=True)
class Ceiling:
    """How much of the attainable ranking a score attains."""

    #: expected AUC of the score, and of the true PD itself
    auc: float
    best: float

    @property
    def share(self) -> float:
        """(AUC(p̂) − ½) / (AUC(p*) − ½); NaN when the true PD does not rank at all."""
        return (self.auc - 0.5) / (self.best - 0.5) if self.best > 0.5 else float("nan")


def discrimination_ceiling(score: npt.ArrayLike, true_pd: npt.ArrayLike) -> Ceiling:
    """Expected AUC of the score against that of the true PD, over outcomes not yet drawn.

    Covers all customers, those whom no lender approved included.
    """
    return Ceiling(expected_auc(true_pd, score), expected_auc(true_pd, true_pd))


@dataclass(frozen=True)
class Paired:
    """A mean difference with its 95% interval."""

    mean: float
    interval: tuple[float, float]


def regret(model_value: npt.ArrayLike, oracle_value: npt.ArrayLike) -> Paired:
    """Mean of oracle value less model value per customer, paired, in the unit of the values.

    The interval is normal over customers of one world. A single customer's regret can be
    negative when values are realised rather than expected.

    >>> regret([1.0, 2.0, 3.0], [2.0, 2.0, 5.0]).mean
    1.0
    """
    model, oracle = finite("model_value", model_value), finite("oracle_value", oracle_value)
    same_length(model_value=model, oracle_value=oracle)
    if len(model) < 2:
        raise BadInput(f"{len(model)} customers; give the values of at least 2.")
    difference = oracle - model
    half = float(norm.ppf(0.975)) * float(difference.std(ddof=1)) / sqrt(len(difference))
    mean = float(difference.mean())
    return Paired(mean, (mean - half, mean + half))


def validate_pd_truth(
    score: npt.ArrayLike, true_pd: npt.ArrayLike, policy: Policy
) -> tuple[ValidationResult, ...]:
    """Skill and RMSE of PD with its parts, and the share of attainable discrimination."""
    error, ceiling = pd_error(score, true_pd), discrimination_ceiling(score, true_pd)
    n = len(np.asarray(score))
    total = error.rmse**2
    parts = pd.DataFrame(
        {
            "part": ["miscalibration", "grouping", "total", "constant at the mean true PD"],
            "mean_squared_error": [error.miscalibration, error.grouping, total, error.constant**2],
            "share": np.array([error.miscalibration, error.grouping, total, error.constant**2])
            / max(total, np.finfo(float).tiny),
        }
    )
    note = f"a constant at the mean true PD has {error.constant:.4f}"
    rmse = judge("truth.pd_rmse", error.rmse, n=n, policy=policy, note=note, table=parts)
    pd_tests = (rmse, _skill(error, n, policy))
    test = "truth.discrimination_ceiling"
    if np.isnan(ceiling.share):
        reason = "the true PD does not rank customers at all"
        return *pd_tests, not_evaluated(test, reason, n=n, policy=policy)
    note = f"expected AUC {ceiling.auc:.3f}; that of the true PD {ceiling.best:.3f}"
    return *pd_tests, judge(test, ceiling.share, n=n, policy=policy, note=note)


def _skill(error: PdError, n: int, policy: Policy) -> ValidationResult:
    if np.isnan(error.skill):
        reason = "the true PD is the same for all"
        return not_evaluated("truth.pd_skill", reason, n=n, policy=policy)
    note = "worse than the mean true PD for everyone" if error.skill < 0 else ""
    return judge("truth.pd_skill", error.skill, n=n, policy=policy, note=note)


def validate_value_truth(
    model_value: npt.ArrayLike, oracle_value: npt.ArrayLike, policy: Policy
) -> tuple[ValidationResult, ...]:
    """Regret, the oracle's profit and the share of it captured, RMB per customer."""
    paired = regret(model_value, oracle_value)
    n = len(np.asarray(model_value))
    best = float(finite("oracle_value", oracle_value).mean())
    found = (
        judge(
            "truth.regret",
            paired.mean,
            n=n,
            policy=policy,
            interval=paired.interval,
            note="RMB per customer, paired",
        ),
        judge("truth.oracle_profit", best, n=n, policy=policy, note="RMB per customer"),
    )
    test = "truth.value_captured"
    if best <= 0:
        reason = f"the oracle itself earns {best:.2f} RMB per customer"
        return (*found, not_evaluated(test, reason, n=n, policy=policy))
    return (*found, judge(test, 1 - paired.mean / best, n=n, policy=policy))
