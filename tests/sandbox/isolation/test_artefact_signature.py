"""A table that does not fit what a model declares is refused outside, by the column's name."""

import hostile_models as hm
import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, SharedFeatures, Status, worker
from sandbox.isolation.artefacts.signature import Column, Signature

TABLE = pd.DataFrame(
    {
        "age": np.array([31, 44, 60]),
        "income": [9.5, 7.0, 8.0],
        "late": [True, False, True],
        "city": ["a", "b", "a"],
    }
)
READS = Signature(
    (
        Column("age", "long"),
        Column("income", "double", required=False),
        Column("late", "boolean"),
        Column("city", "string"),
    )
)


def test_a_table_that_fits_passes():
    READS.check(TABLE)
    READS.check(TABLE.assign(income=[np.nan, 1, 2]))
    READS.check(TABLE.assign(age=np.int32([1, 2, 3])))
    READS.check(TABLE.drop(columns="income"))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.drop(columns="age"), "Column 'age' is missing; .* has age, income, late"),
        (lambda t: t.assign(extra=1.0), "Column 'extra' is not in the model's signature"),
        (lambda t: t[["income", "age", "late", "city"]], "Column 1 is 'income' where .* 'age'"),
        (lambda t: t.assign(age=[1, np.nan, 2]), "Row 1 of column 'age' is NaN.* long values"),
        (lambda t: t.assign(late=[None, True, False]), "Row 0 of column 'late' is NaN.*boolean"),
        (lambda t: t.assign(city=["a", "b", None]), "Row 2 of column 'city' is NaN.* is required"),
        (lambda t: t.assign(age=[1.5, 2, 3]), r"Column 'age' holds float64 .*says long; .*int64"),
        (lambda t: t.assign(income=["1", "2", "3"]), "Column 'income' holds str .*says double"),
        (lambda t: t.assign(city=[1, 2, 3]), "Column 'city' holds int64 .*says string"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_by_the_columns_name(spoil, words):
    with pytest.raises(BadInput, match=words):
        READS.check(spoil(TABLE))


def test_a_matrix_signature_counts_columns():
    inputs = '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]'
    reads = Signature.read({"inputs": inputs})
    reads.check(pd.DataFrame(np.zeros((2, 3)), columns=list("abc")))
    with pytest.raises(BadInput, match="There are 2 columns; the model's signature has 3"):
        reads.check(pd.DataFrame(np.zeros((2, 2)), columns=list("ab")))


def test_a_row_is_held_to_the_signature_as_well():
    reads = Signature((Column("age", "double"), Column("income", "double", required=False)))
    reads.check_row(np.array([1.0, np.nan]))
    with pytest.raises(BadInput, match="Column 'age' of the row is NaN"):
        reads.check_row(np.array([np.nan, 1.0]))
    with pytest.raises(BadInput, match="There are 3 values; the model's signature has 2"):
        reads.check_row(np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("said", ["not json", '{"a": 1}', "[3]", '[{"name": "a"}]'])
def test_a_signature_of_another_form_is_bad_input(said):
    with pytest.raises(BadInput, match="signature in the MLmodel file cannot be read"):
        Signature.read({"inputs": said})


@pytest.fixture(scope="module")
def artefact(tmp_path_factory):
    features = TABLE[["age", "income"]].astype(float)
    model = LogisticRegression().fit(features, [0, 1, 1])
    folder = tmp_path_factory.mktemp("saved") / "model"
    signature = mlflow.models.infer_signature(features)
    mlflow.sklearn.save_model(
        model, folder, signature=signature, pip_requirements=["scikit-learn"]
    )  # fmt: skip
    return Artefact.from_mlflow(folder)


@pytest.mark.parametrize("shared", [False, True], ids=["table", "shared"])
def test_nothing_is_sent_to_a_model_when_the_table_does_not_fit(artefact, shared):
    good = TABLE[["age", "income"]].astype(float)
    bad = good.assign(age=[1.0, np.nan, 2.0])
    with worker("none") as place:
        with pytest.raises(BadInput, match="Row 1 of column 'age' is NaN"):
            place.score(artefact, SharedFeatures(bad) if shared else bad, ("pd",))
        # the mistake was the caller's: the worker goes on
        outcome = place.score(artefact, SharedFeatures(good) if shared else good, ("pd",))
    assert outcome.status is Status.OK
    assert outcome.value.shape == (3, 1)


def test_a_fitted_model_keeps_what_the_model_declared():
    given = Artefact.of(hm.Scorer())
    declared = Artefact(given.kind, given.payload, Signature((Column("x", "double"),)))
    with worker("none") as place:
        table = pd.DataFrame({"x": [0.1, 0.2]})
        fitted = place.fit(declared, table, pd.DataFrame({"target": [0.0, 1.0]})).value
    assert fitted.signature == declared.signature


def test_a_model_that_returns_text_is_a_failure_of_its_own():
    with worker("namespace") as place:
        model = Artefact.of(hm.Constant(np.array([["high"], ["low"]])))
        outcome = place.score(model, pd.DataFrame({"x": [1.0, 2.0]}), ("pd",))
    assert outcome.status is Status.PROTOCOL_VIOLATION
    assert "not numbers" in outcome.reason
