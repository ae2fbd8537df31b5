"""Figures: each takes a table and the axes to draw on; none computes anything.

    with style():
        axes = new_axes(6, 4)
        plot_roc(roc_table(target, score), axes)
        axes.figure.savefig("roc.svg")

Colours are those of Okabe and Ito, told apart in every common form of colour blindness; lines
differ in dash as well, and nodes in shape. Matplotlib is imported when something is drawn.
"""

from sandbox.plots.look import INK, MUTED, RULE, new_axes, style
from sandbox.plots.money import plot_money
from sandbox.plots.ring import plot_ring
from sandbox.plots.screening import plot_budget, plot_overlap, plot_ranks
from sandbox.plots.validation import (
    plot_calibration,
    plot_comparison,
    plot_decisions_by_segment,
    plot_precision_recall,
    plot_rates_by_grade,
    plot_recall_at_fpr,
    plot_roc,
    plot_score_distribution,
)
from sandbox.plots.vintages import plot_vintages

__all__ = [
    "INK", "MUTED", "RULE", "new_axes", "plot_budget", "plot_calibration", "plot_comparison",
    "plot_decisions_by_segment", "plot_money", "plot_overlap", "plot_precision_recall",
    "plot_ranks", "plot_rates_by_grade", "plot_recall_at_fpr", "plot_ring", "plot_roc",
    "plot_score_distribution", "plot_vintages", "style",
]  # fmt: skip
