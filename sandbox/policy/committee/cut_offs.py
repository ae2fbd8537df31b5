"""The cut-off ladder: what each step of the PD cut-off lets in, and what that step earns."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sandbox.exhibits.cut_offs import cut_off_ladder
from sandbox.plots.look import CHALLENGERS, CHAMPION, DASHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FEW", "cut_off_ladder", "percent", "plot_cut_off_ladder"]

#: accounts below which the bad rate of a step is not drawn
FEW = 20
#: bars that are not the best
PALE = "#8fb0d0"


def plot_cut_off_ladder(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Profit with each cut-off as bars, the bad rate of each step as a line.

    Steps of fewer than `FEW` accounts have no mark: their rate says nothing.
    """
    places = np.arange(len(table))
    profit = table["profit"].to_numpy(dtype=float)
    best = -1 if np.isnan(profit).all() else int(np.nanargmax(profit))
    colours = [CHAMPION if place == best else PALE for place in places]
    bars = ax.bar(places, profit, 0.62, color=colours)
    ax.set_xticks(places, [f"{100 * rung:.3g}%" for rung in table["cut_off"]])
    ax.set(xlabel="cut-off on pd", ylabel="profit, RMB an application")
    ax.grid(visible=False, axis="x")
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.grid(visible=False)
    right.set_ylabel("bad rate of the step")
    rate = table["step_bad_rate"].where(table["step_accounts"] >= FEW)
    line = right.plot(places, rate, "o", color=CHALLENGERS[0], linestyle=DASHES[1], markersize=3.5)
    percent(right.yaxis)
    ax.margins(y=0.36)
    right.margins(y=0.36)
    right.set_ylim(0, None)
    names = ["profit (left; best dark)", "bad rate of the step (right)"]
    ax.legend([bars[max(best, 0)], *line], names, loc="upper left", fontsize=7.5)
    return ax


def percent(axis: Any) -> None:
    """Shares of an axis as per cent, with the digits that they need."""
    axis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
