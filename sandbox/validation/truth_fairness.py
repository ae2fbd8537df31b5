"""Fair against what customers truly need: is the need of every group served alike?"""

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
TEST = "truth.need_served"


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
    test, n = TEST, len(finite("limit", limit))
    if need is None:
        return (not_evaluated(test, "the true need is not known", n=n, policy=policy),)
    if groups is None or not len(groups.columns):
        reason = "no attribute of a group was given"
        return (not_evaluated(test, reason, n=n, policy=policy),)
    if not np.any(limit):
        reason = f"none of {n} cases is granted a limit"
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
    of = f"worst of {len(known)} groups" if len(known) > 1 else "one group"
    note = f"{of}: {row['attribute']} {row['group']} ({row['n']:,} cases) "
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
