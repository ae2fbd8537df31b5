"""Vintage curves: how late each vintage was by its months on book."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: entries of a legend that can still be read
_ENTRIES = 6
#: shades from the oldest vintage to the latest, both told from white
_OLDEST, _LATEST = 0.30, 1.0


def plot_vintages(table: pd.DataFrame, ax: "Axes", figure: str = "ever_30_rate") -> "Axes":
    """A line a vintage over months on book; the latest is the darkest and the thickest.

    Columns `vintage`, `mob` and `figure` (a share), as of `portfolio_pack.vintages`. Of more than
    six vintages the legend names some, at even distances, the first and the last among them.
    """
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    vintages = list(dict.fromkeys(table["vintage"].tolist()))
    last = len(vintages) - 1
    named = set(np.linspace(0, last, min(_ENTRIES, len(vintages))).round().astype(int).tolist())
    shades = colormaps["Blues"]
    for place, vintage in enumerate(vintages):
        part = table[table["vintage"] == vintage]
        shade = shades(_OLDEST + (_LATEST - _OLDEST) * place / max(last, 1))
        ax.plot(
            part["mob"],
            part[figure],
            color=shade,
            linewidth=2.0 if place == last else 1.1,
            linestyle="-" if place % 2 == 0 else (0, (4, 1.5)),
            marker="o" if len(part) == 1 else "",
            markersize=3,
            label=str(vintage) if place in named else f"_{vintage}",
        )
    top = float(np.nanmax(table[figure].to_numpy(dtype=float), initial=0.0))
    ax.set(xlabel="months on book", ylim=(0, top * 1.05 if top > 0 else 0.01))
    digits = 0 if top > 0.05 else 1 if top > 0.005 else 2
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=digits))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.legend(title="vintage", loc="upper left", fontsize=7, title_fontsize=7)
    return ax
