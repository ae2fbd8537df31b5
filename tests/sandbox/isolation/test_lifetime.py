"""A worker is gone when it should be, and nothing of it stays behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import hostile_models as hm
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Limits, Status, launcher, observe, worker
from sandbox.isolation.process import Ended, Process

FEATURES = pd.DataFrame({"x": [0.5, 0.25, 1.0]})
LABELS = pd.DataFrame({"target": [0.0, 1.0, 0.0]})

SUPERVISOR = """
import sys
sys.path.insert(0, {tests!r})
import pandas as pd, hostile_models as hm
from sandbox.isolation import Artefact, worker
with worker({level!r}) as place:
    place.score(Artefact.of(hm.Scorer()), pd.DataFrame(dict(x=[0.5])), ("pd",))
    place._place._process.send(b"{{}}")  # half a request: the worker waits for the rest
    print("ready", flush=True)
    sys.stdin.read()
"""


def gone(pids, seconds=10.0):
    """Those still there (a zombie that its reaper has not got to counts as gone)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and (left := [p for p in pids if alive(p)]):
        time.sleep(0.02)
    return not left


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("level", ["namespace", "process"])
def test_a_supervisor_that_is_killed_leaves_no_process(level):
    script = SUPERVISOR.format(tests=str(Path(__file__).parent), level=level)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert supervisor.stdout.readline() == b"ready\n"
    below = observe.descendants(supervisor.pid)[1:]
    assert below
    assert all(map(alive, below))
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.communicate()
    assert gone(below)


def test_a_model_forks_at_level_process_only_and_its_children_go_with_it():
    forking = Artefact.of(hm.Doing(hm.fork_many, count=40))
    left = {}
    for level in ("namespace", "process"):  # at `process` it may: the positive control
        with worker(level, Limits(processes=12)) as place:
            assert place.score(forking, FEATURES, ("pd",)).status is Status.OK
            left[level] = observe.descendants(place._place._process.worker_pid())[1:]
            assert all(map(alive, left[level]))
        assert gone(left[level])
    assert left["namespace"] == []
    assert len(left["process"]) == 40 or os.geteuid() != 0


@pytest.mark.parametrize("more", [0, 200])
def test_workers_leave_no_descriptor_and_no_zombie_behind(more):
    """Also of a supervisor that has more open than a worker may: its socket's number is high."""

    def open_descriptors():
        return len(os.listdir("/proc/self/fd"))

    cases = [
        (hm.Scorer(), Status.OK),
        (hm.Doing(hm.leave), Status.PROTOCOL_VIOLATION),
        (hm.Doing(hm.say, line="{}\n", descriptors=50), Status.PROTOCOL_VIOLATION),
    ]
    with worker():
        pass  # the first starts the spawning thread
    with contextlib.ExitStack() as stack:
        for _ in range(more):
            stack.enter_context(open(os.devnull))
        before, children = open_descriptors(), observe.descendants(os.getpid())
        for model, status in cases:
            with worker(limits=Limits(wall=60)) as place:
                outcome = place.score(Artefact.of(model), FEATURES, ("pd",))
                assert outcome.status is status, outcome.reason
        with worker():
            pass  # killed while it starts
        assert open_descriptors() == before
        assert observe.descendants(os.getpid()) == children


@pytest.fixture
def stranger(monkeypatch):
    """A process that got each worker's end of its socket by being forked at the wrong moment."""
    spawn, strangers = launcher.spawn, []

    def spawned(command, threads, passed, *more):
        strangers.append(subprocess.Popen(["sleep", "600"], pass_fds=passed))
        return spawn(command, threads, passed, *more)

    monkeypatch.setattr(launcher, "spawn", spawned)
    yield strangers
    for held in strangers:
        held.kill()
        held.wait()


@pytest.mark.parametrize("level", ["namespace", "process"])
def test_the_end_of_a_worker_is_seen_whoever_holds_its_socket(level, stranger):
    with worker(level, Limits(wall=20)) as place:
        outcome = place.score(Artefact.of(hm.Doing(hm.leave)), FEATURES, ("pd",))
    assert outcome.status is Status.PROTOCOL_VIOLATION, outcome.reason
    assert "ended with status 0" in outcome.reason
    assert [held.poll() for held in stranger] == [None], "it held the socket to the end"


def test_the_end_of_a_model_is_seen_though_a_process_of_its_own_goes_on():
    with worker("process", Limits(wall=20)) as place:
        outcome = place.score(Artefact.of(hm.Doing(hm.leave_a_child)), FEATURES, ("pd",))
    assert outcome.status is Status.PROTOCOL_VIOLATION, outcome.reason


def test_what_a_worker_said_before_its_end_is_heard_though_its_socket_stays_open():
    ours, theirs = socket.socketpair()
    output, written = os.pipe()
    code = f"import socket; socket.socket(fileno={theirs.fileno()}).sendall(b'done\\n')"
    child = subprocess.Popen(
        [sys.executable, "-c", code], pass_fds=[theirs.fileno()], start_new_session=True
    )
    with theirs:
        process = Process(child, ours, output, time.monotonic())
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not process.waiting()
        assert process.receive(time.monotonic() + 20) == b"done"
        with pytest.raises(Ended):
            process.receive(time.monotonic() + 20)
        assert not process.waiting()
        assert process.end() == 0
    os.close(written)


def test_a_worker_holds_one_model():
    with worker("none") as place:
        place.score(Artefact.of(hm.Scorer()), FEATURES, ("pd",))
        with pytest.raises(BadInput, match="another model"):
            place.score(Artefact.of(hm.Constant(0.5)), FEATURES, ("pd",))


def test_a_worker_that_has_seen_labels_does_not_score():
    with worker("none") as place:
        fitted = place.fit(Artefact.of(hm.Scorer()), FEATURES, LABELS)
        assert fitted.status is Status.OK
        with pytest.raises(BadInput, match="has seen labels"):
            place.score(fitted.value, FEATURES, ("pd",))


def test_a_worker_that_failed_takes_no_more_requests():
    with worker("none") as place:
        artefact = Artefact.of(hm.Constant(2.0))
        assert place.score(artefact, FEATURES, ("pd",)).status is Status.PROTOCOL_VIOLATION
        with pytest.raises(BadInput, match="gone"):
            place.score(artefact, FEATURES, ("pd",))
