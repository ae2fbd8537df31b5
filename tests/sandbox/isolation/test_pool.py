"""Workers that are ready ahead serve one model each; features written once serve many."""

import os
import signal
import time

import hostile_models as hm
import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Pool, SharedFeatures, Status, observe, worker

FEATURES = pd.DataFrame({"x": [0.5, 0.25, 1.0]})
HALF = [[0.25], [0.125], [0.5]]


class Marking(hm.Scorer):
    """Scores 1 where a model was in the worker before it, or left a mark on the features."""

    def predict(self, features):
        import builtins

        seen = hasattr(builtins, "been_here")
        builtins.been_here = True
        numbers = list(hm.held("/memfd:in"))
        seen |= any(os.fstat(n).st_mtime == 12345 for n in numbers)
        seen |= any(os.lseek(n, 0, os.SEEK_CUR) == 7 for n in numbers)
        for number in numbers:
            os.utime(number, (12345, 12345))
            os.lseek(number, 7, os.SEEK_SET)
        return np.full((len(features), 1), float(seen))


@pytest.mark.parametrize("level", ["none", "process", "namespace"])
def test_each_worker_of_a_pool_serves_one_model(level):
    with Pool(level, size=2, imports=()) as pool:
        for _ in range(3):
            with pool.worker() as place:
                outcome = place.score(Artefact.of(hm.Scorer()), FEATURES, ("pd",))
                assert outcome.value.tolist() == HALF
                with pytest.raises(BadInput, match="another model"):
                    place.score(Artefact.of(hm.Constant(0.5)), FEATURES, ("pd",))


def test_no_state_is_carried_from_one_worker_to_the_next():
    with Pool("process", size=1, imports=()) as pool, SharedFeatures(FEATURES) as features:
        for _ in range(3):
            with pool.worker() as place:
                outcome = place.score(Artefact.of(Marking()), features, ("score",))
                assert outcome.status is Status.OK, outcome.reason
                assert not outcome.value.any()
                # the marks can be found: the model meets its own in its second call
                again = place.score(Artefact.of(Marking()), features, ("score",))
                assert again.value.all()


def test_a_worker_is_ready_and_confirmed_before_it_is_taken():
    with Pool("namespace", size=1, imports=("sklearn.linear_model",)) as pool:
        pool._waiting[0].result()
        with pool.worker() as place:
            assert "no network" in place._place.mechanisms
            assert place._place.wall_seconds == 0.0
            outcome = place.score(Artefact.of(hm.Scorer()), FEATURES, ("pd",))
    assert 0 < outcome.evidence.wall_seconds < outcome.evidence.cpu_seconds


def test_a_worker_that_died_while_it_waited_is_not_handed_out():
    with Pool("process", size=1, imports=()) as pool:
        waiting = pool._waiting[0].result()._process
        os.kill(waiting.child.pid, signal.SIGKILL)
        while waiting.waiting():
            time.sleep(0.01)
        with pool.worker() as place:
            outcome = place.score(Artefact.of(hm.Scorer()), FEATURES, ("pd",))
    assert outcome.value.tolist() == HALF


def test_a_pool_leaves_no_process_and_no_descriptor():
    with Pool("namespace", size=1, imports=()):
        pass  # the first starts the spawning thread
    before = len(os.listdir("/proc/self/fd")), observe.descendants(os.getpid())
    with Pool("namespace", size=2, imports=()) as pool, pool.worker():
        assert observe.descendants(os.getpid()) != before[1]
    with Pool("namespace", size=2, imports=()):
        pass  # closed while they start
    assert (len(os.listdir("/proc/self/fd")), observe.descendants(os.getpid())) == before
    with pytest.raises(BadInput, match="closed"):
        pool.take()
    with pytest.raises(BadInput, match="at least 1"):
        Pool(size=0)


def test_imports_ahead_that_are_not_there_are_left_out():
    with Pool("process", size=1, imports=("no_such_package",)) as pool, pool.worker() as place:
        assert place.score(Artefact.of(hm.Scorer()), FEATURES, ("pd",)).value.tolist() == HALF


@pytest.mark.parametrize("level", ["none", "process", "namespace"])
def test_features_are_written_once_for_many_models(level):
    with SharedFeatures(FEATURES) as features:
        for value in (0.25, 0.75):
            with worker(level) as place:
                outcome = place.score(Artefact.of(hm.Constant(value)), features, ("pd",))
                assert outcome.value.tolist() == [[value]] * 3
        with worker(level) as place:
            outcome = place.explain(Artefact.of(hm.Scorer()), features, features)
            assert outcome.status is Status.OK, outcome.reason
            assert outcome.value[0].shape == (3, 1)
    with worker(level) as place, pytest.raises(BadInput, match="closed"):
        place.score(Artefact.of(hm.Scorer()), features, ("pd",))


def test_a_model_cannot_change_shared_features():
    with SharedFeatures(FEATURES) as features:
        for model in (hm.Doing(hm.overwrite_features), hm.Scorer()):
            with worker("process") as place:
                outcome = place.score(Artefact.of(model), features, ("pd",))
                assert outcome.value.tolist() == HALF, outcome.reason


def test_shared_features_name_what_cannot_go_in():
    with pytest.raises(BadInput, match="appears twice"):
        SharedFeatures(pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]))


def test_memory_of_shared_features_goes_with_the_object():
    before = len(os.listdir("/proc/self/fd"))
    features = SharedFeatures(FEATURES)
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del features
    assert len(os.listdir("/proc/self/fd")) == before
