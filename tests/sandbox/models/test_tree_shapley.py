"""The causal pair's explanation: Shapley values of the customer's own features, exact."""

from dataclasses import replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.explanation.additivity import check
from sandbox.explanation.contributions import attribute
from sandbox.models import CausalPair, tree_shapley
from sandbox.models.grounding import log_odds
from sandbox.models.limit_grid import OUTPUTS, table
from tests.sandbox.models.logs import confounded_log

SHOWN = ["declared_income", "requested_amount", "never_known", "partly_known"]


@pytest.fixture(scope="module")
def log():
    """With an amount asked for, so that the trees read a ratio of two features."""
    features, labels = confounded_log(6_000)
    rng = np.random.default_rng(4)
    asked = np.where(rng.random(6_000) < 0.1, np.nan, 1e4 * np.exp(rng.normal(size=6_000)))
    partly = np.where(rng.random(6_000) < 0.3, np.nan, labels["target"] + rng.normal(size=6_000))
    features = features.assign(requested_amount=asked, partly_known=partly)
    return features[SHOWN], labels


@pytest.fixture(scope="module")
def pair(log):
    return CausalPair(trees=25).fit(*log)


def shapley(value, rows, features):
    """By the definition: over all coalitions. `value` of a coalition is n numbers."""
    d = len(features)
    worth = {s: value(s) for k in range(d + 1) for s in combinations(range(d), k)}
    found = np.zeros((rows, d))
    for members, before in worth.items():
        weight = (
            factorial(len(members)) * factorial(d - len(members) - 1) if len(members) < d else 0
        )
        for i in set(range(d)) - set(members):
            joined = worth[tuple(sorted((*members, i)))]
            found[:, i] += weight / factorial(d) * (joined - before)
    return found


def test_they_are_the_values_that_the_definition_gives(pair, log):
    features, background = log[0].iloc[:60], log[0].iloc[100:112]

    def value(members):
        """Mean margin where members come from the row and the rest from the background."""
        total = np.zeros(len(features))
        for _, other in background.iterrows():
            mixed = {
                name: features[name] if i in members else np.full(len(features), other[name])
                for i, name in enumerate(SHOWN)
            }
            total += pair.margin(pd.DataFrame(mixed))
        return total / len(background)

    # where the largest log-odds are those at the reference limit, the margin is a sum of trees
    values, _ = pair.contributions(features, background)
    expected = shapley(value, len(features), SHOWN)
    np.testing.assert_allclose(values, expected, atol=1e-12)
    assert (np.abs(values).max(axis=0) > 0.01).tolist() == [True, True, False, True]


def test_they_add_up_to_the_log_odds_of_its_first_output(pair, log):
    features, background = log[0].head(500), log[0].tail(100)
    values, base, margin = attribute(pair, features, background)
    assert np.abs(values.sum(axis=1) + base - margin).max() < 1e-12
    np.testing.assert_allclose(1 / (1 + np.exp(-margin)), pair.predict(features)[:, 0], rtol=1e-12)


def test_features_keep_their_places_in_another_order(pair, log):
    features, background = log[0].head(20), log[0].tail(10)
    values, _ = pair.contributions(features, background)
    turned, _ = pair.contributions(features[SHOWN[::-1]], background[SHOWN[::-1]])
    np.testing.assert_allclose(turned[:, ::-1], values, atol=1e-12)


def test_where_a_smaller_limit_has_the_higher_pd_that_one_is_explained(pair, log):
    """A correction that falls with the limit for some: pd does not fall, so it is held."""
    features, background = log[0].head(400), log[0].tail(50)
    odd = CausalPair(trees=25)
    vars(odd).update(vars(pair))
    grounding, other = pair.corrections_
    odd.corrections_ = replace(grounding, limit=-0.15, bend=0.3), other
    bent = log_odds(table(OUTPUTS, odd.predict(features), "pd"))
    held = bent[:, 2] == bent[:, 0]
    assert 0 < held.sum() < len(features)
    values, base = odd.contributions(features, background)
    check(values, base, odd.margin(features))
    assert len(np.unique(base)) > 1
    pd_at = odd.predict(features)[:, 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-odd.margin(features))), pd_at, rtol=1e-12)


def test_a_long_table_is_explained_in_blocks(pair, log, monkeypatch):
    features, background = log[0].head(50), log[0].tail(10)
    whole, _ = pair.contributions(features, background)
    monkeypatch.setattr(tree_shapley, "BLOCK", 7)
    np.testing.assert_allclose(pair.contributions(features, background)[0], whole, atol=1e-14)


def test_paths_through_too_many_features_are_refused(pair, log, monkeypatch):
    monkeypatch.setattr(tree_shapley, "MOST_FEATURES", 1)
    with pytest.raises(BadInput, match="smaller depth"):
        pair.contributions(log[0].head(5), log[0].tail(5))
