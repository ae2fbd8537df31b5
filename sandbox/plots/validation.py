"""How well models do, from the tables of `sandbox.validation`."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sandbox.plots.look import CHALLENGERS, CHAMPION, DASHES, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _lines(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """Parts of the table by `model`, the champion first, each with its look."""
    if "model" not in table.columns:
        return [("", table, {"color": CHAMPION})]
    parts = []
    for place, (name, part) in enumerate(table.groupby("model", sort=False)):
        colour = CHAMPION if place == 0 else CHALLENGERS[(place - 1) % len(CHALLENGERS)]
        look = {"color": colour, "linestyle": DASHES[place % len(DASHES)]}
        parts.append((str(name), part, look))
    return parts


def _percent(axis: Any, digits: int = 0) -> None:
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0, decimals=digits))


def _steps(top: float) -> int:
    """Digits that percentages up to `top` (a share) need to differ on an axis."""
    return 0 if top > 0.05 else 1 if top > 0.005 else 2


def _log_percent(axis: Any, least: float, top: float) -> None:
    """Ticks at 1, 2 and 5 times powers of ten, few enough to read."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    powers = 10.0 ** np.arange(np.floor(np.log10(least)), np.ceil(np.log10(top)) + 1)
    steps = (1, 2, 5) if top / least < 300 else (1,)
    places = [p * s for p in powers for s in steps if least <= p * s <= top]
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}%"))


def plot_roc(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """True against false positives. Columns `fpr`, `tpr` and, for several curves, `model`."""
    ax.plot([0, 1], [0, 1], color="#8b95a3", linewidth=0.8, linestyle=(0, (2, 2)))
    for name, part, look in _lines(table):
        ax.plot(part["fpr"], part["tpr"], label=name, **look)
    ax.set(xlim=(0, 1), ylim=(0, 1.005), xlabel="false-positive rate", ylabel="true-positive rate")
    ax.set_box_aspect(1)
    _percent(ax.xaxis)
    _percent(ax.yaxis)
    if "model" in table.columns:
        ax.legend(loc="lower right")
    return ax


def plot_recall_at_fpr(table: pd.DataFrame, ax: "Axes", limit: float = 0.1) -> "Axes":
    """The ROC curve up to a false-positive rate of `limit`, where alerts are worked.

    Columns as for `plot_roc`; guides stand at 1, 2 and 5%.
    """
    for guide in (0.01, 0.02, 0.05):
        ax.axvline(guide, color="#8b95a3", linewidth=0.7, linestyle=(0, (2, 2)))
    for name, part, look in _lines(table):
        # an alert rule attains the curve's steps, not the lines between them
        ax.plot(part["fpr"], part["tpr"], drawstyle="steps-post", label=name, **look)
    ax.set(xlim=(0, limit), ylim=(0, 1.005), xlabel="false-positive rate", ylabel="recall")
    ax.set_xticks([0, 0.01, 0.02, 0.05, limit])
    ax.grid(visible=False, axis="x")
    _percent(ax.xaxis)
    _percent(ax.yaxis)
    if "model" in table.columns:
        ax.legend(loc="lower right")
    return ax


def plot_precision_recall(
    table: pd.DataFrame, ax: "Axes", base_rate: float | None = None
) -> "Axes":
    """Precision against recall, and the precision of chance when `base_rate` is given.

    Columns `recall`, `precision` and, for several curves, `model`.
    """
    for name, part, look in _lines(table):
        ax.plot(part["recall"], part["precision"], drawstyle="steps-pre", label=name, **look)
    if base_rate is not None:
        chance = f"chance {base_rate:.1%}"
        ax.axhline(base_rate, color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)), label=chance)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    _percent(ax.xaxis)
    _percent(ax.yaxis)
    if "model" in table.columns or base_rate is not None:
        ax.legend(loc="upper right")
    return ax


def plot_score_distribution(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Cumulative scores of good and bad cases, and their largest distance (KS).

    Columns `score`, `good`, `bad` (cumulative shares), as `score_distribution` gives them.
    """
    score, good, bad = (table[c].to_numpy(dtype=float) for c in ("score", "good", "bad"))
    ax.step(score, good, where="post", color=CHAMPION, label="good")
    ax.step(score, bad, where="post", color=CHALLENGERS[0], linestyle=DASHES[1], label="bad")
    widest = int(np.argmax(np.abs(good - bad)))
    ends = sorted((good[widest], bad[widest]))
    ax.plot(
        [score[widest]] * 2,
        ends,
        color=INK,
        linewidth=1.1,
        marker="_",
        markersize=6,
        label=f"KS {good[widest] - bad[widest]:.2f}".replace("-", "−"),
    )
    # the last 3% of either class would squeeze all others to the left
    right = score[min(int(np.searchsorted(np.minimum(good, bad), 0.97)), len(score) - 1)]
    left = float(score[0])
    room = 0.02 * (float(right) - left)
    ax.set(xlim=(left - room, float(right) + room), ylim=(0, 1.005))
    ax.set(xlabel="score", ylabel="share of cases at or below")
    _percent(ax.yaxis)
    ax.legend(loc="lower right")
    return ax


def plot_calibration(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Observed against predicted rates of grades, with 95% intervals.

    Columns `mean_pd`, `observed_rate`, `low`, `high`. On the diagonal, predictions are right;
    above it they are too low. The axes are logarithmic where the PDs' median is less than a
    third of their largest; a rate of 0 then lies on the lower edge, drawn hollow.
    """
    pd_ = table["mean_pd"].to_numpy(dtype=float)
    rate, low, high = (table[c].to_numpy(dtype=float) for c in ("observed_rate", "low", "high"))
    top = float(max(high.max(), pd_.max())) * 1.05
    positive = np.concatenate([pd_[pd_ > 0], rate[rate > 0]])
    log = bool(len(positive)) and float(np.median(pd_)) < pd_.max() / 3
    least = max(float(positive.min()) / 2, top / 1e5) if log else 0.0
    shown, low = np.maximum(rate, least), np.maximum(low, least)
    ax.plot([least, top], [least, top], color="#8b95a3", linewidth=0.8, linestyle=(0, (2, 2)))
    ax.errorbar(
        pd_, shown, [shown - low, high - shown], fmt="none", ecolor=CHAMPION, elinewidth=1.1
    )
    hollow = (rate < least) & log
    look: dict[str, Any] = {"marker": "o", "linestyle": "", "markersize": 4, "color": CHAMPION}
    ax.plot(pd_[~hollow], shown[~hollow], **look)
    if hollow.any():
        ax.plot(pd_[hollow], shown[hollow], markerfacecolor="white", clip_on=False, **look)
    ax.set_box_aspect(1)
    if log:
        ax.set(xscale="log", yscale="log")
        for axis in (ax.xaxis, ax.yaxis):
            _log_percent(axis, least, top)
    else:
        _percent(ax.xaxis, _steps(top))
        _percent(ax.yaxis, _steps(top))
    scale = ", log scale" if log else ""
    ax.set(xlim=(least, top), ylim=(least, top), xlabel=f"predicted PD{scale}")
    ax.set_ylabel(f"observed default rate{scale}")
    return ax


def plot_rates_by_grade(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Predicted PD and observed rate of each grade, safest first.

    Columns `grade`, `mean_pd`, `observed_rate`, `low`, `high`.
    """
    rate = table["observed_rate"].to_numpy(dtype=float)
    around = np.abs(table[["low", "high"]].to_numpy(dtype=float).T - rate)
    place = np.arange(len(table))
    look: dict[str, Any] = {"fmt": "o", "markersize": 4, "elinewidth": 1.1}
    ax.errorbar(place, rate, around, color=CHAMPION, label="observed, 95%", **look)
    ax.plot(
        place,
        table["mean_pd"],
        color=CHALLENGERS[0],
        marker="D",
        markersize=3.5,
        linewidth=0.9,
        linestyle=DASHES[1],
        label="predicted",
    )
    ax.set_xticks(place, table["grade"].astype(str))
    ax.grid(visible=False, axis="x")
    ax.set(xlabel="grade, 1 is safest", ylabel="default rate")
    ax.set_ylim(bottom=0)
    _percent(ax.yaxis, _steps(ax.get_ylim()[1]))
    ax.legend(loc="upper left")
    return ax


def plot_decisions_by_segment(
    table: pd.DataFrame, ax: "Axes", column: str = "approval_rate", label: str = "approval rate"
) -> "Axes":
    """One bar a segment, in the table's order. Columns `segment` and `column`.

    A column that ends in `_rate` or `_share` is drawn in per cent.
    """
    values = table[column].to_numpy(dtype=float)
    place = np.arange(len(table))[::-1]
    percent = column.endswith(("_rate", "_share"))
    digits = 1 if np.nanmax(np.abs(values), initial=0.0) < 100 else 0
    bars = ax.barh(place, values, color=CHAMPION, height=0.62)
    said = [f"{v:.1%}" if percent else f"{v:,.{digits}f}" for v in values]
    said = ["" if text.startswith("nan") else text.replace("-", "−") for text in said]
    ax.bar_label(bars, said, padding=3, color=INK, fontsize=8)
    ax.set_yticks(place, table["segment"].astype(str))
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.16)
    ax.axvline(0, color="#8b95a3", linewidth=0.7)
    ax.set_xlabel(label)
    if percent:
        _percent(ax.xaxis)
    return ax


def plot_comparison(table: pd.DataFrame, ax: "Axes", label: str) -> "Axes":
    """Means with 95% intervals, one line a model, the champion first and marked by colour.

    Columns `model`, `mean`, `low`, `high` (NaN where there is no interval); `label` names the
    figure and its unit.
    """
    place = np.arange(len(table))[::-1]
    figures = table[["mean", "low", "high"]].to_numpy(dtype=float)
    for y, (mean, low, high), (_, _, look) in zip(place, figures, _lines(table), strict=True):
        colour = look["color"]
        if np.isfinite(low) and np.isfinite(high):
            ax.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
        ax.plot([mean], [y], "o", color=colour, markersize=5)
    ax.set_yticks(place, table["model"].astype(str))
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.margins(x=0.08)
    ax.set_xlabel(label)
    return ax
