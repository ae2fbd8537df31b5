"""What a model with code of its own tried in a review, each of it once with success.

Against the supervisor (answering without reading), against its limits (files without contents,
processes made by its own packages before they were limited) and against the judgement (messages
from one worker to the next through what the kernel keeps about files).
"""

import ctypes
import errno
import gc
import os
import socket
import struct
import subprocess
import time

import hostile_models as hm
import numpy as np
import pandas as pd
import pytest
from simulated import ALLOW, ERRNO, decided

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.isolation import (
    Artefact,
    Limits,
    SharedFeatures,
    Status,
    inside,
    interpreter,
    memory,
    process,
    readiness,
    session,
    tables,
    wire,
    worker,
)
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.kernel import Layers, landlock, seccomp, syscalls
from sandbox.isolation.outcome import Level
from sandbox.isolation.process import Process
from sandbox.isolation.separate import Separate

FEATURES = pd.DataFrame({"a": [0.2, 0.4], "b": [0.1, 0.3]})
FIONREAD, OWN = 0x541B, 4321
#: packages that a model asked for; one takes the place of a module of the standard library that
#: the worker confines itself with, one of a package that every worker imports
EVIL = {
    "ctypes": "import sys; sys.exit('ctypes ran')",
    "pandas": """
import os, resource, sys
done = []
try:
    if os.fork() == 0:
        os._exit(0)
    done.append("forked")
except PermissionError:
    pass
try:
    done.append(str(os.listdir("/")))
except PermissionError:
    pass
if resource.getrlimit(resource.RLIMIT_AS)[1] > 2 << 30:
    done.append("unlimited")
sys.exit(f"pandas ran and did {done}")
""",
}


class Deaf(hm.Scorer):
    """Answers the row in course and all later ones, and reads none of them."""

    def predict(self, features):
        from sandbox.isolation import rows

        (served,) = (o for o in gc.get_objects() if isinstance(o, rows.Served))
        connection = next(o for o in gc.get_objects() if isinstance(o, socket.socket))
        number, unread = 2, 0  # the first request made ready for rows
        while True:
            served._out[:] = 0.5
            connection.sendall(b"row %d\n" % number)
            waiting = ctypes.c_int(unread)
            while waiting.value <= unread:
                ctypes.CDLL(None).ioctl(connection.fileno(), FIONREAD, ctypes.byref(waiting))
            number, unread = number + 1, waiting.value


def makes_files(count, seconds):
    until = time.monotonic() + seconds
    for number in range(count):
        os.close(os.open(f"/tmp/{number}", os.O_CREAT | os.O_WRONLY))
        if time.monotonic() > until:
            break
    return b"made"


def sleeps():
    time.sleep(30.0)
    return b"slept"


def test_a_worker_that_answers_without_reading_does_not_hold_up_its_supervisor(monkeypatch):
    monkeypatch.setattr(process, "_SENDING", struct.pack("@ll", 0, 200_000))
    with session(Artefact.of(Deaf()), limits=Limits(wall=5.0), imports=()) as service:
        outcomes = (service.score_row(np.array([0.4])) for _ in range(3_000))
        failed = next(outcome for outcome in outcomes if outcome.status is not Status.OK)
    assert failed.status is Status.PROTOCOL_VIOLATION
    assert "did not read" in failed.reason


def test_packages_that_a_model_brings_run_only_when_the_worker_is_confined(tmp_path):
    for name, source in EVIL.items():
        (tmp_path / name).mkdir(mode=0o755)
        (tmp_path / name / "__init__.py").write_text(source)
    tmp_path.chmod(0o755)
    around = Surroundings((tmp_path, *interpreter.current().packages))
    place = Separate(Level.NAMESPACE, Limits(memory=1 << 30), around)
    try:
        with pytest.raises(IsolationUnavailable, match=r"pandas ran and did \[\];"):
            place.ready()
    finally:
        place.close()


def test_a_worker_can_claim_no_mechanism_that_is_not_of_its_level():
    class Forging(Process):
        def __init__(self):
            self.started = time.monotonic()

        def receive(self, deadline):
            return wire.Reply(0, Status.OK, "a guard dog; landlock abi 99; seccomp", 0).line()

    assert readiness._ready(Forging(), Level.NAMESPACE, Layers.of(Level.NAMESPACE)) == ["seccomp"]
    assert readiness._ready(Forging(), Level.PROCESS, Layers.of(Level.PROCESS)) == []


def test_files_without_contents_are_bounded_as_well():
    model = hm.Thief([(makes_files, {"count": 1_000_000, "seconds": 10.0})])
    with worker() as place:
        outcome = place.score(Artefact.of(model), FEATURES, ("a", "b"))
    assert outcome.status is Status.OUT_OF_MEMORY
    assert "files were made" in outcome.reason


def test_memory_that_a_process_around_the_model_takes_for_it_is_bounded():
    model = hm.Thief([(sleeps, {})])
    with worker() as place:
        place._place.ready()
        place._place._process.most = 1 << 20  # as of gVisor's kernel at level `vm`
        outcome = place.score(Artefact.of(model), FEATURES, ("a", "b"))
    assert outcome.status is Status.OUT_OF_MEMORY
    assert "1 MiB" in outcome.reason


@pytest.mark.parametrize("machine", syscalls.ARCHITECTURES.values(), ids=lambda m: m.name)
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("fcntl", (3, 6, 0), False),  # F_SETLK, F_OFD_SETLK, F_GETLK: seen by other workers
        ("fcntl", (3, 37, 0), False),
        ("fcntl", (3, 5, 0), False),
        ("flock", (3, 2), False),
        ("fadvise64", (3, 0, 0, 3), True),
        ("fadvise64", (3, 0, 0, 4), False),  # DONTNEED: leaves a mark in the page cache
        ("preadv2", (3, 0, 1, 0, 0, 0), True),
        ("preadv2", (3, 0, 1, 0, 0, 8), False),  # RWF_NOWAIT: reads such marks
        ("mincore", (0, 0, 0), False),
        ("readahead", (3, 0, 1), False),
        ("madvise", (0, 0, 4), True),
        ("madvise", (0, 0, 12), False),  # MERGEABLE
        ("madvise", (0, 0, 21), False),  # PAGEOUT
        ("getsockopt", (3, 1, 3), True),
        ("getsockopt", (3, 1, 77), False),  # SO_PEERPIDFD: a descriptor of the supervisor
    ],
)
def test_no_call_is_left_that_marks_or_reads_marks_on_what_workers_share(
    machine, name, arguments, allowed
):
    number = syscalls.numbers(syscalls.ALL, machine)[name]
    answer = ALLOW if allowed else ERRNO | errno.EPERM
    for scratch in (True, False):
        program = seccomp.confining(OWN, scratch, machine)
        assert decided(program, number, machine.audit, arguments) == answer


def test_threads_are_bounded_where_the_limit_counts_all_that_the_user_runs(monkeypatch):
    asked = {}
    monkeypatch.setattr(inside, "limit", lambda name, value, spare=0: asked.update({name: value}))
    given = {"memory": 1, "cpu": 1, "file_size": 1, "processes": 64}
    inside.limited(given, own_user=False)
    assert asked["RLIMIT_NPROC"] == 8192 + 64
    inside.limited(given, own_user=True)
    assert asked["RLIMIT_NPROC"] == 64


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"memory": "4G"}, "memory='4G'.*whole number"),
        ({"memory": 2.5e9}, "memory=2500000000.0.*whole number"),
        ({"cpu": 1 << 70}, "cpu=.*too high"),
        ({"wall": float("nan")}, "wall=nan.*too low"),
        ({"wall": "1"}, "wall='1'.*seconds"),
    ],
)
def test_limits_that_no_kernel_takes_are_refused_by_name(given, words):
    with pytest.raises(BadInput, match=words):
        Limits(**given)


def test_features_whose_mode_a_model_took_away_are_still_had_by_the_next(monkeypatch):
    open_again = memory.reader

    def refused(descriptor):  # root is refused nothing, so it is done for the kernel
        if not os.fstat(descriptor).st_mode & 0o777:
            raise PermissionError
        return open_again(descriptor)

    monkeypatch.setattr(memory, "reader", refused)
    with SharedFeatures(FEATURES) as features:
        for _ in range(2):
            os.fchmod(features._descriptor, 0)
            given = features.reader()
            assert tables.read(given).equals(FEATURES)
            os.close(given)


def test_a_link_beside_the_project_opens_nothing_elsewhere(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "numpy").mkdir()
    (tmp_path / "data").symlink_to("/home")
    rules = landlock.around(tmp_path / "project", tmp_path)
    assert {rule.path for rule in rules} == {
        str(tmp_path),
        str(tmp_path / "numpy"),
        str(tmp_path / "project"),
    }


def test_output_that_goes_on_after_the_end_is_not_read_for_ever(monkeypatch):
    ours, _theirs = socket.socketpair()
    output, written = os.pipe()
    child = subprocess.Popen(["true"], start_new_session=True)
    ended = Process(child, ours, output, time.monotonic())
    monkeypatch.setattr(Process, "_drain", lambda self: True)
    try:
        assert ended.end(grace=5.0) == 0
    finally:
        os.close(written)
