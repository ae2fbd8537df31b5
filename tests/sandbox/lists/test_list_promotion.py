"""Which identifiers are promoted, for how long, and when they are taken off again."""

from types import SimpleNamespace

import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.lists.clock import world_time
from sandbox.lists.entries import NewEntry
from sandbox.lists.promotion import SOURCE, Promotion, new_entries, promote, synchronise
from sandbox.lists.store import ListStore


def bank(applied, links, confirmed=None, verdicts=(), declined=()):
    """Observed tables; `applied` is day by customer, `links` (customer, kind, id, day).

    `confirmed` is day by customer, `verdicts` (customer, verdict, day).
    """
    labels = confirmed or {}
    return SimpleNamespace(
        applications=pd.DataFrame({"customer_id": list(applied), "event_time": applied.values()}),
        links=pd.DataFrame(links, columns=["source_id", "target_kind", "target_id", "known_at"]),
        decisions=pd.DataFrame(
            {
                "customer_id": list(applied),
                "credit_limit": [0.0 if who in declined else 5_000.0 for who in applied],
            }
        ),
        fraud_labels=pd.DataFrame({"customer_id": list(labels), "known_at": labels.values()}),
        fraud_reviews=pd.DataFrame(verdicts, columns=["customer_id", "verdict", "known_at"]),
    )


def standing(observed, when, rules=None):
    table = promote(observed, when, rules)
    return set(zip(table["list"], table["kind"], table["value"].astype(int), strict=True))


def test_what_a_confirmed_fraud_used_is_black_from_when_it_is_known_for_a_year():
    kinds = {"device": 11, "phone": 12, "address": 13, "account": 14, "merchant": 15}
    seen = [(1, kind, target, 5.0) for kind, target in kinds.items()]
    observed = bank({1: 5.0}, [*seen, (1, "device", 16, 80.0)], {1: 50.0})
    first = {("black", k, t) for k, t in kinds.items() if k != "merchant"}
    assert standing(observed, 49.9) == set()
    assert standing(observed, 50.0) == first
    assert standing(observed, 414.9) == first | {("black", "device", 16)}
    assert standing(observed, 415.0) == {("black", "device", 16)}
    assert standing(observed, 445.0) == set()


def crowd(kind, customers, fraud_known):
    applied = dict.fromkeys(range(customers), 0.0)
    links = [(who, kind, 9, float(who) / 100) for who in applied]
    return bank(applied, links, {0: fraud_known})


@pytest.mark.parametrize("kind", ["device", "phone", "address", "account"])
def test_a_crowd_of_honest_customers_keeps_an_identifier_off_the_black_list(kind):
    """One of them is the fraud; the others are honest so far after 120 days."""
    most = dict(zip(("device", "phone", "address", "account"), (2, 1, 2, 1), strict=True))[kind]
    rules = Promotion(honest_at_most=(2, 1, 2, 1))
    few, many = (crowd(kind, 1 + count, 200.0) for count in (most, most + 1))
    assert ("black", kind, 9) in standing(few, 201.0, rules)
    assert standing(many, 201.0, rules) == set()


def test_an_entry_is_withdrawn_when_more_honest_customers_become_known():
    observed = crowd("device", 5, 50.0)
    assert standing(observed, 119.9) == {("black", "device", 9)}
    # Customers 1, 2 and 3 are honest so far 120 days after their application.
    assert standing(observed, 120.1) == set()


def test_the_declined_prove_nothing():
    observed = crowd("device", 5, 200.0)
    observed.decisions["credit_limit"] = 0.0
    assert standing(observed, 201.0) == {("black", "device", 9)}


def test_an_analysts_verdict_makes_grey_for_ninety_days():
    observed = bank({1: 0.0}, [(1, "device", 9, 0.0)], verdicts=[(1, "fraud", 10.0)])
    assert standing(observed, 10.0) == {("grey", "device", 9)}
    assert standing(observed, 100.0) == set()


def neighbours(verdicts=(), shared=("device", "address")):
    links = [(who, kind, 9 + len(kind), 0.0 + who) for who in (1, 2) for kind in shared]
    own = [(2, "phone", 77, 2.0), (2, "address", 78, 2.0), (2, "account", 79, 60.0)]
    return bank({1: 1.0, 2: 2.0}, links + own, {1: 50.0}, verdicts)


def test_what_a_neighbour_by_two_ties_uses_is_grey():
    grey = {place for place in standing(neighbours(), 50.0) if place[0] == "grey"}
    assert grey == {("grey", "phone", 77), ("grey", "device", 15)}
    later = {place for place in standing(neighbours(), 60.0) if place[0] == "grey"}
    assert later == grey | {("grey", "account", 79)}
    assert {place for place in standing(neighbours(), 140.0) if place[0] == "grey"} == {
        ("grey", "account", 79)
    }


@pytest.mark.parametrize("shared", [("device",), ("address",), ()])
def test_one_tie_is_not_enough(shared):
    assert not [p for p in standing(neighbours(shared=shared), 60.0) if p[0] == "grey"]


@pytest.mark.parametrize(("cleared", "grey"), [(40.0, False), (55.0, False), (70.0, True)])
def test_a_review_that_clears_a_neighbour_ends_it(cleared, grey):
    found = standing(neighbours([(2, "honest", cleared)]), 60.0)
    assert bool([p for p in found if p[0] == "grey"]) is grey


def test_a_crowded_node_ties_its_first_customers_only():
    applied = dict.fromkeys(range(30), 0.0)
    links = [(who, kind, 9, who / 100) for who in applied for kind in ("device", "address")]
    own = [(who, "phone", 100 + who, 1.0) for who in applied]
    observed = bank(applied, links + own, {0: 50.0})
    grey = {p[2] for p in standing(observed, 51.0) if p[:2] == ("grey", "phone")}
    assert grey == {100 + who for who in range(1, 12)}


def test_a_hub_of_many_honest_customers_is_white_and_never_black():
    observed = crowd("address", 25, 10.0)
    assert standing(observed, 130.0) == {("white", "address", 9)}
    assert standing(observed, 301.0) == set()  # nobody new in 180 days
    two = crowd("address", 25, 130.0)
    two.fraud_labels = pd.DataFrame({"customer_id": [0, 1], "known_at": 130.0})
    assert standing(two, 131.0) == set()  # 23 honest for 2 frauds


def test_phones_and_accounts_are_no_hubs():
    for kind in ("phone", "account"):
        assert standing(crowd(kind, 25, 1_000.0), 130.0) == set()


def test_nothing_that_is_known_later_matters():
    verdicts = [(2, "honest", 70.0)]
    full = neighbours(verdicts)
    for when in (49.0, 50.0, 59.0, 69.0, 71.0):
        cut = SimpleNamespace(**vars(full))
        for name in ("links", "fraud_labels", "fraud_reviews"):
            table = getattr(full, name)
            setattr(cut, name, table[table["known_at"] <= when])
        pd.testing.assert_frame_equal(promote(full, when), promote(cut, when))


def test_an_entry_says_why_and_how_long():
    (row,) = promote(bank({1: 5.0}, [(1, "device", 9, 5.0)], {1: 50.0}), 60.0).to_dict("records")
    assert (row["valid_from"], row["valid_until"], row["source"]) == (50.0, 415.0, SOURCE)
    assert row["evidence"] == '{"rules": ["confirmed"], "grounds": 1, "customers": [1]}'
    (new,) = new_entries(pd.DataFrame([row]))
    assert (new.valid_from, new.valid_until) == (world_time(50.0), world_time(415.0))


def test_a_store_is_brought_up_to_date_and_other_entries_stay(tmp_path):
    observed = crowd("device", 5, 50.0)
    more = pd.DataFrame([(7, "phone", 12345678901234567, 60.0)], columns=observed.links.columns)
    observed.links = pd.concat([observed.links, more])
    observed.applications.loc[5] = [7, 60.0]
    observed.fraud_labels = pd.DataFrame({"customer_id": [0, 7], "known_at": [50.0, 70.0]})
    at = [0.0]
    with ListStore(f"sqlite:///{tmp_path}/lists.db", now=lambda: world_time(at[0])) as store:

        def brought_to(day):
            at[0] = day
            done = synchronise(store, promote(observed, day), "night run")
            return done.added, done.prolonged, done.withdrawn

        at[0] = 40.0
        store.add(NewEntry("grey", "device", "9", "by hand"), "someone")
        assert brought_to(45.0) == (0, 0, 0)
        assert brought_to(51.0) == (1, 0, 0)
        assert brought_to(52.0) == (0, 0, 0)
        assert brought_to(71.0) == (1, 0, 0)
        assert brought_to(121.0) == (0, 0, 1)
        left = store.as_of()
        found = set(zip(left["list"], left["kind"], strict=True))
        assert found == {("grey", "device"), ("black", "phone")}
        then = store.as_of(world_time(52.0))
        assert set(then["source"]) == {SOURCE, ""}


def test_a_further_ground_prolongs_an_entry(tmp_path):
    seen = [(1, "device", 9, 5.0), (2, "device", 9, 6.0)]
    observed = bank({1: 5.0, 2: 6.0}, seen, {1: 50.0, 2: 80.0})
    at = [60.0]
    with ListStore(f"sqlite:///{tmp_path}/lists.db", now=lambda: world_time(at[0])) as store:
        synchronise(store, promote(observed, 60.0), "night run")
        at[0] = 81.0
        assert synchronise(store, promote(observed, 81.0), "night run").prolonged == 1
        assert store.as_of()["valid_until"].tolist() == [world_time(445.0)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"black_days": 0.0}, "black_days is 0.0"),
        ({"tied": 1}, "tied is 1"),
        ({"honest_at_most": (1, 1)}, "one limit for each"),
        ({"honest_at_most": (8, 1, 1, 1)}, "below hub_honest"),
    ],
)
def test_rules_that_cannot_be_are_refused(change, said):
    with pytest.raises(BadInput, match=said):
        Promotion(**change)


def test_tables_that_cannot_be_used_are_refused():
    observed = bank({1: 5.0}, [(1, "device", 9, 5.0)])
    with pytest.raises(BadInput, match="when is nan"):
        promote(observed, float("nan"))
    observed.links = observed.links.drop(columns="known_at")
    with pytest.raises(BadInput, match="links lacks known_at"):
        promote(observed, 1.0)
