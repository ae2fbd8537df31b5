"""Fair against what customers truly need, and against who they would have been otherwise."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.fairness import Between
from sandbox.validation.grades import holm
from sandbox.validation.inputs import Vector, finite, same_length, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
#: share of the need by which a group may be served worse (house convention)
MARGIN = 0.05
TESTS = ("truth.need_served", "truth.counterfactual_fairness")


def need_served(limit: npt.ArrayLike, need: npt.ArrayLike) -> Vector:
    """Share of each true need that the limit covers, n; NaN where nothing is needed.

    >>> need_served([0, 500, 3_000], [1_000, 1_000, 1_000]).tolist()
    [0.0, 0.5, 1.0]
    """
    granted, wanted = finite("limit", limit), finite("need", need)
    same_length(limit=granted, need=wanted)
    if (granted < 0).any() or (wanted < 0).any():
        raise BadInput("A limit or a need is below 0; give RMB of 0 or more.")
    found: Vector = np.full(len(granted), np.nan)
    some = wanted > 0
    found[some] = np.minimum(granted[some] / wanted[some], 1.0)
    return found


def difference_of_means(values: npt.ArrayLike, reference: npt.ArrayLike) -> Between:
    """Mean of a group less that of the reference group, 95% with unequal variances (normal).

    >>> difference_of_means([1.0, 2.0], [3.0, 5.0]).value
    -2.5
    """
    a, b = finite("values", values), finite("reference", reference)
    if min(len(a), len(b)) < 2:
        raise BadInput(f"{len(a)} cases against {len(b)}; give at least two each.")
    half = _Z * float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
    gap = float(a.mean() - b.mean())
    return Between(gap, gap - half, gap + half)


def need_table(served: npt.ArrayLike, group: pd.Series, minimum: int = 50) -> pd.DataFrame:
    """A row a group but the largest, which is the reference.

    `served` n shares (NaN left out), `group` n labels (missing ones left out). Columns:
    `attribute`, `group`, `reference`, `n`, `served`, `difference`, `low`, `high`; NaN in the last
    four for groups of fewer than `minimum` cases.
    """
    share = vector("served", served)
    if len(group) != len(share):
        raise BadInput(f"There are {len(group)} labels for {len(share)} cases; give one each.")
    labels = group.to_numpy(dtype=object)
    known = ~pd.isna(labels) & ~np.isnan(share)
    share, labels = share[known], labels[known]
    sizes = pd.Series(labels).value_counts()
    rows = []
    for name in sizes.index[1:]:
        of, base = labels == name, labels == sizes.index[0]
        row: dict[str, object] = {"attribute": str(group.name), "group": str(name)}
        row |= {"reference": str(sizes.index[0]), "n": int(of.sum())}
        row |= dict.fromkeys(("served", "difference", "low", "high"), float("nan"))
        if min(of.sum(), base.sum()) >= max(minimum, 2):
            gap = difference_of_means(share[of], share[base])
            row |= {"served": float(share[of].mean()), "difference": gap.value}
            row |= {"low": gap.low, "high": gap.high}
        rows.append(row)
    columns = ["attribute", "group", "reference", "n", "served", "difference", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    # a table without rows would make these columns of words, also when put to others
    return table.astype(dict.fromkeys(columns[4:], float))


def validate_need_truth(
    limit: npt.ArrayLike,
    need: npt.ArrayLike | None,
    groups: pd.DataFrame | None,
    policy: Policy,
    among: npt.ArrayLike | None = None,
) -> tuple[ValidationResult, ...]:
    """Is the true need of every group served alike, within a margin of 5 points?

    p is that of "no group is served worse than the largest by more than the margin", Holm-adjusted
    over groups, since the worst of many small groups differs by chance.

    n limits and true needs (RMB); `groups` one attribute a column; `among` n flags of the
    customers who count, such as those whom an oracle would grant a limit (None: all).
    """
    test, n = TESTS[0], len(finite("limit", limit))
    if need is None:
        return (not_evaluated(test, "the true need is not known", n=n, policy=policy),)
    if groups is None or not len(groups.columns):
        reason = "no attribute of a group was given"
        return (not_evaluated(test, reason, n=n, policy=policy),)
    served = need_served(limit, need)
    counted = np.ones(n, dtype=bool) if among is None else np.asarray(among, dtype=bool)
    served = np.where(counted, served, np.nan)
    table = pd.concat(
        [need_table(served, groups[c], policy.minimum_rows) for c in groups.columns],
        ignore_index=True,
    )
    n = int((~np.isnan(served)).sum())
    known = table[table["difference"].notna()]
    if known.empty:
        reason = f"every group but the largest has fewer than {policy.minimum_rows} cases"
        reason = "every attribute has one group only" if table.empty else reason
        return (not_evaluated(test, reason, n=n, policy=policy),)
    error = (known["high"] - known["low"]) / (2 * _Z)
    # everyone served in full on both sides: no error, and no doubt
    distance = (known["difference"] + MARGIN) / error.clip(lower=1e-12)
    p_values = holm(norm.cdf(distance))
    row = known.iloc[int(np.argmin(distance))]
    note = f"worst of {len(known)} groups: {row['attribute']} {row['group']} ({row['n']:,} cases) "
    note += f"is served {row['served']:.0%} of its need, against {row['reference']}"
    return (
        judge(
            test,
            float(row["difference"]),
            n=n,
            policy=policy,
            p_value=float(np.min(p_values)),
            interval=(float(row["low"]), float(row["high"])),
            note=note,
            table=table,
        ),
    )


def flipped_table(
    decision: npt.ArrayLike, flipped: npt.ArrayLike, group: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Decisions on the same customers as they are and with the attribute changed, a row a group.

    n decisions each (limits in RMB, or flags), under the same noise; `group` the n true labels.
    Columns: `group` ("all" first), `n`, `changed` (share whose decision differs), `changed_low`,
    `changed_high` (95%, Wilson), `better` and `worse` (shares with more, and less, as they are
    than they would have otherwise), `difference` (mean, as they are less otherwise).
    """
    one, other = finite("decision", decision), finite("flipped", flipped)
    same_length(decision=one, flipped=other)
    if not len(one):
        raise BadInput("There is no decision; give at least one.")
    names: list[object] = ["all"]
    rows = [np.ones(len(one), dtype=bool)]
    if group is not None:
        labels = np.asarray(group, dtype=object)
        if len(labels) != len(one):
            raise BadInput(f"There are {len(labels)} labels for {len(one)} decisions.")
        for name in pd.unique(labels[~pd.isna(labels)]):
            names.append(name)
            rows.append(labels == name)
    gap = one - other
    found = []
    for name, of in zip(names, rows, strict=True):
        n, share = int(of.sum()), float((gap[of] != 0).mean())
        low, high = _wilson(share, n)
        found.append((str(name), n, share, low, high, float((gap[of] > 0).mean()),
                      float((gap[of] < 0).mean()), float(gap[of].mean())))  # fmt: skip
    columns = ["group", "n", "changed", "changed_low", "changed_high", "better", "worse"]
    return pd.DataFrame(found, columns=[*columns, "difference"])


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson (1927), JASA 22."""
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * float(np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def validate_counterfactual_truth(
    decision: npt.ArrayLike | None,
    flipped: npt.ArrayLike | None,
    policy: Policy,
    *,
    attribute: str = "the attribute",
    group: npt.ArrayLike | None = None,
    reason: str = "no customer was asked about with another attribute",
) -> tuple[ValidationResult, ...]:
    """Share of customers whose decision hangs on an attribute, all else and all noise the same."""
    test = TESTS[1]
    if decision is None or flipped is None:
        return (not_evaluated(test, reason, n=0, policy=policy),)
    n = len(np.asarray(decision))
    if n < policy.minimum_rows:
        reason = f"{n} rows; at least {policy.minimum_rows} needed"
        return (not_evaluated(test, reason, n=n, policy=policy),)
    table = flipped_table(decision, flipped, group)
    row = table.iloc[0]
    note = f"with {attribute} changed, {row['worse']:.1%} would have more and {row['better']:.1%} "
    note += "less than they have"
    interval = (float(row["changed_low"]), float(row["changed_high"]))
    return (
        judge(
            test,
            float(row["changed"]),
            n=n,
            policy=policy,
            interval=interval,
            note=note,
            table=table,
        ),
    )
