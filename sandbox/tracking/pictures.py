"""The SHAP plots of a run, drawn where its cell was run: drawing them takes half a second.

In a study that is a worker process, so that tracking has only to copy them.
"""

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from sandbox.tracking.unevaluated import adds_up_to

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sandbox.cell import CellResult

#: dots an inch of the copies at the top: about 600 wide, so that MLflow's Compare page keeps room
#: for its list of files beside two of them
SMALL = 75


def drawn(result: "CellResult") -> dict[str, bytes]:
    """PNG files by their place in the run; none where there is no explanation.

    The same result gives the same bytes. Compare shows files of the top folder only, so each
    picture stands there again, smaller.
    """
    if result.attribution is None:
        return {}
    from sandbox.explanation.plots import plot_beeswarm, plot_importance

    shown = replace(result.attribution, output=adds_up_to(result.attribution))
    files = {}
    for name, plot in (("beeswarm", plot_beeswarm), ("importance", plot_importance)):
        figure = _laid_out(plot(shown).figure, result.cell.run_name)
        files[f"explanation/{name}.png"] = _png(figure, None)
        files[f"{name}.png"] = _png(figure, SMALL)
    return files


def _laid_out(figure: object, title: str) -> "Figure":
    from matplotlib.figure import Figure

    assert isinstance(figure, Figure)
    figure.suptitle(title, fontsize=11)
    if (layout := figure.get_layout_engine()) is not None:
        # once, here: savefig would lay the figure out twice and draw it twice for that
        layout.execute(figure)
        figure.set_layout_engine("none")
    return figure


def _png(figure: "Figure", dots_an_inch: int | None) -> bytes:
    buffer = BytesIO()
    # no Software entry: the same result gives the same bytes under any matplotlib
    figure.savefig(buffer, format="png", dpi=dots_an_inch or "figure", metadata={"Software": None})
    return buffer.getvalue()
