"""MLflow's own user interface on loopback, for as long as a block lasts."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import BadInput, SandboxError
from sandbox.tracking.address import without_login
from sandbox.tracking.connection import is_remote, settle_environment, tracking_uri
from sandbox.tracking.reading import address_of, page_of
from sandbox.workspace import Workspace

#: seconds until the server must answer (13 to 29 measured on a slow machine)
START_WITHIN = 120.0
#: seconds between SIGTERM and SIGKILL
_GRACE = 5.0
#: beside the results while they are served: where, and by which process
MARK = "mlflow-server.json"


@dataclass(frozen=True)
class Server:
    """A running user interface."""

    #: the study's page: runs, with machine learning's columns and charts
    url: str
    process: "subprocess.Popen[bytes]"

    def wait(self) -> int:
        """Block until the server ends by itself; returns its exit status."""
        return self.process.wait()


@contextlib.contextmanager
def serve(
    workspace: Workspace,
    port: int,
    host: str = "127.0.0.1",
    study: str | None = None,
    note: Callable[[str], None] = lambda text: print(text, file=sys.stderr),
) -> Iterator[Server]:
    """Start MLflow's server, yield it when it answers, and end its whole process group.

    `study` names the page to open, the latest study when None. BadInput when the port is
    occupied, when there are no results, or when a tracking server already shows them.
    """
    uri = tracking_uri(workspace)
    if is_remote(uri):
        raise BadInput(
            f"Results are kept by the tracking server at {without_login(uri)}; open "
            f"{address_of(workspace, study)}, or unset MLFLOW_TRACKING_URI."
        )
    page = page_of(workspace, study)
    address = f"http://{host}:{port}"
    _refuse_second(workspace, address, page)
    check_port(host, port)
    log = workspace.root / "mlflow-server.log"
    process = _start(workspace, uri, host, port, log)
    mark = workspace.root / MARK
    try:
        _wait_until_healthy(process, address, log, note)
        mark.write_text(json.dumps({"address": address, "process": process.pid}))
        yield Server(f"{address}/#/{page}", process)
    finally:
        _end_group(process)
        mark.unlink(missing_ok=True)


def _refuse_second(workspace: Workspace, address: str, page: str) -> None:
    """BadInput, with the page's address, where an earlier call serves these results there."""
    try:
        mark = json.loads((workspace.root / MARK).read_text())
        is_there = mark["address"] == address and _is_alive(int(mark["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return
    if is_there and _is_healthy(address):
        raise BadInput(
            f"An earlier `risk-sandbox ui` shows these results already: open {address}/#/{page}, "
            f"or end it (Ctrl-C where it was typed, or its process {mark['process']})."
        )


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_healthy(address: str) -> bool:
    # no proxy: the address is this machine's own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError), opener.open(f"{address}/health", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def check_port(host: str, port: int) -> None:
    """BadInput, naming a free port, when nobody can listen on this one."""
    if not 1 <= port <= 65535:
        raise BadInput(f"Port {port} does not exist; choose one from 1024 to 65535 with --port.")
    if _can_listen(host, port):
        return
    free = next((p for p in range(port + 1, min(port + 200, 65536)) if _can_listen(host, p)), None)
    other = f"--port {free}" if free else "another one with --port"
    raise BadInput(f"Port {port} of {host} is occupied or not allowed; try {other}.")


def _can_listen(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _start(
    workspace: Workspace, uri: str, host: str, port: int, log: Path
) -> "subprocess.Popen[bytes]":
    environment = dict(os.environ)
    settle_environment(environment)
    environment.pop("MLFLOW_TRACKING_URI", None)
    # the server and what it starts run no module that lies in the caller's folder: a model's
    # files may. uvicorn puts its working folder first, so that is another one as well
    environment["PYTHONSAFEPATH"] = "1"
    # or ten processes and 1.8 GB for jobs that nobody here starts
    environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    # a page on this machine could otherwise have MLflow's assistant run commands of the shell
    environment["MLFLOW_ENABLE_REMOTE_ASSISTANT"] = "false"
    environment["MLFLOW_ENABLE_ASSISTANT_SANDBOX"] = "true"
    environment["MLFLOW_ENABLE_AI_GATEWAY"] = "false"
    command = [sys.executable, "-m", "mlflow", "server"]
    command += ["--backend-store-uri", _absolute(uri), "--host", host, "--port", str(port)]
    command += ["--workers", "1", "--no-serve-artifacts"]
    command += ["--default-artifact-root", str(workspace.artifacts.resolve())]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=Path(sys.executable).anchor,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _absolute(uri: str) -> str:
    """The store's address from any working folder: a file's may be relative to this one."""
    address, separator, place = uri.partition(":///")
    if separator and address.startswith("sqlite") and not place.startswith("/"):
        return f"{address}:///{Path(place).absolute()}"
    if uri.startswith("file:") and not uri.startswith("file:/"):
        return Path(uri.removeprefix("file:")).absolute().as_uri()
    return uri if ":" in uri else str(Path(uri).absolute())


def _wait_until_healthy(
    process: "subprocess.Popen[bytes]", address: str, log: Path, note: Callable[[str], None]
) -> None:
    began = time.monotonic()
    said = 0.0
    note("Starting MLflow's user interface (15 to 30 seconds) ...")
    while (passed := time.monotonic() - began) < START_WITHIN:
        if process.poll() is not None:
            raise SandboxError(
                f"MLflow's server ended with status {process.returncode} while starting; "
                f"its last words are in {log}."
            )
        if _is_healthy(address):
            return
        if passed - said >= 10:
            said = passed
            note(f"... {passed:.0f} s")
        time.sleep(0.2)
    raise SandboxError(
        f"MLflow's server did not answer within {START_WITHIN:.0f} s; see {log}, then try again."
    )


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM to the whole group, then SIGKILL to whatever is left of it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + _GRACE
        while time.monotonic() < deadline and _group_lives(process):
            time.sleep(0.05)
        if not _group_lives(process):
            return


def _group_lives(process: "subprocess.Popen[bytes]") -> bool:
    process.poll()  # reaps the leader, or it would count as alive for ever
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
