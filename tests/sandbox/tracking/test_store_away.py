"""A tracking server that is away: the study goes on, says so once, and is sent later."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from click.testing import CliRunner
from tracked_cells import cell_result
from tracked_studies import NAME, small_study

from sandbox.cli.upload import command
from sandbox.errors import BadInput
from sandbox.experiment.reported import reports_of
from sandbox.tracking import open_store
from sandbox.tracking.connection import settle_environment
from sandbox.tracking.logbook import Logbook
from sandbox.tracking.store import Store
from sandbox.tracking.uploading import upload
from sandbox.workspace import Workspace


@pytest.fixture(autouse=True)
def _few_retries(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def away():
    """An address that nobody answers at."""
    return f"http://me:secret@127.0.0.1:{free_port()}"


def everything(store, study):
    """Runs, their reports, and registered versions of a study."""
    found = store.runs_of(study)
    living = [run for same in found.values() for run in same]
    reports = [run for run in living if store.client.list_artifacts(run.info.run_id, "report")]
    return living, reports, store.client.search_model_versions()


def test_requests_to_a_server_are_tried_a_few_times_and_not_for_ever():
    environment = {}
    settle_environment(environment)
    assert int(environment["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]) <= 2
    assert int(environment["MLFLOW_HTTP_REQUEST_TIMEOUT"]) <= 20


def test_a_study_goes_on_without_the_server_and_says_so_once(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", away())
    study = small_study(tmp_path / "results", seeds=(1, 2))
    results = study.run(progress=False)
    assert len(results.cells) == 2
    assert not results.failed
    assert not results.runs
    said = capfd.readouterr().err
    assert said.count("cannot be used") == 1
    assert f"risk-sandbox upload {NAME} --store" in said
    assert "secret" not in said + results.untracked
    assert "cannot be used" in results.untracked

    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    answer = CliRunner().invoke(command, [NAME, "--store", str(tmp_path / "results")])
    assert answer.output.startswith("2 cells sent to"), answer
    again = CliRunner().invoke(command, [NAME, "--store", str(tmp_path / "results")])
    assert again.output.startswith("0 cells sent to"), again
    store = open_store(study.workspace)
    living, reports, versions = everything(store, NAME)
    assert len(living) == 2
    assert not reports
    assert len(versions) == 2


@pytest.mark.parametrize(
    "uri",
    [
        "mysql+nodriver://me:secret@127.0.0.1/runs",
        "postgresql+nodriver://me:secret@127.0.0.1/runs",
        "http://[::1",
    ],
)
def test_a_store_that_mlflow_has_no_driver_for_is_one_that_is_away(tmp_path, monkeypatch, uri):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with Logbook(Workspace(tmp_path), "limits") as logbook:
        assert "cannot be used" in logbook.untracked
        assert "secret" not in logbook.untracked


class Gone(ConnectionError):
    """What a broken connection raises."""


@pytest.mark.parametrize(
    "call",
    [
        "log_batch",
        pytest.param("log_artifacts", marks=pytest.mark.long),
        pytest.param("set_terminated", marks=pytest.mark.long),
        pytest.param("create_run", marks=pytest.mark.long),
    ],
)
def test_an_upload_that_breaks_off_anywhere_is_done_again(tmp_path, monkeypatch, call):
    """Nothing lost, nothing doubled, whichever call the connection broke in, before or after."""
    workspace = Workspace(tmp_path)
    store = open_store(workspace)
    cells = [cell_result(call, seed=seed, attribution=None) for seed in (1, 2, 3)]
    real = getattr(type(store.client), call)
    calls = []

    def breaks(self, *arguments, **named):
        calls.append(call)
        answer = real(self, *arguments, **named)
        if len(calls) >= 2:  # done at the server, and nobody was told
            raise Gone("the connection was reset")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(type(store.client), call, breaks)
        with pytest.raises(BadInput, match="went away after 1 cells"):
            upload(workspace, call, cells)
    done = upload(workspace, call, cells)
    assert done.sent + done.there == 3
    living, _, versions = everything(store, call)
    assert sorted(run.data.tags["cell"] for run in living) == sorted(c.cell.digest for c in cells)
    assert {run.info.status for run in living} == {"FINISHED"}
    assert len(versions) == 3
    assert upload(workspace, call, cells).there == 3


def test_a_server_that_goes_away_in_the_middle_costs_no_cell(tmp_path, monkeypatch, capsys):
    """The first cell is logged, the second is not; nothing more is tried after that."""
    monkeypatch.setattr(Store, "is_own", False)
    results = [cell_result("middle", seed=seed, attribution=None) for seed in (1, 2, 3)]
    tried = []
    log = Store.log

    def logged(self, result, **named):
        tried.append(result.cell.seed)
        if len(tried) > 1:
            raise Gone("the connection was reset")
        return log(self, result, **named)

    monkeypatch.setattr(Store, "log", logged)
    with Logbook(Workspace(tmp_path), "middle") as logbook:
        for result in results:
            logbook.begin(result.cell)
            logbook.write(result)
    assert tried == [1, 2]
    assert list(logbook.runs) == [results[0].cell.digest]
    assert "connection was reset" in logbook.untracked
    assert capsys.readouterr().err.count("risk-sandbox upload middle") == 1


def serving(folder, port):
    """MLflow's own server with its own artifacts, as a bank would run one."""
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    settle_environment(environment)
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", str(port), "--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline
        try:
            if opener.open(f"http://127.0.0.1:{port}/health", timeout=2).status == 200:
                return process
        except OSError:
            time.sleep(0.2)


def test_a_real_server_that_comes_and_goes_has_every_cell_once(tmp_path, monkeypatch, capfd):
    """Away, then there while half of an upload is done, then away in a study's middle."""
    folder, workspace = tmp_path / "server", Workspace(tmp_path / "results")
    folder.mkdir()
    port = free_port()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    first = small_study(workspace.root, seeds=(1, 2)).run(progress=False)
    first.report()
    assert first.untracked
    process = serving(folder, port)
    try:
        upload(workspace, NAME, first.cells[:1])
        done = upload(workspace, NAME, first.cells, reports_of(first))
        assert (done.sent, done.there, done.reports) == (1, 1, 1)
        store = open_store(workspace)
        living, reports, versions = everything(store, NAME)
        assert len(living) == len(versions) == 2
        assert len(reports) == 1
        champion = store.client.get_model_version_by_alias("fraud.online_rental", "champion")
        assert champion.run_id == reports[0].info.run_id
        begin = Logbook.begin

        def begun(self, cell):
            begin(self, cell)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

        monkeypatch.setattr(Logbook, "begin", begun)
        capfd.readouterr()
        second = small_study(workspace.root, seeds=(1, 2, 3)).run(progress=False)
        assert len(second.cells) == 3
        assert len(second.runs) == 2, "what was there before is known"
        assert second.untracked
        assert capfd.readouterr().err.count("risk-sandbox upload") == 1
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    found = open_store(workspace).runs_of(NAME)
    left = found.pop(second.cells[2].cell.digest)
    assert [run.info.status for run in left] == ["RUNNING"], "shown, its server killed"
    assert all(run.info.status == "FINISHED" for same in found.values() for run in same)
