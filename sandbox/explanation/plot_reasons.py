"""One applicant's reasons as bars under their sentences."""

import contextlib
from typing import TYPE_CHECKING

import pandas as pd

from sandbox.errors import BadInput
from sandbox.plots import look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: fonts with Chinese characters, the first of which that is installed is used
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
    "Microsoft YaHei", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
    "Noto Sans CJK JP", "Arial Unicode MS",
)  # fmt: skip


def plot_reasons(reasons: pd.DataFrame, output: str, ax: "Axes | None" = None) -> "Axes":
    """Bars of one applicant's reasons, the strongest on top, each under its code and sentence.

    `reasons` are the rows of `reason_codes` with one value of `row`, in either language; `output`
    is what the contributions add up to (`attribution.output`). Raises BadInput for reasons of
    several applicants, of none, and in Chinese where no font has its characters.
    """
    if reasons["row"].nunique() != 1:
        raise BadInput(
            f"There are reasons of {reasons['row'].nunique()} rows; give those of one, as in "
            "reasons[reasons['row'] == 0]."
        )
    shown = reasons.sort_values("rank", ascending=False)
    family = _font(" ".join(shown["text"]))
    with look.style():
        axes = look.new_axes(6.4, 0.5 * len(shown) + 0.7) if ax is None else ax
        bars = axes.barh(range(len(shown)), shown["contribution"], color=look.CHAMPION, height=0.34)
        labels = [f"{push:+.2f}" for push in shown["contribution"]]
        axes.bar_label(bars, labels, padding=3, color=look.MUTED, fontsize=8)
        for place, (code, text) in enumerate(zip(shown["code"], shown["text"], strict=True)):
            axes.annotate(
                f"{code}  {text}", (0.0, place + 0.21), xycoords=("axes fraction", "data"),
                va="bottom", fontsize=8.5, color=look.INK, family=family,
            )  # fmt: skip
        axes.set(ylim=(-0.35, len(shown) - 0.3), yticks=[], xlim=(0.0, None))
        axes.margins(x=0.15)
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False)
        axes.set_xlabel(f"contribution to {output}")
    axes_: Axes = axes
    return axes_


def _font(text: str) -> list[str]:
    """Families that have every character of a text; BadInput where none is installed."""
    latin = ["DejaVu Sans"]
    if text.isascii():
        return latin
    found = _chinese() or _chinese(look_again=True)
    if not found:
        raise BadInput(
            "No font with Chinese characters is installed; install one, such as Noto Sans CJK, or "
            "take the English texts."
        )
    return [*latin, found[0]]


def _chinese(look_again: bool = False) -> list[str]:
    """Installed families with Chinese; matplotlib's list of fonts may be older than the fonts."""
    from matplotlib import font_manager

    if look_again:
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in sorted(set(font_manager.findSystemFonts()) - known):
            # a file that is no font after all is none of ours
            with contextlib.suppress(OSError, RuntimeError):
                font_manager.fontManager.addfont(path)
    there = set(font_manager.get_font_names())
    return [name for name in CHINESE_FONTS if name in there]
