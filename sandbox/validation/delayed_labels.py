"""What labels that come late do to the default rate, and how far a correction undoes it."""

import numpy.typing as npt
import pandas as pd

from sandbox.validation.grades import jeffreys_interval
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.label_delay import checked, corrected_rates, late_labels, rate_by_age
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

TESTS = ("outcomes.late_labels", "outcomes.label_bias", "truth.delayed_labels")


def validate_delayed_labels(
    age: npt.ArrayLike,
    bad_age: npt.ArrayLike,
    window: float,
    policy: Policy,
    *,
    vintage: npt.ArrayLike | None = None,
    true_rate: float | None = None,
) -> tuple[ValidationResult, ...]:
    """Late labels, what they take from the default rate, and that against the truth.

    `true_rate` is the default rate of the same accounts over the window, where it is known.
    """
    today, when = checked(age, bad_age, window)
    n, bad = len(today), int((when <= window).sum())
    late = late_labels(today, when, window)
    reason = (
        f"{n} accounts; at least {policy.minimum_rows} needed" if n < policy.minimum_rows else ""
    )
    if not reason and late.events < policy.minimum_events:
        reason = (
            f"{late.events} bad labels of accounts followed for {window:g} months; at least "
            f"{policy.minimum_events} needed"
        )
    if reason:
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    table = corrected_rates(today, when, window, vintage=vintage, true_rate=true_rate)
    rate = table.set_index("method")["rate"]
    naive, corrected = rate["as known"], rate["Kaplan-Meier"]
    by_age = rate_by_age(today, when, window)
    low, high = jeffreys_interval(round(late.after_half * late.events), late.events)
    return (
        judge(
            TESTS[0],
            late.after_half,
            n=late.events,
            policy=policy,
            interval=(float(low), float(high)),
            note=f"{late.immature:.1%} of accounts are younger than {window:g} months",
            table=by_age,
        ),
        judge(
            TESTS[1],
            1 - float(naive / corrected),
            n=n,
            policy=policy,
            note=f"{naive:.2%} known so far ({bad:,} labels), {corrected:.2%} by Kaplan-Meier",
            table=table,
        ),
        _against_truth(table, n, policy),
    )


def _against_truth(table: pd.DataFrame, n: int, policy: Policy) -> ValidationResult:
    if "truth" not in table:
        return not_evaluated(TESTS[2], "the true default rate is not known", n=n, policy=policy)
    row = table[table["method"] == "Kaplan-Meier"].iloc[0]
    truth = float(row["truth"])
    if truth == 0:
        return not_evaluated(TESTS[2], "the true default rate is 0", n=n, policy=policy)
    biases = ", ".join(f"{m} {b:+.2%}" for m, b in zip(table["method"], table["bias"], strict=True))
    return judge(
        TESTS[2],
        float(row["bias"]) / truth,
        n=n,
        policy=policy,
        interval=(float(row["low"]) / truth - 1, float(row["high"]) / truth - 1),
        note=f"true rate {truth:.2%}; bias by method: {biases}",
        table=table,
    )
