"""One model, many calls: replaced when it is time and after every fault, and checked each time."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import hostile_models as hm
import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Limits, Status, observe, session

ROW = np.array([0.5, 0.25])
FEATURES = pd.DataFrame({"a": [0.5, 1.0], "b": [0.25, 0.0]})


class Counting(hm.Scorer):
    """Its score tells how many calls this worker has answered."""

    calls = 0

    def predict(self, features):
        self.calls += 1
        return np.full((len(features), 1), self.calls / 100)


class Sleepy(hm.Scorer):
    """Hangs when the row says so."""

    def predict(self, features):
        if np.asarray(features)[0, 0] < 0:
            time.sleep(60)
        return np.asarray(features)[:, :1]


def opened(model, **arguments):
    arguments = {"level": "none", "imports": (), **arguments}
    return session(Artefact.of(model), **arguments)


def test_a_worker_is_replaced_after_so_many_calls():
    with opened(Counting(), level="process", calls=3) as service:
        scores = [service.score_row(ROW).value[0] for _ in range(4)]
        scores += [service.score(FEATURES).value[0, 0] for _ in range(3)]
    assert scores == [0.01, 0.02, 0.03, 0.01, 0.02, 0.03, 0.01]


def test_a_worker_is_replaced_after_so_many_seconds():
    with opened(Counting(), seconds=0.05) as service:
        assert service.score_row(ROW).value[0] == 0.01
        time.sleep(0.06)
        assert service.score_row(ROW).value[0] == 0.01


@pytest.mark.parametrize("level", ["process", "namespace"])
def test_the_call_that_fails_has_its_outcome_and_the_next_one_a_fresh_worker(level):
    with opened(Sleepy(), level=level, limits=Limits(wall=0.4)) as service:
        assert service.score_row(ROW).value.tolist() == [0.5]
        failed = service.score_row(-ROW)
        assert failed.status is Status.TIMED_OUT
        assert failed.value is None
        assert service.score_row(ROW).value.tolist() == [0.5]
        assert service.score(-FEATURES).status is Status.TIMED_OUT
        assert service.score(FEATURES).value.tolist() == [[0.5], [1.0]]


@pytest.mark.parametrize(
    ("model", "status", "words"),
    [
        (hm.Constant(np.nan), Status.PROTOCOL_VIOLATION, "pd is nan"),
        (hm.Constant(1.5), Status.PROTOCOL_VIOLATION, "within 0 and 1"),
        (hm.Constant([[0.5], [0.5]]), Status.PROTOCOL_VIOLATION, "shape"),
        (hm.Constant(["low"]), Status.PROTOCOL_VIOLATION, "not numbers"),
        (hm.Doing(hm.complain), Status.RAISED, "line one line two"),
        (hm.Doing(hm.leave), Status.PROTOCOL_VIOLATION, "without an answer"),
        (hm.Doing(hm.crash), Status.KILLED, "SIGSEGV"),
        (hm.Doing(hm.say, line="row 2\n"), Status.PROTOCOL_VIOLATION, "finite"),
        (hm.Doing(hm.say, line="row 1\n"), Status.PROTOCOL_VIOLATION, "not JSON"),
        (hm.Doing(hm.say, line="row 2\nrow 2\n"), Status.PROTOCOL_VIOLATION, "more than one"),
        (
            hm.Doing(hm.say, line='{"number": 2, "status": "ok", "reason": "", "size": 0}\n'),
            Status.PROTOCOL_VIOLATION,
            "longer than agreed",
        ),
    ],
)
def test_a_row_that_goes_wrong_is_an_outcome(model, status, words):
    with opened(model, level="process", limits=Limits(wall=5.0)) as service:
        outcome = service.score_row(ROW)
    assert outcome.status is status, outcome.reason
    assert words in outcome.reason


@pytest.mark.parametrize("level", ["none", "process", "namespace"])
def test_a_row_scores_as_it_does_in_a_table_and_as_outside(level):
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.normal(size=(200, 4)), columns=list("abcd"))
    model = LogisticRegression().fit(table, table["a"] > 0)
    with opened(model, level=level, columns=list("abcd")) as service:
        rows = [service.score_row(row).value[0] for row in table.to_numpy()[:50]]
        batch = service.score(table[:50]).value[:, 0]
    given = [pd.DataFrame(row.reshape(1, 4), columns=list("abcd")) for row in table.to_numpy()[:50]]
    outside = [model.predict_proba(row)[0, 1] for row in given]
    assert rows == outside
    assert np.allclose(batch, outside, rtol=1e-15)


def test_a_model_sees_an_array_or_where_columns_are_named_a_table():
    class Looks(hm.Scorer):
        def predict(self, features):
            kind = {"ndarray": 0.25, "DataFrame": 0.75}[type(features).__name__]
            named = list(getattr(features, "columns", [])) in ([], ["a", "b"])
            missing = bool(np.isnan(np.asarray(features)[0, 1]))
            features[:] = 0.0  # its own copy: the next call is not disturbed
            return [kind if named and missing else 0.0]

    for columns, expected in (((), 0.25), (("a", "b"), 0.75)):
        with opened(Looks(), level="process", columns=columns) as service:
            for _ in range(2):
                outcome = service.score_row(np.array([0.5, np.nan]))
                assert outcome.value.tolist() == [expected], outcome.reason


def test_several_outputs_are_given_and_checked_by_name():
    class Two(hm.Scorer):
        outputs = ("pd", "limit")

        def predict(self, features):
            return np.column_stack([features[:, 0], features[:, 1] * 1e5])

    with opened(Two(), level="process", outputs=("pd", "limit")) as service:
        assert service.score_row(ROW).value.tolist() == [0.5, 25_000.0]
        assert "column limit is -25000" in service.score_row([0.5, -0.25]).reason


def test_what_is_written_after_the_answer_has_no_effect():
    class Rewrites(hm.Scorer):
        def predict(self, features):
            hm.rewrite_scores(7.0, after=0.1)
            return np.asarray(features)[:, :1]

    with opened(Rewrites(), level="process") as service:
        first = service.score_row(ROW)
        assert first.value.tolist() == [0.5]
        time.sleep(0.3)
        assert service._worker._place._rows.taken().tolist() == [7.0]  # it was written
        assert first.value.tolist() == [0.5]
        again = service.score_row(ROW)  # what was copied is what is checked
        assert again.status is not Status.OK or again.value.tolist() == [0.5], again.reason


def test_threads_may_share_a_session():
    with opened(Sleepy(), level="process") as service, ThreadPoolExecutor(8) as threads:
        rows = [np.array([i / 100, 0.0]) for i in range(100)]
        outcomes = list(threads.map(service.score_row, rows))
    assert [o.value[0] for o in outcomes] == [row[0] for row in rows]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (np.array([0.5]), r"shape \(1,\); this session's rows are 2 numbers"),
        (np.array([[0.5, 0.25], [0.5, 0.25]]), "shape"),
        (["low", "high"], "made of numbers"),
    ],
)
def test_a_row_of_another_shape_is_refused_and_the_session_goes_on(row, words):
    with opened(Sleepy()) as service:
        assert service.score_row(ROW).status is Status.OK
        with pytest.raises(BadInput, match=words):
            service.score_row(row)
        assert service.score_row(ROW).status is Status.OK


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (FEATURES[["a"]], "Column 'b' is missing"),
        (FEATURES.assign(c=0.0), "Column 'c' is new"),
        (FEATURES[["b", "a"]], "Column 'b' stands where 'a' stood"),
    ],
)
def test_a_table_with_other_columns_than_before_is_refused_by_name(table, words):
    with opened(hm.Scorer()) as service:
        assert service.score(FEATURES).status is Status.OK
        with pytest.raises(BadInput, match=words):
            service.score(table)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"calls": 0}, "at least 1 call"),
        ({"seconds": 0.0}, "more than 0"),
        ({"level": "strong"}, "no isolation level 'strong'"),
        ({"outputs": ()}, "No outputs"),
        ({"columns": ["a", "a"]}, "a name of its own"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(arguments, words):
    with pytest.raises(BadInput, match=words), opened(hm.Scorer(), **arguments) as service:
        service.score_row(ROW)


def test_a_closed_session_takes_no_calls_and_leaves_nothing():
    with opened(hm.Scorer(), level="process"):
        pass  # the first starts the spawning thread
    before = len(os.listdir("/proc/self/fd")), observe.descendants(os.getpid())
    with opened(Sleepy(), level="process", calls=2) as service:
        for _ in range(5):
            assert service.score_row(ROW).status is Status.OK
    assert (len(os.listdir("/proc/self/fd")), observe.descendants(os.getpid())) == before
    with pytest.raises(BadInput, match="closed"):
        service.score_row(ROW)
