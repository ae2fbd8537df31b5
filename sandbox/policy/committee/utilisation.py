"""How lines are used: the utilisation ladder, and the lines that nobody uses."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.exhibits.book import Book
from sandbox.exhibits.utilisation import used_lines, utilisation_ladder
from sandbox.plots.look import CHALLENGERS, CHAMPION, DASHES
from sandbox.policy.committee.cut_offs import percent
from sandbox.policy.yardsticks import IDLE, undrawn_capital_cost

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "dormant_lines", "plot_dormant_lines", "plot_utilisation_ladder", "utilisation_ladder",
]  # fmt: skip


def dormant_lines(book: Book, idle: float = IDLE, cost: float | None = None) -> pd.DataFrame:
    """A row a limit and a last one for all: lines that are hardly used, or not at all.

    Columns: `limit` (RMB; NaN in the last row), `lines`, `dormant` (nothing was drawn over the
    horizon), `idle` (drawn in all at most the share `idle` of the limit, dormant ones too),
    `share` (idle of lines), `undrawn` (RMB of idle lines less their mean balance) and
    `capital_cost` (RMB a year that this holds, at `cost`, a share a year of what is undrawn; None:
    `undrawn_capital_cost()`). Mean utilisation stands in where
    `drawn` is not known; where it is, one that pays in full each month is not dormant.
    """
    accounts, used = used_lines(book)
    yearly = undrawn_capital_cost() if cost is None else cost
    drawn = accounts["drawn"] / accounts["limit"] if "drawn" in accounts else used
    unused = accounts["limit"] * np.maximum(1.0 - used, 0.0)
    marked = accounts.assign(dormant=drawn <= 0, idle=drawn <= idle, unused=unused)
    parts = [(float(str(size)), part) for size, part in marked.groupby("limit")]
    rows = []
    for limit, part in [*parts, (float("nan"), marked)]:
        undrawn = float(part.loc[part["idle"], "unused"].sum())
        rows.append(
            {
                "limit": limit,
                "lines": len(part),
                "dormant": int(part["dormant"].sum()),
                "idle": int(part["idle"].sum()),
                "share": float(part["idle"].sum()) / max(len(part), 1),
                "undrawn": undrawn,
                "capital_cost": undrawn * yearly,
            }
        )
    return pd.DataFrame(rows)


def plot_utilisation_ladder(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Share of accounts as bars, bad rate as a line, a place a band."""
    places = np.arange(len(table))
    bars = ax.bar(places, table["share"], 0.62, color=CHAMPION, label="accounts (left)")
    ax.set_xticks(places, [band.replace(" ", "\n") for band in table["band"]], fontsize=7.5)
    ax.set_ylabel("share of accounts")
    ax.grid(visible=False, axis="x")
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.grid(visible=False)
    right.set_ylabel("bad rate")
    line = right.plot(
        places, table["bad_rate"], "o", color=CHALLENGERS[0], linestyle=DASHES[1], markersize=3.5,
        label="bad rate (right)",
    )  # fmt: skip
    most = float(np.nanmax([0.0, *table["bad_rate"]]))
    right.set_ylim(0, 1.35 * most or 1.0)
    for axis in (ax.yaxis, right.yaxis):
        percent(axis)
    top = float(np.nanmax(table["share"]))
    ax.set_ylim(0, 1.35 * top or 1.0)
    ax.legend(handles=[bars, *line], loc="upper center", ncols=2)
    return ax


def plot_dormant_lines(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Lines by limit, used and idle."""
    shown = table[~table["limit"].isna()]
    places = np.arange(len(shown))
    used = shown["lines"] - shown["idle"]
    ax.bar(places, used, 0.62, color=CHAMPION, label="used")
    ax.bar(places, shown["idle"], 0.62, bottom=used, color=CHALLENGERS[0], label="idle")
    ax.set_xticks(places, [f"{limit / 1e3:,.3g}k" for limit in shown["limit"]])
    ax.set(xlabel="limit, RMB", ylabel="lines")
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left", ncols=2)
    ax.set_ylim(0, 1.25 * float(shown["lines"].max()))
    return ax
