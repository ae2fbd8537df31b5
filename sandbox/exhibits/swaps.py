"""The swap set: who is decided otherwise by the new policy, and what that is worth."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.exhibits.book import Book, Flags, mean, same_applications

#: names of the groups, in the order of `groups`
SWAPS = (
    "swapped in",
    "swapped out",
    "limit raised",
    "limit cut",
    "same limit",
    "declined by both",
)
#: positions of the groups whom the two policies decide alike
UNCHANGED = (4, 5)
ALL = "all"


def groups(old: Book, new: Book) -> NDArray[np.int64]:
    """Position in `SWAPS` of each application, n."""
    was, now = old.limit, new.limit
    cases = [
        (was == 0) & (now > 0),
        (was > 0) & (now == 0),
        (was > 0) & (now > was),
        (now > 0) & (now < was),
        (was > 0) & (now == was),
    ]
    return np.select(cases, range(len(cases)), len(cases)).astype(np.int64)


def swap_set(old: Book, new: Book) -> pd.DataFrame:
    """A row a group of `SWAPS` and a last one for all.

    Columns: `group`, `customers`, `share`; for each of `_old` and `_new`: `limit` (mean RMB of
    approved), `accounts` (with an outcome), `bad_rate` (of those accounts), `profit` (mean RMB an
    application) and `regret` (the same, true); then `change` (new less old profit, RMB in all)
    and `change_se` (its standard error, paired). NaN where something is not known; `change` also
    where one profit was observed and the other is only expected, since that compares no policies.
    """
    return compared(old, new, SWAPS)


def compared(old: Book, new: Book, names: tuple[str, ...]) -> pd.DataFrame:
    """`swap_set` with other `names` for the six groups; BadInput unless on the same rows."""
    same_applications(old, new)
    group = groups(old, new)
    rows = [_row(name, group == code, old, new) for code, name in enumerate(names)]
    return pd.DataFrame([*rows, _row(ALL, group >= 0, old, new)])


def _row(name: str, who: Flags, old: Book, new: Book) -> dict[str, object]:
    row: dict[str, object] = {"group": name, "customers": int(who.sum()), "share": who.mean()}
    for side, book in (("old", old), ("new", new)):
        default = book.default[who]
        row[f"limit_{side}"] = mean(book.limit[who & book.approve])
        row[f"accounts_{side}"] = int((~np.isnan(default)).sum())
        row[f"bad_rate_{side}"] = mean(default)
        row[f"profit_{side}"] = mean(book.profit[who])
        row[f"regret_{side}"] = mean(book.regrets[who])
    alike = old.profit_is == new.profit_is
    change = (new.profit - old.profit)[who] if alike else np.zeros(0)
    change = change[~np.isnan(change)]
    known = len(change) > 0
    row["change"] = float(change.sum()) if known else float("nan")
    spread = change.std(ddof=1) * np.sqrt(len(change)) if len(change) > 1 else float("nan")
    row["change_se"] = float(spread)
    return row
