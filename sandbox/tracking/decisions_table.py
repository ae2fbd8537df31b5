"""What models decided, under one name and the same columns in every role, and of groups only."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import CellResult

#: the columns of every role's table
COLUMNS = (
    "segment",
    "customers",
    "decision",
    "share",
    "mean_limit",
    "mean_score",
    "bad_rate",
    "value_per_customer",
)
#: a group of fewer customers is counted, and its figures are left out
SMALLEST = 10
#: groups of customers by score, as far as there are customers
_GROUPS = 5

#: a limit model's table by segment -> ours
_OF_LIMITS = {
    "segment": "segment",
    "customers": "customers",
    "approval_rate": "share",
    "mean_limit": "mean_limit",
    "mean_pd": "mean_score",
    "default_rate": "bad_rate",
    "profit_per_customer": "value_per_customer",
}


def decisions_of(result: "CellResult") -> "pd.DataFrame | None":
    """A row a group of customers, or None where the cell has neither decisions nor scores.

    Columns: `segment`; `customers`; `decision` (approved, alerted or scored); `share` (of the
    group decided so, 0 to 1); `mean_limit` (RMB, of approved); `mean_score` (PD or fraud score,
    of approved where there are); `bad_rate` (defaults or frauds, of approved where there are);
    `value_per_customer` (RMB: profit, or fraud loss avoided). What a role has not is empty, and
    so are figures of groups of fewer than `SMALLEST` customers.
    """
    tables = result.tables
    if "decisions_by_segment" in tables:
        found = tables["decisions_by_segment"].rename(columns=_OF_LIMITS)
        found = found.assign(decision="approved")
    elif "fraud_by_typology" in tables:
        found = _of_frauds(tables["fraud_by_typology"])
    elif {"score", "target"} <= set(tables.get("scored", ())):
        found = _by_score(tables["scored"])
    else:
        return None
    found = found.reindex(columns=list(COLUMNS))
    few = found["customers"].fillna(SMALLEST) < SMALLEST
    figures = list(COLUMNS[3:])
    found[figures] = found[figures].astype(float).mask(few)
    return found


def _of_frauds(by_kind: "pd.DataFrame") -> "pd.DataFrame":
    """Alerts by kind of fraud."""
    count = by_kind["applications"]
    named = by_kind["typology"].str.replace("_", " ")
    return by_kind.assign(
        segment=named.where(named != "all", "all frauds"),
        customers=count,
        decision="alerted",
        share=by_kind["alerted"],
        bad_rate=1.0,
        value_per_customer=by_kind["loss_avoided"] / count,
    )


def _by_score(scored: "pd.DataFrame") -> "pd.DataFrame":
    """Scores alone: groups of equal size from the lowest score to the highest."""
    import numpy as np
    import pandas as pd

    groups = min(_GROUPS, max(1, len(scored) // SMALLEST))
    place = np.empty(len(scored), dtype=int)
    place[np.argsort(scored["score"].to_numpy(), kind="stable")] = np.arange(len(scored))
    code = pd.Series(place * groups // max(len(scored), 1), index=scored.index)
    parts = scored.groupby(code)
    return pd.DataFrame(
        {
            "segment": [f"score group {n + 1} of {groups}" for n in sorted(set(code))],
            "customers": parts.size().to_numpy(),
            "decision": "scored",
            "mean_score": parts["score"].mean().to_numpy(),
            "bad_rate": parts["target"].mean().to_numpy(),
        }
    )
