"""Does the model know what a higher limit does? dPD/dL and dEAD/dL against the true ones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
TESTS = ("truth.response_pd", "truth.response_ead")

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ResponseError:
    """Predicted against true rises from each limit to the next."""

    #: √ Σ (predicted − true rise)² / √ Σ true rise², over rows and steps: 0 perfect, 1 as far off
    #: as "limits do nothing"; NaN where the truth does not answer to the limit
    by_row: float
    #: the same for the mean rise over rows: whether the response is right on average
    on_average: float
    #: a row a step: `low` and `high` (limits, RMB), `predicted` and `true` (mean rise for each
    #: 1,000 RMB), `error` (their difference) with `error_low`, `error_high` (95%, over rows),
    #: `rmse` (over rows, for each 1,000 RMB)
    table: pd.DataFrame


def response_error(
    limits: npt.ArrayLike, predicted: npt.ArrayLike, true: npt.ArrayLike
) -> ResponseError:
    """n × K predictions against n × K true values at K rising limits (RMB).

    >>> found = response_error([1_000, 2_000], [[0.01, 0.02]], [[0.01, 0.03]])
    >>> round(found.by_row, 6), found.table[["predicted", "true"]].round(6).values.tolist()
    (0.5, [[0.01, 0.02]])
    """
    grid = finite("limits", limits)
    if len(grid) < 2 or (np.diff(grid) <= 0).any():
        raise BadInput(f"limits are {grid.tolist()}; give two at least, in rising order.")
    said, really = (_matrix(n, t, len(grid)) for n, t in (("predicted", predicted), ("true", true)))
    if said.shape != really.shape:
        raise BadInput(f"{len(said)} rows are predicted and {len(really)} true; give the same.")
    rise, true_rise = np.diff(said, axis=1), np.diff(really, axis=1)
    thousands = np.diff(grid) / 1_000.0
    gap = rise - true_rise
    n = len(gap)
    spread = gap.std(axis=0, ddof=1) if n > 1 else np.full(len(thousands), np.nan)
    half = _Z * spread / np.sqrt(n)
    table = pd.DataFrame(
        {
            "low": grid[:-1],
            "high": grid[1:],
            "predicted": rise.mean(axis=0) / thousands,
            "true": true_rise.mean(axis=0) / thousands,
            "error": gap.mean(axis=0) / thousands,
            "error_low": (gap.mean(axis=0) - half) / thousands,
            "error_high": (gap.mean(axis=0) + half) / thousands,
            "rmse": np.sqrt((gap**2).mean(axis=0)) / thousands,
        }
    )
    on_average = _relative(gap.mean(axis=0), true_rise.mean(axis=0))
    return ResponseError(_relative(gap, true_rise), on_average, table)


def _matrix(name: str, values: npt.ArrayLike, limits: int) -> Matrix:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != limits or not len(table):
        raise BadInput(f"{name} has shape {table.shape}; give a row a customer, {limits} columns.")
    if not np.isfinite(table).all():
        raise BadInput(f"{name} is not finite throughout; leave out rows without a figure.")
    return table


def _relative(gap: Matrix | Vector, true: Matrix | Vector) -> float:
    size = float(np.sqrt((true**2).sum()))
    return float(np.sqrt((gap**2).sum())) / size if size > 1e-12 else float("nan")


def validate_response_truth(
    limits: npt.ArrayLike,
    policy: Policy,
    *,
    pd_: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    ead: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    ead_is_expected: bool = True,
) -> tuple[ValidationResult, ...]:
    """Errors of dPD/dL and dEAD/dL; each pair is n × K predicted and true values, or None.

    `ead_is_expected`: whether the true exposures are expectations. Where they are a single draw,
    rows say little and the mean rise over customers is judged.
    """
    return (
        _judged(TESTS[0], limits, pd_, True, policy),
        _judged(TESTS[1], limits, ead, ead_is_expected, policy),
    )


def _judged(
    test: str,
    limits: npt.ArrayLike,
    pair: tuple[npt.ArrayLike, npt.ArrayLike] | None,
    by_row: bool,
    policy: Policy,
) -> ValidationResult:
    what = "PD" if test == TESTS[0] else "exposure"
    if pair is None:
        reason = f"the model gives no {what} by limit, or its truth is not known"
        return not_evaluated(test, reason, n=0, policy=policy)
    n = len(np.asarray(pair[0]))
    if n < policy.minimum_rows:
        reason = f"{n} rows; at least {policy.minimum_rows} needed"
        return not_evaluated(test, reason, n=n, policy=policy)
    found = response_error(limits, *pair)
    figure = found.by_row if by_row else found.on_average
    if np.isnan(figure):
        reason = f"the true {what} does not answer to the limit"
        return not_evaluated(test, reason, n=n, policy=policy)
    note = f"1 is as far off as a model without any response; {found.on_average:.2f} on average "
    note += "over customers" if by_row else "over customers, who each lived once"
    return judge(test, figure, n=n, policy=policy, note=note, table=found.table)
