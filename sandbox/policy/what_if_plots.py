"""Sensitivities drawn: a tornado of what moves the value, a line of how one thing does."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.plots.look import CHALLENGERS, CHAMPION, DASHES, INK, MUTED
from sandbox.policy.committee.swaps import in_thousands, short
from sandbox.policy.what_if import LABELS, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_tornado(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Change of value against the base, a bar an assumption; the table is `sensitivity`'s."""
    shown = table[::-1].reset_index(drop=True)
    places = np.arange(len(shown))
    for side, colour in (("low", CHALLENGERS[0]), ("high", CHAMPION)):
        change = shown[f"change_{side}"].to_numpy(dtype=float)
        said = shown[side].astype(str)
        ax.barh(places, change, 0.56, color=colour, alpha=0.92)
        for place, end, text in zip(places, change, said, strict=True):
            if text:
                ax.annotate(
                    text, (end, place), xytext=(4 if end >= 0 else -4, 0), va="center",
                    textcoords="offset points", ha="left" if end >= 0 else "right", fontsize=7.5,
                    color=INK,
                )  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=0.8)
    ax.set_yticks(places, [LABELS[str(name)] for name in shown["assumption"]])
    ax.margins(x=0.22)
    ax.set_xlabel("change of value, RMB in all")
    ax.grid(visible=False, axis="y")
    in_thousands(ax)
    return ax


def plot_along(table: pd.DataFrame, ax: "Axes", base: float | None = None) -> "Axes":
    """Value and approval rate as one assumption moves; a guide at the `base`."""
    from matplotlib.ticker import FuncFormatter, PercentFormatter

    name = str(table["assumption"].iloc[0])
    value = ax.plot(table["at"], table["value"], color=CHAMPION, label="value (left)")
    ax.set(xlabel=LABELS[name], ylabel="value, RMB in all")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: short(amount)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: told(name, float(x))))
    if base is not None:
        ax.axvline(base, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.grid(visible=False)
    right.set(ylabel="approval rate", ylim=(0, 1))
    right.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    rate = right.plot(
        table["at"], table["approval_rate"], color=CHALLENGERS[0], linestyle=DASHES[1],
        label="approval rate (right)",
    )  # fmt: skip
    ax.margins(y=0.1)
    ax.legend(
        handles=[*value, *rate], loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2
    )
    return ax
