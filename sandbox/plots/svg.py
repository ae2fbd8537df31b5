"""Figures as SVG text: the same bytes for the same table, no date, no network, no clashing ids."""

import re
import warnings
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from sandbox.plots.look import new_axes, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: inches; the text column of an A4 page
WIDTH = 7.1
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
    with style():
        axes = new_axes(width, height, len(panels))
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
