"""Attacks on the supervisor's patience, and how they show."""

import os
import signal
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import on_patience
from from_inside import Doing
from rig import FEATURES, Attack
from scene import Look, soon

from sandbox.isolation import Artefact, Limits, Status
from sandbox.isolation.process import FILES
from sandbox.isolation.rows import RowShape


def holds_up(rig):
    """Whether the supervisor waits for ever; bare: where nothing bounds how long a send takes."""
    given = []
    with rig.worker(Limits(wall=60.0)) as place:
        place._place.ready()
        process = place._place._process
        if rig.bare:
            process.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", 0, 0)
            )
        pid = process.worker_pid()
        model, row = Artefact.of(on_patience.Deaf()), np.array([0.5])

        def ask():
            while not given or given[-1] is Status.OK:
                given.append(place.score_row(model, row, RowShape(1, ("pd",))).status)

        asking = threading.Thread(target=ask)
        asking.start()
        held = soon(lambda: not asking.is_alive() or _still(given), 20.0) and asking.is_alive()
        if held and not rig.bare:
            asking.join(20.0)
            held = asking.is_alive()
        os.kill(pid, signal.SIGKILL) if held else None
        asking.join()
    assert held or given[-1] is Status.PROTOCOL_VIOLATION, given[-1]
    return held


def _still(given):
    """Whether it got some answers, and none for a while."""
    before = len(given)
    time.sleep(0.7)
    return before > 1 and len(given) == before


def floods_with_empty_files(rig):
    """Whether more files than are allowed stay for a second."""
    folder, name = rig.scene.folder / "empty", f"empty-{rig.scene.token.decode()}-"
    folder.mkdir()
    words = {"folders": [str(folder), "/tmp"], "name": name, "count": FILES + 2_000}
    with rig.worker(Limits(wall=30.0)) as place:
        place._place.ready()
        look = Look(rig.scene, place._place._process.worker_pid())
        seen = look.inside(str(folder)) if rig.bare else look.inside("/tmp")

        def too_many():
            try:
                return len(os.listdir(seen)) > FILES
            except OSError:
                return False

        model = Artefact.of(Doing(on_patience.empty_files, **words))
        with ThreadPoolExecutor(1) as thread:
            scoring = thread.submit(place.score, model, FEATURES, ("pd",))
            soon(lambda: scoring.done() or too_many(), 30.0)
            time.sleep(1.0 if not scoring.done() else 0.0)
            return too_many() and not scoring.done()


PATIENCE = (
    Attack(
        "a session's worker that answers without reading",
        "protocol",
        "the supervisor's thread",
        run=holds_up,
        supervisor="a bound on sending",
    ),
    Attack(
        "files without contents",
        "resources",
        "the folder, as the worker sees it",
        run=floods_with_empty_files,
        supervisor="a count of files",
    ),
)
