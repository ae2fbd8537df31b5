"""Counts of list hits in a batch are those of applications matched one at a time."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from data_generators import World, scenarios
from sandbox.lists.clock import world_time
from sandbox.lists.entries import LISTS, Entry
from sandbox.lists.grounds import Promotion, grounds_of
from sandbox.lists.hits import COLUMNS, list_hits_as_of
from sandbox.lists.matching import Matcher
from sandbox.lists.promotion import promote
from sandbox.lists.ties import TIES

#: so strict and so short that there are many entries, which end for every reason
RULES = Promotion(
    black_days=60.0, grey_days=40.0, white_days=50.0, seasoned_days=30.0, hub_honest=4
)


@pytest.fixture(scope="module")
def observed():
    """A world in which so much fraud is confirmed or suspected that lists are full."""
    tables = World(scenarios.online_rental, customers=6_000, months=12, seed=3).observed()
    drawn = np.random.default_rng(1)
    shares = tables.applications["device_id"].duplicated(keep=False).to_numpy()
    chance = np.where(shares, 5.0, 1.0) / np.where(shares, 5.0, 1.0).sum()
    who = drawn.choice(len(shares), 900, replace=False, p=chance)
    day = tables.applications["event_time"].to_numpy()[who]
    known = day + drawn.exponential(20.0, len(who))
    found = pd.DataFrame({"customer_id": who, "event_time": day, "known_at": known})
    verdict = drawn.choice(["honest", "fraud"], 500)
    return SimpleNamespace(
        applications=tables.applications,
        links=tables.links,
        decisions=tables.decisions,
        fraud_labels=found[:400],
        fraud_reviews=found[400:].assign(verdict=verdict),
    )


def identifiers(observed):
    """Of each customer, kind and value of what they were known with at their application."""
    applied = observed.applications.set_index("customer_id")["event_time"]
    links = observed.links[observed.links["target_kind"].isin(TIES)]
    links = links[links["known_at"].to_numpy() <= applied[links["source_id"]].to_numpy()]
    shown: dict[int, dict[str, list[str]]] = {}
    for who, kind, target in zip(
        links["source_id"], links["target_kind"], links["target_id"].astype(str), strict=True
    ):
        shown.setdefault(who, {}).setdefault(kind, []).append(target)
    return shown


def counts_of(hits):
    distinct = {(hit.list, hit.kind, hit.value) for hit in hits}
    return [sum(each[0] == name for each in distinct) for name in LISTS]


def test_a_batch_equals_a_replay_of_all_grounds_through_a_matcher(observed):
    known, ties, grounds = grounds_of(observed, RULES)
    matcher, shown = Matcher.of([]), identifiers(observed)
    events = [
        *((time, 1, k) for k, time in enumerate(grounds.start)),
        *((time, 2, k) for k, time in enumerate(grounds.gone) if time < grounds.until[k]),
        # Applications come first of what happens in one moment.
        *((time, 0, k) for k, time in enumerate(known.applied)),
    ]
    found = np.zeros((len(known.ids), len(LISTS)))
    for time, what, k in sorted(events):
        if what == 0:
            hits = matcher.match(shown[known.ids[k]], world_time(time))
            found[known.row[k]] = counts_of(hits)
        elif what == 1:
            node = grounds.node[k]
            kind, value = TIES[ties.kind[node]], str(ties.target[node])
            times = world_time(time), world_time(grounds.until[k])
            name = LISTS[grounds.list_code[k]]
            matcher.add(Entry(k, name, kind, value, value, "", "", *times, "", "x", times[0]))
        else:
            matcher.withdraw(k)
    assert (found > 0).sum(axis=0).min() > 10
    np.testing.assert_array_equal(list_hits_as_of(observed, RULES).to_numpy(), found)


def test_a_batch_equals_entries_promoted_from_what_was_known_just_before(observed):
    batch, shown = list_hits_as_of(observed, RULES), identifiers(observed)
    hit = np.flatnonzero(batch.to_numpy().any(axis=1))
    none = np.flatnonzero(~batch.to_numpy().any(axis=1))
    for row in (*hit[:: max(1, len(hit) // 40)], *none[:: len(none) // 15]):
        who, time = observed.applications.loc[row, ["customer_id", "event_time"]]
        table = promote(_known(observed, np.nextafter(time, 0.0)), np.nextafter(time, 0.0), RULES)
        for column in ("valid_from", "valid_until"):
            table[column] = [world_time(day) for day in table[column]]
        matcher = Matcher.of(table.assign(entry_id=np.arange(len(table))))
        hits = matcher.match(shown[int(who)], world_time(time))
        assert counts_of(hits) == batch.iloc[row].tolist()


@pytest.mark.parametrize(
    ("day", "black"), [(50.0, 0), (50.5, 1), (119.5, 1), (120.0, 1), (120.5, 0)]
)
def test_what_becomes_known_in_the_same_moment_is_not_known_yet(day, black):
    """Customer 0 is confirmed on day 50; the others are honest so far, too many, from day 120."""
    who = [0, 1, 2, 3, 9]
    observed = SimpleNamespace(
        applications=pd.DataFrame({"customer_id": who, "event_time": [0.0] * 4 + [day]}),
        links=pd.DataFrame(
            {
                "source_id": who,
                "target_kind": "device",
                "target_id": 5,
                "known_at": [0.0] * 4 + [day],
            }
        ),
        decisions=pd.DataFrame({"customer_id": who, "credit_limit": 1.0}),
        fraud_labels=pd.DataFrame({"customer_id": [0], "known_at": [50.0]}),
        fraud_reviews=pd.DataFrame({"customer_id": [], "known_at": [], "verdict": []}),
    )
    assert list_hits_as_of(observed)["list_black"].tolist() == [0, 0, 0, 0, black]


def test_what_is_known_later_changes_no_count(observed):
    whole = list_hits_as_of(observed, RULES)
    part = _known(observed, 200.0)
    early = observed.applications["event_time"].to_numpy() <= 200.0
    cut = list_hits_as_of(part, RULES)
    np.testing.assert_array_equal(cut.to_numpy(), whole[early].to_numpy())


def test_the_order_of_rows_has_no_say(observed):
    turned = _each(observed, lambda table: table.iloc[::-1])
    whole = list_hits_as_of(observed, RULES)
    pd.testing.assert_frame_equal(list_hits_as_of(turned, RULES).sort_index(), whole)


def test_without_any_outcome_nothing_is_black_or_grey(observed):
    bare = _each(observed, lambda table: table)
    bare.fraud_labels, bare.fraud_reviews = bare.fraud_labels[:0], bare.fraud_reviews[:0]
    counts = list_hits_as_of(bare, RULES)
    assert list(counts) == list(COLUMNS)
    assert not counts[["list_black", "list_grey"]].to_numpy().any()
    assert counts["list_white"].any()


def _known(observed, when):
    def cut(table):
        return table[table["known_at"] <= when].reset_index(drop=True)

    return _each(observed, cut)


def _each(observed, change):
    names = ("applications", "links", "decisions", "fraud_labels", "fraud_reviews")
    return SimpleNamespace(**{name: change(getattr(observed, name)) for name in names})
