"""Features of one application at a time are those of the batch, on every column."""

import secrets

import event_stream
import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.errors import BadInput
from sandbox.features import FAMILIES, OnlineFeatures, family_of, screening_features
from sandbox.features.graph import TIED
from sandbox.features.neighbours import LOOKED_AT

BUSY = {
    "fraud__rate": 0.12,
    "fraud__honest_sharing": 0.3,
    "fraud__label_delay_weeks": 2.0,
}


def world(name, seed, customers=1_500):
    scenario = dg.scenarios.by_name(name).replace(**BUSY)
    return dg.World(scenario, customers, 4, seed).observed()


def assert_same(batch, told):
    for name in batch:
        np.testing.assert_allclose(
            told[name], batch[name], rtol=1e-12, atol=0, equal_nan=True, err_msg=name
        )


@pytest.mark.parametrize("name", ["ecommerce", "micro_business"])
def test_one_by_one_gives_every_column_of_the_batch(name):
    seed = secrets.randbits(32)
    print(f"{name}, seed {seed}")
    seen, rng = world(name, seed), np.random.default_rng(seed)
    traced, lists = event_stream.made_up_tracings(seen, rng), event_stream.made_up_lists(seen, rng)
    batch, told = event_stream.both_ways(seen, traced, lists)
    assert {family_of(name) for name in batch} == set(FAMILIES)
    assert len(batch) == len(seen.applications)
    assert_same(batch, told)


def test_what_was_loaded_and_what_came_later_make_one_state():
    seen, rng = world("ecommerce", 11), np.random.default_rng(11)
    traced = event_stream.made_up_tracings(seen, rng)
    middle = float(seen.applications["event_time"].median())
    batch, told = event_stream.both_ways(seen, traced, None, after=middle)
    assert 300 < len(batch) < len(seen.applications)
    assert_same(batch, told)


def crowd(size):
    """Customers who apply six hours apart from one address, five of them from each device."""
    who = np.arange(size)
    applications = pd.DataFrame(
        {"customer_id": who + 100, "event_time": who * 0.25, "known_at": who * 0.25,
         "partner_id": who % 3, "device_id": who // 5, "address_id": 7, "phone_id": who % 90,
         "requested_amount": 1_000.1 + who, "declared_income": 500.0}
    )  # fmt: skip
    applications.loc[::11, "phone_id"] = -1
    applications.loc[::13, ["requested_amount", "declared_income"]] = np.nan
    # some are seen at the address before they apply, the accounts of some become known after
    early, late = np.where(who % 4 == 1, -5.0, 0.0), np.where(who % 7 == 0, 2.0, 0.0)
    seen_with = [
        ("device", who // 5, 0.0), ("address", 7, early), ("account", who % 50 + 1, late),
        ("account", who % 50, late), ("phone", who % 90, 0.0), ("merchant", who % 3, 0.0),
    ]  # fmt: skip
    links = pd.concat(
        pd.DataFrame(
            {"source_id": who + 100, "target_kind": kind, "target_id": target,
             "known_at": who * 0.25 + lag}
        )
        for kind, target, lag in seen_with
    )  # fmt: skip
    none = pd.DataFrame({"customer_id": [], "known_at": [], "event_time": []})
    decisions = applications[["customer_id", "known_at"]].assign(credit_limit=0.0)
    return dg.observation.Observed(
        applications=applications,
        profiles=applications[["customer_id", "event_time", "known_at"]],
        links=pd.concat([links, links.iloc[:40]]),
        fraud_labels=none,
        decisions=decisions.assign(known_at=decisions["known_at"] + 0.5),
        **dict.fromkeys(("accounts", "arrears", "performance", "cash_events", "joint_lending",
                         "partners", "partner_events", "fraud_reviews")),
    )  # fmt: skip


@pytest.mark.parametrize("after", [-np.inf, 40.0])
def test_a_crowd_at_one_address_is_told_the_same(after):
    """More than are tied and looked at, two accounts at once, links told twice, no phone."""
    seen = crowd(3 * LOOKED_AT)
    traced = event_stream.made_up_tracings(seen, np.random.default_rng(1))
    batch, told = event_stream.both_ways(seen, traced, None, after)
    assert batch["address_customers"].max() > 2 * LOOKED_AT
    assert batch["component_size"].max() > TIED
    assert_same(batch, told)


def test_more_than_are_tied_by_one_address_stay_apart():
    """By the address alone, as everything else is each one's own."""
    who = np.arange(2 * TIED)
    online = OnlineFeatures(["component_size", "address_customers"])
    for customer in who.tolist():
        online.add_link(customer, "address", 7, float(customer))
    sizes = [
        online.features({**FIRST, "customer_id": k, "event_time": 99.0})[0] for k in who.tolist()
    ]
    assert sizes == [TIED] * TIED + [1.0] * TIED


def test_asking_changes_nothing_and_may_come_before_the_application_is_added():
    seen = world("ecommerce", 5, customers=600)
    batch = screening_features(seen)
    last = float(seen.applications["event_time"].max())
    online = OnlineFeatures.of(seen, list(batch.columns), as_of=np.nextafter(last, 0))
    newest = [row for row in event_stream.applications_of(seen, None) if row["event_time"] == last]
    place = np.flatnonzero(seen.applications["event_time"] == last)
    if len(newest) > 1:
        newest, place = newest[:1], place[:1]
    links = seen.links[seen.links["source_id"] == newest[0]["customer_id"]]
    for link in links[links["known_at"] <= last].to_dict("records"):
        names = ("source_id", "target_kind", "target_id", "known_at")
        online.add_link(*(link[name] for name in names))
    before = online.features(newest[0])
    np.testing.assert_array_equal(online.features(newest[0]), before)
    online.add_application(newest[0])
    np.testing.assert_array_equal(online.features(newest[0]), before)


FIRST = {
    "customer_id": 1, "event_time": 3.0, "partner_id": 0, "device_id": 9, "address_id": 5,
    "phone_id": 6, "requested_amount": 900.0, "declared_income": 300.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda o: o.add_label(1, 2.0), "known_at is 2.0, before 3.0"),
        (lambda o: o.add_label(1, np.nan), "known_at is nan; give a time"),
        (lambda o: o.features({**FIRST, "event_time": 1.0}), "event_time is 1.0, before 3.0"),
        (lambda o: o.features({"customer_id": 1}), "The application lacks event_time"),
        (lambda o: o.add_application(FIRST), "Customer 1 applied before"),
        (lambda o: o.add_application({**FIRST, "customer_id": 8, "phone_id": None}), "is None"),
        (lambda o: o.add_traced(1, 4.0, -5.0, 0.0, 0.0), "The traced amount is -5.0"),
        (lambda o: o.add_traced(1, 4.0, 5.0, 1.5, 0.0), "shares are from 0 to 1"),
        (lambda o: [o.add_traced(1, 4.0, 5.0, 0.5, 0.0) for _ in "ab"], "is traced twice"),
    ],
)
def test_events_that_cannot_be_are_refused_and_leave_no_trace(ask, words):
    online = OnlineFeatures(["device_applications_7d", "neighbours"])
    online.add_application(FIRST)
    with pytest.raises(BadInput, match=words):
        ask(online)
    told = online.features({**FIRST, "customer_id": 2, "event_time": 5.0})
    assert told.tolist() == [1.0, 0.0]
