"""Every level gives the same numbers, bit for bit, and refuses the same input."""

import hostile_models as hm
import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Limits, Status, worker
from sandbox.isolation.limits import MIB

LEVELS = ("none", "process", "namespace")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    features = pd.DataFrame(rng.normal(size=(600, 5)), columns=list("abcde"))
    features.loc[::7, "b"] = np.nan
    features["grade"] = pd.Categorical(rng.choice(["low", "high"], 600))
    target = (rng.uniform(size=600) < 1 / (1 + np.exp(-features["a"]))).astype(float)
    target[::11] = np.nan
    return features, pd.DataFrame({"target": target})


class Boosted(hm.Scorer):
    """A model of our protocol over a scikit-learn ensemble, with a category and missing values."""

    def fit(self, features, labels):
        seen = labels["target"].notna()
        self.ensemble_ = HistGradientBoostingClassifier(
            max_iter=10, categorical_features="from_dtype", random_state=0
        ).fit(features[seen], labels["target"][seen])
        return self

    def predict(self, features):
        return self.ensemble_.predict_proba(features)[:, 1:]


def test_fit_score_and_explain_agree_bit_for_bit_at_every_level(data):
    features, labels = data
    numbers = features.drop(columns="grade").fillna(0.0)
    scores, parts, blobs = [], [], []
    for level in LEVELS:
        with worker(level) as place:
            fitted = place.fit(Artefact.of(Boosted()), features, labels)
            assert fitted.status is Status.OK, fitted.reason
            assert fitted.evidence.level == level
        blobs.append(fitted.value)
    for level in LEVELS:
        with worker(level) as place:
            scored = place.score(blobs[LEVELS.index(level)], features, ("pd",))
            assert scored.status is Status.OK, scored.reason
            explained = place.explain(blobs[LEVELS.index(level)], numbers, numbers[:50])
            assert explained.status is Status.OK, explained.reason
        scores.append(scored.value)
        parts.append(explained.value)
    assert scores[0].shape == (600, 1)
    assert scores[0].std() > 0.05
    assert all(np.array_equal(s, scores[0]) for s in scores)
    values, base, margin = parts[0]
    assert (values.shape, base.shape, margin.shape) == ((600, 5), (600,), (600,))
    assert all(np.array_equal(a, b) for p in parts for a, b in zip(p, parts[0], strict=True))


def test_a_vendors_file_scores_inside_as_it_does_outside(data, tmp_path):
    features, labels = data
    numbers = features.drop(columns="grade").fillna(0.0)
    seen = labels["target"].notna()
    model = LogisticRegression().fit(numbers[seen], labels["target"][seen])
    joblib.dump(model, tmp_path / "vendor.joblib")
    with worker() as place:
        scored = place.score(Artefact.from_file(tmp_path / "vendor.joblib"), numbers, ("pd",))
    assert np.array_equal(scored.value[:, 0], model.predict_proba(numbers)[:, 1])


def test_a_foreign_estimator_is_fitted_on_the_observed_rows(data):
    features, labels = data
    numbers = features.drop(columns="grade").fillna(0.0)
    seen = labels["target"].notna()
    outside = LogisticRegression().fit(numbers[seen], labels["target"][seen])
    with worker("none") as place:
        fitted = place.fit(Artefact.of(LogisticRegression()), numbers, labels)
    with worker("none") as place:
        scored = place.score(fitted.value, numbers, ("pd",))
    assert np.array_equal(scored.value[:, 0], outside.predict_proba(numbers)[:, 1])


def test_a_model_gets_its_own_table_without_the_callers_index():
    class Meddler(hm.Scorer):
        def predict(self, features):
            assert list(features.index) == [0, 1]
            features["x"] = 0.0
            features.loc[0, "x"] = 1.0
            return features[["x"]].to_numpy()

    features = pd.DataFrame({"x": [0.5, 0.25]}, index=["customer 17", "customer 4"])
    for level in LEVELS:
        with worker(level) as place:
            scored = place.score(Artefact.of(Meddler()), features, ("pd",))
            assert scored.value.tolist() == [[1.0], [0.0]], scored.reason
    assert features["x"].tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("features", "words"),
    [
        (pd.DataFrame({"x": []}), "0 rows"),
        (pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]), "appears twice"),
        (pd.DataFrame([[1.0]]), "not named by text"),
        (pd.DataFrame({"x": [object()]}), "Column 'x' .* cannot be written as Arrow"),
        (pd.DataFrame({"x": [2**70]}), "Column 'x' .* cannot be written as Arrow"),
        (pd.DataFrame({"x": ["\ud800"]}, dtype=object), "Column 'x' .* cannot be written as Arrow"),
    ],
)
def test_a_table_that_cannot_go_in_is_named(features, words):
    with worker("none") as place, pytest.raises(BadInput, match=words):
        place.score(Artefact.of(hm.Scorer()), features, ("pd",))


def test_requests_that_make_no_sense_are_refused_in_words():
    features = pd.DataFrame({"x": [0.5, 0.25]})
    artefact = Artefact.of(hm.Scorer())
    with worker("none", Limits(file_size=MIB)) as place:
        with pytest.raises(BadInput, match="`target` is needed"):
            place.fit(artefact, features, features)
        with pytest.raises(BadInput, match="1 of labels"):
            place.fit(artefact, features, pd.DataFrame({"target": [1.0]}))
        with pytest.raises(BadInput, match="different columns"):
            place.explain(artefact, features, pd.DataFrame({"y": [0.5]}))
        with pytest.raises(BadInput, match="No outputs"):
            place.score(artefact, features, ())
        with pytest.raises(BadInput, match="more than file_size"):
            place.score(artefact, pd.DataFrame({"x": np.zeros(200_000)}), ("pd",))
