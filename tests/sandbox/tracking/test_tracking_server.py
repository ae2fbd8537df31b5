"""MLflow's user interface: there while the block lasts, gone with all its processes after it."""

import json
import os
import socket
import urllib.request

import pytest
from tracked_cells import cell_result

from sandbox.errors import BadInput
from sandbox.tracking import open_store, serve
from sandbox.tracking.server import check_port
from sandbox.workspace import Workspace


def get(address):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=30) as answer:
        return answer.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


#: run by every Python that is started: writes down whom it connects to
LISTEN = """
import os, sys
def heard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        address = arguments[1] if event == "socket.connect" else arguments[0]
        with open(os.environ["HEARD"], "a") as file:
            file.write(str(address[0] if isinstance(address, tuple) else address) + "\\n")
sys.addaudithook(heard)
open(os.environ["HEARD"], "a").write("listening\\n")
"""


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """A file of the addresses that processes started from now on connect to."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(LISTEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hook"))
    monkeypatch.setenv("HEARD", str(tmp_path / "heard"))
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    return tmp_path / "heard"


def test_the_interface_shows_the_study_and_leaves_no_process(tmp_path, monkeypatch, heard):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    workspace = Workspace(tmp_path)
    store = open_store(workspace)
    run_id = store.log(cell_result("seen"))
    port = free_port()
    notes = []
    with serve(workspace, port, study="seen", note=notes.append) as server:
        base = f"http://127.0.0.1:{port}"
        assert server.url.startswith(f"{base}/#/experiments/")
        assert server.url.endswith("viewStateShareKey=limit&workflowType=machine_learning")
        run = json.loads(get(f"{base}/ajax-api/2.0/mlflow/runs/get?run_id={run_id}"))
        assert run["run"]["info"]["run_name"] == "rule matrix · online rental · seed 1"
        picture = get(f"{base}/get-artifact?path=explanation/beeswarm.png&run_uuid={run_id}")
        assert picture.startswith(b"\x89PNG")
        telemetry = json.loads(get(f"{base}/ajax-api/3.0/mlflow/ui-telemetry"))
        assert telemetry["disable_ui_telemetry"] is True
        with pytest.raises(BadInput, match=f"Port {port} of 127.0.0.1 is occupied"):
            check_port("127.0.0.1", port)
        group = server.process.pid
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    assert notes
    told = set(heard.read_text().split())
    assert "listening" in told
    elsewhere = {host for host in told if not host.startswith("/")}  # a socket of this machine
    assert elsewhere <= {"listening", "127.0.0.1", "localhost", "None"}


def test_an_occupied_port_is_named_with_a_free_one_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"Port {port} .* --port \d+"):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(BadInput, match="does not exist"):
        check_port("127.0.0.1", port)


def test_without_results_no_server_is_started(tmp_path):
    with pytest.raises(BadInput, match="no results"), serve(Workspace(tmp_path), free_port()):
        pass
