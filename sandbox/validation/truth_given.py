"""Results from figures that were computed elsewhere: off-policy estimates, advice, explanations.

What a log, a piece of advice or an explanation says is held against the truth by the rooms that
own them. Here their figures get a hypothesis, a threshold and a verdict.
"""

from collections.abc import Mapping
from math import isfinite

import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
ESTIMATORS = ("ips", "snips", "dr")
RECOURSE = ("truth.recourse_validity", "truth.recourse_improvement", "truth.recourse_games")
#: figure of an explanation against the structure -> the test it goes into
STRUCTURE = {
    "rank_correlation": "truth.explanation_rank_correlation",
    "sign_errors": "truth.explanation_sign_errors",
    "top4_overlap": "truth.explanation_top4_overlap",
    "null_share": "truth.explanation_null_share",
}
#: fewest advised applicants from which a share is judged
ADVISED = 30


def validate_off_policy_truth(
    estimates: pd.DataFrame | None,
    n: int,
    policy: Policy,
) -> tuple[ValidationResult, ...]:
    """Error of IPS, SNIPS and DR against what the decisions earned.

    `estimates` has a row an estimator with `estimator`, `bias` (RMB a customer: estimate less
    truth) and `se` (of the estimate), from `n` decisions; None or a missing row: not evaluated.
    p is that of "the estimate is right", two-sided.
    """
    if estimates is not None and (lacking := {"estimator", "bias", "se"} - set(estimates)):
        raise BadInput(f"The table of estimates has no column {', '.join(sorted(lacking))}.")
    return tuple(_of_estimator(name, estimates, n, policy) for name in ESTIMATORS)


def _of_estimator(
    name: str, estimates: pd.DataFrame | None, n: int, policy: Policy
) -> ValidationResult:
    test = f"truth.{name}_bias"
    rows = None if estimates is None else estimates[estimates["estimator"] == name]
    if rows is None or rows.empty or not isfinite(float(rows["bias"].iloc[0])):
        why = "the log says nothing of these decisions"
        return not_evaluated(test, why, n=n, policy=policy)
    bias, error = float(rows["bias"].iloc[0]), float(rows["se"].iloc[0])
    if not (isfinite(error) and error > 0):
        why = "the estimate has no standard error"
        return not_evaluated(test, why, n=n, policy=policy)
    note = f"{bias:+,.1f} RMB a customer, {abs(bias) / error:.1f} standard errors"
    return judge(
        test,
        bias,
        n=n,
        policy=policy,
        p_value=float(2 * norm.sf(abs(bias) / error)),
        interval=(bias - _Z * error, bias + _Z * error),
        note=note,
        table=estimates,
    )


def validate_recourse_truth(
    figures: Mapping[str, float] | None,
    policy: Policy,
    reason: str = "nobody was advised",
) -> tuple[ValidationResult, ...]:
    """Would advice truly have helped? `figures` by name, those of advice held against a world.

    `advised` (applicants), `validity` (share whose true PD falls by half of what was promised)
    with `validity_se`, `improvement` (true fall over promised fall) and `games` (share whose
    changes have no cause). None or nobody advised: not evaluated.
    """
    n = int(figures.get("advised", 0)) if figures else 0
    if figures is None or n < ADVISED:
        why = reason if not n else f"{n} applicants were advised; at least {ADVISED} needed"
        return tuple(not_evaluated(t, why, n=n, policy=policy) for t in RECOURSE)
    validity, error = float(figures["validity"]), float(figures.get("validity_se", float("nan")))
    interval = None
    if isfinite(error):
        interval = (max(validity - _Z * error, 0.0), min(validity + _Z * error, 1.0))
    note = f"{n} applicants advised"
    return (
        judge(RECOURSE[0], validity, n=n, policy=policy, interval=interval, note=note),
        judge(RECOURSE[1], float(figures["improvement"]), n=n, policy=policy, note=note),
        judge(RECOURSE[2], float(figures["games"]), n=n, policy=policy, note=note),
    )


def validate_structure_truth(
    figures: Mapping[str, float] | None,
    policy: Policy,
    *,
    rows: int = 0,
    interval: tuple[float, float] | None = None,
    table: pd.DataFrame | None = None,
    reason: str = "no explanation was held against the truth",
) -> tuple[ValidationResult, ...]:
    """Do explanations name the true drivers? For information: a good model need not use them.

    `figures` by name: `rank_correlation` (with `interval`), `sign_errors`, `top4_overlap`,
    `null_share` (NaN: nothing to count), and where they are known `by_chance`, the overlap of an
    explanation that names drivers at random, and `ceiling`, the rank correlation that a perfect
    one would have with a truth known so well; `rows` customers, `table` a row a driver.
    """
    if figures is None or rows < 1:
        return tuple(not_evaluated(t, reason, n=0, policy=policy) for t in STRUCTURE.values())
    chance, ceiling = (float(figures.get(f, float("nan"))) for f in ("by_chance", "ceiling"))
    notes = {
        "rank_correlation": f"a perfect explanation would reach {ceiling:.2f} of truth known so "
        "well"
        if isfinite(ceiling)
        else "",
        "sign_errors": "no true sign is clear of its noise",
        "top4_overlap": f"{chance:.0%} by chance" if isfinite(chance) else "",
        "null_share": "nothing is attributed",
    }
    return tuple(
        judge(
            test,
            float(figures[name]),
            n=rows,
            policy=policy,
            interval=interval if name == "rank_correlation" else None,
            note=notes[name] if name in ("rank_correlation", "top4_overlap") else "",
            table=table if name == "rank_correlation" else None,
        )
        if isfinite(float(figures[name]))
        else not_evaluated(test, notes[name], n=rows, policy=policy)
        for name, test in STRUCTURE.items()
    )
