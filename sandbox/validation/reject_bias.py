"""Reject inference held against the truth, and judged."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from sandbox.errors import BadInput
from sandbox.validation.applicants import Applicants
from sandbox.validation.inputs import probabilities, same_length
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.reject_inference import INCREASE, METHODS, infer_all
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import expected_auc

TESTS = ("outcomes.reject_spread", "outcomes.reject_overlap", "truth.reject_inference")


def beside_truth(
    estimates: pd.DataFrame, applicants: Applicants, true_pd: npt.ArrayLike
) -> pd.DataFrame:
    """`infer_all` with the truth of the same applicants beside it.

    `true_pd` n true PDs, or n outcomes that the world replayed. Adds `true_reject_rate`,
    `bias` (`reject_rate` less that), `relative_bias` (over the true rate), `true_auc` (of the
    score over all applicants, expected over outcomes) and `auc_bias`.
    """
    true = probabilities("true_pd", true_pd)
    same_length(true_pd=true, score=applicants.score)
    rate = float(true[~applicants.accepted].mean())
    area = expected_auc(true, applicants.score)
    bias = estimates["reject_rate"] - rate
    return estimates.assign(
        true_reject_rate=rate,
        bias=bias,
        relative_bias=bias / rate if rate > 0 else np.nan,
        true_auc=area,
        auc_bias=estimates["auc"] - area,
    )


def bias_of_reject_inference(tables: pd.DataFrame) -> pd.DataFrame:
    """Mean bias of each method over worlds, with its 95% interval (t over seeds).

    `tables` are tables of `beside_truth` one under another, with a column `seed`; every method
    once a seed. Columns: `method`, `seeds`, `true_reject_rate`, `reject_rate` (means), `bias`,
    `low`, `high`, `rmse`, `auc_bias`, `auc_low`, `auc_high`; intervals are NaN with one seed.
    """
    missing = [c for c in ("seed", "method", "bias", "auc_bias", "reject_rate") if c not in tables]
    if missing:
        raise BadInput(f"The table has no column {', '.join(missing)}; see beside_truth.")
    if tables.duplicated(["seed", "method"]).any():
        raise BadInput("A method has two estimates for one seed; give one each.")
    rows = []
    for method, group in tables.groupby("method", sort=False):
        low, high = _interval(group["bias"])
        auc_low, auc_high = _interval(group["auc_bias"])
        rows.append(
            {
                "method": method,
                "seeds": len(group),
                "true_reject_rate": float(group["true_reject_rate"].mean()),
                "reject_rate": float(group["reject_rate"].mean()),
                "bias": float(group["bias"].mean()),
                "low": low,
                "high": high,
                "rmse": float(np.sqrt((group["bias"] ** 2).mean())),
                "auc_bias": float(group["auc_bias"].mean()),
                "auc_low": auc_low,
                "auc_high": auc_high,
            }
        )
    return pd.DataFrame(rows)


def _interval(values: "pd.Series[float]") -> tuple[float, float]:
    n = len(values)
    if n < 2:
        return float("nan"), float("nan")
    half = float(student.ppf(0.975, n - 1)) * float(values.std(ddof=1)) / np.sqrt(n)
    mean = float(values.mean())
    return mean - half, mean + half


def validate_reject_inference(
    applicants: Applicants | None,
    policy: Policy,
    *,
    method: str = "extrapolation",
    increase: float = INCREASE,
    true_pd: npt.ArrayLike | None = None,
) -> tuple[ValidationResult, ...]:
    """How far methods disagree, what reweighting rests on, and the bias of the method in use.

    `method` is the one that the bank uses. `true_pd` as in `beside_truth`.
    """
    if method not in METHODS:
        raise BadInput(f"No method is called {method!r}; methods are {', '.join(METHODS)}.")
    if applicants is None:
        reason = "no rejected applicants were given"
        return tuple(not_evaluated(t, reason, n=0, policy=policy) for t in TESTS)
    n = int((~applicants.accepted).sum())
    reason = _shortfall(applicants, n, policy)
    if reason:
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    table = infer_all(applicants, increase=increase)
    spread = table["reject_rate"].max() - table["reject_rate"].min()
    rates = ", ".join(
        f"{m} {r:.1%}" for m, r in zip(table["method"], table["reject_rate"], strict=True)
    )
    agreed = judge(
        TESTS[0],
        float(spread / table["reject_rate"].mean()),
        n=n,
        policy=policy,
        note=f"bad rate of the rejected: {rates}",
        table=table,
    )
    return (
        agreed,
        _overlap(applicants, table, n, policy),
        _bias(applicants, table, method, true_pd, n, policy),
    )


def _shortfall(of: Applicants, n: int, policy: Policy) -> str:
    seen = of.target[of.observed]
    bad = int(seen.sum())
    if n < policy.minimum_rows or len(seen) < policy.minimum_rows:
        return f"{n} rejected, {len(seen)} outcomes; at least {policy.minimum_rows} of each needed"
    if min(bad, len(seen) - bad) < policy.minimum_events:
        return f"{bad} bad of {len(seen)} outcomes; {policy.minimum_events} of each class needed"
    if np.ptp(of.score) == 0:
        return f"all {len(of.score)} scores are the same"
    return ""


def _overlap(of: Applicants, table: pd.DataFrame, n: int, policy: Policy) -> ValidationResult:
    if of.propensity is None:
        reason = "the probability of being accepted is not known"
        return not_evaluated(TESTS[1], reason, n=n, policy=policy)
    effective = float(table.set_index("method")["effective"]["reweighting"])
    return judge(
        TESTS[1],
        effective,
        n=n,
        policy=policy,
        note=f"{int(of.observed.sum()):,} accepted cases stand for {n:,} rejected ones",
        table=table,
    )


def _bias(
    of: Applicants,
    table: pd.DataFrame,
    method: str,
    true_pd: npt.ArrayLike | None,
    n: int,
    policy: Policy,
) -> ValidationResult:
    test = TESTS[2]
    if true_pd is None:
        return not_evaluated(test, "true outcomes are not known", n=n, policy=policy)
    if method == "reweighting" and of.propensity is None:
        reason = "the probability of being accepted is not known"
        return not_evaluated(test, reason, n=n, policy=policy)
    held = beside_truth(table, of, true_pd)
    row = held[held["method"] == method].iloc[0]
    return judge(
        test,
        float(row["relative_bias"]),
        n=n,
        policy=policy,
        note=f"{method}: {row['reject_rate']:.1%} inferred, {row['true_reject_rate']:.1%} true; "
        f"AUC off by {row['auc_bias']:+.3f}",
        table=held,
    )
