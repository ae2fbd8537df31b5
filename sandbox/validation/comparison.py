"""Is a challenger better than the champion, on the same cases?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest, chi2, norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, observed
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import auc, delong_paired

TESTS = ("comparison.delong", "comparison.mcnemar", "comparison.brier")
#: discordant cases up to which McNemar's test is exact
EXACT = 25
#: samples of a paired bootstrap, and the seed they are drawn with
DRAWS, SEED = 1_000, 0
#: share of cases refused by each score where McNemar compares decisions
REFUSED = 0.1


@dataclass(frozen=True)
class McNemar:
    """Cases that only one of two decisions gets right."""

    only_one: int
    only_other: int
    statistic: float
    #: two-sided
    p_value: float


def mcnemar(one_right: npt.ArrayLike, other_right: npt.ArrayLike) -> McNemar:
    """McNemar (1947), Psychometrika 12, of two n-long arrays of flags, whether each was right.

    Exact up to 25 discordant cases; above, (|b − c| − 1)² / (b + c) against χ² with one degree.

    >>> mcnemar([True, True, False], [True, False, False]).only_one
    1
    """
    first, second = np.asarray(one_right, dtype=bool), np.asarray(other_right, dtype=bool)
    if first.shape != second.shape or first.ndim != 1:
        raise BadInput(f"Flags of shape {first.shape} and {second.shape}; give two of one length.")
    b, c = int((first & ~second).sum()), int((~first & second).sum())
    if b + c == 0:
        return McNemar(0, 0, 0.0, 1.0)
    if b + c <= EXACT:
        return McNemar(b, c, float(min(b, c)), float(binomtest(b, b + c, 0.5).pvalue))
    statistic = (abs(b - c) - 1) ** 2 / (b + c)
    return McNemar(b, c, statistic, float(chi2.sf(statistic, 1)))


def difference_of_right(found: McNemar, n: int) -> tuple[float, float]:
    """95% interval of the share that one gets right less that of the other, of n paired cases.

    Wald's with Agresti and Min's half a case in each of the four cells (2005, Statistics in
    Medicine 24), so that it has a width where the two never differ.
    """
    b, c, size = found.only_one + 0.5, found.only_other + 0.5, n + 2
    mean = (b - c) / size
    half = float(norm.ppf(0.975)) * float(np.sqrt(b + c - (b - c) ** 2 / size)) / size
    return mean - half, mean + half


def paired_bootstrap(
    figure: Callable[[Vector, Vector], float],
    target: npt.ArrayLike,
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[float, float, float]:
    """`figure(target, one)` less `figure(target, other)`, with its 95% percentile interval.

    Each draw takes the same cases for both, with replacement, bad and good ones apart so that
    neither is ever missing.
    """
    first, second = observed(target, one), observed(target, other)
    y = first.target
    rng = np.random.default_rng(seed)
    kinds = [np.flatnonzero(y == k) for k in (0, 1)]
    if min(map(len, kinds)) == 0:
        raise BadInput("Only one class was observed; give at least one case of each.")
    found = np.empty(draws)
    for i in range(draws):
        rows = np.concatenate([rng.choice(kind, len(kind)) for kind in kinds])
        found[i] = figure(y[rows], first.score[rows]) - figure(y[rows], second.score[rows])
    low, high = np.quantile(found, [0.025, 0.975])
    return figure(y, first.score) - figure(y, second.score), float(low), float(high)


def brier_difference(
    target: npt.ArrayLike, one: npt.ArrayLike, other: npt.ArrayLike
) -> tuple[float, float, float]:
    """Brier score of `one` less that of `other`, with its 95% interval over cases."""
    first, second = observed(target, one), observed(target, other)
    gap = (first.score - first.target) ** 2 - (second.score - second.target) ** 2
    half = float(norm.ppf(0.975) * gap.std(ddof=1) / np.sqrt(len(gap)))
    mean = float(gap.mean())
    return mean, mean - half, mean + half


def validate_comparison(
    target: npt.ArrayLike,
    champion: npt.ArrayLike,
    challenger: npt.ArrayLike | None,
    policy: Policy,
    *,
    probabilities: bool = True,
) -> tuple[ValidationResult, ...]:
    """Champion against challenger on the same n cases: AUC, decisions, squared error.

    `probabilities` says whether both are PDs, without which squared errors mean nothing.
    """
    scored = observed(target, champion)
    reason = "no challenger was given" if challenger is None else scored.shortfall(policy)
    if reason or challenger is None:
        return tuple(not_evaluated(t, reason, n=scored.n, policy=policy) for t in TESTS)
    rival = observed(target, challenger)
    return (
        _of_ranking(scored.target, scored.score, rival.score, policy),
        _of_decisions(scored.target, scored.score, rival.score, policy),
        _of_errors(scored.target, scored.score, rival.score, policy)
        if probabilities
        else not_evaluated(TESTS[2], "a score is no PD", n=scored.n, policy=policy),
    )


def _of_ranking(y: Vector, one: Vector, other: Vector, policy: Policy) -> ValidationResult:
    difference, low, high = delong_paired(y, one, other)
    p_value = _one_sided(difference, low, high)
    return judge(
        TESTS[0],
        difference,
        n=len(y),
        policy=policy,
        p_value=p_value,
        interval=(low, high),
        note=f"AUC {auc(y, one):.3f} of the champion, {auc(y, other):.3f} of the challenger",
    )


def _one_sided(difference: float, low: float, high: float) -> float:
    """p of "the difference is at least 0" by its 95% interval; NaN where it has none."""
    if high == low:
        # no case tells another difference than the next, so it is certain
        return float(difference >= 0)
    return float(norm.cdf(difference * 2 * float(norm.ppf(0.975)) / (high - low)))


def _of_decisions(y: Vector, one: Vector, other: Vector, policy: Policy) -> ValidationResult:
    right = [_refused(score) == (y == 1) for score in (one, other)]
    found = mcnemar(*right)
    better = found.only_one >= found.only_other
    table = pd.DataFrame(
        {
            "champion": ["right", "right", "wrong", "wrong"],
            "challenger": ["right", "wrong", "right", "wrong"],
            "cases": [
                int((right[0] & right[1]).sum()),
                found.only_one,
                found.only_other,
                int((~right[0] & ~right[1]).sum()),
            ],
        }
    )
    return judge(
        TESTS[1],
        (found.only_one - found.only_other) / len(y),
        n=len(y),
        policy=policy,
        interval=difference_of_right(found, len(y)),
        # one-sided: only a challenger that is right more often speaks against the champion
        p_value=1 - found.p_value / 2 if better else found.p_value / 2,
        note=f"where each refuses its riskiest {REFUSED:.0%}: {found.only_one} cases only the "
        f"champion gets right, {found.only_other} only the challenger",
        table=table,
    )


def _refused(score: Vector) -> npt.NDArray[np.bool_]:
    """The riskiest tenth; of tied scores by lot, since tables may be sorted by outcome."""
    lot = np.random.default_rng(SEED).permutation(len(score))
    order = np.lexsort((lot, -score))
    refused = np.zeros(len(score), dtype=bool)
    refused[order[: round(REFUSED * len(score))]] = True
    return refused


def _of_errors(y: Vector, one: Vector, other: Vector, policy: Policy) -> ValidationResult:
    difference, low, high = brier_difference(y, one, other)
    p_value = _one_sided(-difference, -high, -low)
    return judge(
        TESTS[2],
        difference,
        n=len(y),
        policy=policy,
        p_value=p_value,
        interval=(low, high),
        note="above 0 the challenger's PDs are nearer to outcomes",
    )
