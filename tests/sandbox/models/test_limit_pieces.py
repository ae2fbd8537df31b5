"""Pieces that limit models are built of."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.models import limit_grid
from sandbox.models.grounding import Grounding
from sandbox.models.limit_features import LimitFeatures
from sandbox.models.limit_log import LimitLog
from tests.sandbox.models.logs import confounded_log


def test_tables_are_found_by_name_whatever_the_order_of_outputs():
    turned = tuple(reversed(limit_grid.OUTPUTS))
    scores = np.arange(2.0 * len(turned)).reshape(2, -1)
    there = limit_grid.table(limit_grid.OUTPUTS, scores[:, ::-1], "ead")
    assert np.array_equal(limit_grid.table(turned, scores, "ead"), there)


def test_a_table_with_a_gap_is_refused():
    with pytest.raises(BadInput, match="pd_at_5000"):
        limit_grid.table(("pd_at_2000",), np.zeros((1, 1)), "pd")


def test_a_model_that_is_right_is_left_as_it_is():
    rng = np.random.default_rng(3)
    z, limit = rng.normal(-2, 1, 20_000), rng.choice(limit_grid.LIMITS, 20_000)
    outcome = (rng.random(20_000) < 1 / (1 + np.exp(-z))).astype(float)
    found = Grounding.fitted(z, limit, outcome, np.ones(20_000))
    assert found.slope == pytest.approx(1, abs=0.1)
    assert max(abs(found.limit), abs(found.bend)) < 0.1


def test_a_missing_response_to_the_limit_is_found():
    rng = np.random.default_rng(4)
    z, limit = rng.normal(-2, 1, 20_000), rng.choice(limit_grid.LIMITS, 20_000)
    true = z + 0.4 * np.log(limit / 1e4)
    outcome = (rng.random(20_000) < 1 / (1 + np.exp(-true))).astype(float)
    odds = Grounding.fitted(z, limit, outcome, np.ones(20_000))
    assert odds.limit == pytest.approx(0.4, abs=0.1)
    corrected = odds.corrected(z[:, None], np.array([1e4, 2e5]))
    assert corrected.shape == (20_000, 2)
    share = 1 / (1 + np.exp(-true))
    of_shares = Grounding.fitted(z, limit, share, np.ones(20_000))
    before = 1 / (1 + np.exp(-z))
    gap = np.abs(of_shares.corrected_share(before, limit) - share).mean()
    assert gap < 0.1 * np.abs(before - share).mean()


def test_weights_add_up_to_what_the_rows_are_worth():
    features, labels = confounded_log(2_000)
    weights = LimitLog.of(features, labels, propensities=True).weights()
    assert weights.sum() == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert weights.sum() < 2_000


def test_everything_added_rises_with_the_limit():
    rows = pd.DataFrame({"declared_income": [5e3, 9e3], "requested_amount": [3e3, 1e5]})
    described = LimitFeatures.of(rows)
    low, high = described.at(rows, 2_000), described.at(rows, 50_000)
    own = len(described.columns)
    assert (high.iloc[:, own:] >= low.iloc[:, own:]).all(axis=None)
    assert described.rising(low, 1) == [0, 0, 1, 1, 1, 1]
