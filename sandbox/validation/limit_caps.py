"""Are caps kept, and is the book spread? Bounds of the house, of the law, of concentration."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.inputs import finite, same_length, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

#: RMB by which a limit may pass a cap: rounding
ROUNDING = 0.005
CAPS = ("limits.house_caps", "limits.regulatory_caps")
CONCENTRATION = ("limits.concentration_partner", "limits.concentration_region")


@dataclass(frozen=True)
class Concentration:
    """How unevenly an amount lies over groups."""

    #: Herfindahl–Hirschman index, Σ share², from 1/groups (even) to 1 (all in one)
    hhi: float
    groups: int
    #: the largest group and its share
    largest: str
    share: float

    @property
    def effective(self) -> float:
        """Groups of one size that would be as concentrated: 1 / HHI."""
        return 1.0 / self.hhi


def concentration(amount: npt.ArrayLike, group: npt.ArrayLike) -> Concentration:
    """HHI of n amounts (RMB, 0 or more) over n group labels; rows without a label left out.

    Raises BadInput where nothing lies in any group.

    >>> concentration([60.0, 40.0], ["north", "south"]).hhi
    0.52
    """
    value = finite("amount", amount)
    labels = np.asarray(group, dtype=object)
    if labels.shape != value.shape:
        raise BadInput(f"There are {len(value)} amounts for {len(labels)} groups; give one each.")
    if (value < 0).any():
        raise BadInput(f"amount is {value.min():g} in some row; give 0 or more.")
    codes, names = pd.factorize(labels)
    total = np.bincount(codes[codes >= 0], weights=value[codes >= 0], minlength=len(names))
    if not total.sum() > 0:
        raise BadInput("Nothing lies in any group; give an amount above 0 with a group.")
    share = total / total.sum()
    top = int(share.argmax())
    held = int((total > 0).sum())
    return Concentration(float((share**2).sum()), held, str(names[top]), float(share[top]))


def breaches(limit: npt.ArrayLike, caps: Mapping[str, npt.ArrayLike]) -> pd.DataFrame:
    """Granted limits above their caps, a row a cap, the most breaches first.

    `caps` holds, by name, the largest limit (RMB) that it leaves each of the n rows, NaN or inf
    where it does not bind. Columns: `cap`, `rows` (where it bounds a granted limit), `breaches`,
    `share` (of granted limits), `largest` (RMB above the cap).
    """
    granted = finite("limit", limit)
    count = max(int((granted > 0).sum()), 1)
    rows = []
    for name, most in caps.items():
        bound = vector(name, most)
        same_length(limit=granted, cap=bound)
        bound = np.where(np.isnan(bound), np.inf, bound)
        over = np.where(granted > 0, granted - bound, -np.inf)
        broken = int((over > ROUNDING).sum())
        binding = int(((granted > 0) & np.isfinite(bound)).sum())
        largest = float(over.max()) if broken else 0.0
        rows.append((name, binding, broken, broken / count, largest))
    table = pd.DataFrame(rows, columns=["cap", "rows", "breaches", "share", "largest"])
    return table.sort_values("breaches", ascending=False, kind="stable", ignore_index=True)


def validate_limit_caps(
    limit: npt.ArrayLike,
    policy: Policy,
    *,
    house: Mapping[str, npt.ArrayLike] | None = None,
    law: Mapping[str, npt.ArrayLike] | None = None,
    partner: npt.ArrayLike | None = None,
    region: npt.ArrayLike | None = None,
) -> tuple[ValidationResult, ...]:
    """Share of granted limits that breach a cap, and concentration of the limits granted.

    n limits granted (RMB, 0 declined); `house` and `law` the caps of each row by name (see
    `breaches`), None or none: not known; `partner` and `region` n labels.
    """
    granted = finite("limit", limit)
    approved = int((granted > 0).sum())
    short = "" if approved else f"none of {len(granted)} cases is granted a limit"
    found = [
        _of_caps(test, granted, caps, short, policy)
        for test, caps in zip(CAPS, (house, law), strict=True)
    ]
    for test, label, what in zip(
        CONCENTRATION, (partner, region), ("partners", "regions"), strict=True
    ):
        found.append(_of_groups(test, granted, label, what, short, policy))
    return tuple(found)


def _of_caps(
    test: str,
    granted: npt.NDArray[np.float64],
    caps: Mapping[str, npt.ArrayLike] | None,
    short: str,
    policy: Policy,
) -> ValidationResult:
    approved = int((granted > 0).sum())
    if short or not caps:
        return not_evaluated(test, short or "no cap was given", n=approved, policy=policy)
    table = breaches(granted, caps)
    if not table["rows"].any():
        return not_evaluated(test, "no cap bounds any limit granted", n=approved, policy=policy)
    bounds = [np.nan_to_num(vector(n, c), nan=np.inf, posinf=np.inf) for n, c in caps.items()]
    tightest = np.minimum.reduce(bounds)
    share = float((granted - tightest > ROUNDING)[granted > 0].mean())
    named = "; ".join(table["cap"].map(str))
    note = f"{len(table)} cap{'s' if len(table) > 1 else ''}: {named}"
    if share:
        worst = table.iloc[0]
        note = f"most often {worst['cap']}: {worst['breaches']:,} of {approved:,} limits"
        note += f", by up to {worst['largest']:,.0f} RMB"
    return judge(test, share, n=approved, policy=policy, note=note, table=table)


def _of_groups(
    test: str,
    granted: npt.NDArray[np.float64],
    label: npt.ArrayLike | None,
    what: str,
    short: str,
    policy: Policy,
) -> ValidationResult:
    approved = int((granted > 0).sum())
    if short or label is None:
        reason = short or f"{what} are not known"
        return not_evaluated(test, reason, n=approved, policy=policy)
    named = np.asarray(label, dtype=object)
    if not (~pd.isna(named) & (granted > 0)).any():
        return not_evaluated(test, f"no limit has any of the {what}", n=approved, policy=policy)
    found = concentration(granted, named)
    note = f"{found.groups} {what}, the largest ({found.largest}) with {found.share:.0%}; as "
    note += f"concentrated as {found.effective:.1f} of one size"
    table = shares_of(granted, named)
    return judge(test, found.hhi, n=approved, policy=policy, note=note, table=table)


def shares_of(amount: npt.ArrayLike, group: npt.ArrayLike) -> pd.DataFrame:
    """Columns `group`, `cases`, `amount` (RMB) and `share`, the largest first."""
    frame = pd.DataFrame({"group": np.asarray(group, dtype=object), "amount": amount})
    held = frame[frame["amount"] > 0].groupby("group", sort=True)["amount"]
    table = held.agg(cases="size", amount="sum").reset_index()
    table["share"] = table["amount"] / table["amount"].sum()
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)
