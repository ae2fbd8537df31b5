"""Overrides: where a person decided against the policy, and what became of it."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.exhibits.book import Book, mean
from sandbox.exhibits.swaps import compared, groups

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


def override_reasons(
    decided: Book, final: Book, reason: "pd.Series[str]", column: str = "reason"
) -> pd.DataFrame:
    """Overrides by the reason given (or, as `column`, by who gave it), most frequent first.

    Columns: `column`, `overrides`, `share` (of all applications), `bad_rate` (of their accounts),
    `profit` (mean RMB as done), `earned` (RMB in all against what the policy said, NaN where one
    was not observed) and `regret_saved` (mean RMB, true; negative where the override cost).
    Raises BadInput unless there is a text (or "") for each application.
    """
    if len(reason) != len(decided.decisions):
        raise BadInput(
            f"There are {len(reason)} {column}s for {len(decided.decisions)} applications; give "
            "one for each, empty where nothing was overridden."
        )
    changed = groups(decided, final) < DIRECTIONS.index(KEPT[0])
    given = np.where(reason.fillna("").to_numpy() == "", f"no {column} given", reason.to_numpy())
    default, profit = final.default, final.profit
    saved = decided.regrets - final.regrets
    alike = decided.profit_is == final.profit_is
    earned = profit - decided.profit if alike else np.full(len(profit), np.nan)
    rows = []
    for name in sorted(set(given[changed].tolist())):
        who = changed & (given == name)
        rows.append(
            {
                column: name,
                "overrides": int(who.sum()),
                "share": who.mean(),
                "bad_rate": mean(default[who]),
                "profit": mean(profit[who]),
                "earned": float(earned[who].sum()),
                "regret_saved": mean(saved[who]),
            }
        )
    names = [column, "overrides", "share", "bad_rate", "profit", "earned", "regret_saved"]
    table = pd.DataFrame(rows, columns=names)
    return table.sort_values(["overrides", column], ascending=[False, True], ignore_index=True)
