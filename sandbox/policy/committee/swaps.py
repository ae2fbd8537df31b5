"""The swap set: who is decided otherwise by the new policy, and what that is worth."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.plots.look import CHALLENGERS, CHAMPION, MUTED
from sandbox.policy.committee.book import Book, Flags, mean, same_applications

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


def plot_swap_set(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Change of profit of those decided otherwise, RMB; the table is `swap_set`'s."""
    differ = (table["customers"] > 0) & ~table.index.isin(UNCHANGED) & (table["group"] != ALL)
    shown = table[differ][::-1]
    places = np.arange(len(shown))
    change = shown["change"].to_numpy(dtype=float)
    colours = np.where(change < 0, CHALLENGERS[0], CHAMPION).tolist()
    error = 1.96 * shown["change_se"].to_numpy(dtype=float)
    ax.barh(places, change, 0.62, color=colours)
    ax.errorbar(change, places, xerr=error, fmt="none", ecolor=MUTED, elinewidth=1.0, capsize=2.5)
    ax.axvline(0, color=MUTED, linewidth=0.8)
    ax.set_yticks(places, [str(name) for name in shown["group"]])
    ax.set_xlabel("change of profit, RMB in all (95% interval)")
    ax.set_ylim(-0.6, max(len(shown), 1) - 0.4)
    ax.grid(visible=False, axis="y")
    in_thousands(ax)
    return ax


def in_thousands(ax: "Axes") -> None:
    """Amounts of the x axis in full, thousands or millions, by their size."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda amount, _: short(amount)))


def short(amount: float) -> str:
    """An amount in few signs.

    >>> [short(950), short(-12_000), short(2_500_000)]
    ['950', '−12k', '2.5m']
    """
    size = abs(amount)
    for unit, name in ((1e6, "m"), (1e3, "k")):
        if size >= unit:
            said = f"{size / unit:.3g}{name}"
            break
    else:
        said = f"{size:.3g}"
    return f"−{said}" if amount < 0 else said
