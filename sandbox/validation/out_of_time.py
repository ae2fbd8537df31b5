"""Does the model hold after the time it was built on? Change, trend, and who is scored."""

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.grades import UNDERSTATED
from sandbox.validation.inputs import Vector, observed, probabilities, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.performance_window import through_the_door
from sandbox.validation.periods import (
    by_period,
    change_of_auc,
    change_of_calibration,
    trend_of_auc,
    trend_of_calibration,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import delong

CHANGES = ("out_of_time.auc_change", "out_of_time.calibration_change")
#: fall of the AUC that every power given here is against
FALL = 0.05
TRENDS = ("out_of_time.auc_trend", "out_of_time.calibration_trend")


def validate_out_of_time(
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    period: npt.ArrayLike,
    policy: Policy,
    *,
    out_of_time: npt.ArrayLike | None = None,
    accepted: npt.ArrayLike | None = None,
    reason: str = "it was not said which cases are out of time",
) -> tuple[ValidationResult, ...]:
    """Change and trend of AUC and calibration, and the accepted against all applicants.

    `target` n outcomes (NaN for indeterminate, immature and rejected cases), `score` n PDs,
    `period` n labels that sort by time, `out_of_time` n flags of cases later than those the model
    was built on, `accepted` n flags. Without one of the last two, what needs it is not evaluated;
    `reason` says why there are no later cases.
    """
    y, s = vector("target", target), probabilities("score", score)
    door = _door(s, accepted, policy)
    return (
        *_changes(y, s, out_of_time, policy, reason),
        *_trends(y, s, np.asarray(period), policy),
        door,
    )


def _changes(
    y: Vector, s: Vector, later: npt.ArrayLike | None, policy: Policy, reason: str
) -> tuple[ValidationResult, ...]:
    n = int((~np.isnan(y)).sum())
    if later is None:
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in CHANGES)
    out = vector("out_of_time", later) == 1
    if len(out) != len(y):
        raise BadInput(f"out_of_time has {len(out)} and target {len(y)} rows; give a flag a case.")
    for name, side in (("in time", ~out), ("out of time", out)):
        short = observed(y[side], s[side]).shortfall(policy)
        if short:
            reason = f"{name}: {short}"
            return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in CHANGES)
    sides = (y[~out], s[~out], y[out], s[out])
    area, level = change_of_auc(*sides), change_of_calibration(*sides)
    then, now = (delong(y[m], s[m])[0] for m in (~out, out))
    seen = [y[m & ~np.isnan(y)] for m in (~out, out)]
    said = [f"{outcomes.mean():.2%} of {len(outcomes):,}" for outcomes in seen]
    notes = (
        f"AUC {then:.3f} in time, {now:.3f} out of time",
        f"defaults {said[0]} in time, {said[1]} out of time",
    )
    certain = (
        "the score separates the classes completely",
        "outcome less PD is the same in every case",
    )
    alternatives = (FALL, (UNDERSTATED - 1) * float(s[out & ~np.isnan(y)].mean()))
    return tuple(
        judge(
            test,
            found.value,
            n=n,
            policy=policy,
            p_value=found.p_value,
            interval=(found.low, found.high),
            power=found.power(worse),
            note=note,
        )
        if found.error > 0
        else not_evaluated(test, why, n=n, policy=policy)
        for test, found, note, worse, why in zip(
            CHANGES, (area, level), notes, alternatives, certain, strict=True
        )
    )


def _trends(
    y: Vector, s: Vector, period: npt.NDArray[np.generic], policy: Policy
) -> tuple[ValidationResult, ...]:
    table = by_period(y, s, period)
    n = int(table["n"].sum())
    reason = observed(y, s).shortfall(policy)
    usable = (table["auc_error"] > 0) & (
        np.minimum(table["defaults"], table["n"] - table["defaults"]) >= policy.minimum_events
    )
    if not reason and usable.sum() < 3:
        reason = (
            f"{int(usable.sum())} periods with {policy.minimum_events} cases of both classes; at "
            "least 3 needed"
        )
    seen = s[~np.isnan(y)]
    if not reason and not ((seen > 0) & (seen < 1)).any():
        reason = "every PD is 0 or 1"
    if reason:
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TRENDS)
    # periods without enough of either class keep their place in time
    area = trend_of_auc(table.assign(auc=table["auc"].where(usable)))
    level = trend_of_calibration(y, s, period)
    unit = f"a period, over {len(table)} periods"
    return tuple(
        judge(
            test,
            found.value,
            n=n,
            policy=policy,
            p_value=found.p_value,
            interval=(found.low, found.high),
            note=f"{what} {unit}",
            table=table,
        )
        for test, found, what in zip(TRENDS, (area, level), ("AUC", "log-odds"), strict=True)
    )


def _door(s: Vector, accepted: npt.ArrayLike | None, policy: Policy) -> ValidationResult:
    test = "out_of_time.through_the_door"
    if accepted is None:
        return not_evaluated(test, "approvals are not known", n=len(s), policy=policy)
    flags = vector("accepted", accepted)
    few = min(int((flags == 1).sum()), int((flags == 0).sum()))
    if few < policy.minimum_rows:
        reason = f"{few} accepted or rejected; at least {policy.minimum_rows} needed"
        return not_evaluated(test, reason, n=len(s), policy=policy)
    if np.ptp(s) == 0:
        return not_evaluated(test, f"all {len(s)} scores are the same", n=len(s), policy=policy)
    found = through_the_door(s, flags)
    return judge(
        test,
        found.index.value,
        n=len(s),
        policy=policy,
        note=f"{flags.mean():.1%} accepted; {found.beyond:.1%} of the rejected score above every "
        "accepted applicant",
        table=found.table,
    )
