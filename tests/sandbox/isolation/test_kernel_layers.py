"""Landlock and seccomp around a worker: each alone, and together as level `lsm`."""

import ctypes
import os
import subprocess
import sys
import threading
from pathlib import Path

import hostile_models as hm
import numpy as np
import ordinary
import pandas as pd
import pytest

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.isolation import (
    Artefact,
    Limits,
    Status,
    bubblewrap,
    host,
    interpreter,
    observe,
    worker,
)
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.kernel import Layers, landlock, reach, trial
from sandbox.isolation.outcome import Level
from sandbox.isolation.place import Request
from sandbox.isolation.separate import Separate

ROOT = os.geteuid() == 0
FEATURES = pd.DataFrame({"x": np.zeros(512)})


def stolen(attacks, level=Level.NAMESPACE, layers=None, limits=None):
    """What each attack carried out through the scores, and what held the worker."""
    thief = Artefact.of(hm.Thief(attacks))
    place = Separate(level, limits or Limits(), layers=layers)
    try:
        names = tuple(f"attack {i}" for i in range(len(attacks)))
        size = len(FEATURES) * len(attacks) * 8
        answer = place.answer(Request("score", thief, (FEATURES,), names, size))
        assert answer.status is Status.OK, answer.reason
    finally:
        place.close()
    columns = np.frombuffer(answer.data).reshape(len(FEATURES), -1).T
    return [bytes(c[c >= 0].astype(np.uint8)) for c in columns], place.mechanisms


def only(**layers):
    return Layers(
        **{"bubblewrap": False, "seccomp": False, "landlock": False, **layers, "rlimits": 1}
    )


def executes():
    return b"executed" if os.spawnv(os.P_WAIT, "/bin/true", ["true"]) == 0 else b""


def makes_a_socket():
    import socket

    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    return b"made"


def truncates(path):
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
    return b"emptied"


def changes_mode(path):
    os.chmod(path, 0o600)
    return b"changed"


def reads_environment(pid):
    return hm.read(f"/proc/{pid}/environ")


def counts_threads():
    """How many more threads can be had."""
    go, started = threading.Event(), []
    try:
        for _ in range(60):
            started.append(threading.Thread(target=go.wait))
            started[-1].start()
    except RuntimeError:
        started.pop()
    go.set()
    return b"t" * len(started)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"secret")
    path.chmod(0o644)
    return str(path)


def attacks_on(secret):
    return [
        (hm.read, {"path": secret}),
        (makes_a_socket, {}),
        (executes, {}),
        (changes_mode, {"path": secret}),
    ]


def test_each_layer_alone_stops_what_it_is_for(secret):
    """A table in small: with no layer everything succeeds, so each row is an attack at all."""
    table = {
        "nothing": (only(), [b"secret", b"made", b"executed", b"changed"]),
        "landlock": (only(landlock=True), [b"", b"made", b"", b"changed"]),
        "seccomp": (only(seccomp=True), [b"secret", b"", b"", b""]),
        "bubblewrap": (only(bubblewrap=True), [b"", b"made", b"", b""]),
    }
    for name, (layers, expected) in table.items():
        booty, _ = stolen(attacks_on(secret), layers=layers)
        assert booty == expected, name


def test_the_evidence_names_both_filters_and_landlock_s_version():
    with worker() as place:
        outcome = place.score(Artefact.of(hm.Scorer()), FEATURES, ("pd",))
        pid = place._place._process.worker_pid()
        own = int(observe._status(os.getpid()).get("Seccomp_filters", 0))
        assert observe._status(pid)["Seccomp"] == "2"
        assert int(observe._status(pid)["Seccomp_filters"]) == own + 2
    assert {"seccomp", f"landlock abi {landlock.abi()}"} <= set(outcome.evidence.mechanisms)


@pytest.mark.parametrize("lost", ["seccomp", "landlock"])
def test_a_worker_that_lost_a_layer_gets_no_model(lost, monkeypatch, tmp_path):
    less = {"bubblewrap": True, "seccomp": True, "landlock": True, "rlimits": True, lost: False}
    of = Layers.of
    asked = iter([Layers(**less)])  # at the start, and the level's own when it is looked at
    monkeypatch.setattr(Layers, "of", lambda level: next(asked, of(level)))
    with pytest.raises(IsolationUnavailable, match=f"without .*{lost}"), worker() as place:
        place.score(Artefact.of(hm.Loaded(str(tmp_path / "opened"))), FEATURES, ("pd",))


def test_threads_are_had_up_to_the_limit_and_memory_below_the_imports_says_so():
    (many,), _ = stolen([(counts_threads, {})])
    (few,), _ = stolen([(counts_threads, {})], limits=Limits(processes=16))
    assert 0 < len(few) < 16 < len(many) == 60
    low = Limits()
    object.__setattr__(low, "memory", 200 << 20)
    with pytest.raises(BadInput, match=r"memory=209715200\) is too low: the imports"):
        stolen([(counts_threads, {})], limits=low)


def test_a_models_own_folder_is_seen_inside_and_read_only(tmp_path):
    (tmp_path / "weights").write_bytes(b"heavy")
    tmp_path.chmod(0o755)
    around = Surroundings(Surroundings.default().packages, tmp_path)
    attacks = [
        (hm.read, {"path": str(bubblewrap.MODEL / "weights")}),
        (hm.write, {"path": str(bubblewrap.MODEL / "weights")}),
    ]
    place = Separate(Level.NAMESPACE, Limits(), around)
    try:
        request = Request(
            "score", Artefact.of(hm.Thief(attacks)), (FEATURES,), ("a", "b"), len(FEATURES) * 16
        )
        answer = place.answer(request)
        assert answer.status is Status.OK, answer.reason
    finally:
        place.close()
    booty = np.frombuffer(answer.data).reshape(len(FEATURES), 2).T[0]
    assert bytes(booty[booty >= 0].astype(np.uint8)) == b"heavy"
    assert (tmp_path / "weights").read_bytes() == b"heavy"


@pytest.mark.parametrize(
    ("known", "files", "rest"),
    [(1, 0x1FFF, [0, 0]), (3, 0x7FFF, [0, 0]), (4, 0x7FFF, [3, 0]), (7, 0xFFFF, [3, 3])],
)
def test_rights_that_a_kernel_does_not_know_are_left_out(known, files, rest):
    assert [*landlock.handled(known)] == [files, *rest]
    assert bool(landlock.missing(known)) == (known < 6)


@pytest.mark.parametrize(
    ("code", "words"), [(38, "built without it"), (95, "switched off"), (1, "seccomp profile")]
)
def test_without_landlock_the_default_level_is_refused_with_the_kernels_reason(
    monkeypatch, code, words
):
    def refused(*_):
        ctypes.set_errno(code)
        return -1

    monkeypatch.setattr(landlock, "_call", refused)
    host.probe.cache_clear()
    try:
        with pytest.raises(IsolationUnavailable, match=f"No Landlock: .*{words}"):
            host.require("namespace")
    finally:
        host.probe.cache_clear()


def test_without_seccomp_the_default_level_is_refused(monkeypatch):
    def refused():
        raise IsolationUnavailable("The kernel took no system-call filter: Invalid argument")

    monkeypatch.setattr(trial, "of_seccomp", refused)
    host.probe.cache_clear()
    try:
        with pytest.raises(IsolationUnavailable, match="no system-call filter: Invalid"):
            host.require("namespace")
    finally:
        host.probe.cache_clear()


def test_landlock_tried_on_a_thread_does_not_bind_the_caller():
    assert trial.of_landlock().startswith("ABI ")
    assert os.listdir("/")


def test_the_generators_beside_an_installed_package_can_be_named_and_not_read(tmp_path):
    for name in ("sandbox", "data_generators", "numpy"):
        (tmp_path / "lib" / name).mkdir(parents=True)
    hidden = tmp_path / "lib" / "data_generators"
    rules = {rule.path: rule.rights for rule in landlock.around(hidden, tmp_path)}
    assert rules[str(tmp_path)] == rules[str(hidden)] == landlock.READ_DIR
    assert rules[str(tmp_path / "lib" / "numpy")] == landlock.READING


def test_at_lsm_nothing_may_be_written_but_to_the_null_device():
    writing = landlock.WRITING & ~landlock.READING
    seen = bubblewrap.view()
    assert [r.path for r in reach.outside(seen) if r.rights & writing] == ["/dev/null"]
    written = {r.path for r in reach.inside(seen) if r.rights & writing}
    assert written == {"/dev/null", bubblewrap.SCRATCH}


class TestOfRoot:
    """Nothing of it is collected where nobody is root."""

    __test__ = ROOT

    def test_root_is_refused_at_lsm_in_a_sentence(self):
        with pytest.raises(IsolationUnavailable, match=r"lsm cannot.*root.*--isolation \w+\."):
            host.require("lsm")

    def test_level_lsm_holds_for_an_ordinary_user(self):
        words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(ordinary.PROJECT)]
        words += [f"--basetemp=/tmp/ordinary-lsm-{os.getpid()}", __file__, "-k", "at_level_lsm"]
        run = subprocess.run(
            ordinary.command(words),
            cwd=ordinary.PROJECT,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
        assert "2 passed" in run.stdout


class TestOfAnOrdinaryUser:
    """Level `lsm` holds ordinary users alone; as root these run through the test above."""

    __test__ = not ROOT

    def test_at_level_lsm_the_layer_table_holds(self, secret):
        package = np.__file__
        attacks = [
            *attacks_on(secret),
            (hm.write, {"path": secret}),
            (truncates, {"path": package}),
            (reads_environment, {"pid": os.getpid()}),
            (hm.read, {"path": f"/proc/{os.getpid()}/cmdline"}),
            (hm.list_folder, {"path": "/proc"}),
            (hm.import_generators, {}),
            (hm.kill, {"pid": os.getpid()}),
            (hm.write, {"path": f"/tmp/left-behind-{os.getpid()}"}),
            (hm.read, {"path": "/proc/self/comm"}),
        ]
        booty, mechanisms = stolen(attacks, Level.LSM)
        *stolen_goods, own = booty
        assert stolen_goods == [b""] * 12
        assert own == interpreter.current().executable.name.encode()[:15] + b"\n"
        assert not Path(f"/tmp/left-behind-{os.getpid()}").exists()
        assert "no capabilities" in mechanisms
        assert "seccomp" in mechanisms

    def test_at_level_lsm_scores_are_the_same_and_the_supervisor_takes_the_worker_with_it(self):
        with worker("lsm") as place:
            outcome = place.score(Artefact.of(hm.Constant(0.25)), FEATURES, ("pd",))
            assert outcome.status is Status.OK, outcome.reason
            assert (outcome.value == 0.25).all()
        tests = str(Path(__file__).parent)
        script = (
            f"import sys; sys.path.insert(0, {tests!r})\n"
            "import time, pandas as pd, hostile_models as hm\n"
            "from sandbox.isolation import Artefact, worker\n"
            "with worker('lsm') as place:\n"
            "    place.score(Artefact.of(hm.Scorer()), pd.DataFrame(dict(x=[0.5])), ('pd',))\n"
            "    print(place._place._process.worker_pid(), flush=True)\n"
            "    time.sleep(600)\n"
        )
        run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        pid = int(run.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        run.kill()
        run.communicate()
        for _ in range(200):
            if not Path(f"/proc/{pid}/cmdline").exists() or not observe._read(pid, "cmdline"):
                return
            threading.Event().wait(0.02)
        raise AssertionError("the worker outlived its supervisor")
