"""Figures as SVG text: the same bytes for the same table, no date, no network, no clashing ids."""

import re
import warnings
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sandbox import plots
from sandbox.cell import CellResult
from sandbox.explanation.attribution import Attribution
from sandbox.report import wording
from sandbox.report.standing import Contender, Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: inches; the text column of an A4 page
WIDTH = 7.1
#: features shown one by one, in figures and in the table beside them
FEATURES = 12
#: a cloud with more marks than this is drawn as an image inside the SVG, to keep files small
MARKS = 300


def draw(
    key: str,
    height: float,
    *panels: Callable[[Any], Any],
    width: float = WIDTH,
    square: bool = False,
) -> str:
    """The panels side by side as one SVG; `key` makes the ids of its parts its own."""
    with plots.style():
        axes = plots.new_axes(width, height, len(panels))
        for panel, ax in zip(panels, [axes] if len(panels) == 1 else list(axes), strict=True):
            panel(ax)
            if square:
                ax.set_box_aspect(1)
        figure = axes.figure if len(panels) == 1 else axes[0].figure
        return _svg(figure, key)


def _svg(figure: "Figure", key: str) -> str:
    for ax in figure.axes:
        for cloud in ax.collections:
            if len(np.asarray(cloud.get_offsets())) > MARKS:
                cloud.set_rasterized(True)
    buffer = StringIO()
    with warnings.catch_warnings():
        # text stays text in the SVG: the reader's fonts hold the glyphs that ours lack
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(buffer, format="svg", dpi=160, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', text)
    text = re.sub(r'(href="#|url\(#)', rf"\1{key}-", text)
    # the column's width decides on screen and on paper, the viewBox keeps the proportions
    return re.sub(r"<svg ", '<svg role="img" focusable="false" ', text, count=1)


def curves(standing: Standing, test: str) -> pd.DataFrame | None:
    """The table of `test` for every contender that has it, one below the other."""
    parts = [
        found.assign(model=c.name)
        for c in standing.contenders
        if (found := result_table(c.reference, test)) is not None
    ]
    return pd.concat(parts, ignore_index=True) if parts else None


def result_table(cell: CellResult, test: str) -> pd.DataFrame | None:
    """What the test's plot draws from, if it was evaluated."""
    return next((r.table for r in cell.results if r.id == test and r.table is not None), None)


def comparison(contenders: tuple[Contender, ...], metric: str) -> pd.DataFrame:
    """Columns `model`, `mean`, `low`, `high` for those that have the metric."""
    spreads = [(c.name, c.spread(metric)) for c in contenders]
    least, most = wording.metric(metric).bounds
    rows = [
        (name, s.mean, np.maximum(s.low, least), np.minimum(s.high, most))
        for name, s in spreads
        if s.seeds
    ]
    return pd.DataFrame(rows, columns=["model", "mean", "low", "high"])


def explanation(attribution: Attribution) -> tuple[str, str] | None:
    """Importance and beeswarm as SVG; None where the explanation plots cannot be had."""
    try:
        from sandbox.explanation.plots import plot_beeswarm, plot_importance
    except ImportError:
        return None
    features = attribution.values.shape[1]
    height = 0.3 * min(features, FEATURES) + 1.0

    def importance(ax: "Axes") -> "Axes":
        return _house(plot_importance(attribution, ax, max_display=FEATURES))

    def beeswarm(ax: "Axes") -> "Axes":
        # the last line of shap's figure is the sum of all features that have none of their own
        return _house(plot_beeswarm(attribution, ax, max_display=FEATURES + 1))

    return draw("importance", height, importance), draw("beeswarm", height + 0.6, beeswarm)


def _house(ax: "Axes") -> "Axes":
    """Type and rules as in the other figures; the plots set sizes for a notebook."""
    for each in ax.figure.axes:
        each.tick_params(labelsize=8, labelcolor=plots.INK)
        each.xaxis.label.set_fontsize(8.5)
        each.yaxis.label.set_fontsize(8.5)
        each.set_title(each.get_title(loc="left"), loc="left", fontsize=8, fontweight="normal")
    ax.grid(visible=False, axis="y")
    return ax
