"""Pictures: same input, same bytes; nothing clipped; no global state left changed."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sandbox.explanation.attribution import Attribution
from sandbox.explanation.plots import plot_beeswarm, plot_importance, to_shap

LONG = "days since the oldest open account was first overdue"


@pytest.fixture
def attribution():
    draw = np.random.default_rng(0)
    values = draw.normal(size=(400, 5)) * [2.0, 1.0, 0.5, 0.2, 0.0]
    features = pd.DataFrame(draw.normal(size=(400, 5)), columns=[LONG, "b", "c", "d", "constant"])
    features["constant"] = 1.0
    features.loc[::7, "b"] = np.nan
    return Attribution(values, np.full(400, -1.0), features, "log-odds of default", "by hand")


def png(axes):
    buffer = io.BytesIO()
    axes.figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


@pytest.mark.parametrize("plot", [plot_beeswarm, plot_importance])
def test_the_same_input_gives_the_same_bytes(plot, attribution):
    first = png(plot(attribution))
    np.random.random(5)  # noqa: NPY002 - the global generator moving on must not matter
    assert png(plot(attribution)) == first


def test_the_seed_moves_the_jitter_and_the_global_generator_is_left_alone(attribution):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert png(plot_beeswarm(attribution, seed=1)) != png(plot_beeswarm(attribution, seed=2))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_grey_dots_are_explained_where_there_are_any(attribution):
    assert plot_beeswarm(attribution).get_xlabel().endswith("(grey: value missing)")
    whole = replace(attribution, features=attribution.features.fillna(0.0))
    assert "grey" not in plot_beeswarm(whole).get_xlabel()


@pytest.mark.parametrize("plot", [plot_beeswarm, plot_importance])
def test_labels_lie_inside_the_picture(plot, attribution):
    axes = plot(attribution)
    figure = axes.figure
    figure.draw_without_rendering()
    page = figure.bbox
    low, high = axes.get_xlim()
    numbers = [t for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]
    texts = [*axes.get_yticklabels(), *numbers, axes.xaxis.label]
    assert LONG in [text.get_text() for text in texts]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= page.x0, text.get_text()
        assert box.x1 <= page.x1, text.get_text()
        assert box.y0 >= page.y0, text.get_text()


def test_features_beyond_the_display_are_summed_or_said(attribution):
    labels = [t.get_text() for t in plot_beeswarm(attribution, max_display=3).get_yticklabels()]
    assert labels[0] == "Sum of 3 other features"
    assert "2 weaker features" in plot_importance(attribution, max_display=3).get_title("left")


def test_an_axes_of_the_caller_is_drawn_on(attribution):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert plot_beeswarm(attribution, ax=axes) is axes
    assert len(axes.get_yticklabels()) == 5


def test_shaps_own_object_carries_the_same_numbers(attribution):
    explanation = to_shap(attribution)
    np.testing.assert_array_equal(explanation.values, attribution.values)
    assert explanation.feature_names == list(attribution.features.columns)


def test_words_as_features_are_coloured_by_category(attribution):
    features = attribution.features.copy()
    features["b"] = np.where(features["c"] > 0, "rental", None)
    worded = Attribution(attribution.values, attribution.base, features, "log-odds", "by hand")
    colours = to_shap(worded).data[:, 1]
    assert set(colours[features["c"] > 0]) == {0.0}
    assert np.isnan(colours[features["c"] <= 0]).all()
