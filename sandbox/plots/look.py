"""How all figures look: colours told apart in every common form of colour blindness, and type."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.plots.fonts import chinese_for_images

INK = "#1f2a37"
MUTED = "#5b6675"
RULE = "#d5dae1"
CHAMPION = "#0b4f8a"
CHALLENGERS = ("#c8570b", "#00785a", "#8a4a86", "#6b6b6b")
DASHES = ("solid", (0, (5, 2)), (0, (1.2, 1.4)), (0, (6, 2, 1.2, 2)), (0, (3, 1.5)))

_RC: dict[str, Any] = {
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8b95a3",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "text.color": INK,
    # names of models and features are shown as they are: a $ starts no formula
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "risk-sandbox",
    "figure.facecolor": "white",
}


@contextmanager
def style() -> Iterator[None]:
    """The house style for figures that are made and saved inside the block."""
    import matplotlib

    with matplotlib.rc_context({**_RC, "font.family": ["DejaVu Sans", *chinese_for_images()]}):
        yield


def new_axes(width: float, height: float, columns: int = 1) -> Any:
    """Axes of a new figure of `width` × `height` inches (an array of them for several columns).

    The figure is not pyplot's, so nothing has to be closed, and its layout keeps labels whole.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure.subplots(1, columns)


def inches(axes: Any) -> tuple[float, float]:
    """Empty axes measured in inches, in which sizes of marks and type are known; their size."""
    axes.set_axis_off()
    axes.grid(visible=False)
    axes.figure.draw_without_rendering()
    box = axes.get_window_extent().transformed(axes.figure.dpi_scale_trans.inverted())
    axes.set(xlim=(0, box.width), ylim=(0, box.height))
    return float(box.width), float(box.height)


def fitted_legend(axes: Any, handles: list[Any], **look: Any) -> float:
    """A legend in as many rows as its entries need in axes of `inches`; its height in inches."""
    for columns in range(len(handles), 0, -1):
        legend = axes.legend(
            handles=handles, ncols=columns, frameon=False, labelcolor=MUTED, borderaxespad=0,
            borderpad=0, **look,
        )  # fmt: skip
        legend.set_in_layout(False)  # the axes have been measured
        box = legend.get_window_extent().transformed(axes.figure.dpi_scale_trans.inverted())
        if box.width <= abs(axes.get_xlim()[1]):
            break
    return float(box.height)
