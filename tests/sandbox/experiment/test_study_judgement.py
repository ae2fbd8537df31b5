"""A study gives models nothing to peek at, and opens no file of a vendor."""

import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from studies import WORLD, Recorder, study

import sandbox as sb
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.trial import Trial
from sandbox.isolation import Status
from sandbox.portfolio import Portfolio


def test_a_model_sees_features_and_labels_and_nothing_else(tmp_path):
    plan = study(tmp_path, [Recorder()]).planned()[0]
    trial = plan.trial()
    traits = set(WORLD.truth.traits().columns)
    for table in (trial.training_features, trial.evaluation_features):
        assert not set(table.columns) & (traits | {"customer_id", "default", "typology"})
    ledger = {"taken", "utilisation", "ead"}
    assert set(trial.training_labels.columns) == {"target", "credit_limit", "propensity"} | ledger


def test_models_are_judged_on_customers_they_never_saw(tmp_path):
    plan = study(tmp_path, [Recorder()]).planned()[0]
    assert plan.evaluation.seed > 2**64
    assert plan.evaluation.seed != replace(plan, evaluation_seed=10).evaluation.seed
    trial = plan.trial()
    both = pd.concat([trial.training_features, trial.evaluation_features])
    assert not both.duplicated().any()


def test_the_evaluation_seed_is_drawn_once_and_readable_by_its_owner_only(tmp_path):
    one = study(tmp_path, [Recorder()], evaluation_seed=None)
    seed = one.planned()[0].evaluation_seed
    assert seed.bit_length() > 64
    assert one.planned()[0].evaluation_seed == seed
    path = one.folder / "evaluation_seed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = study(tmp_path / "elsewhere", [Recorder()], evaluation_seed=None)
    assert other.planned()[0].evaluation_seed != seed


def test_a_pd_model_on_a_world_is_judged_by_the_limits_it_leads_to(tmp_path):
    cell = study(tmp_path, [sb.models.BoostedPD()]).planned()[0].cell
    assert cell.role == "limit"


def test_in_the_sandbox_the_same_figures_come_out(tmp_path):
    """The boundary changes nothing: namespace and none agree to the bit."""
    metrics = {}
    for level in ("none", "namespace"):
        results = study(tmp_path / level, [sb.models.BoostedPD()], level=level)
        cell = results.run(progress=False, track=False).cells[0]
        assert cell.status is Status.OK, cell.reason
        metrics[level] = {k: v for k, v in cell.metrics.items() if not k.startswith("ops/")}
        mechanisms = cell.evidence[-1].mechanisms
        assert ("no network" in mechanisms) == (level == "namespace")
    assert metrics["none"] == metrics["namespace"]


class ByPosition:
    """Scores by where a row stands: right wherever a table is sorted by its outcome."""

    name, family, role, outputs = "by position", "test", "pd", ("pd",)

    def fit(self, features, labels):
        return self

    def predict(self, features):
        return np.linspace(0.9, 0.1, len(features))[:, None]


@pytest.mark.parametrize("shuffled", [True, False])
def test_a_place_in_a_sorted_file_tells_nothing(tmp_path, monkeypatch, shuffled):
    if not shuffled:  # the positive control
        monkeypatch.setattr(Trial, "order", lambda trial: np.arange(len(trial.evaluation_features)))
    rng = np.random.default_rng(5)
    cards = Portfolio(
        name="sorted cards",
        currency="CNY",
        features=pd.DataFrame({"utilisation": rng.random(4_000)}),
        target=(np.arange(4_000) < 800).astype(float),
        scores=None,
        monitored=pd.DataFrame(index=range(4_000)),
        accounts=np.arange(4_000),
    )
    given = study(tmp_path, [ByPosition()], worlds=[cards], evaluation_seed=None)
    (cell,) = given.run(progress=False, track=False).cells
    assert cell.status is Status.OK, cell.reason
    auc = cell.metrics["perf/auc"]
    assert 0.4 < auc < 0.6 if shuffled else auc > 0.99


class Lies:
    """A model whose explanation adds up to an output that is not its own."""

    name, family, role, outputs = "liar", "test", "limit", ("pd",)
    explained = "log-odds of nothing"

    def fit(self, features, labels):
        return self

    def predict(self, features):
        return np.linspace(0.01, 0.2, len(features))[:, None]

    def margin(self, features):
        return np.zeros(len(features))

    def contributions(self, features, background):
        return np.zeros(features.shape), np.zeros(len(features))


def test_contributions_that_add_up_to_something_else_are_no_explanation(tmp_path):
    cell = study(tmp_path, [Lies()]).run(progress=False, track=False).cells[0]
    gate = next(r for r in cell.results if r.id == "explanation.additivity")
    assert gate.verdict == "fail"
    assert "does not follow the scores" in gate.reason
    assert cell.attribution is None


def test_a_vendors_file_is_scored_without_being_opened_here(tmp_path):
    from sklearn.dummy import DummyClassifier

    trial = study(tmp_path, [Recorder()]).planned()[0].trial()
    rows, target = trial.training_features, trial.training_labels["target"].fillna(0)
    import joblib

    path = Path(tmp_path / "vendor.joblib")
    joblib.dump(DummyClassifier(strategy="prior").fit(rows, target), path)
    vendor = Entrant.from_file(path, role="limit", outputs=("pd",), name="vendor limit")
    cell = study(tmp_path, [vendor], level="namespace").run(progress=False, track=False).cells[0]
    assert cell.status is Status.OK, cell.reason
    assert len(cell.evidence) == 1
    gate = next(r for r in cell.results if r.id == "explanation.additivity")
    assert gate.verdict == "pass"
    assert cell.attribution is not None
    assert not cell.attribution.values.any()  # the same for everyone


def test_a_vendors_mlflow_model_is_judged_and_named_by_its_digest_and_not_copied(tmp_path):
    import mlflow.sklearn
    from sklearn.dummy import DummyClassifier

    trial = study(tmp_path, [Recorder()]).planned()[0].trial()
    rows, target = trial.training_features, trial.training_labels["target"].fillna(0)
    folder = tmp_path / "vendor"
    fitted = DummyClassifier(strategy="prior").fit(rows, target)
    mlflow.sklearn.save_model(
        fitted, folder, serialization_format="cloudpickle", pip_requirements=["scikit-learn"]
    )
    vendor = Entrant.from_mlflow(
        folder, role="limit", outputs=("pd",), environment="installed", name="vendor limit"
    )
    (cell,) = study(tmp_path, [vendor], level="namespace").run(progress=False).cells
    assert cell.status is Status.OK, cell.reason
    assert cell.model_blob is None  # a reference to a folder would be no model elsewhere
    assert cell.params["model.digest"] == vendor.artefact.digest[:12]
