"""Figures as SVG text: the same bytes for the same table, no date, no network, no clashing ids."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from sandbox.plots.look import new_axes, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: inches; the text column of an A4 page
WIDTH = 7.1
#: a cloud with more marks than this is drawn as an image inside the SVG, to keep files small
MARKS = 300


@dataclass(frozen=True)
class Drawing:
    """One figure twice: as text for pages and print, as an image for what reads no SVG."""

    svg: str
    png: bytes


def draw(
    key: str,
    height: float,
    *panels: Callable[[Any], Any],
    width: float = WIDTH,
    square: bool = False,
) -> str:
    """The panels side by side as one SVG; `key` makes the ids of its parts its own."""
    with style():
        return _svg(_figure(height, panels, width, square), key)


def drawn_twice(
    key: str,
    height: float,
    *panels: Callable[[Any], Any],
    width: float = WIDTH,
    square: bool = False,
) -> Drawing:
    """The same as SVG and as PNG."""
    with style():
        figure = _figure(height, panels, width, square)
        return Drawing(_svg(figure, key), _png(figure))


def _figure(
    height: float, panels: tuple[Callable[[Any], Any], ...], width: float, square: bool
) -> "Figure":
    axes = new_axes(width, height, len(panels))
    each = [axes] if len(panels) == 1 else list(axes)
    for panel, ax in zip(panels, each, strict=True):
        panel(ax)
        if square:
            ax.set_box_aspect(1)
    figure: Figure = each[0].figure
    return figure


def _png(figure: "Figure") -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        # no Software entry: the same figure gives the same bytes under any matplotlib
        figure.savefig(buffer, format="png", dpi=160, metadata={"Software": None})
    return buffer.getvalue()


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
