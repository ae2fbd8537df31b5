"""Figures: what is drawn is what the table says, and nothing is cut off."""

import numpy as np
import pandas as pd
import pytest

from sandbox import plots
from sandbox.validation.discrimination import score_distribution
from sandbox.validation.grades import jeffreys_table
from sandbox.validation.roc import precision_recall_table, roc_table

RNG = np.random.default_rng(0)
SCORE = RNG.beta(1, 8, 3000)
TARGET = RNG.binomial(1, SCORE).astype(float)
ROC = pd.concat(
    [
        roc_table(TARGET, SCORE).assign(model="a $name"),
        roc_table(TARGET, SCORE**2).assign(model="b"),
    ]
)
SEGMENTS = pd.DataFrame(
    {
        "segment": ["a very long segment name", "b"],
        "approval_rate": [0.5, np.nan],
        "profit": [-2, 900],
    }
)
COMPARED = pd.DataFrame(
    {"model": ["a", "b"], "mean": [1.0, 2.0], "low": [0.5, np.nan], "high": [1.5, np.nan]}
)

DRAWN = {
    "roc": lambda ax: plots.plot_roc(ROC, ax),
    "recall": lambda ax: plots.plot_recall_at_fpr(ROC, ax),
    "precision": lambda ax: plots.plot_precision_recall(
        precision_recall_table(TARGET, SCORE), ax, 0.1
    ),
    "scores": lambda ax: plots.plot_score_distribution(
        score_distribution(pd.DataFrame({"score": SCORE, "target": TARGET})), ax
    ),
    "calibration": lambda ax: plots.plot_calibration(jeffreys_table(TARGET, SCORE), ax),
    "grades": lambda ax: plots.plot_rates_by_grade(jeffreys_table(TARGET, SCORE), ax),
    "segments": lambda ax: plots.plot_decisions_by_segment(SEGMENTS, ax),
    "profit": lambda ax: plots.plot_decisions_by_segment(SEGMENTS, ax, "profit", "RMB"),
    "compared": lambda ax: plots.plot_comparison(COMPARED, ax, "profit"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_label_lies_within_the_figure(name):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with plots.style():
        ax = plots.new_axes(4, 3)
        assert DRAWN[name](ax) is ax
        canvas = FigureCanvasAgg(ax.figure)
        canvas.draw()
        width, height = canvas.get_width_height()
        box = ax.get_tightbbox()
    assert box.x0 >= -1
    assert box.y0 >= -1
    assert box.x1 <= width + 1
    assert box.y1 <= height + 1


def test_axes_say_what_they_show():
    for draw in DRAWN.values():
        ax = draw(plots.new_axes(4, 3))
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.get_yticklabels()


def test_the_curve_drawn_is_the_table():
    ax = plots.plot_roc(ROC, plots.new_axes(4, 3))
    line = next(each for each in ax.lines if each.get_label() == "a $name")
    first = ROC[ROC["model"] == "a $name"]
    assert np.array_equal(line.get_xydata(), first[["fpr", "tpr"]].to_numpy())


def test_models_differ_in_dash_as_well_as_in_colour():
    ax = plots.plot_roc(ROC, plots.new_axes(4, 3))
    curves = [each for each in ax.lines if each.get_label() in ("a $name", "b")]
    assert len({each.get_color() for each in curves}) == 2
    assert len({str(each.get_linestyle()) for each in curves}) == 2


def test_style_ends_with_its_block():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with plots.style():
        assert matplotlib.rcParams["svg.hashsalt"] == "risk-sandbox"
    assert dict(matplotlib.rcParams) == before


def test_matplotlib_is_imported_only_to_draw():
    import subprocess
    import sys

    code = "import sys, sandbox.plots, sandbox.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_calibration_axes_are_logarithmic_where_most_grades_lie_low():
    table = pd.DataFrame(
        {
            "mean_pd": [0.001, 0.002, 0.004, 0.2],
            "observed_rate": [0.0, 0.002, 0.005, 0.21],
            "low": [0.0, 0.001, 0.003, 0.18],
            "high": [0.002, 0.004, 0.008, 0.24],
        }
    )
    with plots.style():
        low = plots.plot_calibration(table, plots.new_axes(4, 3))
        even = plots.plot_calibration(table.assign(mean_pd=0.2), plots.new_axes(4, 3))
    assert (low.get_xscale(), even.get_xscale()) == ("log", "linear")
    hollow = next(line for line in low.lines if line.get_markerfacecolor() == "white")
    assert hollow.get_xdata().tolist() == [0.001]
    assert hollow.get_ydata()[0] == low.get_ylim()[0]
