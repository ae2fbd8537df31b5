"""Attacks on judgement by messages between workers, one of which may have seen labels."""

import contextlib
import threading
from unittest import mock

import host_facts
import on_marks
import pandas as pd
from by_hand import SOON, WATCHING
from rig import FEATURES, Attack

from sandbox.isolation import Artefact, Status, interpreter, shared_features
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.shared_features import SharedFeatures

_ONCE = threading.RLock()
_KEPT = {}


def once(make):
    """What a pair of workers gave serves several attacks of a cell."""

    def made(rig):
        with _ONCE:
            if (make, rig.cell) not in _KEPT:
                _KEPT[make, rig.cell] = make(rig)
            return _KEPT[make, rig.cell]

    return made


@once
def heard(rig):
    """For each file whether a message came through it: by locks at once, by the cache later."""
    folder = rig.scene.folder / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    for name in on_marks.FILES:
        host_facts.cached(folder / name)
    around = Surroundings(interpreter.current().packages, folder)
    folders = ("/opt/model", str(folder))
    receiver = Artefact.of(on_marks.Receiver(folders))

    def told(place, number):
        outcome = place.score(receiver, pd.DataFrame({"x": [float(number)]}), ("pd",))
        assert outcome.status is Status.OK, outcome.reason
        return outcome.value.max() > 0.5

    with rig.worker(SOON, around) as listening:
        with rig.worker(SOON, around) as speaking:
            spoken = speaking.score(Artefact.of(on_marks.Sender(folders)), FEATURES, ("pd",))
            assert spoken.status is Status.OK, spoken.reason
            at_once = [told(listening, 0), told(listening, 1)]
        return dict(zip(on_marks.FILES, [*at_once, told(listening, 2)], strict=True))


@once
def found(rig):
    """For each mark whether the next worker found it; bare: where marks are not sought."""
    model = Artefact.of(on_marks.Marker())
    seek = mock.patch.object(shared_features, "_marks", return_value=())
    with contextlib.ExitStack() as stack:
        if rig.bare:
            stack.enter_context(WATCHING)
            stack.enter_context(seek)
        features = stack.enter_context(SharedFeatures(FEATURES))
        for _ in range(2):
            with rig.worker(SOON) as place:
                outcome = place.score(model, features, on_marks.MARKS)
            assert outcome.status is Status.OK, outcome.reason
    return dict(zip(on_marks.MARKS, outcome.value.max(axis=0) > 0.5, strict=True))


def _through(name, file, **more):
    return Attack(
        name,
        "cheating",
        "the other worker's scores",
        run=lambda rig: heard(rig)[file],
        alone=("seccomp",),
        **more,
    )


def _marked(name, mark, **more):
    return Attack(
        name,
        "cheating",
        "the next worker's scores",
        run=lambda rig: found(rig)[mark],
        supervisor="a look at the memory",
        **more,
    )


MARKS = (
    _marked("state from fold to fold, as the mode of shared memory", "mode"),
    _marked("state from fold to fold, as times of shared memory", "times"),
    _marked(
        "state from fold to fold, as attributes of shared memory",
        "attributes",
        **host_facts.attributes_of_memory(),
    ),
    _through("messages by locks (fcntl) on a file that both see", "fcntl"),
    _through("messages by locks (flock) on a file that both see", "flock"),
    _through(
        "messages by what is left in the page cache", "cache", **host_facts.forgetting_pages()
    ),
)
