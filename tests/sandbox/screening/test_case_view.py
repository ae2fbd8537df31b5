"""One alert on a page: its evidence, who is round it, where money went; nothing of the future."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from screened_world import market

from data_generators.fund_flows.tracing import trace
from sandbox.errors import BadInput
from sandbox.lists.matching import ListHit
from sandbox.screening.case import Case
from sandbox.screening.evidence import evidence
from sandbox.screening.neighbourhood import CROWD, neighbourhood
from sandbox.screening.verdict import Reason, Verdict, Versions


def busiest():
    """The late applicant with most others on what is not a crowd's."""
    o, best = market().observed, (0, 0)
    for application in market().applications:
        near = neighbourhood(o.links, o.fraud_labels, application.application_id, application.time)
        best = max(best, (len(near.neighbours), application.application_id))
    return best[1]


@pytest.fixture(scope="module")
def alert():
    customer = busiest()
    row = market().observed.applications.set_index("customer_id").loc[customer]
    hit = ListHit("grey", "device", str(row["device_id"]), 1.0, 7, "<b>seen</b> near a fraud")
    return Verdict(
        customer, float(row["event_time"]), "review", 0.04, ("new_device", "hurried_session"),
        (hit,), (Reason("score_review", "Score 0.040."),), Versions("ab", "cd", 3, "ef"), "00",
        55.0, 0.0, int(row["event_time"]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def transfers():
    return market().world.fund_flows(13, progress=False).transfers


@pytest.fixture(scope="module")
def case(alert, transfers):
    return Case.of(alert, market().observed, market().rules, transfers=transfers, trace=trace)


def test_the_page_shows_evidence_rules_lists_and_the_picture(case, tmp_path):
    text = case.html(tmp_path / "case.html").read_text()
    for said in ("To review", "Score 0.040.", "hurried_session", "&lt;b&gt;seen", "<svg", "55 RMB"):
        assert said in text
    assert "<b>seen" not in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert 'srcdoc="' in case._repr_html_()
    assert "height:1500px" in case._repr_html_(), "the whole page, without a bar to scroll"


def test_the_tables_show_no_identifier(case):
    shown = pd.concat([case.lists.astype(str), case.evidence.astype(str)]).to_string()
    for value in case.verdict.lists:
        assert value.value not in shown


def test_what_became_known_later_changes_nothing_on_the_page(case, alert, transfers):
    then = market().world.observed(as_of=alert.time)
    cut = transfers[transfers["known_at"] <= alert.time]
    alone = Case.of(alert, then, market().rules, transfers=cut, trace=trace)
    assert alone.text() == case.text()


def test_an_hour_after_the_alert_is_too_late_for_the_page(case, alert, transfers):
    o, soon = market().observed, alert.time + 1 / 24
    near = case.neighbourhood.neighbours["customer_id"].tolist()
    labels = pd.DataFrame({"customer_id": [*near, alert.application_id], "known_at": soon})
    mine = o.links[o.links["source_id"] == alert.application_id]
    strangers = pd.concat([mine.assign(source_id=k, known_at=soon) for k in (8001, 8002)])
    told = SimpleNamespace(
        applications=o.applications, profiles=o.profiles, decisions=o.decisions,
        links=pd.concat([o.links, strangers]), fraud_labels=pd.concat([o.fraud_labels, labels]),
    )  # fmt: skip
    later = Case.of(alert, told, market().rules, transfers=transfers, trace=trace)
    assert later.text() == case.text()


def test_a_later_day_shows_what_has_been_confirmed_since(case, alert):
    o = market().observed
    near = case.neighbourhood.neighbours["customer_id"].iloc[0]
    later = pd.DataFrame({"customer_id": [near], "known_at": [alert.time + 20.0]})
    told = SimpleNamespace(
        applications=o.applications, profiles=o.profiles, links=o.links, decisions=o.decisions,
        fraud_labels=pd.concat([o.fraud_labels, later]),
    )  # fmt: skip
    asked = Case.of(alert, told, market().rules, as_of=alert.time + 21.0)
    assert near in asked.neighbourhood.frauds
    assert near not in Case.of(alert, told, market().rules).neighbourhood.frauds
    pd.testing.assert_frame_equal(asked.evidence, case.evidence)


def test_evidence_is_what_rules_read_and_what_is_rare_among_the_honest():
    rng = np.random.default_rng(5)
    honest = pd.DataFrame({
        "device_age_days": rng.uniform(0, 1000, 400), "email_age_days": rng.uniform(0, 1000, 400),
        "bureau_inquiries_6m": rng.poisson(2, 400).astype(float),
        "session_seconds": rng.uniform(60, 900, 400), "region_x": 0.0,
    })  # fmt: skip
    row = pd.Series([900.0, 2.0, 25.0, 30.0, 1.0], index=honest.columns)
    table = evidence(row, honest, market().rules, ["hurried_session"])
    assert table["column"].tolist() == ["session_seconds", "bureau_inquiries_6m", "email_age_days"]
    assert table["because"].tolist() == ["hurried_session", "", ""]
    assert (table["rarer_than"] > 0.95).all()
    with pytest.raises(BadInput, match="Only 20 honest"):
        evidence(row, honest[:20], market().rules, [])


def test_a_crowd_is_counted_and_not_drawn():
    people = np.arange(CROWD + 5)
    links = pd.DataFrame({
        "source_kind": "customer", "source_id": people, "target_kind": "address", "target_id": 1,
        "known_at": people / 10,
    })  # fmt: skip
    phone = links[:2].assign(target_kind="phone", target_id=2)
    none = pd.DataFrame({"customer_id": [], "known_at": []})
    near = neighbourhood(pd.concat([links, phone]), none, 1, 99.0)
    assert near.neighbours[["customer_id", "shares"]].to_numpy().tolist() == [[0, "phone"]]
    assert f"{CROWD + 5} customers" in near.left_out[0]
    assert set(near.edges["target_kind"]) == {"phone"}
    early = neighbourhood(pd.concat([links, phone]), none, 1, 0.5)
    assert early.left_out == ()


def test_the_table_numbers_neighbours_as_the_picture_does(case):
    from sandbox.plots.ring import plot_ring
    from sandbox.screening.case_page import _neighbours

    near = case.neighbourhood
    axes = plot_ring(near.edges, members=near.frauds, applicant=near.customer_id)
    marks = [
        mark.get_gid() for mark in axes.collections if str(mark.get_gid()).startswith("customer")
    ]
    drawn = {int(gid.split()[1]): number for number, gid in enumerate(marks, 1)}
    told = {row["customer_id"]: row["number"] for row in _neighbours(case)}
    assert len(told) > 1
    assert all(drawn[customer] == number for customer, number in told.items() if number != "–")


def test_cases_that_cannot_be_made_are_refused(alert):
    with pytest.raises(BadInput, match="before the application came in"):
        Case.of(alert, market().observed, market().rules, as_of=alert.time - 1.0)
    with pytest.raises(BadInput, match="no application 999999"):
        Case.of(replace(alert, application_id=999999), market().observed, market().rules)
