"""Attacks on judgement: scores that come from anywhere but the features."""

import numpy as np
import on_protocol
import pandas as pd
from by_hand import LABELS, SOON
from from_inside import Doing
from rig import FEATURES, Attack

from sandbox.isolation import Artefact, Status

HELD = ("bubblewrap", "landlock")


def _cheating(name, run, witness, supervisor="", **more):
    return Attack(name, "cheating", witness, run=run, supervisor=supervisor, **more)


def remembers(rig):
    """State from call to call: in one worker it shows, in a new one for each fold it does not."""
    model = Artefact.of(on_protocol.Counter())
    if rig.bare:
        with rig.worker(SOON) as place:
            scores = [place.score(model, FEATURES, ("pd",)).value.max() for _ in range(2)]
    else:
        scores = []
        for _ in range(2):
            with rig.worker(SOON) as place:
                scores.append(place.score(model, FEATURES, ("pd",)).value.max())
    return scores[1] > 0


def leaves_files(rig):
    """State from fold to fold in files."""
    words = {
        "folders": ("/tmp", "/dev/shm", "/var/tmp"),
        "name": f"state-{rig.scene.token.decode()}",
    }
    model = Doing(on_protocol.leave_behind, **words)
    return [rig.scored(model, limits=SOON).value.max() for _ in range(2)][1] > 0


NAMED = pd.DataFrame({"x": [0.5, 0.25, 1.0]}, index=["bad 1", "good 1", "bad 2"])


def told_by(model, features):
    """Whether scores follow the labels; bare: where the model is handed the caller's table."""

    def run(rig):
        given = features.copy()
        given.attrs = dict(features.attrs)
        scores = model.predict(given) if rig.bare else rig.scored(model, given, SOON).value
        return bool((scores[:, 0] == [1.0, 0.0, 1.0]).all())

    return run


def with_labels_attached():
    table = FEATURES.copy()
    table.attrs["labels"] = [1.0, 0.0, 1.0]
    return table


def labels_in_memory(rig):
    """Whether labels are within reach when scoring; bare: when fitting, where they have to be."""
    seeker = Artefact.of(on_protocol.Seeker(np.float64(0.123456789).tobytes()))
    with rig.worker(SOON) as place:
        if rig.bare:
            return "within reach" in place.fit(seeker, FEATURES, LABELS).reason
        outcome = place.score(seeker, FEATURES, ("pd",))
    assert outcome.status is Status.OK, outcome.reason
    return outcome.value.max() > 0


CHEATING = (
    _cheating("state from call to call", remembers, "the scores", "a new worker for each fold"),
    _cheating("state from fold to fold, in files", leaves_files, "the scores", alone=HELD),
    _cheating(
        "labels in the index",
        told_by(on_protocol.Index(), NAMED),
        "the scores",
        "the index stays outside",
    ),
    _cheating(
        "labels in the table's attributes",
        told_by(on_protocol.Attributes(), with_labels_attached()),
        "the scores",
        "attributes stay outside",
    ),
    _cheating(
        "labels in memory while scoring",
        labels_in_memory,
        "the scores",
        "a worker that fitted never scores",
    ),
    Attack(
        "importing the world's generators",
        "cheating",
        "the package's name comes out",
        lambda look: look.booty == b"data_generators",
        on_protocol.import_generators,
        alone=("bubblewrap", "landlock"),
    ),
    Attack(
        "the seed in environments and command lines",
        "cheating",
        "the seed comes out",
        lambda look: bool(look.scene.secret) and look.booty == look.scene.secret,
        on_protocol.seed_in_own_traces,
        lambda scene: {"seed": scene.secret},
        alone=("bubblewrap", "landlock"),
    ),
)
