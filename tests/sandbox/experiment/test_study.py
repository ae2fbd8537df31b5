"""A study finishes what it can, repeats nothing, and gives models nothing to peek at."""

import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
import sandbox as sb
from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.experiment import Study, StudyResults
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.trial import Trial
from sandbox.isolation import Status
from sandbox.portfolio import Portfolio
from sandbox.workspace import held_alone

WORLD = dg.World(dg.scenarios.online_rental, customers=2_500, months=24, seed=5)


class Raises:
    """A model whose fit fails."""

    name, family, role, outputs = "raises", "test", "limit", ("pd",)

    def fit(self, features, labels):
        raise RuntimeError("no luck today")

    def predict(self, features):
        return np.zeros((len(features), 1))


class Recorder:
    """A model that answers with what it was shown: the number of its columns."""

    name, family, role, outputs = "recorder", "test", "limit", ("pd", "columns")

    def fit(self, features, labels):
        self.label_columns = list(labels.columns)
        return self

    def predict(self, features):
        told = np.full(len(features), float(features.shape[1]))
        return np.column_stack([np.linspace(0.01, 0.2, len(features)), told])


def study(tmp_path, models, **fields):
    given = {
        "worlds": [WORLD],
        "seeds": [1],
        "level": "none",
        "jobs": 1,
        "workspace": sb.Workspace(tmp_path / "results"),
        "evaluation_seed": 9,
        "replicas": 4,
        **fields,
    }
    return Study("a study", models=models, **given)


def test_the_others_finish_when_one_model_fails(tmp_path):
    results = study(tmp_path, [Raises(), sb.models.RuleMatrix()]).run(progress=False, track=False)
    by_model = {c.cell.model: c for c in results.cells}
    assert by_model["raises"].status is Status.RAISED
    assert "no luck today" in by_model["raises"].reason
    assert by_model["rule matrix"].status is Status.OK
    assert results.best.name == "rule matrix"
    row = results.table().set_index("model").loc["raises"]
    assert row["seeds"] == 0
    assert "no luck today" in row["status"]


def test_a_model_that_kills_its_sandbox_costs_its_own_cell_only(tmp_path):
    class Dies(Raises):
        name = "dies"

        def fit(self, features, labels):
            import ctypes

            ctypes.string_at(0)

    models = [Dies(), sb.models.RuleMatrix()]
    results = study(tmp_path, models, level="namespace").run(progress=False, track=False)
    by_model = {c.cell.model: c for c in results.cells}
    assert by_model["dies"].status is Status.KILLED
    assert "SIGSEGV" in by_model["dies"].reason
    assert by_model["dies"].evidence[0].level == "namespace"
    assert by_model["rule matrix"].status is Status.OK


def test_what_was_run_is_read_and_what_failed_is_tried_again(tmp_path):
    first = study(tmp_path, [Raises(), sb.models.RuleMatrix()])
    before = {c.cell.model: c for c in first.run(progress=False, track=False).cells}
    folders = {p.name: p.stat().st_mtime_ns for p in first.folder.iterdir() if p.is_dir()}
    time.sleep(0.02)
    after = {c.cell.model: c for c in first.run(progress=False, track=False).cells}
    assert after["rule matrix"].metrics == before["rule matrix"].metrics
    changed = {
        p.name for p in first.folder.iterdir() if folders.get(p.name) != p.stat().st_mtime_ns
    }
    assert before["rule matrix"].cell.digest not in changed
    assert before["raises"].cell.digest in changed


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": [2]},
        {"evaluation_seed": 10},
        {"policy": sb.LimitPolicy(dti_cap=0.5)},
        {"worlds": [replace(WORLD, customers=2_501)]},
        {"limits": sb.Limits(wall=77.0)},
        {"models": [sb.models.RuleMatrix(pd_bands=(0.1,), income_multiples=(1.0,))]},
    ],
)
def test_a_changed_configuration_is_another_cell(tmp_path, change):
    base = study(tmp_path, [sb.models.RuleMatrix()])
    same = study(tmp_path, [sb.models.RuleMatrix()])
    assert base.planned()[0].cell.digest == same.planned()[0].cell.digest
    changed = study(tmp_path, **{"models": [sb.models.RuleMatrix()], **change})
    assert base.planned()[0].cell.digest != changed.planned()[0].cell.digest


def test_a_result_survives_its_folder(tmp_path):
    results = study(tmp_path, [sb.models.RuleMatrix()]).run(progress=False, track=False)
    read = StudyResults.load(results.workspace, "a study")
    written, again = results.cells[0], read.cells[0]
    assert again.metrics == pytest.approx(dict(written.metrics), nan_ok=True)
    # As text, since a figure that was not evaluated is NaN, which equals nothing.
    assert [str(r.record()) for r in again.results] == [str(r.record()) for r in written.results]
    for name, table in written.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
    assert np.array_equal(again.attribution.values, written.attribution.values)
    assert again.evidence == written.evidence
    assert again.model_blob == written.model_blob


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


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"level": "strong"}, "no isolation level 'strong'"),
        ({"jobs": 0}, "jobs is 0"),
    ],
)
def test_a_study_refuses_nonsense(tmp_path, fields, words):
    with pytest.raises(BadInput, match=words):
        study(tmp_path, [sb.models.RuleMatrix()], **fields)


def test_a_file_needs_a_role():
    with pytest.raises(BadInput, match="judged as"):
        Entrant.of("vendor.pkl")


def test_a_study_that_is_not_there_names_those_that_are(tmp_path):
    study(tmp_path, [Raises()]).run(progress=False, track=False)
    with pytest.raises(BadInput, match="there are a-study"):
        StudyResults.load(sb.Workspace(tmp_path / "results"), "another")


def test_a_killed_study_goes_on_where_it_was_and_tracks_nothing_twice(tmp_path):
    """SIGKILL after the first of four cells; the second run finishes, every cell once."""
    script = tmp_path / "study.py"
    script.write_text(
        "import sys, data_generators as dg, sandbox as sb\n"
        "world = dg.World(dg.scenarios.online_rental, customers=2_500, months=24, seed=5)\n"
        "if __name__ == '__main__':\n"
        "    sb.Study('killed', worlds=[world], models=[sb.models.RuleMatrix()],\n"
        "             seeds=[1, 2, 3, 4], level='none', jobs=1, evaluation_seed=3, replicas=4,\n"
        f"             workspace=sb.Workspace(sb.workspace.Path({str(tmp_path / 'r')!r}))).run()\n"
    )
    folder = tmp_path / "r" / "studies" / "killed"
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(folder.glob("[0-9a-f]*/cell.json")):
        assert process.poll() is None, "the study ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    kept = {p.parent.name: p.stat().st_mtime_ns for p in folder.glob("[0-9a-f]*/cell.json")}
    assert 0 < len(kept) < 4
    subprocess.run([sys.executable, str(script)], check=True, stderr=subprocess.DEVNULL)
    cells = StudyResults.load(sb.Workspace(tmp_path / "r"), "killed").cells
    assert len({c.cell.seed for c in cells}) == 4
    for digest, written in kept.items():
        assert (folder / digest / "cell.json").stat().st_mtime_ns == written
    from sandbox.tracking import runs

    tracked = runs(sb.Workspace(tmp_path / "r"), "killed")
    assert len(tracked) == 4


def test_a_half_written_cell_is_not_a_result(tmp_path):
    folder = tmp_path / "cell"
    folder.mkdir()
    with pytest.raises(FileNotFoundError):
        CellResult.load(folder)


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
    assert gate.verdict == "not evaluated"


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


class Dies:
    """A model that takes the process down with it, once it is opened."""

    name, family, role, outputs = "dies", "test", "limit", ("pd",)

    def fit(self, features, labels):
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_costs_one_cell_and_not_the_study(tmp_path):
    """At level none the model runs in the study's own worker process, and kills that."""
    results = study(tmp_path, [sb.models.RuleMatrix(), Dies()], seeds=[1, 2], jobs=2).run(
        progress=False, track=False
    )
    statuses = {c.cell.run_name: c.status for c in results.cells}
    assert len(statuses) == 4
    for name, status in statuses.items():
        assert status is (Status.KILLED if name.startswith("dies") else Status.OK)


def test_two_cells_of_one_name_are_refused(tmp_path):
    twice = study(tmp_path, [sb.models.BoostedPD(), sb.models.BoostedPD(depth=2)])
    with pytest.raises(BadInput, match="2 cells of the study are called 'boosted PD"):
        twice.planned()
    named = [sb.models.BoostedPD(), Entrant.of(sb.models.BoostedPD(depth=2), name="shallow")]
    assert len({p.cell.digest for p in study(tmp_path, named).planned()}) == 2


def test_a_study_that_is_running_is_not_started_again(tmp_path):
    one = study(tmp_path, [sb.models.RuleMatrix()])
    with held_alone(one.folder), pytest.raises(BadInput, match="Another process is at work"):
        # flock holds between open files, so this process can stand for another one.
        one.run(progress=False, track=False)


def test_two_names_that_would_share_a_folder_are_told_apart(tmp_path):
    study(tmp_path, [Raises()]).run(progress=False, track=False)
    with pytest.raises(BadInput, match="is kept in"):
        replace(study(tmp_path, [Raises()]), name="a, study").run(progress=False, track=False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"worlds": [replace(WORLD, months=3)]}, "3 months"),
    ],
)
def test_what_could_only_be_judged_wrongly_is_refused_before_it_runs(tmp_path, change, words):
    one = study(tmp_path, [sb.models.RuleMatrix()], **change)
    with pytest.raises(BadInput, match=words):
        one.run(progress=False, track=False)
