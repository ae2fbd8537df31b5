"""The swap set drawn: who is decided otherwise by the new policy, and what that is worth."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.exhibits.swaps import ALL, SWAPS, UNCHANGED, compared, groups, swap_set
from sandbox.plots.look import CHALLENGERS, CHAMPION, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "ALL", "SWAPS", "UNCHANGED", "compared", "groups", "in_thousands", "plot_swap_set", "short",
    "swap_set",
]  # fmt: skip


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
