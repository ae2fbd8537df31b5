"""One contract over every built-in model."""

import json

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import data_generators as dg
from sandbox import models
from sandbox.errors import BadInput
from sandbox.explanation.additivity import check
from sandbox.explanation.contributions import attribute
from sandbox.features import credit_features, fraud_features
from sandbox.models.protocol import Explainable, Model


@pytest.fixture(scope="module")
def tables():
    """Features and labels as the bank has them, by role; 10% of labels never observed."""
    seen = dg.World(dg.scenarios.travel, customers=4_000, months=24, seed=8).observed()
    rng = np.random.default_rng(0)
    target = np.where(rng.random(4_000) < 0.1, np.nan, (rng.random(4_000) < 0.15).astype(float))
    limit = rng.choice([2e3, 1e4, 5e4], 4_000)
    answer = {"utilisation": 0.4, "ead": 0.6 * limit}
    unknown = np.isnan(target)
    labels = pd.DataFrame({"target": target, "credit_limit": limit, "propensity": 1 / 3, **answer})
    labels.loc[unknown, list(answer)] = np.nan
    credit = credit_features(seen.applications), labels
    return {
        "limit": credit,
        "pd": credit,
        "fraud": (fraud_features(seen.applications), labels),
    }


@pytest.fixture(scope="module", params=models.__all__)
def fitted(request, tables):
    model = getattr(models, request.param)()
    features, labels = tables[model.role]
    return model.fit(features, labels), features, labels


def test_it_is_a_model_and_says_what_it_explains(fitted):
    model = fitted[0]
    assert isinstance(model, Model)
    assert isinstance(model, Explainable) == hasattr(model, "explained")
    assert model.name
    assert model.family
    assert model.role in {"limit", "fraud", "pd"}


def test_its_parameters_are_json_and_rebuild_it(fitted):
    model, features, labels = fitted
    params = json.loads(json.dumps(model.get_params(deep=False)))
    again = type(model)(**params).fit(features, labels)
    assert np.array_equal(again.predict(features), model.predict(features))
    assert clone(model).get_params() == model.get_params()


def test_its_matrix_is_finite_and_within_range(fitted):
    model, features, _ = fitted
    matrix = model.predict(features)
    assert matrix.shape == (len(features), len(model.outputs))
    assert matrix.dtype == np.float64
    assert np.isfinite(matrix).all()
    for column, name in zip(matrix.T, model.outputs, strict=True):
        assert (column >= 0).all()
        if name in {"pd", "score"}:
            assert (column <= 1).all()
            assert column.std() > 0


def test_each_row_is_scored_by_itself(fitted):
    """A batch and one row at a time agree, and the order of rows carries nothing."""
    model, features, _ = fitted
    batch = model.predict(features.iloc[:50])
    alone = np.vstack([model.predict(features.iloc[[i]]) for i in range(50)])
    assert np.allclose(batch, alone, rtol=1e-12, atol=0)
    assert np.allclose(model.predict(features.iloc[49::-1])[::-1], batch, rtol=1e-12, atol=0)


def test_labels_never_observed_teach_nothing(fitted):
    model, features, labels = fitted
    seen = labels["target"].notna()
    only = clone(model).fit(features[seen], labels[seen])
    assert np.array_equal(only.predict(features), model.predict(features))


def test_its_contributions_add_up(fitted):
    model, features, _ = fitted
    if not isinstance(model, Explainable):
        with pytest.raises(BadInput, match="cannot be explained"):
            attribute(model, features.iloc[:200], features.iloc[200:300])
        return
    values, base, margin = attribute(model, features.iloc[:200], features.iloc[200:300])
    check(values, base, margin)
    assert values.shape == (200, features.shape[1])
    assert np.allclose(margin, model.margin(features.iloc[:200]))


def test_it_travels_as_a_blob(fitted):
    model, features, _ = fitted
    again = cloudpickle.loads(cloudpickle.dumps(model))
    assert np.array_equal(again.predict(features), model.predict(features))
