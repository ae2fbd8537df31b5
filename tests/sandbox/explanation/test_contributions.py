"""Contributions against Shapley's own formula, and the gate that nothing gets round."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from sandbox.errors import BadInput
from sandbox.explanation.additivity import AdditivityError
from sandbox.explanation.contributions import MAX_BACKGROUND, attribute


class Boosted:
    """A fitted Explainable with trees."""

    explained = "log-odds of default"

    def __init__(self, ensemble):
        self.ensemble = ensemble

    def margin(self, features):
        return self.ensemble.decision_function(features)


class Linear:
    """A fitted Explainable in closed form."""

    explained = "log-odds of default"

    def __init__(self, weights, error=0.0):
        self.weights, self.error = np.asarray(weights), error

    def margin(self, features):
        return features.to_numpy() @ self.weights

    def contributions(self, features, background):
        centre = background.to_numpy().mean(axis=0)
        values = (features.to_numpy() - centre) * self.weights + self.error
        return values, np.full(len(features), centre @ self.weights)


def table(seed, rows=300, columns=5, missing=0.0):
    draw = np.random.default_rng(seed)
    numbers = draw.normal(size=(rows, columns)) * 10.0 ** draw.integers(-4, 7, size=columns)
    numbers[:, -1] = draw.integers(0, 4, size=rows)
    numbers[draw.random(numbers.shape) < missing] = np.nan
    return pd.DataFrame(numbers, columns=[f"f{i}" for i in range(columns)])


def fitted(features, seed=0, **settings):
    draw = np.random.default_rng(seed)
    filled = features.fillna(features.mean() + 2 * features.std())
    standard = (filled - filled.mean()) / filled.std()
    score = standard.iloc[:, 0] * standard.iloc[:, 1] + standard.iloc[:, -1]
    target = (score + draw.normal(size=len(features)) > 0).astype(int)
    settings = {"max_iter": 20, "max_depth": 3, "random_state": 0, **settings}
    return Boosted(HistGradientBoostingClassifier(**settings).fit(features, target))


def shapley(model, row, background):
    """Interventional Shapley values by definition: every coalition, every background row."""
    width = len(row)

    def value(coalition):
        mixed = background.copy()
        for column in coalition:
            mixed.iloc[:, column] = row.iloc[column]
        return model.margin(mixed).mean()

    values = np.zeros(width)
    for feature in range(width):
        rest = [c for c in range(width) if c != feature]
        for size in range(width):
            weight = math.factorial(size) * math.factorial(width - size - 1)
            weight /= math.factorial(width)
            for coalition in itertools.combinations(rest, size):
                values[feature] += weight * (value((*coalition, feature)) - value(coalition))
    return values


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_tree_contributions_are_the_shapley_values_of_the_definition(missing):
    features = table(1, missing=missing)
    model = fitted(features)
    rows, background = features.iloc[:6], features.iloc[100:120]
    values, base, _ = attribute(model, rows, background)
    expected = np.array([shapley(model, rows.iloc[i], background) for i in range(len(rows))])
    np.testing.assert_allclose(values, expected, atol=1e-6)
    np.testing.assert_allclose(base, model.margin(background).mean())


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    missing=st.sampled_from([0.0, 0.1, 0.6]),
    depth=st.sampled_from([1, 3, None]),
    early_stopping=st.booleans(),
)
def test_contributions_and_base_add_up_to_the_margin(seed, missing, depth, early_stopping):
    features = table(seed, missing=missing, columns=8)
    model = fitted(features, seed, max_depth=depth, early_stopping=early_stopping)
    values, base, margin = attribute(model, features, features.head(40))
    np.testing.assert_allclose(values.sum(axis=1) + base, margin, atol=1e-6)
    np.testing.assert_array_equal(margin, model.margin(features))


def test_a_value_missing_only_at_scoring_time_goes_where_the_model_sends_it():
    features = table(3)
    model = fitted(features)
    holes = features.head(50).copy()
    holes.iloc[::2, 0] = np.nan
    values, base, margin = attribute(model, holes, features.tail(30))
    np.testing.assert_allclose(values.sum(axis=1) + base, margin, atol=1e-6)


def test_many_deep_trees_still_pass_the_gate():
    features = table(4, rows=1500, columns=12, missing=0.1)
    model = fitted(features, max_iter=300, max_depth=None, max_leaf_nodes=31, learning_rate=0.3)
    attribute(model, features, features.head(MAX_BACKGROUND))


def test_trees_that_never_split_contribute_nothing():
    features = table(5, rows=60)
    model = fitted(features, min_samples_leaf=60)
    values, base, margin = attribute(model, features, features.head(10))
    np.testing.assert_array_equal(values, 0.0)
    np.testing.assert_allclose(base, margin)


def test_index_and_column_names_do_not_matter():
    features = table(6)
    model = fitted(features)
    plain, _, _ = attribute(model, features.head(20), features.tail(20))
    odd = features.set_axis([7] * len(features), axis=0)
    other, _, _ = attribute(model, odd.head(20), odd.tail(20))
    np.testing.assert_array_equal(plain, other)


def test_a_closed_form_is_used_where_the_model_has_one():
    features = table(7)
    weights = [1.0, -2.0, 0.5, 0.0, 3.0]
    values, _, _ = attribute(Linear(weights), features, features.head(50))
    centred = features.to_numpy() - features.head(50).to_numpy().mean(axis=0)
    np.testing.assert_allclose(values, centred * weights)


def test_contributions_that_do_not_add_up_are_an_error():
    features = table(8).rank(pct=True)
    with pytest.raises(AdditivityError, match=r"row \d+ of 300"):
        attribute(Linear(np.ones(5), error=0.01), features, features.head(50))


def test_an_ensemble_that_is_not_the_model_is_found_out():
    features = table(9)
    model = fitted(features)

    class Shifted(Boosted):
        def margin(self, rows):
            return np.where(rows["f0"] > 0, 1.0, 0.0) + super().margin(rows)

    with pytest.raises(AdditivityError):
        attribute(Shifted(model.ensemble), features, features.head(50))


@pytest.mark.parametrize("rows", [0, MAX_BACKGROUND + 1])
def test_a_background_that_is_empty_or_too_long_is_refused_in_words(rows):
    features = table(10)
    with pytest.raises(BadInput, match=f"{rows} rows; 1 to 100"):
        attribute(Linear(np.ones(5)), features, features.head(rows))


def test_models_that_cannot_be_explained_are_told_what_can():
    features = table(11, rows=60)

    class Silent:
        def margin(self, rows):
            return np.zeros(len(rows))

    with pytest.raises(ValueError, match="no predict and no predict_proba; give a fitted model"):
        attribute(Silent(), features, features.head(10))
    forest = RandomForestClassifier(n_estimators=2).fit(features, features["f4"] > 1)
    silent = Silent()
    silent.ensemble = forest
    with pytest.raises(ValueError, match="RandomForestClassifier cannot be explained yet"):
        attribute(silent, features, features.head(10))


def test_native_categories_are_refused_rather_than_explained_wrongly():
    features = table(12)
    model = fitted(features, categorical_features=[4])
    with pytest.raises(BadInput, match="categorical"):
        attribute(model, features, features.head(10))
