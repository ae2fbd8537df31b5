"""Figures of screening show the numbers of their tables."""

import numpy as np
import pandas as pd
import pytest

from sandbox.plots import new_axes, plot_budget, plot_overlap, plot_ranks, style


@pytest.fixture
def axes():
    with style():
        yield new_axes(6, 4)


def test_the_bars_of_a_day_are_what_came_asked_and_was_alerted(axes):
    used = pd.DataFrame({"day": [3, 4], "applications": [9, 12], "asked": [4, 5], "alerts": [2, 1]})
    plot_budget(used, 2, axes)
    heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
    assert heights == [[9, 12], [4, 5], [2, 1]]
    (capacity,) = axes.lines
    assert list(capacity.get_ydata()) == [2, 2]
    assert axes.get_ylim()[1] > 12


def test_only_who_asked_for_a_review_has_a_dot_by_what_became_of_it(axes):
    table = pd.DataFrame(
        {
            "time": [1.0, 2.0, 3.0, 4.0, 5.0],
            "rank": [10.0, 500.0, -np.inf, np.inf, 30.0],
            "decision": ["pass", "review", "pass", "review", "review"],
        }
    )
    plot_ranks(table, axes)
    dots = {part.get_label(): part.get_offsets().tolist() for part in axes.collections}
    assert dots == {"no room, passed": [[1.0, 10.0]], "reviewed": [[2.0, 500.0], [5.0, 30.0]]}


def test_the_overlap_of_rules_stands_row_by_row_under_plain_names(axes):
    shares = pd.DataFrame([[1.0, 0.5], [0.25, 1.0]], ["at_night", "new"], ["at_night", "new"])
    plot_overlap(shares, axes)
    (picture,) = axes.images
    assert np.asarray(picture.get_array()).tolist() == shares.to_numpy().tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["at night", "new"]
