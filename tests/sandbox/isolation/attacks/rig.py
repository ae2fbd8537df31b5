"""Runs attacks in workers of one level, or of one layer alone, and says which succeeded."""

import contextlib
import os
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from from_inside import ROWS, Doing, Thief
from scene import Look, Scene

from sandbox.isolation import Artefact, Level, Limits, Status
from sandbox.isolation.kernel import Layers
from sandbox.isolation.separate import Separate
from sandbox.isolation.supervisor import Worker

MIB = 1 << 20
FEATURES = pd.DataFrame({"x": [0.5, 0.25, 1.0]})
NAMES = ("bubblewrap", "landlock", "seccomp", "rlimits")
#: each column of the table: which level, with which layers (None: the level's own)
CELLS = {
    "bare": (Level.PROCESS, Layers(False, False, False, False)),
    "namespace": (Level.NAMESPACE, None),
    "lsm": (Level.LSM, None),
    **{f"{name} alone": (Level.PROCESS, Layers(**{n: n == name for n in NAMES})) for name in NAMES},
}


def everywhere():
    return frozenset({"user", "root"})


@dataclass(frozen=True)
class Attack:
    """One thing a hostile model does, and how it is seen from outside that it succeeded."""

    name: str
    category: str
    #: where it is seen
    witness: str
    #: whether it succeeded
    seen: Callable[[Look], bool] | None = None
    #: run inside, with the arguments that the scene gives
    what: Callable | None = None
    give: Callable[[Scene], dict] = lambda scene: {}
    #: a worker of its own with these limits; None shares one with others
    limits: Limits | None = None
    #: instead of all that: run by hand, outside; True when it succeeded
    run: Callable[["Rig"], bool] | None = None
    #: as whom it succeeds bare
    bare: frozenset[str] = field(default_factory=everywhere)
    #: why that is so where it is not both
    reason: str = ""
    #: layers each of which stops it alone
    alone: tuple[str, ...] = ()
    #: what stops it is not a layer but the supervisor's own work
    supervisor: str = ""
    #: why level `lsm` does not contain it; empty where it does
    open_at_lsm: str = ""

    def expected(self, cell: str, who: str) -> bool:
        """Whether it should succeed there."""
        if who not in self.bare or cell == "namespace":
            return False
        if cell == "bare":
            return True
        if cell == "lsm":
            return bool(self.open_at_lsm)
        return cell.removesuffix(" alone") not in self.alone


@dataclass
class Rig:
    """A level or a single layer, and the scene."""

    cell: str
    scene: Scene
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def bare(self) -> bool:
        return self.cell == "bare"

    @contextlib.contextmanager
    def worker(self, limits=None, surroundings=None):
        limits = limits or Limits()
        level, layers = CELLS[self.cell]
        place = Separate(level, limits, surroundings, layers=layers)
        try:
            yield Worker(place, level, limits)
        finally:
            place.close()

    def scored(self, model, features=FEATURES, limits=None, outputs=("pd",)):
        """The outcome of one model in a worker of its own."""
        with self.worker(limits) as place:
            return place.score(Artefact.of(model), features, outputs)


def succeeded(attacks, cell):
    """For each attack's name whether it succeeded, in this process's rights."""
    scene = Scene()
    rig = Rig(cell, scene)
    results = {}
    try:
        shared = [a for a in attacks if a.what is not None and a.limits is None]
        own = [a for a in attacks if a not in shared]
        if shared:
            results |= together(rig, shared)
        with ThreadPoolExecutor(2) as threads:
            jobs = {a.name: threads.submit(_told, rig, a) for a in own}
            results |= {name: job.result() for name, job in jobs.items()}
    finally:
        scene.close()
    return results, rig.seconds


def together(rig, attacks):
    """All in one worker, which stays until each has been looked for."""
    given = [(a.what, a.give(rig.scene)) for a in attacks]
    features = pd.DataFrame({"x": np.zeros(ROWS)})
    outputs = tuple(f"attack {i}" for i in range(len(attacks)))
    visitor = threading.Thread(target=_visit, args=(rig.scene,), daemon=True)
    with rig.worker(Limits(processes=256)) as place:
        place._place.ready()
        visitor.start()
        outcome = place.score(Artefact.of(Thief(given)), features, outputs)
        assert outcome.status is Status.OK, outcome.reason
        loot = [bytes(column[column >= 0].astype(np.uint8)) for column in outcome.value.T]
        pid = place._place._process.worker_pid()
        return {
            a.name: _seen(a, Look(rig.scene, pid, booty))
            for a, booty in zip(attacks, loot, strict=True)
        }


def _visit(scene):
    """Knock at the door that an attack tries to open; what is given out there is heard."""
    import socket

    until = time.monotonic() + 60
    scene.door_opened = False
    while time.monotonic() < until and not scene.door_opened:
        with contextlib.suppress(OSError):
            connection = socket.create_connection(("127.0.0.1", scene.door), 0.5)
            with connection:
                scene.door_opened = scene.token in connection.recv(64)
        time.sleep(0.02)


def _told(rig, attack):
    """The answer, or what went wrong in words, which is never taken for contained."""
    started = time.monotonic()
    try:
        answer = bool(_one(rig, attack))
    except Exception:
        answer = traceback.format_exc()[-1500:]
    rig.seconds[attack.name] = time.monotonic() - started
    return answer


def _one(rig, attack):
    if attack.run is not None:
        return attack.run(rig)
    with rig.worker(attack.limits) as place:
        place._place.ready()
        pid = place._place._process.worker_pid()
        look = Look(rig.scene, pid)
        model = Artefact.of(Doing(attack.what, **attack.give(rig.scene)))
        with ThreadPoolExecutor(1) as thread:
            scoring = thread.submit(place.score, model, FEATURES, ("pd",))
            until = time.monotonic() + attack.limits.wall
            while not (found := _seen(attack, look)) and time.monotonic() < until:
                if scoring.done():
                    break
                time.sleep(0.03)
            found = found or _seen(attack, look)
            for left in look.pids():
                with contextlib.suppress(OSError):
                    os.kill(left, 9)
            scoring.result()
    return found


def _seen(attack, look):
    try:
        return bool(attack.seen(look))
    except OSError:
        return False
