"""The service path: as a batch decides, replayed as of its time, on its feet without a model."""

import os
import signal
import time

import numpy as np
import pytest
from screened_world import CAPACITY, END, START, market, promoted, screened

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.features.online import OnlineFeatures
from sandbox.features.screening import screening_features
from sandbox.isolation import Artefact
from sandbox.lists import NewEntry
from sandbox.lists.clock import world_time
from sandbox.rules import Rule, RuleSet
from sandbox.screening import recalled
from sandbox.screening.batch import list_hits, list_table, screen_many
from sandbox.screening.budget import AlertBudget
from sandbox.screening.columns import columns_for, known_columns
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.list_desk import ListDesk
from sandbox.screening.model_desk import ModelDesk
from sandbox.screening.operations import budget_use, verdict_table
from sandbox.screening.replaying import replay
from sandbox.screening.screening import Screening
from sandbox.screening.verdict_log import VerdictLog, read_log


class Moody:
    """Gives 0.5, or sleeps when the first feature says so."""

    outputs = ("score",)

    def predict(self, features):
        values = np.asarray(features)
        if values[0, 0] < 0:
            time.sleep(60)
        return np.full((len(values), 1), 0.5)


def killed(desk):
    """SIGKILL for the process that holds the model."""
    os.kill(desk._session._worker._place._process.worker_pid(), signal.SIGKILL)


def listed(store):
    """Some of the applicants on lists, one on two that contradict each other."""
    some = market().applications
    for name, kind, place in (
        ("black", "device", 5), ("grey", "account", 10), ("grey", "phone", 15),
        ("black", "device", 20), ("white", "customer", 20), ("black", "address", 25),
    ):  # fmt: skip
        value = some[place].identifiers[kind][0]
        found = store.find(kind, value)
        if not any(entry.list == name for entry in found):
            store.add(NewEntry(name, kind, value, "by hand"), "test")


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """The days screened one by one, with lists and a log."""
    folder = tmp_path_factory.mktemp("screening")
    with promoted(folder) as store:
        listed(store)
        lists = ListDesk.of(store, world_time(START))
        found, rows, versions = screened(lists, VerdictLog(folder / "log.jsonl"))
        yield folder, store, lists, found, rows, versions


def test_one_by_one_and_in_a_batch_every_verdict_is_the_same(days):
    _, _, lists, found, _, versions = days
    m = market()
    hits = list_hits(m.applications, lists)
    place = [application.application_id for application in m.applications]
    table = list_table([()] * len(m.observed.applications), m.observed.applications.index)
    table.iloc[place] = list_table(hits).to_numpy()
    features = screening_features(m.observed, None, table, columns=m.columns).iloc[place]
    scores = m.model.predict(features[m.inputs])[:, 0]
    batch = screen_many(
        m.applications, hits, features, scores, rules=m.rules, budget=AlertBudget(CAPACITY),
        versions=versions,
    )  # fmt: skip
    assert len(batch) == len(found) > 100
    for one, many in zip(found, batch, strict=True):
        assert one.score == pytest.approx(many.score, rel=1e-12)
        same = ("decision", "rules", "lists", "features", "alert_day")
        assert [getattr(one, name) for name in same] == [getattr(many, name) for name in same]
        codes = [reason.code for reason in one.reasons]
        assert codes == [reason.code for reason in many.reasons]


def test_the_days_have_alerts_list_hits_and_rule_hits_and_keep_the_budget(days):
    found = days[3]
    table = verdict_table(found)
    assert set(table["decision"]) == {"pass", "review", "decline"}
    assert [found[place].decision for place in (5, 20)] == ["decline", "review"]
    assert len({hit.list for verdict in found for hit in verdict.lists}) == 3
    assert any(verdict.rules for verdict in found)
    assert budget_use(table, CAPACITY)["alerts"].max() == CAPACITY
    assert all(set(v.milliseconds) >= {"lists", "features", "rules", "model"} for v in found)


def test_every_logged_verdict_is_reached_again_as_of_its_time(days):
    folder, store, _, found, rows, versions = days
    m = market()
    log = read_log(folder / "log.jsonl")
    assert len(log) == len(found)
    # what changes afterwards has no say
    store.add(NewEntry("black", "customer", str(log[0].application_id), "found out later"), "later")
    then = ListDesk.of(store, world_time(END), known=versions.lists)
    with ModelDesk(m.artefact, m.inputs, level="none", patience=1.9) as desk:
        again = [
            replay(
                record, application, row, columns=m.columns, rules=m.rules, lists=then, model=desk,
                inputs=m.inputs, costs=ScreeningCosts(),
            )
            for record, application, row in zip(log, m.applications, rows, strict=True)
        ]  # fmt: skip
        assert [each.differences for each in again if not each.same] == []
        now = ListDesk.of(store, world_time(END))
        wrong = replay(
            log[0], m.applications[0], rows[0] + 1.0, columns=m.columns, rules=m.rules, lists=now,
            model=desk, inputs=m.inputs, costs=ScreeningCosts(),
        )  # fmt: skip
    told = " ".join(wrong.differences)
    assert not wrong.same
    assert "features: " in told
    assert "decision: " in told


def test_a_service_started_anew_from_its_log_spends_what_is_left(days):
    folder, _, _, found, _, _ = days
    log = read_log(folder / "log.jsonl")
    half = next(k for k, v in enumerate(found) if v.alert_day is not None) + 1
    budget = recalled(AlertBudget(CAPACITY), log[:half])
    granted = [v.alert_day for v in found[:half] if v.alert_day is not None]
    assert [budget.alerts(day) for day in granted] == [granted.count(day) for day in granted]


def test_the_log_holds_no_identifier_and_no_value(days):
    folder, _, _, found, _, _ = days
    text = (folder / "log.jsonl").read_text()
    for application, verdict in zip(market().applications, found, strict=True):
        for values in (application.identifiers.get(kind, ()) for kind in ("device", "phone")):
            assert not any(value in text for value in values)
        assert all(f'"{hit.value}"' not in text for hit in verdict.lists)


def test_a_log_that_was_changed_is_found_out_and_a_torn_line_taken_away(days, tmp_path):
    lines = (days[0] / "log.jsonl").read_bytes().splitlines(keepends=True)
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    assert len(read_log(log)) == 3
    with VerdictLog(log) as opened:
        opened.write(days[3][3])
    assert [each.application_id for each in read_log(log)] == [
        verdict.application_id for verdict in days[3][:4]
    ]
    log.write_bytes(b"".join(lines[:1] + lines[2:4]))
    with pytest.raises(BadInput, match=r"Line 2 .* was changed"):
        read_log(log)
    log.write_bytes(lines[0].replace(b'"pass"', b'"decline"') + lines[1])
    with pytest.raises(BadInput, match="Line 2"):
        VerdictLog(log)


def test_contradictory_lists_are_settled_by_the_precedence_in_the_service(tmp_path):
    m = market()
    first = m.applications[0]
    black = NewEntry("black", "device", first.identifiers["device"][0], "confirmed fraud",
                     valid_from=world_time(START))  # fmt: skip
    white = NewEntry("white", "customer", str(first.application_id), "staff",
                     valid_from=world_time(START))  # fmt: skip
    with promoted(tmp_path) as store:
        store.add(black, "test")
        declined = _first_verdict(ListDesk.of(store, world_time(START)))
        store.add(white, "test")
        reviewed = _first_verdict(ListDesk.of(store, world_time(START)))
    assert (declined.decision, declined.reasons[0].code) == ("decline", "lists:decline")
    assert (reviewed.decision, reviewed.reasons[0].code) == ("review", "lists:review")
    assert {hit.list for hit in reviewed.lists} >= {"black", "white"}
    assert reviewed.versions.lists > declined.versions.lists


def test_a_killed_sandbox_gives_reviews_never_passes_and_then_scores_again():
    def act(place, desk):
        if place == 20:
            killed(desk)

    # room for all, so that the budget has no say
    found, _, _ = screened(capacity=1000, level="process", act=act)
    absent = [k for k, verdict in enumerate(found) if verdict.score is None]
    assert absent[:1] == [20]
    assert {found[k].decision for k in absent} == {"review"}
    assert {found[k].reasons[0].code for k in absent} == {"model_unavailable"}
    assert found[-1].score is not None
    undisturbed, _, _ = screened(capacity=1000)
    scores = [v.score for k, v in enumerate(undisturbed) if k not in absent]
    assert scores == [v.score for k, v in enumerate(found) if k not in absent]


def test_a_kill_in_the_middle_of_a_call_leaves_no_score_and_the_desk_goes_on():
    good, hangs = np.array([1.0]), np.array([-1.0])
    with ModelDesk(Artefact.of(Moody()), ["x"], patience=0.3, imports=()) as desk:
        assert desk.ask(good).score == 0.5
        assert desk.ask(hangs).absent == "late"
        killed(desk)
        answers = (desk.ask(good) for _ in range(100))
        assert next(answer for answer in answers if not answer.absent).score == 0.5


def test_a_model_that_hangs_is_late_and_what_comes_after_waits_no_longer_than_the_patience():
    good, hangs = np.array([1.0]), np.array([-1.0])
    with ModelDesk(
        Artefact.of(Moody()), ["x"], level="process", patience=0.1, wall=1.0, imports=()
    ) as desk:
        assert desk.ask(hangs).score is None
        assert desk.ask(good).absent == "late"
        while desk.ask(good).score is None:
            pass
        assert desk.ask(good).score == 0.5


def test_where_no_sandbox_can_be_started_any_more_there_is_no_score_and_later_one_again(
    monkeypatch,
):
    with ModelDesk(Artefact.of(Moody()), ["x"], level="none", patience=0.5) as desk:
        working = desk._session.score_row

        def fails(row):
            raise IsolationUnavailable("no more processes")

        monkeypatch.setattr(desk._session, "score_row", fails)
        assert desk.ask(np.array([1.0])).absent == "no sandbox could be started"
        monkeypatch.setattr(desk._session, "score_row", working)
        assert desk.ask(np.array([1.0])).score == 0.5


def test_screening_does_not_start_with_a_model_that_does_not_answer():
    with pytest.raises(BadInput, match="does not answer at the start"):
        ModelDesk(
            Artefact.of(Moody()),
            ["x"],
            level="process",
            wall=1.0,
            imports=(),
            first=np.array([-1.0]),
        )


def test_unknown_fields_are_refused_at_the_start_with_the_nearest_name():
    m = market()
    online = OnlineFeatures(m.columns)
    rules = RuleSet("mine", (Rule.of("odd", "Odd", {"device_age_dayz": "< 5"}, points=5),))
    known = known_columns(m.observed)
    with pytest.raises(BadInput, match=r"odd names the unknown field .* device_age_days"):
        columns_for(m.inputs, rules, known)
    with pytest.raises(BadInput, match=r"unknown column neighbourz.* neighbours"):
        columns_for(["neighbourz"], m.rules, known)
    with ModelDesk(m.artefact, m.inputs, level="none") as desk:
        with pytest.raises(BadInput, match=r"odd names the unknown field .* device_age_days"):
            Screening(online, rules, ListDesk.empty(), desk, m.inputs, AlertBudget(1))
        with pytest.raises(BadInput, match=r"unknown column neighbourz.* neighbours"):
            Screening(online, m.rules, ListDesk.empty(), desk, ["neighbourz"], AlertBudget(1))


def _first_verdict(lists):
    m = market()
    online = OnlineFeatures.of(m.observed, m.columns, as_of=START)
    with (
        ModelDesk(m.artefact, m.inputs, level="none", patience=1.9) as desk,
        Screening(online, m.rules, lists, desk, m.inputs, AlertBudget(9)) as service,
    ):
        return service.screen(m.applications[0])
