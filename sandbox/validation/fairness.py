"""Are groups of customers treated alike? Approvals, scores, chances of the good, calibration.

The thresholds are a policy of the bank: the CFPB's Regulation B of 21 July 2026 no longer knows
disparate impact. Intervals are given with each figure, since small groups differ by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, poisson_binom

from sandbox.errors import BadInput
from sandbox.validation.grades import holm, jeffreys_interval
from sandbox.validation.inputs import Vector, probabilities, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
#: rows up to which a group's defaults are tested against their exact distribution
EXACT = 2_000
TESTS = tuple(f"fairness.{t}" for t in ("air", "smd", "equal_opportunity", "calibration"))


@dataclass(frozen=True)
class Between:
    """A figure of one group beside the reference group, with its 95% interval."""

    value: float
    low: float
    high: float


def adverse_impact_ratio(approved: npt.ArrayLike, reference: npt.ArrayLike) -> Between:
    """Approval rate of a group over that of the reference group.

    Both are flags, one a case. The interval is Katz's of a ratio of shares, on the log scale
    (Katz et al. 1978, Biometrics 34); NaN where a group has no approval.

    >>> adverse_impact_ratio([1, 0, 0, 0], [1, 1, 0, 0]).value
    0.5
    """
    a, b = vector("approved", approved), vector("reference", reference)
    if not len(a) or not len(b) or b.sum() == 0:
        raise BadInput(
            f"{len(a)} cases against {len(b)}, of which {b.sum():g} were approved; the reference "
            "group needs an approval."
        )
    ratio = float(a.mean() / b.mean())
    if a.sum() == 0:
        return Between(0.0, float("nan"), float("nan"))
    error = np.sqrt((1 - a.mean()) / a.sum() + (1 - b.mean()) / b.sum())
    return Between(ratio, ratio * float(np.exp(-_Z * error)), ratio * float(np.exp(_Z * error)))


def standardised_mean_difference(score: npt.ArrayLike, reference: npt.ArrayLike) -> Between:
    """Mean score of a group less that of the reference group, over their pooled deviation.

    Cohen's d; the interval is that of Hedges and Olkin (1985), for large samples.

    >>> round(standardised_mean_difference([1.0, 2.0], [0.0, 1.0]).value, 4)
    1.4142
    """
    a, b = vector("score", score), vector("reference", reference)
    n, m = len(a), len(b)
    if min(n, m) < 2:
        raise BadInput(f"{n} cases against {m}; give at least two each.")
    pooled = np.sqrt(((n - 1) * a.var(ddof=1) + (m - 1) * b.var(ddof=1)) / (n + m - 2))
    # scores that are all the same leave a deviation of rounding
    if pooled == 0 or np.ptp(np.concatenate([a, b])) == 0:
        return Between(float("nan"), float("nan"), float("nan"))
    d = float((a.mean() - b.mean()) / pooled)
    half = _Z * float(np.sqrt((n + m) / (n * m) + d * d / (2 * (n + m))))
    return Between(d, d - half, d + half)


def difference_of_shares(flags: npt.ArrayLike, reference: npt.ArrayLike) -> Between:
    """Share of a group less that of the reference group, with Newcombe's interval.

    Newcombe (1998), Statistics in Medicine 17, method 10.

    >>> difference_of_shares([1, 1, 0, 0], [1, 1, 1, 1]).value
    -0.5
    """
    a, b = vector("flags", flags), vector("reference", reference)
    if not len(a) or not len(b):
        raise BadInput(f"{len(a)} cases against {len(b)}; give at least one each.")
    p, q = float(a.mean()), float(b.mean())
    (low_p, high_p), (low_q, high_q) = _wilson(p, len(a)), _wilson(q, len(b))
    low = p - q - float(np.sqrt((p - low_p) ** 2 + (high_q - q) ** 2))
    high = p - q + float(np.sqrt((high_p - p) ** 2 + (q - low_q) ** 2))
    return Between(p - q, low, high)


def _wilson(share: float, n: int) -> tuple[float, float]:
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * float(np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)))
    return centre - half, centre + half


def calibrated(target: npt.ArrayLike, pd_: npt.ArrayLike) -> float:
    """Two-sided p-value of "the defaults of these cases are those that their PDs give".

    Against the exact distribution of a sum of unlike coins up to 2,000 cases, a normal above.
    """
    y, p = vector("target", target), probabilities("pd", pd_)
    events = float(y.sum())
    if len(y) <= EXACT:
        sums = poisson_binom(p)
        return float(min(1.0, 2 * min(sums.cdf(events), sums.sf(events - 1))))
    spread = float(np.sqrt((p * (1 - p)).sum()))
    return float(2 * norm.sf(abs(events - p.sum()) / spread)) if spread > 0 else 1.0


def fairness_table(
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    approved: npt.ArrayLike,
    group: pd.Series,
    minimum: int = 50,
) -> pd.DataFrame:
    """A row a group but the reference, which is the largest one.

    `target` n outcomes (NaN not observed), `score` n PDs, `approved` n flags, `group` n labels
    (missing ones are left out). Columns: `attribute`, `group`, `reference`, `n`, `approval_rate`;
    `air`, `smd` and `opportunity` (share of the good who are approved, less the reference's),
    each with `_low` and `_high`; `mean_pd`, `observed_rate` with `rate_low`
    and `rate_high` (95% Jeffreys), `p_calibration`. Groups of fewer
    than `minimum` cases have NaN in all but their size, of fewer good cases in `opportunity`.
    """
    y, s, a = vector("target", target), vector("score", score), vector("approved", approved)
    labels = group.to_numpy(dtype=object)
    known = ~pd.isna(group).to_numpy()
    sizes = pd.Series(labels[known]).value_counts()
    if len(sizes) < 2:
        return pd.DataFrame()
    base = labels == sizes.index[0]
    rows = []
    for name in sizes.index[1:]:
        of = labels == name
        row: dict[str, object] = {"attribute": str(group.name), "group": str(name)}
        row |= {"reference": str(sizes.index[0]), "n": int(of.sum())}
        if min(of.sum(), base.sum()) >= minimum:
            row |= dict(_figures(y, s, a, of, base, minimum))
        rows.append(row)
    return pd.DataFrame(rows)


def _figures(
    y: Vector,
    s: Vector,
    a: Vector,
    of: npt.NDArray[np.bool_],
    base: npt.NDArray[np.bool_],
    minimum: int,
) -> Iterator[tuple[str, float]]:
    yield "approval_rate", float(a[of].mean())
    found = {"smd": standardised_mean_difference(s[of], s[base])}
    if a[base].any():
        found["air"] = adverse_impact_ratio(a[of], a[base])
    good = [side & (y == 0) for side in (of, base)]
    if min(side.sum() for side in good) >= minimum:
        found["opportunity"] = difference_of_shares(a[good[0]], a[good[1]])
    for name, each in found.items():
        yield name, each.value
        yield f"{name}_low", each.low
        yield f"{name}_high", each.high
    seen = of & ~np.isnan(y)
    if seen.any():
        yield "mean_pd", float(s[seen].mean())
        yield "observed_rate", float(y[seen].mean())
        low, high = jeffreys_interval(y[seen].sum(), seen.sum())
        yield "rate_low", float(low)
        yield "rate_high", float(high)
        yield "p_calibration", calibrated(y[seen], s[seen])


def validate_fairness(
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    approved: npt.ArrayLike | None,
    groups: pd.DataFrame | None,
    policy: Policy,
) -> tuple[ValidationResult, ...]:
    """AIR, SMD, equal opportunity and calibration, each by its worst group.

    `groups` holds one attribute a column, of the n cases; a group that is too small to judge is
    named. `approved` None: the approvals are not known, and only scores are compared.
    """
    s = probabilities("score", score)
    n = len(s)
    if groups is None or not len(groups.columns):
        reason = "no attribute of a group was given"
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    if len(groups) != n:
        raise BadInput(f"groups have {len(groups)} and score has {n} rows; give one row a case.")
    flags = np.full(n, np.nan) if approved is None else vector("approved", approved)
    tables = [
        fairness_table(target, s, flags, groups[c], policy.minimum_rows) for c in groups.columns
    ]
    there = [t for t in tables if len(t)]
    if not there:
        reason = "every attribute has one group only"
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    table = pd.concat(there, ignore_index=True)
    nobody = "" if approved is None or flags.any() else f"none of {n} cases is granted a limit"
    alike = f"all {n} scores are the same" if np.ptp(s) == 0 else ""
    return (
        _worst("fairness.air", table, "air", "min", policy, n, nobody),
        _worst("fairness.smd", table, "smd", "abs", policy, n, alike),
        _worst("fairness.equal_opportunity", table, "opportunity", "min", policy, n, nobody),
        _of_calibration(table, policy, n),
    )


def _worst(
    test: str,
    table: pd.DataFrame,
    column: str,
    kind: str,
    policy: Policy,
    n: int,
    nothing: str = "",
) -> ValidationResult:
    """`nothing`: why there is nothing to compare, though there are groups."""
    if nothing:
        return not_evaluated(test, nothing, n=n, policy=policy)
    known = table[table[column].notna()] if column in table else table.iloc[:0]
    if known.empty:
        reason = (
            "approvals are not known, or the reference group has none"
            if "mean_pd" in table or "smd" in table
            else f"every group but the largest has fewer than {policy.minimum_rows} cases"
        )
        return not_evaluated(test, reason, n=n, policy=policy)
    order = known[column].abs() if kind == "abs" else -known[column]
    row = known.iloc[int(np.argmax(order.to_numpy()))]
    low, high = float(row[f"{column}_low"]), float(row[f"{column}_high"])
    value = abs(float(row[column])) if kind == "abs" else float(row[column])
    if kind == "abs" and row[column] < 0:
        low, high = -high, -low
    small = int(table[column].isna().sum())
    of = f"worst of {len(known)} groups" if len(known) > 1 else "one group"
    note = f"{of}: {row['attribute']} {row['group']} ({row['n']:,} cases)"
    note += f" against {row['reference']}"
    note += f"; {small} too small to judge" if small else ""
    known_interval = (low, high) if np.isfinite([low, high]).all() else None
    return judge(test, value, n=n, policy=policy, interval=known_interval, note=note, table=table)


def _of_calibration(table: pd.DataFrame, policy: Policy, n: int) -> ValidationResult:
    test = "fairness.calibration"
    known = table[table["p_calibration"].notna()] if "p_calibration" in table else table.iloc[:0]
    if known.empty:
        return not_evaluated(test, "no group has enough observed outcomes", n=n, policy=policy)
    adjusted = holm(known["p_calibration"])
    gap = (known["observed_rate"] - known["mean_pd"]).abs().to_numpy()
    # Holm makes many p-values one: of the groups with the least, the one that is furthest off
    surest = adjusted <= adjusted.min()
    row = known.iloc[int(np.argmax(np.where(surest, gap, -1.0)))]
    return judge(
        test,
        float(row["observed_rate"] - row["mean_pd"]),
        n=n,
        policy=policy,
        interval=(
            float(row["rate_low"] - row["mean_pd"]),
            float(row["rate_high"] - row["mean_pd"]),
        ),
        p_value=float(adjusted.min()),
        note=f"{row['attribute']} {row['group']}: {row['observed_rate']:.2%} observed where "
        f"{row['mean_pd']:.2%} were predicted"
        + (f"; Holm over {len(known)} groups" if len(known) > 1 else ""),
        table=table,
    )
