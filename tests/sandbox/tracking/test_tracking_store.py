"""What a study leaves in MLflow, on a real SQLite store."""

import json
import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tracked_cells import FEATURES, cell_result

from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status
from sandbox.tracking import find_run, open_store, runs, studies
from sandbox.workspace import Workspace


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield open_store(Workspace(tmp_path_factory.mktemp("results")))


def run_of(store, run_id):
    return store.client.get_run(run_id)


def all_runs(store, study):
    from mlflow.entities import ViewType

    experiment = store.client.get_experiment_by_name(study)
    return store.client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL)


def files(store, run_id, folder=None):
    found = []
    for entry in store.client.list_artifacts(run_id, folder):
        found.extend(files(store, run_id, entry.path) if entry.is_dir else [entry.path])
    return sorted(found)


def test_importing_tracking_imports_neither_mlflow_nor_pandas():
    code = "import sys, sandbox.tracking; print({'mlflow', 'pandas', 'shap'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "set()", answer.stderr


def test_runs_of_different_models_line_up(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = store.log(cell_result("line up"))
    second = store.log(cell_result("line up", model="causal pair", family="hgb", seed=2))
    one, other = run_of(store, first), run_of(store, second)
    assert one.info.run_name == "rule matrix · online rental · seed 1"
    assert one.info.status == "FINISHED"
    assert one.info.end_time - one.info.start_time == 12_500
    assert one.data.tags["model.family"] == "rules"
    assert one.data.tags["isolation.level"] == "namespace"
    assert one.data.tags["validation"] == "1 pass"
    assert one.data.metrics.keys() == other.data.metrics.keys()
    assert one.data.params.keys() == other.data.params.keys()
    assert one.data.tags.keys() == other.data.tags.keys()
    assert files(store, first) == files(store, second)
    assert {
        "beeswarm.png",
        "explanation/beeswarm.png",
        "code/version.json",
        "isolation/evidence.json",
        "tables/decisions.json",
        "tables/shap_summary.json",
        "tables/validation.json",
        "validation/not_evaluated.json",
        "validation/results.json",
    } <= set(files(store, first))
    assert list(tmp_path.iterdir()) == []  # no mlruns or mlflow.db where the user stands


def test_tables_are_what_mlflow_reads_back(store):
    long = pd.DataFrame({"step": np.arange(900), "alerts": np.arange(900.0)})
    result = cell_result("tables")
    result = replace(result, tables={**result.tables, "alerts_by_step": long})
    run_id = store.log(result)
    table = json.loads(artifact(store, run_id, "tables/shap_summary.json").read_text())
    assert table["columns"] == ["feature", "mean_abs", "share", "direction"]
    assert len(table["data"]) == len(FEATURES)
    sample = json.loads(artifact(store, run_id, "tables/alerts_by_step.json").read_text())
    whole = pd.read_parquet(artifact(store, run_id, "tables/alerts_by_step.parquet"))
    assert len(sample["data"]) == 200
    pd.testing.assert_frame_equal(whole, long)
    listed = json.loads(run_of(store, run_id).data.tags["mlflow.loggedArtifacts"])
    assert {entry["path"] for entry in listed} <= set(files(store, run_id))


def artifact(store, run_id, path):
    return Path(store.client.download_artifacts(run_id, path))


def test_the_same_cell_is_never_logged_twice(store):
    first = store.log(cell_result("twice"))
    assert store.log(cell_result("twice")) == first
    assert len(all_runs(store, "twice")) == 1
    assert store.log(cell_result("twice", seed=2)) != first


def test_what_a_killed_process_left_is_marked_and_replaced(store):
    result = cell_result("killed")
    done = store.log(cell_result("killed", seed=9))
    experiment = run_of(store, done).info.experiment_id
    left = store.client.create_run(experiment, tags={"cell": result.cell.digest}).info.run_id
    fresh = store.log(result)
    assert fresh != left
    assert run_of(store, left).info.status == "KILLED"
    assert run_of(store, left).info.lifecycle_stage == "deleted"
    assert set(runs(store.workspace, "killed")["run_id"]) == {done, fresh}


def test_a_log_that_breaks_off_leaves_no_run_and_can_be_done_again(store, monkeypatch):
    monkeypatch.setattr(
        "sandbox.tracking.contents.params", lambda result: {"a name / \x00": "refused by MLflow"}
    )
    with pytest.raises(Exception, match="Invalid"):
        store.log(cell_result("broken off"))
    assert runs(store.workspace, "broken off").empty
    monkeypatch.undo()
    store.log(cell_result("broken off"))
    assert len(runs(store.workspace, "broken off")) == 1


def test_a_failed_cell_is_a_failed_run_with_its_reason_until_it_is_made_good(store):
    good = cell_result("failed")
    failed = replace(
        good,
        status=Status.TIMED_OUT,
        reason="The model raised ValueError: declared_income: 7634.36, target: 0.0",
        metrics={},
        results=(),
        tables={},
        attribution=None,
        model_blob=None,
    )
    run_id = store.log(failed)
    assert run_of(store, run_id).info.status == "FAILED"
    assert run_of(store, run_id).data.tags["status"] == "timed out"
    told = run_of(store, run_id).data.tags
    assert told["reason"].startswith("timed out (ValueError)")
    assert not any("7634" in text for text in told.values()), "a model's words may quote a row"
    fresh = store.log(good)
    assert list(runs(store.workspace, "failed")["run_id"]) == [fresh]


def test_datasets_carry_name_digest_and_context_but_no_place(store):
    result = cell_result("datasets")
    run = run_of(store, store.log(result))
    logged = {i.dataset.name: i for i in run.inputs.dataset_inputs}
    for record in result.datasets:
        entry = logged[record.name]
        assert record.digest.startswith(entry.dataset.digest)
        assert entry.tags[0].value == record.context
        assert entry.dataset.source == "{}"
        assert json.loads(entry.dataset.profile)["num_rows"] == record.rows


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": {"truth_outcomes": pd.DataFrame({"a": [1.0]})}},
        {"tables": {"scored": pd.DataFrame({"score": [0.1], "latent_income": [1.0]})}},
        {"tables": {"scored": pd.DataFrame({"score": [0.1], "willingness": [1.0]})}},
        {"inputs": ("utilisation", "truth_pd")},
    ],
)
def test_truth_never_reaches_the_store_but_figures_about_it_do(store, changes):
    with pytest.raises(BadInput, match="belongs to the truth"):
        store.log(cell_result("refused", **changes))
    assert store.client.get_experiment_by_name("refused") is None
    store.log(cell_result("figures", metrics={"truth/pd_rmse": 0.04}))


def test_a_table_that_tells_who_is_who_is_refused(store):
    table = pd.DataFrame({"customer_id": [1], "score": [0.2]})
    with pytest.raises(BadInput, match=r"`customer_id`.*who is who"):
        store.log(cell_result("personal", tables={"scored": table}))


def test_a_hostile_model_is_never_opened_by_logging_it(store, tmp_path):
    """Logging, reading back and loading leave the blob shut; only a sandbox opens it."""
    import mlflow.pyfunc

    from sandbox.errors import SandboxError

    class Hostile:
        def __init__(self, path):
            self.path = path

        def __reduce__(self):
            return os.mkdir, (str(self.path),)

    control, victim = tmp_path / "control", tmp_path / "victim"
    pickle.loads(pickle.dumps(Hostile(control)))
    assert control.exists()  # the attack works where nothing holds it
    result = cell_result("hostile", model_blob=pickle.dumps(Hostile(victim)))
    run_id = store.log(result)
    assert not victim.exists()
    model = mlflow.pyfunc.load_model(model_place(store, run_id))
    assert not victim.exists()
    with pytest.raises(SandboxError):
        model.predict(pd.DataFrame([[0.0, 0.0, 0.0]], columns=list(FEATURES)))
    assert not victim.exists()


def model_place(store, run_id):
    version = store.client.search_model_versions(f"run_id = '{run_id}'")[0]
    return store.client.get_model_version_download_uri(version.name, version.version)


def test_a_logged_model_scores_in_a_sandbox_as_it_did_in_the_study(store):
    import cloudpickle
    import mlflow.pyfunc

    from sandbox.isolation import strongest

    class Doubled:
        def predict(self, features):
            return np.column_stack([features["utilisation"] / 10, features["orders_30d"] * 100])

    run_id = store.log(cell_result("scored", model_blob=cloudpickle.dumps(Doubled())))
    model = mlflow.pyfunc.load_model(
        model_place(store, run_id), model_config={"isolation_level": str(strongest())}
    )
    features = pd.DataFrame([[1.0, 0.0, 5.0], [2.0, 0.0, 6.0]], columns=list(FEATURES))
    scores = model.predict(features)
    np.testing.assert_allclose(scores, [[0.1, 500.0], [0.2, 600.0]])
    assert list(scores.columns) == ["pd", "limit"]


def test_a_model_carries_signature_pinned_requirements_and_a_made_up_example(store, monkeypatch):
    from mlflow.models import Model, get_model_info

    result = cell_result("signature")
    place = Path(model_place(store, store.log(result)).removeprefix("file://"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    told = get_model_info("models:/limit.online_rental/1")
    assert told.signature.inputs.input_names() == list(FEATURES)
    assert told.saved_input_example_info["type"] == "dataframe"
    described = Model.load(place)
    assert described.signature.inputs.input_names() == list(FEATURES)
    assert described.signature.outputs.input_names() == ["pd", "limit"]
    assert "mlflow==" in (place / "requirements.txt").read_text()
    example = described.load_input_example(str(place)).to_numpy()
    features = result.attribution.features
    np.testing.assert_allclose(example[0], features.median().to_numpy())
    assert not (features.to_numpy() == example).all(axis=1).any()


def test_models_of_one_use_are_versions_of_one_registered_model(store):
    """Champion and challenger can be compared since both are versions of `fraud.online_rental`."""
    first = store.log(cell_result("champion", model="good fraud", role="fraud"))
    second = store.log(cell_result("champion", model="rules", role="fraud", seed=2))
    assert store.set_alias(first, "challenger") == "fraud.online_rental@challenger"
    assert store.set_alias(second) == "fraud.online_rental@champion"
    found = {
        alias: store.client.get_model_version_by_alias("fraud.online_rental", alias)
        for alias in ("champion", "challenger")
    }
    assert {alias: version.run_id for alias, version in found.items()} == {
        "champion": second,
        "challenger": first,
    }
    assert found["champion"].tags["model"] == "rules"
    failed = cell_result("champion", seed=3, model_blob=None)
    with pytest.raises(BadInput, match="no registered model"):
        store.set_alias(store.log(failed))


def test_a_run_in_the_bin_has_no_model_in_the_registry(store):
    run_id = store.log(cell_result("binned"))
    assert store.client.search_model_versions(f"run_id = '{run_id}'")
    store.discard(run_id)
    assert not store.client.search_model_versions(f"run_id = '{run_id}'")


def test_a_report_is_attached_without_changing_the_runs_duration(store, tmp_path):
    run_id = store.log(cell_result("report"))
    before = run_of(store, run_id).info
    page = tmp_path / "report.html"
    page.write_text("<p>fine</p>")
    time.sleep(0.01)
    store.attach_report(run_id, page)
    after = run_of(store, run_id).info
    assert (after.start_time, after.end_time, after.status) == (
        before.start_time,
        before.end_time,
        "FINISHED",
    )
    assert "report/report.html" in files(store, run_id)
    with pytest.raises(BadInput, match="no file"):
        store.attach_report(run_id, tmp_path / "absent.html")


def test_runs_come_back_as_a_table_with_a_row_a_run(store):
    for seed in (2, 1):
        store.log(cell_result("table", seed=seed))
    table = runs(store.workspace, "table")
    assert list(table["seed"]) == [1, 2]
    assert list(table["value/profit_per_customer"]) == [121.0, 122.0]
    assert find_run(store.workspace, table["run_id"][0])["model"] == "rule matrix"
    assert studies(store.workspace)[0] == "table"
    with pytest.raises(BadInput, match=r"no study 'absent'.*'table'"):
        runs(store.workspace, "absent")
    with pytest.raises(BadInput, match="no run 'absent'"):
        find_run(store.workspace, "absent")


def test_reading_makes_no_store(tmp_path):
    with pytest.raises(BadInput, match="no results"):
        runs(Workspace(tmp_path / "new"), "any")
    assert list(tmp_path.iterdir()) == []


def test_settings_of_any_name_are_kept_under_one_that_mlflow_takes(store):
    settings = {"model.深度": "3", "model.a(b)": "1", f"model.{'p' * 300}": "2"}
    run_id = store.log(cell_result(study="odd settings", params=settings))
    kept = run_of(store, run_id).data.params
    assert kept["settings.u6df1u5ea6"] == "3"
    assert kept["settings.au0028bu0029"] == "1"
    assert "2" in kept.values()
