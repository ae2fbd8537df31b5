"""Vintage curves: how late each vintage was by its months on book."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: the latest vintages, the latest last: colour, dashes and width differ, so that they are told
#: apart in grey and by readers who see few colours
_LATEST = (
    ("#56a0d3", (0, (1.2, 1.4)), 1.7),
    ("#c8500a", (0, (5, 1.8)), 1.5),
    ("#0b3d6b", "-", 2.2),
)
_EARLIER = ("#a3acb8", "-", 0.7)


def plot_vintages(table: pd.DataFrame, ax: "Axes", figure: str = "ever_30_rate") -> "Axes":
    """A line a vintage over months on book; the latest three by name, the earlier ones in grey.

    Columns `vintage`, `mob` and `figure` (a share), as of `portfolio_pack.vintages`.
    """
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    vintages = list(dict.fromkeys(table["vintage"].tolist()))
    earlier = max(0, len(vintages) - len(_LATEST))
    for place, vintage in enumerate(vintages):
        part = table[table["vintage"] == vintage]
        colour, dashes, width = _EARLIER if place < earlier else _LATEST[place - len(vintages)]
        label = f"_{vintage}" if 0 < place < earlier else "earlier" if earlier > place else None
        ax.plot(
            part["mob"],
            part[figure],
            color=colour,
            linewidth=width,
            linestyle=dashes,
            marker="o" if len(part) == 1 else "",
            markersize=3,
            label=label or str(vintage),
        )
    top = float(np.nanmax(table[figure].to_numpy(dtype=float), initial=0.0))
    ax.set(xlabel="months on book", ylim=(0, top * 1.05 if top > 0 else 0.01))
    digits = 0 if top > 0.05 else 1 if top > 0.005 else 2
    # no steps of 2.5, which would be rounded away
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=digits))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.legend(title="vintage", loc="upper left", fontsize=7, title_fontsize=7)
    return ax
