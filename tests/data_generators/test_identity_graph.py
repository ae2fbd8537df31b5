"""The identity graph answers as a search by hand does, in time, and refuses nonsense."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators.errors import InvalidInput
from data_generators.identity_graph import TIES, IdentityGraph, identity_graph


@pytest.fixture(scope="module")
def seen():
    crowded = dg.scenarios.ecommerce.replace(fraud__rate=0.1)
    return dg.World(crowded, 3_000, 6, 77).observed()


@pytest.fixture(scope="module")
def graph(seen):
    return identity_graph(seen)


def by_hand(edges, customer, hops, through=TIES):
    """Customers reached by breadth-first search."""
    uses, used_by = defaultdict(set), defaultdict(set)
    for who, kind, node in zip(
        edges["source_id"], edges["target_kind"], edges["target_id"], strict=True
    ):
        if kind in through:
            uses[who].add((kind, node))
            used_by[kind, node].add(who)
    reached, edge = {customer}, {customer}
    for _ in range(hops // 2):
        edge = {other for who in edge for node in uses[who] for other in used_by[node]} - reached
        reached |= edge
    return sorted(reached - {customer})


def transfers(rows):
    columns = ["event_time", "known_at", "from_customer_id", "to_account", "to_holder"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize("hops", [2, 4, 6])
def test_neighbours_are_those_of_a_search_by_hand(seen, graph, hops):
    for customer in np.random.default_rng(1).choice(3_000, 15, replace=False):
        assert graph.neighbours(customer, hops).tolist() == by_hand(seen.links, customer, hops)
    assert graph.neighbours(customer, hops, "device").tolist() == by_hand(
        seen.links, customer, hops, ("device",)
    )


def test_a_component_is_everything_that_can_be_reached(seen, graph):
    table = graph.components().set_index("customer_id")
    assert len(table) == 3_000
    for customer in np.random.default_rng(2).choice(3_000, 15, replace=False):
        mine = graph.component(customer)
        assert mine.tolist() == sorted([*by_hand(seen.links, customer, 10_000), customer])
        assert table.loc[customer].tolist() == [mine[0], len(mine)]


def test_nodes_of_many_can_be_left_out_of_components(seen, graph):
    few = seen.links[seen.links["target_kind"].isin(TIES)]
    uses = few.groupby(["target_kind", "target_id"], observed=True)["source_id"].transform(
        "nunique"
    )
    for customer in (5, 17, 400):
        alone = sorted([*by_hand(few[uses <= 4], customer, 10_000), customer])
        assert graph.component(customer, most=4).tolist() == alone
    assert graph.components(most=4)["size"].max() < graph.components()["size"].max()


def test_merchants_tie_nobody_unless_asked(seen, graph):
    partner = seen.applications["partner_id"]
    with_it = np.flatnonzero(partner == partner[3])
    assert set(graph.neighbours(3, through="merchant")) == set(with_it) - {3}
    assert len(graph.neighbours(3)) < len(with_it) / 2


def test_nothing_is_in_the_graph_before_it_was_known(seen, graph):
    then = identity_graph(seen, as_of=100.0)
    assert len(then.edges) == (seen.links["known_at"] <= 100.0).sum() < len(graph.edges)
    assert then.edges["known_at"].max() <= 100.0
    assert then.edges["known_at"].is_monotonic_increasing
    assert len(then.customers) == (seen.applications["event_time"] <= 100.0).sum()


def test_payments_to_merchants_become_edges_once_as_first_known(seen):
    paid = transfers(
        [
            (5.0, 9.0, 3, 10**15, "merchant"),
            (4.0, 6.0, 3, 10**15, "merchant"),
            (4.0, 6.0, 3, 10**15 + 1, "person"),
            (4.0, 6.0, -1, 10**15, "merchant"),
            (8.0, 8.0, 4, 10**15, "merchant"),
        ]
    )
    graph = identity_graph(seen, paid)
    added = graph.edges[graph.edges["target_id"] == 10**15]
    assert added[["source_id", "event_time", "known_at"]].to_numpy().tolist() == [
        [3, 4.0, 6.0],
        [4, 8.0, 8.0],
    ]
    assert 4 in graph.neighbours(3, through="merchant")
    assert (
        len(identity_graph(seen, paid, as_of=7.0).edges)
        == 1 + (seen.links["known_at"] <= 7.0).sum()
    )


def test_a_subgraph_has_the_ties_of_its_customers_and_no_others(seen, graph):
    circle = [*graph.neighbours(3), 3] if len(graph.neighbours(3)) else [3, 4]
    edges = graph.subgraph(circle)
    assert set(edges["source_id"]) == set(circle)
    assert set(edges["target_kind"]) <= set(TIES)
    assert not edges.duplicated(["source_id", "target_kind", "target_id"]).any()
    shared = graph.subgraph(circle, shared_only=True)
    assert (shared.groupby("target_id")["source_id"].nunique() > 1).all()


def test_degrees_count_customers_once(seen, graph):
    top = graph.degrees().iloc[0]
    assert top["kind"] == "merchant"
    assert top["customers"] == seen.applications["partner_id"].value_counts().max()


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda g: g.neighbours(10**9), "customer 1000000000 is not in the graph"),
        (lambda g: g.component(-1), "customer -1 is not in the graph"),
        (lambda g: g.component("3"), "customer '3' is not in the graph"),
        (lambda g: g.neighbours(3, hops=1), "hops is 1; it must be a whole number from 2 up"),
        (lambda g: g.neighbours(3, hops=True), "hops is True"),
        (lambda g: g.neighbours(3, through="email"), "through is 'email'; it must be one or more"),
        (lambda g: g.components(through=()), "through is ()"),
        (lambda g: g.components(most=1), "most is 1; it must be a whole number from 2 up"),
        (lambda g: g.subgraph([]), "customers is empty"),
        (lambda g: IdentityGraph(g.edges.drop(columns="known_at")), "edges lack known_at"),
        (
            lambda g: IdentityGraph(g.edges.assign(target_kind="email")),
            "target_kind is 'email'; it must be one of customer, device",
        ),
        (lambda g: identity_graph(g.edges), "it must be observed tables"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(graph, ask, words):
    with pytest.raises(InvalidInput) as refused:
        ask(graph)
    assert words in str(refused.value)


def test_an_impossible_day_and_other_transfers_are_refused(seen):
    with pytest.raises(InvalidInput, match="as_of is -1"):
        identity_graph(seen, as_of=-1.0)
    with pytest.raises(InvalidInput, match="transfers lack known_at"):
        identity_graph(seen, transfers([]).drop(columns="known_at"))
