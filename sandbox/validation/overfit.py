"""Is the model better on what it learnt from than on what it did not: overall and by slice?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.calibration import EDGE
from sandbox.validation.grades import holm
from sandbox.validation.inputs import Scored, Vector, observed
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import delong
from sandbox.validation.slicing import (
    Rows,
    benjamini_hochberg,
    cuts,
    ranking_by_slice,
    with_outcomes,
)

#: gap of AUC, and of log loss as a share of that in training, that is no matter
AUC_MARGIN, LOSS_MARGIN = 0.02, 0.05
#: the gap of AUC that the power of the test is given for, at 5%
FOUND = 0.05
TESTS = tuple(f"robustness.overfit{t}" for t in ("", "_log_loss", "_slice"))


@dataclass(frozen=True)
class Gap:
    """A figure in training and in evaluation; `value` above 0 is worse in evaluation."""

    training: float
    evaluation: float
    value: float
    low: float
    high: float
    #: one-sided, of a gap of at most the margin
    p_value: float


def _gap(training: float, evaluation: float, value: float, error: float, margin: float) -> Gap:
    half = float(norm.ppf(0.975)) * error
    p_value = float(value <= margin) if error == 0 else float(norm.sf((value - margin) / error))
    return Gap(training, evaluation, value, value - half, value + half, p_value)


def auc_gap(training: Scored, evaluation: Scored, margin: float = 0.0) -> Gap:
    """AUC in training less AUC in evaluation, of different customers.

    DeLong's variances of two independent samples add up: DeLong, DeLong and Clarke-Pearson
    (1988), Biometrics 44.

    >>> some = observed([0, 1, 0, 1], [0.1, 0.3, 0.2, 0.4])
    >>> auc_gap(some, some).value
    0.0
    """
    (one, v), (other, w) = (delong(s.target, s.score) for s in (training, evaluation))
    return _gap(one, other, one - other, float(np.sqrt(v + w)), margin)


def auc_gap_power(gap: Gap, margin: float = AUC_MARGIN, true: float = FOUND) -> float:
    """How often the test at 5% finds a true gap of `true` with the error that `gap` has."""
    error = (gap.high - gap.low) / (2 * float(norm.ppf(0.975)))
    return float(norm.cdf((true - margin) / error - norm.ppf(0.95))) if error > 0 else 1.0


def log_losses(target: Vector, score: Vector) -> Vector:
    """−ln of the probability given to what happened, a row each (natural units)."""
    p = np.clip(score, EDGE, 1 - EDGE)
    return np.asarray(-np.log(np.where(target == 1, p, 1 - p)))


def log_loss_gap(training: Scored, evaluation: Scored, margin: float = 0.0) -> Gap:
    """Mean log loss in evaluation less that in training, at the same share of bad cases.

    Bad and good cases of evaluation count as much as they do in training: a market that got worse
    is not an overfit. Errors are Welch's for large samples, bad and good cases apart; `margin` is
    a share of the log loss in training.
    """
    bad_share = training.events / training.n
    means, error = np.zeros(2), 0.0
    for kind, weight in ((1, bad_share), (0, 1 - bad_share)):
        for side, scored in enumerate((training, evaluation)):
            losses = log_losses(scored.target, scored.score)[scored.target == kind]
            means[side] += weight * float(losses.mean())
            error += weight**2 * float(losses.var(ddof=1)) / len(losses)
    one, other = float(means[0]), float(means[1])
    return _gap(one, other, other - one, float(np.sqrt(error)), margin * one)


def overfit_table(
    training: tuple[pd.DataFrame, npt.ArrayLike, npt.ArrayLike],
    evaluation: tuple[pd.DataFrame, npt.ArrayLike, npt.ArrayLike],
    *,
    least: tuple[int, int] = (50, 10),
    margin: float = AUC_MARGIN,
) -> pd.DataFrame:
    """Gaps by slice, the surest first; bands and categories are those of the training rows.

    Each side is features, outcomes (NaN: not observed) and scores of its rows. Columns: `cut`,
    `slice`; `n`, `events`, `auc`, `log_loss` of either side, with `_training` and `_evaluation`;
    `gap` (of AUC), `log_loss_gap` (of plain means); `p_value` (one-sided, of a gap of AUC of at
    most `margin`), `p_holm`, `p_bh`. Slices with fewer than `least` rows or cases of a class on a
    side have NaN.
    """
    sides = [with_outcomes(*side) for side in (training, evaluation)]
    if missing := [c for c in sides[0][0].columns if c not in sides[1][0].columns]:
        raise BadInput(f"{missing[0]!r} is missing in evaluation; give the same features in both.")
    reference = sides[0][0]
    before, after = (_figures(*side, reference, least) for side in sides)
    parts = []
    # a feature that takes one value on a side has no slices there
    for name in [name for name in before if name in after]:
        both = before[name].merge(
            after[name],
            left_index=True,
            right_index=True,
            suffixes=("_training", "_evaluation"),
        )
        parts.append(both.rename_axis("slice").reset_index().assign(cut=name))
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    table["gap"] = table["auc_training"] - table["auc_evaluation"]
    table["log_loss_gap"] = table["log_loss_evaluation"] - table["log_loss_training"]
    error = np.sqrt(table.pop("variance_training") + table.pop("variance_evaluation"))
    with np.errstate(invalid="ignore", divide="ignore"):
        table["p_value"] = norm.sf((table["gap"] - margin) / error)
    known = table["p_value"].notna()
    for name, adjust in (("p_holm", holm), ("p_bh", benjamini_hochberg)):
        table.loc[known, name] = adjust(table.loc[known, "p_value"])
    return table.sort_values("p_value", ignore_index=True, kind="stable")


def _figures(
    features: pd.DataFrame, scored: Scored, reference: pd.DataFrame, least: tuple[int, int]
) -> dict[str, pd.DataFrame]:
    rows = Rows.of(scored.target, scored.score)
    losses = log_losses(scored.target, scored.score)
    found = {}
    for cut in cuts(features[list(reference.columns)], reference):
        table = ranking_by_slice(rows, cut)[["n", "events", "auc", "variance"]]
        n, events = table["n"], table["events"]
        mean = np.bincount(cut.codes, weights=losses, minlength=len(n)) / n.clip(lower=1)
        table["log_loss"] = mean
        short = (n < least[0]) | (np.minimum(events, n - events) < least[1])
        table.loc[short, ["auc", "variance", "log_loss"]] = np.nan
        found[cut.name] = table.set_axis(list(cut.labels), axis=0)[n.to_numpy() > 0]
    return found


def validate_overfit(
    training: tuple[pd.DataFrame, npt.ArrayLike, npt.ArrayLike] | None,
    evaluation: tuple[pd.DataFrame, npt.ArrayLike, npt.ArrayLike],
    policy: Policy,
) -> tuple[ValidationResult, ...]:
    """Gap of AUC and of log loss, and the largest gap of AUC in a slice.

    Each side is features, outcomes and scores of its rows; `training` None: the model was not
    trained here.
    """
    after = observed(evaluation[1], evaluation[2])
    reason = after.shortfall(policy)
    before = None
    if training is None:
        reason = "the model was not trained here; its training rows are not known"
    else:
        before = observed(training[1], training[2])
        why = before.shortfall(policy)
        reason = f"in training, {why}" if why else reason
        if not reason and (before.constant or after.constant):
            reason = "all scores of a side are the same"
    if reason or training is None or before is None:
        return tuple(not_evaluated(t, reason, n=after.n, policy=policy) for t in TESTS)
    return (
        _overall(TESTS[0], "AUC", auc_gap(before, after, AUC_MARGIN), after.n, policy),
        _overall(TESTS[1], "log loss", log_loss_gap(before, after, LOSS_MARGIN), after.n, policy),
        _by_slice(training, evaluation, after.n, policy),
    )


def _overall(test: str, name: str, gap: Gap, n: int, policy: Policy) -> ValidationResult:
    allowed = f"{AUC_MARGIN:g}" if test == TESTS[0] else f"{LOSS_MARGIN:.0%}"
    return judge(
        test,
        gap.value,
        n=n,
        policy=policy,
        p_value=gap.p_value,
        interval=(gap.low, gap.high),
        power=auc_gap_power(gap) if test == TESTS[0] else None,
        note=f"{name} {gap.training:.3f} in training, {gap.evaluation:.3f} in evaluation; "
        f"{allowed} allowed",
    )


def _by_slice(
    training: tuple[pd.DataFrame, npt.ArrayLike, npt.ArrayLike],
    evaluation: tuple[pd.DataFrame, npt.ArrayLike, npt.ArrayLike],
    n: int,
    policy: Policy,
) -> ValidationResult:
    least = (policy.minimum_rows, policy.minimum_events)
    table = overfit_table(training, evaluation, least=least)
    known = table[table["p_value"].notna()] if len(table) else table
    if known.empty:
        reason = f"no slice has {policy.minimum_events} cases of either class on both sides"
        return not_evaluated(TESTS[2], reason, n=n, policy=policy)
    row = known.iloc[0]
    return judge(
        TESTS[2],
        float(row["gap"]),
        n=n,
        policy=policy,
        p_value=float(row["p_holm"]),
        note=f"{row['slice']}: AUC {row['auc_training']:.3f} in training, "
        f"{row['auc_evaluation']:.3f} in evaluation; Holm over {len(known)} slices, "
        f"{AUC_MARGIN:g} allowed",
        table=table,
    )
