"""Figures as SVG text: the same bytes for the same table, no date, no network, no clashing ids."""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from sandbox.plots.fonts import FAMILIES
from sandbox.plots.look import new_axes, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: inches; the text column of an A4 page
WIDTH = 7.1
#: a cloud with more marks than this is drawn as an image inside the SVG, to keep files small
MARKS = 300


#: changes a text of a figure into that of another language
Words = Callable[[str], str]


@dataclass(frozen=True)
class Drawing:
    """One figure twice: as text for pages and print, as an image for what reads no SVG."""

    svg: str
    #: makes `png`
    image: Callable[[], bytes] = field(compare=False, repr=False)
    #: what is written in it, each text once
    texts: tuple[str, ...] = ()
    #: draws it again with other words; None where it cannot be drawn again
    again: Callable[[Words], "Drawing"] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def png(self) -> bytes:
        """The image, made when it is first asked for: most formats have no use for it."""
        return self.image()

    def said(self, words: Words) -> "Drawing":
        """The same figure with every text in it changed by `words`."""
        return self if self.again is None else self.again(words)


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
    """The same as SVG and as PNG, which can be drawn again in another language."""

    def made(words: Words | None) -> Drawing:
        with style():
            figure = _figure(height, panels, width, square)
            if words:
                _say(figure, words)
            svg = _svg(figure, key)
            texts = tuple(dict.fromkeys(_texts(figure)))
        return Drawing(svg, partial(_png, figure), texts, made)

    return made(None)


def _say(figure: "Figure", words: Words) -> None:
    """Change what is written in a figure, names beside its axes too."""
    from matplotlib.text import Text
    from matplotlib.ticker import FuncFormatter

    for text in figure.findobj(Text):
        if text.get_text():
            text.set_text(words(text.get_text()))
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        # a tick's text is made by its axis each time that the figure is drawn
        places = axis.get_ticklocs()
        old = axis.get_major_formatter().format_ticks(list(places))
        new = [words(text) for text in old]
        if new != old:
            said = dict(zip(places, new, strict=True))
            axis.set_major_formatter(FuncFormatter(lambda place, _, said=said: said.get(place, "")))


def _texts(figure: "Figure") -> Iterator[str]:
    from matplotlib.text import Text

    return (t.get_text() for t in figure.findobj(Text) if t.get_visible() and t.get_text())


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
    with style(), warnings.catch_warnings():
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
    # which fonts this machine has does not show in the text
    text = re.sub(r"font-family: [^;\"]+; ?", "", text)
    family = ", ".join(f"'{name}'" if " " in name else name for name in FAMILIES)
    # the column's width decides on screen and on paper, the viewBox keeps the proportions
    look = f'<svg role="img" focusable="false" font-family="{family}" '
    return re.sub(r"<svg ", look, text, count=1)
