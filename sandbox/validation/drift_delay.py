"""Delay and false alarms of drift monitors, on streams whose month of change is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta, norm

from sandbox.errors import BadInput
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

TESTS = ("truth.drift_delay", "truth.false_alarms")
#: streams below which delay and false alarms are not judged
LEAST_RUNS = 30


@dataclass(frozen=True)
class Detection:
    """How a monitor did on streams whose month of change is known."""

    #: mean months from the change to the first alarm at or after it: 1 is the month itself; of
    #: the runs that were found
    delay: float
    #: 95% interval of the mean, normal over runs
    delay_interval: tuple[float, float]
    #: share of runs with an alarm at or after the change
    found: float
    #: share of runs with an alarm before the change
    false_runs: float
    #: its 95% Clopper-Pearson interval
    false_interval: tuple[float, float]
    #: alarms per hundred months before the change
    false_per_100: float
    runs: int


def detection(alarms: npt.ArrayLike, change: int) -> Detection:
    """Delay and false alarms of flags (runs × months); the change is in month `change`, from 0.

    A run with a false alarm counts for the delay, too: `alarms` are those of a monitor that starts
    again after each.

    >>> detection([[0, 0, 0, 1]], change=2).delay
    2.0
    """
    flags = np.asarray(alarms, dtype=bool)
    if flags.ndim != 2 or not 0 < change < flags.shape[1]:
        raise BadInput(
            f"Alarms have shape {flags.shape} and the change is in month {change}; give runs × "
            "months and a change after the first and before the last of them."
        )
    before, after = flags[:, :change], flags[:, change:]
    hit = after.any(axis=1)
    delays = after.argmax(axis=1)[hit] + 1.0
    mean = float(delays.mean()) if len(delays) else float("nan")
    error = float(delays.std(ddof=1) / np.sqrt(len(delays))) if len(delays) > 1 else float("nan")
    half = float(norm.ppf(0.975)) * error
    runs, early = len(flags), int(before.any(axis=1).sum())
    low = float(beta.ppf(0.025, early, runs - early + 1)) if early else 0.0
    high = float(beta.ppf(0.975, early + 1, runs - early)) if early < runs else 1.0
    return Detection(
        delay=mean,
        delay_interval=(mean - half, mean + half),
        found=float(hit.mean()),
        false_runs=early / runs,
        false_interval=(low, high),
        false_per_100=100.0 * float(before.mean()),
        runs=runs,
    )


def detection_table(alarms: dict[str, npt.ArrayLike], change: int) -> pd.DataFrame:
    """A row a monitor, of the same streams.

    Columns: `monitor`, `runs`, `false_runs` (share with a false alarm), `false_per_100` (alarms
    per hundred months), `found` (share), `delay` (months), `delay_low`, `delay_high`.
    """
    rows = []
    for name, flags in alarms.items():
        seen = detection(flags, change)
        low, high = seen.delay_interval
        rows.append(
            (
                name,
                seen.runs,
                seen.false_runs,
                seen.false_per_100,
                seen.found,
                seen.delay,
                low,
                high,
            )
        )
    columns = ["monitor", "runs", "false_runs", "false_per_100", "found"]
    return pd.DataFrame(rows, columns=[*columns, "delay", "delay_low", "delay_high"])


def validate_drift_detection(
    alarms: dict[str, npt.ArrayLike] | None, change: int, policy: Policy, *, monitor: str = "CUSUM"
) -> tuple[ValidationResult, ...]:
    """Delay and false alarms of the `monitor` in use, with the others beside it in the table.

    `alarms` has flags (runs × months) by monitor, from streams whose change is in month `change`.
    """
    if alarms is None:
        reason = "the month of a change is known in a simulated world only"
        return tuple(not_evaluated(t, reason, n=0, policy=policy) for t in TESTS)
    if monitor not in alarms:
        raise BadInput(f"No monitor is called {monitor!r}; there are {', '.join(alarms)}.")
    seen = detection(alarms[monitor], change)
    if seen.runs < LEAST_RUNS:
        reason = f"{seen.runs} streams; at least {LEAST_RUNS} needed"
        return tuple(not_evaluated(t, reason, n=seen.runs, policy=policy) for t in TESTS)
    table = detection_table(alarms, change)
    missed = seen.found < 0.5
    delayed = (
        not_evaluated(
            TESTS[0],
            f"{monitor} finds the change in {seen.found:.0%} of {seen.runs} streams only, so its "
            "mean delay says little",
            n=seen.runs,
            policy=policy,
        )
        if missed
        else judge(
            TESTS[0],
            seen.delay,
            n=seen.runs,
            policy=policy,
            interval=seen.delay_interval,
            power=seen.found,
            note=f"{monitor}: found in {seen.found:.0%} of {seen.runs} streams",
            table=table,
        )
    )
    return delayed, judge(
        TESTS[1],
        seen.false_runs,
        n=seen.runs,
        policy=policy,
        interval=seen.false_interval,
        note=f"{monitor}: {seen.false_per_100:.1f} alarms per hundred of the {change} months "
        "before the change",
        table=table,
    )
