"""Attacks on the outside. Each runs twice: at level `process`, where it must succeed (so that it
is known to be an attack at all), and at level `namespace`, where it must fail. Whether it did
is seen from outside: at a listener, in a file, or in what came out through the scores.
"""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hostile_models
import numpy as np
import pandas as pd
import pytest

import sandbox
from sandbox.isolation import Artefact, Level, Status, memory, worker

PROJECT = Path(sandbox.__file__).parents[1]
ROWS = 4096


@dataclass
class Victim:
    """What an attack is aimed at, and who watches."""

    secret: bytes
    listeners: dict[str, socket.socket]
    file: Path
    bystander: subprocess.Popen
    attacks: dict[str, tuple[Callable, dict]]

    def heard(self, name):
        listener = self.listeners[name]
        listener.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            if listener.type == socket.SOCK_DGRAM:
                return listener.recv(16)
            return listener.accept()[0].recv(16)
        return b""


@pytest.fixture
def victim(tmp_path, monkeypatch):
    secret = b"secret-" + os.urandom(4).hex().encode()
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / "credentials").write_bytes(secret)
    file = tmp_path / "file"
    file.write_bytes(b"as it was")
    abstract, path = "\0" + secret.decode(), str(tmp_path / "socket")
    listeners = {
        "tcp": socket.create_server(("127.0.0.1", 0)),
        "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "abstract": socket.socket(socket.AF_UNIX),
        "path": socket.socket(socket.AF_UNIX),
    }
    listeners["udp"].bind(("127.0.0.1", 0))
    for name, address in (("abstract", abstract), ("path", path)):
        listeners[name].bind(address)
        listeners[name].listen()
    bystander = subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"],
        env={"TOKEN": secret.decode()},
        stdout=subprocess.PIPE,
    )
    bystander.stdout.readline()
    attacks = {
        "tcp": (hostile_models.connect_tcp, {"port": listeners["tcp"].getsockname()[1]}),
        "udp": (hostile_models.send_udp, {"port": listeners["udp"].getsockname()[1]}),
        "abstract": (hostile_models.connect_unix, {"path": abstract}),
        "path": (hostile_models.connect_unix, {"path": path}),
        "home": (hostile_models.read, {"path": str(home / "credentials")}),
        "accounts": (hostile_models.read, {"path": "/etc/passwd"}),
        "project": (hostile_models.list_folder, {"path": str(PROJECT)}),
        "generators": (hostile_models.import_generators, {}),
        "write": (hostile_models.write, {"path": str(file)}),
        "code": (hostile_models.open_code_for_writing, {}),
        "environment": (hostile_models.environments, {"marker": "TOKEN="}),
        "command line": (hostile_models.read, {"path": f"/proc/{bystander.pid}/cmdline"}),
        "user namespace": (hostile_models.new_user_namespace, {}),
        "kill": (hostile_models.kill, {"pid": bystander.pid}),
    }
    yield Victim(secret, listeners, file, bystander, attacks)
    bystander.kill()
    bystander.wait()
    bystander.stdout.close()
    for listener in listeners.values():
        listener.close()


def attacked(victim, level):
    """What each attack got out through the scores."""
    names = tuple(f"attack {name}" for name in victim.attacks)
    thief = Artefact.of(hostile_models.Thief(list(victim.attacks.values())))
    with worker(level) as place:
        outcome = place.score(thief, pd.DataFrame({"x": np.zeros(ROWS)}), names)
        assert outcome.status is Status.OK, outcome.reason
    columns = outcome.value.T
    return {
        name: bytes(column[column >= 0].astype(np.uint8))
        for name, column in zip(victim.attacks, columns, strict=True)
    }


def test_what_a_model_steals_at_level_process_it_cannot_reach_at_level_namespace(victim):
    held = attacked(victim, Level.NAMESPACE)
    assert [name for name in victim.listeners if victim.heard(name)] == []
    assert victim.file.read_bytes() == b"as it was"
    assert victim.bystander.poll() is None
    assert {name: booty for name, booty in held.items() if booty} == {}

    free = attacked(victim, Level.PROCESS)  # the positive controls
    assert [name for name in victim.listeners if victim.heard(name)] == list(victim.listeners)
    assert victim.file.read_bytes() == b"changed"
    assert victim.bystander.wait(5) == -9
    assert free["home"] == victim.secret
    assert b"root" in free["accounts"]
    assert b"pyproject.toml" in free["project"]
    assert free["generators"] == b"data_generators"
    assert free["code"] == (b"opened" if os.access(sandbox.__file__, os.W_OK) else b"")
    assert victim.secret in free["environment"]
    assert b"time.sleep" in free["command line"]
    assert free["user namespace"] == b"made"


@pytest.mark.parametrize(("level", "opened"), [("process", True), ("namespace", False)])
def test_opening_a_pickle_acts_inside_and_never_outside(tmp_path, level, opened):
    trace = tmp_path / "opened"
    artefact = Artefact.of(hostile_models.Loaded(str(trace)))
    assert not trace.exists()
    with worker(level) as place:
        place.score(artefact, pd.DataFrame({"x": [0.5]}), ("pd",))
    assert trace.exists() == opened


def test_a_worker_is_neither_root_nor_capable_as_seen_from_outside():
    with worker() as place:
        place.score(Artefact.of(hostile_models.Scorer()), pd.DataFrame({"x": [0.5]}), ("pd",))
        pid = place._place._process.worker_pid()
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        descriptors = Path(f"/proc/{pid}/fd").iterdir()
        held = sorted(os.readlink(d).partition(":")[0] for d in descriptors)
    assert "0" not in status["Uid"].split()
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    assert held == ["/dev/null", "pipe", "pipe", "socket"]


def test_an_inheritable_descriptor_of_the_caller_does_not_go_along(tmp_path):
    (tmp_path / "labels").write_text("labels")
    descriptor = os.open(tmp_path / "labels", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    look = ["ls", "-l", "/proc/self/fd"]
    bare = subprocess.run(look, close_fds=False, capture_output=True, text=True, check=False)
    assert "labels" in bare.stdout
    with worker() as place:
        place.score(Artefact.of(hostile_models.Scorer()), pd.DataFrame({"x": [0.5]}), ("pd",))
        folder = Path(f"/proc/{place._place._process.worker_pid()}/fd")
        assert not [d for d in folder.iterdir() if "labels" in os.readlink(d)]
    os.close(descriptor)


def test_labels_are_within_reach_when_fitting_and_nowhere_when_scoring():
    sentinel = 0.123456789
    features = pd.DataFrame({"x": [0.5, 0.25]})
    labels = pd.DataFrame({"target": [sentinel, 1.0]})
    hunter = Artefact.of(hostile_models.LabelHunter(sentinel))
    with worker() as place:
        fitted = place.fit(hunter, features, labels)
    assert "labels are within reach" in fitted.reason  # the positive control
    with worker() as place:
        scored = place.score(hunter, features, ("pd",))
    assert scored.status is Status.OK, scored.reason


@pytest.mark.parametrize("sealing", [True, False])
def test_features_change_only_when_they_are_not_sealed(monkeypatch, sealing):
    sealed, kept = memory.sealed, []

    def watched(write):
        descriptor = sealed(write)
        size = os.fstat(descriptor).st_size
        kept.append((os.dup(descriptor), memory.contents(descriptor, size)))
        return descriptor

    with worker() as place:
        monkeypatch.setattr(memory, "sealed", watched)
        if not sealing:
            monkeypatch.setattr(memory, "seal", lambda descriptor, seals: None)
        attack = Artefact.of(hostile_models.Doing(hostile_models.overwrite_features))
        place.score(attack, pd.DataFrame({"x": np.full(5000, 0.5)}), ("pd",))
    intact = [
        memory.contents(descriptor, os.fstat(descriptor).st_size) == before
        for descriptor, before in kept
    ]
    for descriptor, _ in kept:
        os.close(descriptor)
    assert len(intact) == 2  # the model, the features
    assert all(intact) == sealing
