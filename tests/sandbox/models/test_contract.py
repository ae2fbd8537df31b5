"""One contract over every built-in model."""

import inspect
import json
import pickle
from functools import cache

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

import data_generators as dg
from sandbox import models
from sandbox.errors import BadInput
from sandbox.explanation.additivity import check
from sandbox.explanation.contributions import attribute
from sandbox.features import credit_features, screening_features
from sandbox.lists.hits import list_hits_as_of
from sandbox.models.limit_increase import LATER, STATE
from sandbox.models.protocol import CreditLimitModel, Explainable, FraudModel, Model
from sandbox.rules import default_rules

#: how the names of outputs begin that are shares from 0 to 1, and those that are 0 or more
SHARES, AMOUNTS = ("pd", "score", "take_up"), ("limit", "utilisation", "ead")
#: models of months of open accounts, whose tables are their own; the rest learn from applicants
REVIEWS = {"LimitIncrease"}
ON_APPLICANTS = [name for name in models.__all__ if name not in REVIEWS]
ROWS = 3_000


@pytest.fixture(scope="module")
def tables():
    """Features and labels as the bank has them, by role; 10% of labels never observed."""
    seen = dg.World(dg.scenarios.travel, customers=ROWS, months=24, seed=8).observed()
    credit, every = (
        credit_features(seen.applications),
        screening_features(seen, lists=list_hits_as_of(seen)),
    )
    some = {*every.columns[::6], *default_rules().fields, "list_black", "list_white"}
    fraud = every[[name for name in every if name in some]]
    rng = np.random.default_rng(0)
    limit = rng.choice([2e3, 1e4, 5e4], ROWS)
    odds = np.log(limit / credit["declared_income"].to_numpy()) - 2.0
    target = (rng.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)
    target[rng.random(ROWS) < 0.1] = np.nan
    labels = pd.DataFrame({"target": target, "credit_limit": limit, "propensity": 1 / 3})
    answer = {"utilisation": 0.4, "ead": 0.6 * limit}
    labels = labels.assign(**{k: np.where(np.isnan(target), np.nan, v) for k, v in answer.items()})
    return {"limit": (credit, labels), "pd": (credit, labels), "fraud": (fraud, labels)}


def account_months():
    """What a model of account-months learns from; ten of a hundred not followed by another."""
    rng = np.random.default_rng(2)
    limit = rng.choice([5e3, 1e4, 2e4], ROWS)
    now = {
        "mob": rng.integers(1, 20, ROWS),
        "credit_limit": limit,
        "balance": limit * rng.uniform(0, 1, ROWS),
        "months_late": rng.integers(0, 3, ROWS),
        "conduct": rng.integers(0, 2, ROWS),
        "grade": rng.integers(0, 3, ROWS),
        "income": rng.choice([4e3, 8e3, 1.6e4], ROWS),
    }
    then = {
        "target": np.where(rng.random(ROWS) < 0.1, np.nan, rng.random(ROWS) < 0.05),
        "profit": limit * rng.normal(0.01, 0.01, ROWS),
        "next_balance": limit * rng.uniform(0, 1, ROWS),
        "next_months_late": rng.integers(0, 3, ROWS),
        "next_conduct": rng.integers(0, 2, ROWS),
    }
    return pd.DataFrame(now)[list(STATE)].astype(float), pd.DataFrame(then)[list(LATER)]


@pytest.fixture(scope="module")
def known(tables):
    """By the name of a class: a model that is not fitted, and what it can be fitted on."""
    found = {}
    for name in models.__all__:
        model = quick(getattr(models, name)(), trees=40)
        found[name] = (model, *(account_months() if name in REVIEWS else tables[model.role]))
    return found


@pytest.fixture(scope="module")
def fit_once(known):
    @cache
    def of(name):
        model, features, labels = known[name]
        return clone(model).fit(features, labels), features, labels

    return of


@pytest.fixture(scope="module", params=models.__all__)
def given(request, known):
    return known[request.param]


@pytest.fixture(scope="module", params=models.__all__)
def fitted(request, fit_once):
    return fit_once(request.param)


@pytest.fixture(scope="module", params=ON_APPLICANTS)
def given_applicants(request, known):
    return known[request.param]


@pytest.fixture(scope="module", params=ON_APPLICANTS)
def fitted_to_applicants(request, fit_once):
    return fit_once(request.param)


def quick(model, trees=5):
    """The same with few trees, where it has any."""
    again = clone(model)
    return again.set_params(trees=trees) if "trees" in again.get_params() else again


def test_it_says_what_it_explains(fitted_to_applicants):
    model = fitted_to_applicants[0]
    assert isinstance(model, Explainable)
    assert model.explained.startswith("log-odds of ")


def test_it_is_a_model(fitted):
    model = fitted[0]
    assert isinstance(model, Model)
    assert model.name
    assert model.family
    assert model.role in {"limit", "fraud", "pd"}


def test_its_constructor_stores_each_parameter_as_it_was_given(given):
    model = given[0]
    names = set(inspect.signature(type(model)).parameters)
    assert names == set(model.get_params())
    marks = {name: object() for name in names}
    made = type(model)(**marks)
    assert all(getattr(made, name) is mark for name, mark in marks.items())
    assert {name for name in vars(made) if not name.startswith("_")} == names


def test_a_parameter_that_is_set_is_kept_by_a_clone(given):
    model = clone(given[0])
    for name, value in model.get_params().items():
        changed = value * 2 if isinstance(value, float) and value else value
        assert model.set_params(**{name: changed}) is model
        assert clone(model).get_params()[name] == changed
    with pytest.raises(ValueError, match="no_such"):
        model.set_params(no_such=1)


def test_its_parameters_are_json_and_rebuild_it(fitted):
    model, features, labels = fitted
    params = json.loads(json.dumps(model.get_params(deep=False)))
    again = type(model)(**params)
    assert again.fit(features, labels) is again
    assert np.array_equal(again.predict(features), model.predict(features))
    assert again.get_params() == params


def test_before_a_fit_it_says_that_it_is_not_fitted(given_applicants):
    model, features, _ = given_applicants
    asked = [model.predict] + ([model.margin] if hasattr(model, "margin") else [])
    for ask in asked:
        with pytest.raises(NotFittedError, match=f"This {type(model).__name__} instance is not"):
            ask(features)


def test_its_matrix_is_finite_and_within_range(fitted):
    model, features, _ = fitted
    matrix = model.predict(features)
    assert matrix.shape == (len(features), len(model.outputs))
    assert matrix.dtype == np.float64
    assert np.isfinite(matrix).all()
    for column, name in zip(matrix.T, model.outputs, strict=True):
        assert (column >= 0).all() or not name.startswith(SHARES + AMOUNTS)
        assert (column <= 1).all() or not name.startswith(SHARES)
        assert column.std() > 0 or not name.startswith(("pd", "score"))


def test_each_row_is_scored_by_itself(fitted):
    """A batch and one row at a time agree, and the order of rows carries nothing."""
    model, features, _ = fitted
    batch = model.predict(features.iloc[:20])
    alone = np.vstack([model.predict(features.iloc[[i]]) for i in range(20)])
    assert np.allclose(batch, alone, rtol=1e-12, atol=0)
    assert np.allclose(model.predict(features.iloc[19::-1])[::-1], batch, rtol=1e-12, atol=0)
    assert np.array_equal(model.predict(features.iloc[:20]), batch)


def test_a_table_without_rows_gives_a_matrix_without_rows(fitted):
    model, features, _ = fitted
    assert model.predict(features.iloc[:0]).shape == (0, len(model.outputs))
    if isinstance(model, Explainable):
        assert model.margin(features.iloc[:0]).shape == (0,)


def test_columns_are_found_by_name_and_further_ones_are_left_alone(fitted):
    model, features, _ = fitted
    turned = features[features.columns[::-1]].assign(one_more=np.nan)
    assert np.allclose(model.predict(turned), model.predict(features), rtol=1e-12, atol=0)


def test_a_column_that_is_missing_is_refused_by_name(fitted_to_applicants):
    model, features, _ = fitted_to_applicants
    name = model.columns_[-1]
    with pytest.raises(BadInput, match=f"no column.* {name}"):
        model.predict(features.drop(columns=name))


def test_what_is_no_table_with_names_is_refused_in_words(given_applicants):
    model, features, labels = given_applicants
    with pytest.raises(BadInput, match="pandas DataFrame with named columns"):
        clone(model).fit(features.to_numpy(), labels)
    with pytest.raises(BadInput, match="more than one column"):
        clone(model).fit(pd.concat([features, features], axis=1), labels)


def test_text_in_a_column_is_refused_by_name(fitted_to_applicants):
    model, features, _ = fitted_to_applicants
    name = model.columns_[0]
    with pytest.raises(BadInput, match=f"Column {name} .* not numeric .*'much'"):
        model.predict(features.assign(**{name: "much"}))


def test_labels_it_cannot_learn_from_are_refused_in_words(given_applicants):
    model, features, labels = given_applicants
    for wrong, words in (
        (labels.drop(columns="target"), "column target"),
        (labels.iloc[:-1], "one label a row"),
        (labels.assign(target=labels["target"] * 2), "A target is 2"),
    ):
        with pytest.raises(BadInput, match=words):
            clone(model).fit(features, wrong)


def test_a_column_never_known_teaches_nothing_and_does_no_harm(given_applicants):
    """Missing for everybody in training, then known, then missing again: the same answer."""
    model, features, labels = given_applicants
    name = features.columns[0]
    blind = quick(model).fit(features.assign(**{name: np.nan}), labels)
    matrix = blind.predict(features.assign(**{name: np.nan}))
    assert np.isfinite(matrix).all()
    # but for rules, which are written by hand and not taught
    taught = model.family != "rules"
    assert np.array_equal(blind.predict(features), matrix) or not taught


def test_labels_never_observed_teach_nothing(fitted):
    model, features, labels = fitted
    seen = labels["target"].notna()
    only = clone(model).fit(features[seen], labels[seen])
    assert np.array_equal(only.predict(features), model.predict(features))


def test_it_is_the_last_step_of_a_pipeline(fitted):
    model, features, labels = fitted
    steps = [("as it is", FunctionTransformer()), ("model", clone(model))]
    pipeline = Pipeline(steps).fit(features, labels)
    assert np.array_equal(pipeline.predict(features), model.predict(features))
    assert clone(pipeline).get_params()["model"].get_params() == model.get_params()


def test_its_contributions_add_up(fitted_to_applicants):
    model, features, _ = fitted_to_applicants
    values, base, margin = attribute(model, features.iloc[:200], features.iloc[200:300])
    check(values, base, margin)
    assert values.shape == (200, features.shape[1])
    assert np.allclose(margin, model.margin(features.iloc[:200]))


@pytest.mark.parametrize("copied", [pickle, cloudpickle])
def test_it_travels_as_a_blob(fitted, copied):
    model, features, _ = fitted
    again = copied.loads(copied.dumps(model))
    assert np.array_equal(again.predict(features), model.predict(features))


@pytest.mark.parametrize("name", models.__all__)
def test_its_outputs_are_those_that_its_role_promises(name):
    model = getattr(models, name)()
    if model.role == "fraud":
        assert isinstance(model, FraudModel)
        assert model.outputs == ("score",)
    elif model.role == "limit" and name not in REVIEWS:
        assert isinstance(model, CreditLimitModel)
        assert model.outputs[0] == "pd"
        assert model.outputs[1:] in {(), ("limit",)} or model.outputs[1].startswith("pd_at_")
    else:
        assert name in REVIEWS or model.outputs == ("pd",)
