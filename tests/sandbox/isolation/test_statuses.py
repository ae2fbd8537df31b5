"""Whatever a model does to itself is an outcome with a status and a reason, never an exception."""

from concurrent.futures import ThreadPoolExecutor

import hostile_models as hm
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sandbox.isolation import Artefact, Limits, Status, worker
from sandbox.isolation.limits import MIB

FEATURES = pd.DataFrame({"x": [0.5, 0.25, 1.0]})
SMALL = Limits(memory=1024 * MIB, cpu=1, wall=20.0, file_size=MIB)
FORGED = '{"number": 1, "status": "ok", "reason": "", "size": 24}\n'

#: what a model does, under which limits, and how that ends
CASES = {
    "behaves": (hm.Scorer(), SMALL, Status.OK, ""),
    "sleeps": (hm.Doing(hm.sleep), Limits(wall=0.5), Status.TIMED_OUT, "No answer within 0.5 s"),
    "spins": (hm.Doing(hm.spin), SMALL, Status.TIMED_OUT, "processor time than 1 s"),
    "allocates": (hm.Doing(hm.allocate), SMALL, Status.OUT_OF_MEMORY, "limit of 1024 MiB"),
    "crashes": (hm.Doing(hm.crash), SMALL, Status.KILLED, "SIGSEGV"),
    "leaves": (hm.Doing(hm.leave), SMALL, Status.PROTOCOL_VIOLATION, "without an answer"),
    "leaves politely": (hm.Doing(hm.leave_politely), SMALL, Status.RAISED, "SystemExit: goodbye"),
    "complains": (hm.Doing(hm.complain), SMALL, Status.RAISED, "ValueError: line one line two"),
    "floods": (hm.Doing(hm.flood), SMALL, Status.RAISED, "after the flood"),
    "says NaN": (hm.Constant(np.nan), SMALL, Status.PROTOCOL_VIOLATION, "pd is nan"),
    "says infinity": (hm.Constant(np.inf), SMALL, Status.PROTOCOL_VIOLATION, "pd is inf"),
    "is too sure": (hm.Constant(1.5), SMALL, Status.PROTOCOL_VIOLATION, "within 0 and 1"),
    "is short": (hm.Constant([[0.5]]), SMALL, Status.PROTOCOL_VIOLATION, "(1, 1); (3, 1)"),
    "says words": (hm.Constant(["low"] * 3), SMALL, Status.PROTOCOL_VIOLATION, "not numbers"),
    "forges an answer": (
        hm.Doing(hm.say, line=FORGED),
        SMALL,
        Status.PROTOCOL_VIOLATION,
        "finite",
    ),
    "forges a long answer": (
        hm.Doing(hm.say, line=FORGED.replace("24", "99999999")),
        SMALL,
        Status.PROTOCOL_VIOLATION,
        "longer than agreed",
    ),
    "answers too often": (
        hm.Doing(hm.say, line=FORGED * 2),
        SMALL,
        Status.PROTOCOL_VIOLATION,
        "more than one answer",
    ),
    "floods the socket": (
        hm.Doing(hm.say, line="{" * 60_000, times=100),
        SMALL,
        Status.PROTOCOL_VIOLATION,
        "more than 65536 bytes",
    ),
    "nests deeply": (
        hm.Doing(hm.say, line="[" * 60_000 + "\n"),
        SMALL,
        Status.PROTOCOL_VIOLATION,
        "not JSON",
    ),
    "sends descriptors": (
        hm.Doing(hm.say, line="{}\n", descriptors=50),
        SMALL,
        Status.PROTOCOL_VIOLATION,
        "other fields",
    ),
}


@pytest.fixture(scope="module")
def outcomes():
    """All at once, two at a time: workers do not disturb each other."""

    def scored(case):
        model, limits, *_ = case
        with worker(limits=limits) as place:
            return place.score(Artefact.of(model), FEATURES, ("pd",))

    with ThreadPoolExecutor(2) as threads:
        return dict(zip(CASES, threads.map(scored, CASES.values()), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_model_that_misbehaves_ends_with_its_status_and_a_reason(outcomes, case):
    _, limits, status, words = CASES[case]
    outcome = outcomes[case]
    assert (outcome.status, words in outcome.reason) == (status, True), outcome.reason
    assert (outcome.value is None) == (status is not Status.OK)
    assert len(outcome.reason) < 1000
    assert outcome.reason.isprintable()
    assert outcome.evidence.limits == limits


def test_the_last_words_of_a_model_are_quoted(outcomes):
    assert "I was here" in outcomes["complains"].reason


def test_evidence_names_what_was_seen_and_what_was_used(outcomes):
    evidence = outcomes["behaves"].evidence
    assert {"no network", "no capabilities", "rlimits"} <= set(evidence.mechanisms)
    assert evidence.mechanisms[0].startswith("bubblewrap ")
    assert 20 * MIB < evidence.peak_memory < 1024 * MIB
    assert evidence.cpu_seconds > 0.1
    assert outcomes["spins"].evidence.cpu_seconds > evidence.cpu_seconds


def test_memory_that_a_model_held_is_in_the_evidence():
    with worker() as place:
        outcome = place.score(Artefact.of(hm.Doing(hm.hold, mib=400)), FEATURES, ("pd",))
    assert 400 * MIB < outcome.evidence.peak_memory < 800 * MIB


def test_a_negative_limit_is_refused_and_a_large_one_is_not():
    with worker() as place:
        artefact = Artefact.of(hm.Constant(90_000.0))
        assert place.score(artefact, FEATURES, ("limit",)).status is Status.OK
    with worker() as place:
        outcome = place.score(Artefact.of(hm.Constant(-1.0)), FEATURES, ("limit",))
    assert outcome.status is Status.PROTOCOL_VIOLATION
    assert "Row 0 of column limit is -1.0" in outcome.reason


def test_a_fitted_model_larger_than_the_limit_does_not_come_out():
    labels = pd.DataFrame({"target": [0.0, 1.0, 0.0]})
    with worker(limits=SMALL) as place:
        outcome = place.fit(Artefact.of(hm.BigWhenFitted()), FEATURES, labels)
    assert outcome.status is Status.REFUSED
    assert "more than file_size=1,048,576" in outcome.reason


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"not a pickle")
    with worker() as place:
        outcome = place.score(Artefact.from_file(tmp_path / "model.pkl"), FEATURES, ("pd",))
    assert outcome.status is Status.REFUSED
    assert "cannot be loaded" in outcome.reason


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["b", "a"], "Column 1 of the features is 'b'; the model was fitted on 'a' there."),
        (["a"], "Column 2 of the features is missing; the model was fitted on 'b' there."),
        (["a", "b", "c"], "Column 3 of the features is 'c'; the model was fitted on no column"),
    ],
)
def test_columns_unlike_those_of_the_fit_are_named(columns, said):
    fitted = LogisticRegression().fit(pd.DataFrame({"a": [0, 1], "b": [1, 0]}), [0, 1])
    with worker("none") as place:
        outcome = place.score(Artefact.of(fitted), pd.DataFrame(0.5, [0], columns), ("pd",))
    assert outcome.status is Status.REFUSED
    assert said in outcome.reason
