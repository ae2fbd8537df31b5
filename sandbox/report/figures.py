"""What the report's figures draw from, and those that more than one section shows."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox import plots
from sandbox.cell import CellResult
from sandbox.explanation.attribution import Attribution
from sandbox.plots.svg import Drawing, drawn_twice
from sandbox.report import wording
from sandbox.report.standing import Contender, Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: how every figure of a report is drawn
draw = drawn_twice

#: features shown one by one, in figures and in the table beside them
FEATURES = 12


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


def explanation(attribution: Attribution) -> tuple[Drawing, Drawing] | None:
    """Importance and beeswarm; None where the explanation plots cannot be had."""
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
