"""The way to the store: created once, whole; elsewhere when told so; quiet."""

import json
import subprocess
import sys

import pytest
from tracked_cells import cell_result

from sandbox.errors import BadInput
from sandbox.tracking import open_store
from sandbox.tracking.connection import settle_environment
from sandbox.tracking.experiments import experiment_note
from sandbox.tracking.views import FIRST, SECTIONS, view_of, view_tags
from sandbox.workspace import Workspace

OPEN = """
import sys
from pathlib import Path
from sandbox.tracking import open_store
from sandbox.workspace import Workspace
store = open_store(Workspace(Path(sys.argv[1])))
store.client.create_experiment(sys.argv[2])
"""


@pytest.fixture(autouse=True)
def _no_other_store(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_two_processes_may_open_a_new_store_at_once(tmp_path):
    opened = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(tmp_path / "results"), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("first", "second")
    ]
    said = [process.communicate(timeout=120)[0] for process in opened]
    assert [process.returncode for process in opened] == [0, 0], said
    assert said == ["", ""]  # neither mlflow nor alembic has anything to tell a user
    names = {
        e.name for e in open_store(Workspace(tmp_path / "results")).client.search_experiments()
    }
    assert {"first", "second"} <= names
    assert [p.name for p in (tmp_path / "results").iterdir()] == ["mlflow.db"]


def test_another_tracking_store_is_used_where_the_environment_names_one(tmp_path, monkeypatch):
    elsewhere = open_store(Workspace(tmp_path / "elsewhere"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", elsewhere.uri)
    store = open_store(Workspace(tmp_path / "here"))
    run_id = store.log(cell_result("moved"))
    assert elsewhere.client.get_run(run_id).data.tags["study"] == "moved"
    assert not (tmp_path / "here" / "mlflow.db").exists()


def test_a_server_that_is_away_is_one_sentence_without_its_password(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(BadInput, match=r"127\.0\.0\.1:9 cannot be used") as caught:
        open_store(Workspace(tmp_path))
    assert "secret" not in str(caught.value)
    assert "(nothing answers there)" in str(caught.value)


def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path):
    database = tmp_path / "mlflow.db"
    database.write_text("not a database, but long enough to be looked at" * 10)
    before = database.read_bytes()
    with pytest.raises(BadInput, match="cannot be used as an MLflow store"):
        open_store(Workspace(tmp_path))
    assert database.read_bytes() == before


@pytest.mark.parametrize(("given", "kept"), [("", "true"), ("1", "true"), ("false", "false")])
def test_telemetry_is_off_unless_the_user_says_the_one_word_that_turns_it_on(given, kept):
    environment = {"MLFLOW_DISABLE_TELEMETRY": given}
    settle_environment(environment)
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == kept


def test_saved_views_are_what_mlflow_reads():
    for key, value in view_tags(1_795_000_000_000).items():
        view = json.loads(value)
        state = json.loads(view["state"])
        assert key.startswith("mlflow.sharedViewState.")
        assert isinstance(view["name"], str)
        assert isinstance(view["createdAt"], int)
        assert state["orderByKey"] in state["selectedColumns"]
        sections = [section["name"] for section in state["compareRunSections"]]
        assert sections[0] == FIRST
        assert set(sections[1:]) <= set(SECTIONS)
        charts = state["compareRunCharts"]
        assert all(f"metrics.`{c['metricKey']}`" in state["selectedColumns"] for c in charts[:1])
        assert {"tags.`scenario`", "tags.`seed`"} <= set(state["selectedColumns"])


def test_a_narrow_window_shows_figures_before_anything_else():
    state = json.loads(json.loads(view_tags(0)["mlflow.sharedViewState.limit"])["state"])
    assert state["columnOrder"][:2] == [
        "attributes.`Run Name`",
        "metrics.`truth/profit_per_customer`",
    ]


def test_the_note_above_the_runs_begins_with_what_to_do_and_says_what_figures_are():
    note = experiment_note()
    first = note.partition("\n")[0]
    assert all(words in first for words in ("one seed", "Compare", "risk-sandbox compare"))
    assert len(first) <= 100  # MLflow shows one line
    assert "| `truth/profit_per_customer` | expected profit, RMB a customer | higher |" in note


@pytest.mark.parametrize(
    ("roles", "view"),
    [({"limit"}, "limit"), ({"limit", "fraud"}, "all"), ({"collections"}, "all"), (set(), "all")],
)
def test_a_study_of_one_role_opens_with_its_figures(roles, view):
    assert view_of(roles) == view
