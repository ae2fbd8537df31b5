"""Overrides: where a person decided against the policy, and what became of it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.policy.committee.book import Book, mean
from sandbox.policy.committee.swaps import ALL, compared, groups, plot_swap_set

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: names of the groups, in the order of the swap set's
DIRECTIONS = (
    "approved by hand",
    "declined by hand",
    "raised by hand",
    "cut by hand",
    "as the policy said",
    "declined by both",
)
#: what follows the policy
KEPT = DIRECTIONS[4:]


def overrides(decided: Book, final: Book) -> pd.DataFrame:
    """A row a direction of override, then those as the policy said, and all.

    `decided` is what the policy said, `final` what was done, with its outcomes. Columns are those
    of `swap_set`, `_old` for the policy and `_new` for what was done: `change` is what the
    overrides earned, where outcomes (or expectations) under both are known.
    """
    return compared(decided, final, DIRECTIONS)


def override_reasons(decided: Book, final: Book, reason: "pd.Series[str]") -> pd.DataFrame:
    """Overrides by the reason given, most frequent first.

    Columns: `reason`, `overrides`, `share` (of all applications), `bad_rate` (of their accounts),
    `profit` (mean RMB as done) and `regret_saved` (mean RMB, true; negative where the override
    cost). Raises BadInput unless there is a reason (or "") for each application.
    """
    if len(reason) != len(decided.decisions):
        raise BadInput(
            f"There are {len(reason)} reasons for {len(decided.decisions)} applications; give one "
            "for each, empty where nothing was overridden."
        )
    changed = groups(decided, final) < DIRECTIONS.index(KEPT[0])
    given = np.where(reason.fillna("").to_numpy() == "", "no reason given", reason.to_numpy())
    default, profit = final.default, final.profit
    saved = decided.regrets - final.regrets
    rows = []
    for name in sorted(set(given[changed].tolist())):
        who = changed & (given == name)
        rows.append(
            {
                "reason": name,
                "overrides": int(who.sum()),
                "share": who.mean(),
                "bad_rate": mean(default[who]),
                "profit": mean(profit[who]),
                "regret_saved": mean(saved[who]),
            }
        )
    names = ["reason", "overrides", "share", "bad_rate", "profit", "regret_saved"]
    table = pd.DataFrame(rows, columns=names)
    return table.sort_values(["overrides", "reason"], ascending=[False, True], ignore_index=True)


def plot_overrides(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """What overrides earned by direction, RMB; the table is that of `overrides`."""
    return plot_swap_set(table[~table["group"].isin([*KEPT, ALL])], ax)
