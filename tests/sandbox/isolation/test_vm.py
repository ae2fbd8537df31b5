"""Level `vm`: gVisor where it is installed, and a refusal in its own words where it is not.

What needs runsc is in a class that is collected only where runsc is on the PATH. CI installs no
runsc (Debian has a package of it, Fedora has none), so there these tests are not run, and not
counted as skipped either: the level is opt-in, and its probe is what guards it elsewhere.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import hostile_models as hm
import numpy as np
import pandas as pd
import pytest

from sandbox.errors import IsolationUnavailable
from sandbox.isolation import (
    Artefact,
    Level,
    Limits,
    Status,
    host,
    interpreter,
    observe,
    probe,
    worker,
)
from sandbox.isolation.limits import MIB
from sandbox.isolation.vm import gvisor
from sandbox.isolation.vm import plan as gvisor_plan
from sandbox.isolation.vm import seen as gvisor_seen

FEATURES = pd.DataFrame({"x": np.linspace(0.0, 1.0, 300), "y": np.linspace(2.0, -1.0, 300)})
HALF = FEATURES[["x"]].to_numpy() / 2

SUPERVISOR = """
import sys, time
sys.path.insert(0, {tests!r})
import hostile_models as hm, pandas as pd
from sandbox.isolation import Artefact, worker
with worker("vm") as place:
    place.score(Artefact.of(hm.Scorer()), pd.DataFrame({{"x": [0.5]}}), ("pd",))
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def fresh():
    """The trial is kept for a process's life; forget it before and after."""
    for cache in (probe, gvisor.trial):
        cache.cache_clear()
    yield
    for cache in (probe, gvisor.trial):
        cache.cache_clear()


def scored(model, features=FEATURES, outputs=("pd",), **limits):
    with worker("vm", Limits(**limits)) as place:
        return place.score(Artefact.of(model), features, outputs)


def alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pids, seconds=5.0):
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(map(alive, pids))


def test_without_runsc_the_level_is_refused_and_what_installs_it_is_named(monkeypatch, fresh):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(IsolationUnavailable, match=r"runsc is not on the PATH.*apt-get install"):
        host.require("vm")


def test_a_runsc_that_cannot_run_here_is_quoted_and_nothing_falls_back(
    tmp_path, monkeypatch, fresh
):
    # a program that does not know the words that runsc knows, and says so
    shutil.copy(str(shutil.which("prlimit")), tmp_path / "runsc")
    tmp_path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(IsolationUnavailable) as refusal, worker("vm"):
        pass
    text = str(refusal.value)
    assert "systrap: Try 'runsc --help' for more information" in text
    assert "ptrace: Try 'runsc --help' for more information" in text
    assert "--isolation namespace" in text


def test_what_bounds_runsc_grows_with_the_limits():
    small, large = Limits(memory=1024 * MIB, processes=8), Limits(memory=8192 * MIB)
    assert gvisor_plan.bounds(small)["fsize"] < gvisor_plan.bounds(large)["fsize"]
    assert gvisor_plan.bounds(small)["nproc"] < gvisor_plan.bounds(large)["nproc"]


def test_a_process_that_gvisor_does_not_hold_is_not_taken_for_one_that_it_does():
    bare = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    seen = gvisor_seen.mechanisms(bare.pid, Limits())
    bare.communicate(b"\n")
    assert not any(seen.values())


class TestOnRunsc:
    """Where runsc is installed it has to work: a refusal there fails these tests."""

    __test__ = shutil.which("runsc") is not None

    def test_scores_and_fitted_models_are_those_of_the_callers_process(self):
        labels = pd.DataFrame({"target": np.tile([0.0, 1.0], 150)})
        with worker("vm") as place:
            fitted = place.fit(Artefact.of(hm.Scorer()), FEATURES, labels)
        assert fitted.status is Status.OK, fitted.reason
        with worker("vm") as place:
            first = place.score(fitted.value, FEATURES, ("pd",))
            again = place.score(fitted.value, FEATURES, ("pd",))
            explained = place.explain(fitted.value, FEATURES, FEATURES[:50])
        with worker("none") as place:
            outside = place.explain(fitted.value, FEATURES, FEATURES[:50])
        assert np.array_equal(first.value, HALF)
        assert np.array_equal(again.value, HALF)
        parts = zip(explained.value, outside.value, strict=True)
        assert all(np.array_equal(a, b) for a, b in parts)
        evidence = first.evidence
        assert evidence.level is Level.VM
        assert {"gVisor", "seccomp around gVisor", "seccomp", "no network", "rlimits"} <= {
            *evidence.mechanisms
        }
        assert evidence.mechanisms[0].startswith("runsc ")
        assert evidence.peak_memory > 0
        assert evidence.cpu_seconds > 0

    def test_the_model_has_a_kernel_of_its_own_and_is_no_process_of_the_hosts(self):
        class Kernel(hm.Scorer):
            def predict(self, features):
                release = os.uname().release.split(".")
                return np.full((len(features), 1), float(release[0]) + os.getpid() / 1000)

        with worker("vm") as place:
            value = place.score(Artefact.of(Kernel()), FEATURES, ("margin",)).value[0, 0]
            tree = observe.descendants(place._place._process.child.pid)
            programs = {os.readlink(f"/proc/{pid}/exe") for pid in tree}
        assert int(value) != int(os.uname().release.split(".")[0])
        assert str(interpreter.current().executable) not in programs
        ours = {os.path.realpath(shutil.which(name)) for name in ("bwrap", "unshare")}
        assert programs - ours == {"/runsc"}

    def test_nothing_of_the_host_is_within_reach(self, tmp_path, monkeypatch):
        (tmp_path / "labels").write_bytes(b"secret")
        tmp_path.chmod(0o755)
        monkeypatch.setenv("CANARY", "secret")
        marker = Path(f"/tmp/written-{os.getpid()}")
        attacks = [
            (hm.list_folder, {"path": "/"}),
            (hm.read, {"path": str(tmp_path / "labels")}),
            (hm.read, {"path": "/etc/passwd"}),
            (hm.environments, {"marker": "CANARY"}),
            (hm.import_generators, {}),
            (hm.open_code_for_writing, {}),
            (hm.write, {"path": str(marker)}),
            (hm.write, {"path": "/usr/lib/x"}),
        ]
        value = scored(hm.Thief(attacks), outputs=tuple(f"f{i}" for i in range(8))).value
        booty = [bytes(c[c >= 0].astype(np.uint8)) for c in value.T]
        assert booty[0] == b"dev etc lib lib64 opt proc root sys tmp usr"  # the control
        assert booty[1:] == [b""] * 7
        assert not marker.exists()
        assert hm.read(str(tmp_path / "labels")) == b"secret"

    def test_no_network_and_no_unix_socket_of_the_host_is_reached(self, tmp_path):
        import socket

        tmp_path.chmod(0o755)
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.socket(socket.AF_UNIX) as local,
        ):
            local.bind(str(tmp_path / "socket"))
            (tmp_path / "socket").chmod(0o777)
            local.listen()
            port = server.getsockname()[1]
            hm.connect_tcp(port)
            hm.connect_unix(str(tmp_path / "socket"))  # bare, both arrive
            for listener in (server, local):
                listener.accept()[0].close()
                listener.setblocking(False)
            attempts = [
                (hm.connect_tcp, {"port": port}),
                (hm.connect_unix, {"path": str(tmp_path / "socket")}),
            ]
            outcome = scored(hm.Thief(attempts), outputs=("f0", "f1"))
            assert outcome.status is Status.OK, outcome.reason
            for listener in (server, local):
                with pytest.raises(BlockingIOError):
                    listener.accept()

    def test_features_cannot_be_changed_from_inside(self):
        with worker("vm") as place:
            artefact = Artefact.of(hm.Doing(hm.overwrite_features))
            assert np.array_equal(place.score(artefact, FEATURES, ("pd",)).value, HALF)

    @pytest.mark.parametrize(
        ("what", "limits", "status"),
        [
            (hm.allocate, {}, Status.OUT_OF_MEMORY),
            (hm.crash, {}, Status.KILLED),
            (hm.flood, {}, Status.RAISED),
            (hm.sleep, {"wall": 3.0}, Status.TIMED_OUT),
            (hm.spin, {"cpu": 1}, Status.TIMED_OUT),
        ],
    )
    def test_what_goes_wrong_inside_is_an_outcome(self, what, limits, status):
        outcome = scored(hm.Doing(what), **limits)
        assert outcome.status is status, outcome.reason

    def test_threads_of_a_model_together_are_bounded(self):
        def start(count):
            import threading

            for _ in range(count):
                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

        limits = Limits(processes=8)
        with worker("vm", limits) as place:
            many = place.score(Artefact.of(hm.Doing(start, count=4000)), FEATURES, ("pd",))
        assert many.status in (Status.RAISED, Status.PROTOCOL_VIOLATION, Status.KILLED)
        with worker("vm", limits) as place:
            few = place.score(Artefact.of(hm.Doing(start, count=4)), FEATURES, ("pd",))
            assert few.status is Status.OK, few.reason
            tree = observe.descendants(place._place._process.child.pid)
            tasks = sum(len(os.listdir(f"/proc/{pid}/task")) for pid in tree)
        assert tasks < gvisor_plan.bounds(limits)["nproc"]

    def test_what_a_model_writes_is_bounded_and_goes_with_it(self):
        def flood(folder):
            for number in range(16):
                with open(f"{folder}/{number}", "wb", 0) as file:
                    for _ in range(128):
                        file.write(b"x" * MIB)

        full = scored(hm.Doing(flood, folder="/tmp"))
        assert full.status is Status.RAISED
        assert "No space left" in full.reason
        assert full.evidence.peak_memory < 512 * MIB  # of the 2 GiB that it wrote
        closed = scored(hm.Doing(flood, folder="/dev/shm"))
        assert "Permission denied" in closed.reason

    def test_nothing_stays_when_a_worker_ends_well_badly_or_while_it_starts(self):
        def descriptors():
            return len(os.listdir("/proc/self/fd"))

        scored(hm.Scorer())  # the first starts the spawning thread
        before, children = descriptors(), observe.descendants(os.getpid())
        scored(hm.Scorer())
        scored(hm.Doing(hm.sleep), wall=0.5)
        with worker("vm"):
            pass
        assert descriptors() == before
        assert observe.descendants(os.getpid()) == children

    def test_a_supervisor_that_is_killed_leaves_no_process_and_no_state(self):
        state = [Path("/run/runsc"), Path(f"/run/user/{os.getuid()}/runsc")]
        there = [folder.exists() for folder in state]
        script = SUPERVISOR.format(tests=str(Path(__file__).parent))
        supervisor = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert supervisor.stdout.readline() == b"ready\n"
        below = observe.descendants(supervisor.pid)[1:]
        assert len(below) > 4
        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.communicate()
        assert gone(below)
        assert [folder.exists() for folder in state] == there
