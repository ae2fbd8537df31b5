"""Sensitivities drawn: a tornado of what moves the value, a line of how one thing does."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sandbox.plots.look import CHALLENGERS, CHAMPION, DASHES, MUTED
from sandbox.policy.committee.swaps import in_thousands, short
from sandbox.policy.what_if import LABELS, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_tornado(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Change of value against the base, two bars an assumption; the table is `sensitivity`'s.

    The upper, pale one is of the decisions in hand, the lower one of those made anew.
    """
    shown = table[::-1].reset_index(drop=True)
    places = np.arange(len(shown))
    for part, shift, pale in (("change", 0.19, 0.45), ("anew", -0.19, 1.0)):
        for side, colour in (("low", CHALLENGERS[0]), ("high", CHAMPION)):
            change = shown[f"{part}_{side}"].to_numpy(dtype=float)
            ax.barh(places + shift, change, 0.34, color=colour, alpha=pale, linewidth=0)
    for place, row in shown.iterrows():
        _name_ends(ax, float(str(place)), row)
    ax.axvline(0, color=MUTED, linewidth=0.8)
    ax.set_yticks(places, [LABELS[str(name)] for name in shown["assumption"]])
    ax.margins(x=0.22)
    ax.set_xlabel("change of value, RMB (pale: kept; full: decided anew)")
    ax.grid(visible=False, axis="y")
    in_thousands(ax)
    return ax


def _name_ends(ax: "Axes", place: float, row: "pd.Series[Any]") -> None:
    """What was assumed at each end of a row's bars, in the colour of its bars."""
    ends = {side: (row[f"change_{side}"], row[f"anew_{side}"]) for side in ("low", "high")}
    everything = [0.0, *ends["low"], *ends["high"]]
    left, right = ("low", "high") if sum(ends["low"]) <= sum(ends["high"]) else ("high", "low")
    for side, x, turn, align in ((left, min(everything), -4, "right"),
                                 (right, max(everything), 4, "left")):  # fmt: skip
        ax.annotate(
            str(row[side]), (float(x), place), xytext=(turn, 0), textcoords="offset points",
            va="center", ha=align, fontsize=7.5,
            color=CHALLENGERS[0] if side == "low" else CHAMPION,
        )  # fmt: skip


def plot_along(table: pd.DataFrame, ax: "Axes", base: float | None = None) -> "Axes":
    """Value, kept and decided anew, and approval rate as one assumption moves.

    The table is `along`'s; a guide stands at the `base`.
    """
    from matplotlib.ticker import FuncFormatter, PercentFormatter

    name = str(table["assumption"].iloc[0])
    value = ax.plot(table["at"], table["value"], color=CHAMPION, label="decided anew")
    stay = ax.plot(
        table["at"], table["kept"], color=CHAMPION, linestyle=DASHES[2], linewidth=1.1, alpha=0.7,
        label="kept",
    )  # fmt: skip
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
        handles=[*value, *stay, *rate],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        borderaxespad=0.2,
    )
    return ax
