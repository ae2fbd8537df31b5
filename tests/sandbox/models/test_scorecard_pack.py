"""What a committee gets with a scorecard."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.models.scorecard import Scorecard
from sandbox.models.scorecard_pack import information_values, master_scale, scaling


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(2)
    x = pd.DataFrame(rng.normal(size=(5_000, 3)), columns=["strong", "weaker", "noise"])
    odds = -2.5 + 1.2 * x["strong"] + 0.4 * x["weaker"]
    target = (rng.random(5_000) < 1 / (1 + np.exp(-odds))).astype(float)
    return x, pd.DataFrame({"target": target})


@pytest.fixture(scope="module")
def card(rows):
    return Scorecard().fit(*rows)


def test_points_are_offset_and_factor_times_log_odds(card, rows):
    value = scaling(card).set_index("name")["value"]
    points = value["offset"] - value["factor"] * card.margin(rows[0])
    assert np.allclose(points, card.points(rows[0]))


def test_features_are_ranked_by_what_they_tell(card):
    table = information_values(card)
    assert table["feature"].tolist() == ["strong", "weaker", "noise"]
    assert table["part"].tolist() == ["in the card", "in the card", "iv under the least"]
    assert table["strength"].iloc[-1] == "no predictor"


def test_the_master_scale_holds_every_account_once_and_its_grades_rise(card, rows):
    scale = master_scale(card, *rows)
    assert scale["count"].sum() == 5_000
    assert scale["defaults"].sum() == rows[1]["target"].sum()
    held = scale[scale["count"] > 200]
    assert held["default_rate"].is_monotonic_increasing
    assert (held["mean_pd"].between(held["pd_from"], held["pd_to"])).all()
    assert (held["default_rate"].between(held["rate_low"], held["rate_high"])).all()


def test_grades_hold_the_points_of_their_pd(card, rows):
    scale = master_scale(card, *rows)
    grade = np.searchsorted(scale["pd_to"], card.predict(rows[0])[:, 0], side="left")
    points = card.points(rows[0])
    assert (points >= scale["points_from"].to_numpy()[grade] - 1e-9).all()
    assert (points <= scale["points_to"].to_numpy()[grade] + 1e-9).all()


def test_edges_must_rise_to_one(card, rows):
    with pytest.raises(BadInput, match="end at 1"):
        master_scale(card, *rows, edges=(0.1, 0.05, 1.0))
