"""Days of screening, from the tables of `sandbox.screening.operations` and of the rules."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.plots.look import CHALLENGERS, CHAMPION, INK, MUTED, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: what became of an application that asked for a review: words, colour and mark of its dot
_BECAME = {
    "pass": ("no room, passed", MUTED, "."),
    "decline": ("no room, declined", CHALLENGERS[0], "s"),
    "review": ("reviewed", CHAMPION, "o"),
}


def plot_budget(used: pd.DataFrame, capacity: int, ax: "Axes") -> "Axes":
    """Alerts of each day against what there is room for; `used` is `budget_use`'s table."""
    from matplotlib.ticker import MaxNLocator

    ax.bar(used["day"], used["applications"], color=RULE, label="came in")
    ax.bar(used["day"], used["asked"], color=MUTED, label="asked for a review")
    ax.bar(used["day"], used["alerts"], color=CHAMPION, label="alerts")
    ax.axhline(capacity, color=INK, linewidth=1, label="capacity")
    ax.set(title="Budget of alerts", xlabel="day", ylabel="applications")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylim(0, 1.35 * used["applications"].max())
    ax.legend(ncols=2, loc="upper center")
    return ax


def plot_ranks(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """What a review would have saved, and what became of who asked; of `verdict_table`'s rows."""
    asked = table[np.isfinite(table["rank"]) & (table["rank"] > 0)]
    for decision, (words, colour, mark) in _BECAME.items():
        of = asked[asked["decision"] == decision]
        if len(of):
            ax.scatter(of["time"], of["rank"], 14, color=colour, marker=mark, label=words)
    ax.set(title="Who got the alerts", xlabel="day", ylabel="a review saves, RMB")
    ax.set(yscale="log", ylim=1)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def plot_overlap(shares: pd.DataFrame, ax: "Axes") -> "Axes":
    """Of the hits of a row's rule, the share that a column's hits too; `shares` is `overlap`'s."""
    from matplotlib.ticker import PercentFormatter

    picture = ax.imshow(shares.to_numpy(dtype=float), cmap="Blues", vmin=0, vmax=1)
    names = [str(name).replace("_", " ") for name in shares]
    ax.set_xticks(range(len(names)), names, rotation=90)
    ax.set_yticks(range(len(names)), names)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.set(title="Of the hits of the row, the share that the column hits too")
    ax.figure.colorbar(picture, ax=ax, shrink=0.6, format=PercentFormatter(1, decimals=0))
    return ax
