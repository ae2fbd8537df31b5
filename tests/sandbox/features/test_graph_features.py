"""Graph features: right by a slow count by hand, the same alone as in a batch, blind to later."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.errors import BadInput
from sandbox.features.components import Happening, components_at
from sandbox.features.graph import TIED, WINDOWS, graph_features
from sandbox.features.neighbours import LOOKED_AT, OF_NEIGHBOURS
from sandbox.features.sightings import TIES

CROWDED = dg.scenarios.ecommerce.replace(
    fraud__rate=0.15, fraud__honest_sharing=0.3, fraud__label_delay_weeks=2.0
)
WORLD = dg.World(CROWDED, 2_500, 4, 20_260_101)


def tables(as_of=None):
    seen = WORLD.observed(as_of=as_of)
    return seen.applications, seen.links, seen.fraud_labels, seen.decisions


@pytest.fixture(scope="module")
def given():
    return tables()


@pytest.fixture(scope="module")
def features(given):
    return graph_features(*given)


def by_hand(given, row):
    """The features of one application, by loops over what was known."""
    applications, links = given[:2]
    me, now = applications.loc[row, "customer_id"], applications.loc[row, "event_time"]
    known = links[(links["known_at"] <= now) & links["target_kind"].isin(TIES)]
    known = known.sort_values("known_at").drop_duplicates(["source_id", "target_kind", "target_id"])
    nodes = defaultdict(dict)
    for who, kind, node, when in zip(
        *(known[c] for c in ("source_id", "target_kind", "target_id", "known_at")), strict=True
    ):
        nodes[kind, node][who] = when
    mine = [node for node, users in nodes.items() if me in users]
    told, shared, since = {}, defaultdict(set), {}
    for kind in TIES:
        own = [node for node in mine if node[0] == kind]
        others = [when for node in own for who, when in nodes[node].items() if who != me]
        told[f"{kind}_own"], told[f"{kind}_customers"] = len(own), len(others)
        for days in WINDOWS:
            told[f"{kind}_customers_{days}d"] = sum(when > now - days for when in others)
    for node in mine:
        for who, when in nodes[node].items():
            if who != me:
                shared[who].add(node[0])
                since[who] = max(when, since.get(who, -np.inf))
    told |= of_neighbours(given, me, now, shared, since)
    return told | {
        f"component_{name}": value for name, value in component(given, me, now, nodes).items()
    }


def of_neighbours(given, me, now, shared, since):
    applications, _, labels, decisions = given
    table = applications.set_index("customer_id")
    confirmed = set(labels.loc[labels["known_at"] <= now, "customer_id"]) & set(shared)
    no = (decisions["credit_limit"] == 0) & (decisions["known_at"] <= now)
    declined = set(decisions.loc[no, "customer_id"]) & set(shared)
    count = len(shared)
    share = (lambda n: n / count) if count else (lambda n: np.nan)
    homes = {table.loc[w, "address_id"] for w, kinds in shared.items() if "device" in kinds}
    told = {
        "neighbours": count,
        "neighbours_two_ties": sum(len(kinds) > 1 for kinds in shared.values()),
        "device_elsewhere": sum("device" in k and "address" not in k for k in shared.values()),
        "device_addresses": len(homes - {table.loc[me, "address_id"]}),
        "same_merchant_share": share(
            sum(table.loc[w, "partner_id"] == table.loc[me, "partner_id"] for w in shared)
        ),
        "confirmed_neighbours": len(confirmed),
        "confirmed_share": share(len(confirmed)),
        "declined_neighbours": len(declined),
        "declined_share": share(len(declined)),
        "nearest_days": now - max(since.values()) if count else np.nan,
        "span_days": now - min(since.values()) if count else np.nan,
    }
    for days in WINDOWS:
        told[f"neighbours_{days}d"] = sum(when > now - days for when in since.values())
    for column in OF_NEIGHBOURS:
        told[f"neighbours_{column}"] = table.loc[list(shared), column].mean()
    return told


def component(given, me, now, nodes):
    """By breadth-first search over the first customers of each node."""
    _, _, labels, decisions = given
    tied = defaultdict(set)
    for users in nodes.values():
        first = sorted(users, key=lambda who: (users[who], who))[:TIED]
        for who in first:
            tied[who] |= set(first)
    reached, edge = {me}, {me}
    while edge:
        edge = {other for who in edge for other in tied[who]} - reached
        reached |= edge
    no = decisions["credit_limit"] == 0
    return {
        "size": len(reached),
        "confirmed": labels.loc[labels["known_at"] <= now, "customer_id"]
        .isin(reached - {me})
        .sum(),
        "declined": decisions.loc[no & (decisions["known_at"] <= now), "customer_id"]
        .isin(reached - {me})
        .sum(),
    }


def test_features_are_those_of_a_count_by_hand(given, features):
    rows = np.random.default_rng(3).choice(len(features), 25, replace=False)
    busiest = features["neighbours"].nlargest(5).index
    confirmed = features["confirmed_neighbours"].nlargest(5).index
    assert features.loc[confirmed, "confirmed_neighbours"].min() > 0
    for row in {*rows, *busiest, *confirmed}:
        told = by_hand(given, row)
        assert set(told) == set(features.columns)
        mine = features.loc[row, list(told)].to_numpy()
        np.testing.assert_allclose(mine, list(told.values()), rtol=1e-12, err_msg=f"row {row}")


def test_what_came_later_changes_nothing(given, features):
    """Each row again from tables cut at its own moment, where it is among the last."""
    applications = given[0]
    for row in np.random.default_rng(4).choice(len(features), 12, replace=False):
        now = applications.loc[row, "event_time"]
        cut = tables(as_of=now)
        assert len(cut[1]) < len(given[1])
        place = np.flatnonzero(cut[0]["customer_id"] == applications.loc[row, "customer_id"])
        again = graph_features(*cut).iloc[place[0]]
        pd.testing.assert_series_equal(again, features.loc[row], check_names=False)


def test_one_by_one_gives_what_the_batch_gave(given, features):
    rows = np.random.default_rng(5).choice(len(features), 40, replace=False)
    pd.testing.assert_frame_equal(graph_features(*given, rows=rows), features.iloc[rows])
    for row in rows[:5]:
        pd.testing.assert_frame_equal(graph_features(*given, rows=[row]), features.iloc[[row]])


def test_the_order_of_rows_has_no_say(given, features):
    rng = np.random.default_rng(6)
    mixed = [table.iloc[rng.permutation(len(table))] for table in given]
    again = graph_features(*mixed).loc[features.index]
    pd.testing.assert_frame_equal(again, features, rtol=1e-12)


def test_an_applicants_own_decision_is_never_a_feature(given, features):
    applications, links, labels, decisions = given
    flipped = decisions.copy()
    flipped.loc[7, "credit_limit"] = 0.0 if decisions.loc[7, "credit_limit"] > 0 else 5_000.0
    again = graph_features(applications, links, labels, flipped)
    pd.testing.assert_series_equal(again.loc[7], features.loc[7])


def test_many_on_one_device_are_counted_and_the_latest_looked_at():
    many = 3 * LOOKED_AT
    shop = pd.DataFrame(
        {"customer_id": np.arange(many), "event_time": np.arange(many) * 1.0, "partner_id": 0,
         "address_id": np.arange(many)}
    )  # fmt: skip
    seen = pd.DataFrame(
        {"source_id": np.arange(many), "target_kind": "device", "target_id": 9,
         "known_at": np.arange(many) * 1.0}
    )  # fmt: skip
    fraud = pd.DataFrame({"customer_id": [0], "known_at": [50.0]})
    told = graph_features(shop, seen, fraud).iloc[-1]
    assert told["device_customers"] == many - 1
    assert told["device_customers_7d"] == 6
    assert told["neighbours"] == LOOKED_AT - 1
    assert told["confirmed_neighbours"] == 0
    assert told["component_size"] == 1  # the first twelve are tied, and no others


def test_nobody_and_nothing_give_a_table_of_no_rows_and_of_zeros(given):
    applications, links, labels, decisions = given
    assert graph_features(applications.head(0), links, labels, decisions).shape == (0, 38)
    lonely = graph_features(applications, links.head(0), labels, decisions)
    assert lonely["neighbours"].eq(0).all()
    assert lonely["component_size"].eq(1).all()
    assert lonely["nearest_days"].isna().all()


def test_components_grow_as_in_a_search_by_hand():
    rng = np.random.default_rng(8)
    ends, times = rng.integers(0, 200, (2, 250)), rng.random(250).round(2)
    marks = Happening(rng.integers(0, 200, 60), rng.random(60).round(2))
    asked = Happening(rng.integers(0, 200, 100), rng.random(100).round(2))
    size, (held,) = components_at((*ends, times), (marks,), asked, 200)
    for k, (node, now) in enumerate(zip(asked.node, asked.time, strict=True)):
        reached = {node}
        while True:
            more = {
                int(b)
                for x, y, t in zip(*ends, times, strict=True)
                for a, b in ((x, y), (y, x))
                if t <= now and a in reached
            } - reached
            if not more:
                break
            reached |= more
        assert size[k] == len(reached)
        assert held[k] == sum(
            n in reached and t <= now for n, t in zip(marks.node, marks.time, strict=True)
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a, e, f, d: (a.drop(columns="address_id"), e, f, d), "applications lacks address"),
        (lambda a, e, f, d: (a, e.drop(columns="known_at"), f, d), "links lack known_at"),
        (lambda a, e, f, d: (a, e, f.drop(columns="known_at"), d), "fraud_labels lacks known_at"),
        (lambda a, e, f, d: (a, e, f, d.drop(columns="credit_limit")), "decisions lacks credit"),
        (lambda a, e, f, d: (pd.concat([a, a.head(1)]), e, f, d), "stands twice"),
        (lambda a, e, f, d: (a, e.assign(known_at=np.nan), f, d), "rows without a time"),
        (lambda a, e, f, d: (a.assign(event_time=np.nan), e, f, d), "rows without a time"),
    ],
)
def test_tables_that_cannot_be_are_refused_in_a_sentence(given, change, words):
    with pytest.raises(BadInput, match=words):
        graph_features(*change(*given))


def test_rows_that_are_not_there_are_refused(given):
    with pytest.raises(BadInput, match="rows must be positions"):
        graph_features(*given, rows=[len(given[0])])
