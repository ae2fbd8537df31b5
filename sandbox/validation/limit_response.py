"""Do PD and exposure answer to the limit as the model says they do?"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2, ncx2, norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, probabilities, same_length, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
#: limits are put together into at most this many bands
BANDS = 8
#: fewest accounts of a band, and fewest expected defaults
SMALLEST, EXPECTED = 30, 5.0
#: relative error of every band's PD that the power of the PD test is told against
ALTERNATIVE = 0.25
#: a fall of a PD along the limits by no more is rounding
ROUNDING = 1e-9
TESTS = ("limits.pd_response", "limits.ead_response", "limits.monotone_pd", "limits.monotone_ead")


def bands_of(limit: npt.ArrayLike, most: int = BANDS) -> npt.NDArray[np.intp]:
    """Band of each of n limits, from 0; a limit is a band where there are few different ones.

    >>> bands_of([2_000, 5_000, 2_000]).tolist()
    [0, 1, 0]
    """
    given = finite("limit", limit)
    different, which = np.unique(given, return_inverse=True)
    if len(different) <= most:
        return which.astype(np.intp)
    edges = np.unique(np.quantile(given, np.linspace(0, 1, most + 1)[1:-1]))
    found = np.searchsorted(edges, given, side="right")
    return np.unique(found, return_inverse=True)[1].astype(np.intp)


def response_table(
    limit: npt.ArrayLike, predicted: npt.ArrayLike, observed: npt.ArrayLike
) -> pd.DataFrame:
    """Predicted against observed by band of limit, lowest first.

    n limits (RMB), what was predicted at that limit, and what was observed (NaN: not, left out).
    Columns: `limit` (mean of the band, RMB), `n`, `predicted` and `observed` (means), `error`
    (predicted less observed) with `error_low`, `error_high` (95%, over accounts). Bands of fewer
    than 30 accounts are left out.
    """
    amount, said, seen = finite("limit", limit), finite("predicted", predicted), vector(
        "observed", observed
    )  # fmt: skip
    same_length(limit=amount, predicted=said, observed=seen)
    known = ~np.isnan(seen)
    columns = ["limit", "n", "predicted", "observed", "error", "error_low", "error_high"]
    if not known.any():
        return pd.DataFrame(columns=columns)
    amount, said, seen = amount[known], said[known], seen[known]
    band = bands_of(amount)
    n = np.bincount(band)
    gap = said - seen
    mean = np.bincount(band, weights=gap) / n
    spread = np.bincount(band, weights=(gap - mean[band]) ** 2) / np.maximum(n - 1, 1)
    half = _Z * np.sqrt(spread / n)
    table = pd.DataFrame(
        {
            "limit": np.bincount(band, weights=amount) / n,
            "n": n,
            "predicted": np.bincount(band, weights=said) / n,
            "observed": np.bincount(band, weights=seen) / n,
            "error": mean,
            "error_low": mean - half,
            "error_high": mean + half,
        }
    )
    return table[table["n"] >= SMALLEST].reset_index(drop=True)


def response_rmse(table: pd.DataFrame) -> float:
    """Root mean square, over accounts, of the error of a band's mean (`response_table`).

    >>> round(response_rmse(pd.DataFrame({"n": [1, 3], "error": [2.0, 0.0]})), 6)
    1.0
    """
    n = table["n"].to_numpy(dtype=float)
    error = table["error"].to_numpy(dtype=float)
    return float(np.sqrt((n * error**2).sum() / n.sum())) if n.sum() else float("nan")


def falling(by_limit: npt.ArrayLike, rounding: float = ROUNDING) -> tuple[float, float]:
    """Share of n rows where a figure falls from one limit to the next, and the largest fall.

    `by_limit` is n × K, K limits in rising order.

    >>> falling([[0.1, 0.2], [0.3, 0.1]])
    (0.5, 0.2)
    """
    table = np.asarray(by_limit, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2 or not len(table):
        raise BadInput(f"by_limit has shape {table.shape}; give a row a case, 2 limits at least.")
    if not np.isfinite(table).all():
        raise BadInput("by_limit is not finite throughout; give a figure for every limit.")
    fall = -np.diff(table, axis=1).min(axis=1)
    return float((fall > rounding).mean()), float(round(max(fall.max(), 0.0), 12))


def validate_limit_response(
    limit: npt.ArrayLike,
    pd_: npt.ArrayLike,
    default: npt.ArrayLike,
    policy: Policy,
    *,
    ead: npt.ArrayLike | None = None,
    observed_ead: npt.ArrayLike | None = None,
    pd_by_limit: npt.ArrayLike | None = None,
    ead_by_limit: npt.ArrayLike | None = None,
) -> tuple[ValidationResult, ...]:
    """Response of PD and exposure to the limit, and whether predictions rise with it.

    n accounts: `limit` granted (RMB), `pd_` predicted at it, `default` (1, 0, NaN not observed);
    `ead` and `observed_ead` (RMB, NaN not observed) likewise. `pd_by_limit` and `ead_by_limit`
    are m × K predictions for m cases at K rising limits. None: not predicted.
    """
    p = probabilities("pd", pd_)
    return (
        _of_pd(finite("limit", limit), p, vector("default", default), policy),
        _of_ead(limit, ead, observed_ead, len(p), policy),
        _rising(TESTS[2], pd_by_limit, "PD", policy),
        _rising(TESTS[3], ead_by_limit, "exposure", policy),
    )


def _of_pd(limit: Vector, p: Vector, default: Vector, policy: Policy) -> ValidationResult:
    seen = ~np.isnan(default)
    n = int(seen.sum())
    table = response_table(limit, p, default)
    if n < policy.minimum_rows:
        return not_evaluated(TESTS[0], f"{n} observed accounts", n=n, policy=policy)
    if table.empty:
        reason = f"no limit has {SMALLEST} accounts"
        return not_evaluated(TESTS[0], reason, n=n, policy=policy)
    expected = table["n"] * table["predicted"]
    judged = table[(expected >= EXPECTED) & (table["n"] - expected >= EXPECTED)]
    if len(judged) < 2:
        reason = f"fewer than two limits have {EXPECTED:g} expected defaults"
        return not_evaluated(TESTS[0], reason, n=n, policy=policy)
    p_value, power = _chi_square(limit[seen], p[seen], default[seen], judged["limit"].to_numpy())
    return judge(
        TESTS[0],
        response_rmse(judged),
        n=n,
        policy=policy,
        p_value=p_value,
        power=power,
        note=f"over {len(judged)} limits; power against PDs that are {ALTERNATIVE:.0%} too low",
        table=table,
    )


def _chi_square(limit: Vector, p: Vector, default: Vector, judged: Vector) -> tuple[float, float]:
    """Σ (observed − expected)² / variance over bands; p-value, and power at the 5% level."""
    band = bands_of(limit)
    n = np.bincount(band)
    of = np.isin(np.bincount(band, weights=limit) / n, judged)
    expected, observed = (np.bincount(band, weights=w)[of] for w in (p, default))
    variance = np.bincount(band, weights=p * (1 - p))[of]
    statistic = float(((observed - expected) ** 2 / np.maximum(variance, 1e-300)).sum())
    shift = float(((ALTERNATIVE * expected) ** 2 / np.maximum(variance, 1e-300)).sum())
    bands = int(of.sum())
    # far out scipy's distribution is NaN, where the test cannot miss
    power = float(ncx2.sf(chi2.ppf(0.95, bands), bands, shift)) if shift < 1e4 else 1.0
    return float(chi2.sf(statistic, bands)), power


def _of_ead(
    limit: npt.ArrayLike,
    ead: npt.ArrayLike | None,
    observed_ead: npt.ArrayLike | None,
    n: int,
    policy: Policy,
) -> ValidationResult:
    if ead is None or observed_ead is None:
        reason = "no exposure is predicted" if ead is None else "no exposure was observed"
        return not_evaluated(TESTS[1], reason, n=n, policy=policy)
    table = response_table(limit, ead, observed_ead)
    if len(table) < 2:
        reason = f"fewer than two limits have {SMALLEST} accounts with an exposure"
        return not_evaluated(TESTS[1], reason, n=n, policy=policy)
    rmse = response_rmse(table)
    level = float(np.average(table["observed"], weights=table["n"]))
    if level <= 0:
        return not_evaluated(TESTS[1], "no exposure was observed", n=n, policy=policy)
    note = f"{rmse:,.0f} RMB where {level:,.0f} are owed on average, over {len(table)} limits"
    n = int(table["n"].sum())
    return judge(TESTS[1], rmse / level, n=n, policy=policy, note=note, table=table)


def _rising(
    test: str, by_limit: npt.ArrayLike | None, what: str, policy: Policy
) -> ValidationResult:
    if by_limit is None:
        reason = f"the model gives no {what} by limit"
        return not_evaluated(test, reason, n=0, policy=policy)
    rows = np.asarray(by_limit, dtype=np.float64)
    if len(rows) < policy.minimum_rows:
        reason = f"{len(rows)} rows; at least {policy.minimum_rows} needed"
        return not_evaluated(test, reason, n=len(rows), policy=policy)
    share, largest = falling(rows)
    size = f"{largest:.4f}" if what == "PD" else f"{largest:,.0f} RMB"
    note = f"largest fall {size} between neighbouring limits" if share else ""
    if np.ptp(rows, axis=1).max() <= ROUNDING:
        note = f"the {what} is the same at every limit"
    return judge(test, share, n=len(rows), policy=policy, note=note)
