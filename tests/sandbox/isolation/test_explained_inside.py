"""Models of other people's libraries are explained inside the sandbox as they are outside."""

import joblib
import mlflow
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sandbox.errors import BadInput
from sandbox.explanation.any_model import QUICK
from sandbox.explanation.contributions import found_in
from sandbox.isolation import Artefact, Status, explained_reply, worker

ROWS = 400


@pytest.fixture(scope="module")
def data():
    draw = np.random.default_rng(0)
    features = pd.DataFrame(draw.normal(size=(ROWS, 4)), columns=list("abcd"))
    return features, (features["a"] + draw.normal(size=ROWS) > 0).astype(int).to_numpy()


def explained(artefact, features, level="namespace"):
    with worker(level) as place:
        return place.explain(artefact, features.head(300), features.tail(30))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            ("log-odds of class 1", "closed form, linear, through the steps before it"),
        ),
        (
            RandomForestClassifier(n_estimators=10, max_depth=4, random_state=0),
            ("probability of class 1", "woodelf, exact"),
        ),
        (xgboost.XGBClassifier(n_estimators=10, n_jobs=1), ("log-odds of class 1", "woodelf")),
        pytest.param(
            # asked again and again, so that only the first rows are explained
            CalibratedClassifierCV(LogisticRegression(), cv=2),
            ("probability of class 1", "shap"),
            marks=pytest.mark.long,
        ),
    ],
    ids=["pipeline", "forest", "xgboost", "calibrated"],
)
def test_a_vendors_file_is_explained_inside_as_outside(data, tmp_path, model, said):
    features, event = data
    joblib.dump(model.fit(features, event), tmp_path / "vendor.joblib")
    outcome = explained(Artefact.from_file(tmp_path / "vendor.joblib"), features)
    assert outcome.status is Status.OK, outcome.reason
    outside = found_in(model, features.head(300), features.tail(30), budget=QUICK)
    parts = (outside.values, outside.base, outside.margin)
    assert all(np.array_equal(a, b) for a, b in zip(outcome.value, parts, strict=True))
    assert outcome.said[0] == said[0]
    assert outcome.said[1].startswith(said[1])
    assert len(outside.values) == (QUICK.explained if said[1] == "shap" else 300)


def test_onnx_and_mlflow_models_are_explained_inside(data, tmp_path):
    from skl2onnx import to_onnx

    features, event = data
    model = LogisticRegression().fit(features.to_numpy(), event)
    graph = to_onnx(model, features.to_numpy()[:1].astype(np.float32)).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(graph)
    booster = xgboost.train(
        {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(features, event), 10
    )
    mlflow.xgboost.save_model(booster, tmp_path / "booster", pip_requirements=["xgboost-cpu"])
    named = explained(Artefact.from_mlflow(tmp_path / "booster"), features)
    assert named.said == ("log-odds of class 1", "woodelf, exact")
    asked = explained(Artefact.from_file(tmp_path / "model.onnx"), features)
    assert asked.said[1].startswith("shap, exact")
    assert len(asked.value[0]) == QUICK.explained
    for outcome in (named, asked):
        values, base, margin = outcome.value
        np.testing.assert_allclose(values.sum(axis=1) + base, margin, atol=1e-6)


def test_what_cannot_be_explained_is_refused_in_words_that_come_out(data, tmp_path):
    features, event = data
    model = LogisticRegression().fit(features, event + (features["b"] > 0.5))
    joblib.dump(model, tmp_path / "three.joblib")
    outcome = explained(Artefact.from_file(tmp_path / "three.joblib"), features)
    assert outcome.status is Status.REFUSED
    assert "3 classes" in outcome.reason
    assert "one class against the rest" in outcome.reason


class Liar:
    """Contributions that do not add up to its margin."""

    explained = "log-odds of nothing"

    def margin(self, features):
        return features["a"].to_numpy()

    def contributions(self, features, background):
        values = features.to_numpy() * 0
        return values, np.zeros(len(features))


def test_a_model_whose_contributions_do_not_add_up_is_told_its_worst_row(data):
    features, _ = data
    worst = int(features["a"].head(300).abs().argmax())
    outcome = explained(Artefact.of(Liar()), features)
    assert outcome.status is Status.RAISED
    assert f"row {worst} of 300" in outcome.reason


class Spoken:
    """Says more than a line, and what no terminal should be shown."""

    explained = "log-odds\n\x1b[31m" + "x" * 500

    def margin(self, features):
        return features["a"].to_numpy()

    def contributions(self, features, background):
        return features.to_numpy() * [1.0, 0.0, 0.0, 0.0], np.zeros(len(features))


def test_what_a_worker_says_is_one_short_printable_line(data):
    outcome = explained(Artefact.of(Spoken()), data[0])
    assert outcome.status is Status.OK, outcome.reason
    assert outcome.said[0].startswith("log-odds [31mxxx")
    assert all(len(text) <= 120 and text.isprintable() for text in outcome.said)


def test_a_reply_about_more_rows_than_were_asked_about_is_refused():
    reply = bytearray(explained_reply.size(2, 1))
    for explained_rows in (0, 3, -1):
        reply[48:56] = int(explained_rows).to_bytes(8, "little", signed=True)
        with pytest.raises(ValueError, match=f"explained {explained_rows} rows; .* about 2"):
            explained_reply.matrix_of(reply, 2)
    reply[48:56] = (1).to_bytes(8, "little")
    assert explained_reply.matrix_of(reply, 2).shape == (1, 3)


def test_other_columns_than_those_of_the_fit_are_refused_by_name(data, tmp_path):
    features, event = data
    joblib.dump(LogisticRegression().fit(features, event), tmp_path / "vendor.joblib")
    outcome = explained(
        Artefact.from_file(tmp_path / "vendor.joblib"), features.rename(columns={"b": "z"})
    )
    assert outcome.status is Status.REFUSED
    assert "fitted on 'b'" in outcome.reason
    with worker() as place, pytest.raises(BadInput, match="different columns"):
        place.explain(Artefact.of(Liar()), features, features[["a"]])
