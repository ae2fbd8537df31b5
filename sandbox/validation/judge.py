"""From a figure to a result: the policy's threshold applied, or the reason why it was not."""

from math import isfinite, nan

import pandas as pd

from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult, Verdict

#: how the reason of a figure that no threshold judges begins
INFORMATION = "for information"


def judge(
    test: str,
    statistic: float,
    *,
    n: int,
    policy: Policy,
    p_value: float | None = None,
    interval: tuple[float, float] | None = None,
    power: float | None = None,
    note: str = "",
    table: pd.DataFrame | None = None,
) -> ValidationResult:
    """The result of test `test` (an id of the catalogue) on `n` rows.

    A figure without a threshold in `policy`, or one that is not finite, is not evaluated:
    it is never green. An interval or a power that is not finite is none.
    """
    entry = CATALOGUE[test]
    rule = policy.thresholds.get(test)
    verdict, reason = Verdict.NOT_EVALUATED, note
    if rule is None:
        reason = ". ".join(t for t in (f"{INFORMATION}: the policy sets no threshold", note) if t)
    else:
        figure = p_value if rule.judged_by == "p_value" else statistic
        if figure is None or not isfinite(figure):
            reason = note or "the figure is not finite"
        else:
            verdict = rule.verdict(figure)
    return ValidationResult(
        id=test,
        family=test.partition(".")[0],
        title=entry.title,
        hypothesis=entry.hypothesis,
        n=n,
        statistic=float(statistic),
        threshold=rule.words(CATALOGUE[test].share) if rule else "none",
        threshold_source=f"{rule.source} (test policy {policy.label})" if rule else "",
        verdict=verdict,
        p_value=p_value,
        interval=interval if interval and all(map(isfinite, interval)) else None,
        power=power if power is not None and isfinite(power) else None,
        reason=reason,
        table=table,
    )


def judged_again(result: ValidationResult, policy: Policy) -> ValidationResult:
    """The same figure under another policy's threshold.

    What was not evaluated for want of data stays so, and a test that is in no catalogue keeps
    its verdict; `minimum_rows` and `minimum_events` are those of the first judgement.
    """
    information = result.reason.startswith(INFORMATION)
    if result.id not in CATALOGUE or (result.verdict is Verdict.NOT_EVALUATED and not information):
        return result
    note = result.reason.partition("threshold. ")[2] if information else result.reason
    return judge(
        result.id,
        result.statistic,
        n=result.n,
        policy=policy,
        p_value=result.p_value,
        interval=result.interval,
        power=result.power,
        note=note,
        table=result.table,
    )


def not_evaluated(test: str, reason: str, *, n: int, policy: Policy) -> ValidationResult:
    """The result of a test that could not be evaluated, with the reason in one clause."""
    rule = policy.thresholds.get(test)
    return ValidationResult(
        id=test,
        family=test.partition(".")[0],
        title=CATALOGUE[test].title,
        hypothesis=CATALOGUE[test].hypothesis,
        n=n,
        statistic=nan,
        threshold=rule.words(CATALOGUE[test].share) if rule else "none",
        threshold_source=f"{rule.source} (test policy {policy.label})" if rule else "",
        verdict=Verdict.NOT_EVALUATED,
        reason=reason,
    )
