"""The approval waterfall: from applications to accounts, a step a reason to decline."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.exhibits.waterfall import LEVEL, approval_waterfall
from sandbox.plots.look import CHALLENGERS, CHAMPION, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["approval_waterfall", "plot_approval_waterfall"]


def plot_approval_waterfall(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """A bar a step, top to bottom, each with its count and share."""
    places = np.arange(len(table))[::-1]
    level = (table["kind"] == LEVEL).to_numpy()
    start = np.where(level, 0, table["left"])
    colours = np.where(level, CHAMPION, CHALLENGERS[0]).tolist()
    ax.barh(places, table["customers"], 0.66, left=start, color=colours)
    top = float(table["customers"].max())
    for place, end, count, share in zip(
        places, start + table["customers"], table["customers"], table["share"], strict=True
    ):
        ax.text(end + 0.01 * top, place, f"{count:,} · {share:.1%}", va="center", fontsize=7.5,
                color=INK)  # fmt: skip
    ax.set_yticks(places, table["step"])
    ax.set_xlim(0, 1.24 * top)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    ax.grid(visible=False)
    return ax
