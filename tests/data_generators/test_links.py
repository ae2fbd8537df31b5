"""The identity graph as observed: complete, in time, opaque, and the same in any world's size."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.stats import binom
from worlds import ALL, SEEDS, every_market, few, world

import data_generators as dg
from data_generators.fund_flows.accounts import hidden
from data_generators.links import NODES, loan_accounts
from data_generators.observation import MONTH
from data_generators.streams import BLOCK

#: a chance of 1 in a million on either side
TAIL = 1e-6


@pytest.fixture(scope="module")
def usual():
    return dg.World(dg.scenarios.ecommerce, 2 * BLOCK, 12, 31)


@pytest.fixture(scope="module")
def seen(usual):
    return usual.observed()


@every_market
@few
@given(seed=SEEDS)
def test_every_application_is_tied_to_what_it_says(market, seed):
    of = world(ALL[market], seed).observed()
    columns = {"device": "device_id", "phone": "phone_id", "address": "address_id",
               "merchant": "partner_id"}  # fmt: skip
    applied = of.applications.set_index("customer_id")
    links = of.links.merge(
        applied["event_time"].rename("applied"), left_on="source_id", right_index=True
    )
    for kind, column in columns.items():
        now = links[(links["target_kind"] == kind) & (links["event_time"] == links["applied"])]
        assert (now["known_at"] == now["applied"]).all()
        told = now.set_index("source_id")["target_id"]
        assert told.index.is_unique
        assert (told == applied[column]).all()
    assert (links["source_kind"] == "customer").all()
    assert set(links["target_kind"]) == set(NODES[1:])
    assert (
        links.groupby("source_id")["target_kind"]
        .apply(lambda k: (k == "account").sum())
        .eq(1)
        .all()
    )


@every_market
def test_a_customers_edges_do_not_hang_on_the_size_of_the_world(market):
    few_customers, more = (world(ALL[market], 17, customers=n).observed().links for n in (200, 900))
    mine = more[more["source_id"] < 200].reset_index(drop=True)
    pd.testing.assert_frame_equal(few_customers, mine, check_exact=True)


def test_edges_are_in_order_of_customer_and_known_within_the_months(usual, seen):
    links, applied = seen.links, seen.applications["event_time"].to_numpy()
    order = links[["source_id", "known_at"]]
    pd.testing.assert_frame_equal(
        order, order.sort_values(["source_id", "known_at"], kind="stable")
    )
    since = links["event_time"].to_numpy() - applied[links["source_id"]]
    assert since.max() <= MONTH * usual.months
    assert (links["known_at"].to_numpy() >= applied[links["source_id"]]).all()
    # History reaches years back, and comes with the application.
    assert since.min() < -365
    old = since < 0
    assert (links["known_at"].to_numpy()[old] == applied[links["source_id"]][old]).all()


def test_a_minority_of_customers_is_seen_with_more_than_one(seen):
    several = {}
    for kind in NODES[1:]:
        mine = seen.links[seen.links["target_kind"] == kind]
        several[kind] = (mine.groupby("source_id")["target_id"].nunique() > 1).mean()
    assert 0.20 < several["device"] < 0.35
    assert 0.08 < several["phone"] < 0.18
    assert 0.20 < several["address"] < 0.40
    assert several["account"] == several["merchant"] == 0


def test_strangers_are_linked_over_time_by_numbers_and_homes_that_pass_on(seen):
    links = seen.links
    applied = seen.applications["event_time"].to_numpy()
    for kind, least in (("phone", 0.01), ("address", 0.04)):
        mine = links[links["target_kind"] == kind]
        now = mine["event_time"].to_numpy() == applied[mine["source_id"]]
        passed_on = mine.loc[~now, "target_id"].isin(mine.loc[now, "target_id"])
        assert passed_on.sum() > least * len(applied) / 10


def test_frauds_are_seen_elsewhere_as_often_as_anybody():
    of = dg.World(dg.scenarios.ecommerce.replace(fraud__rate=0.3), BLOCK, 12, 32)
    links, fraud = of.observed().links, of.truth.fraud() != ""
    columns = of.observed().applications
    applied = columns["event_time"].to_numpy()
    since = links["event_time"].to_numpy() - applied[links["source_id"]]
    rings = of.truth.fraud() == "ring"
    for kind in ("device", "phone", "address"):
        for when in (since < 0, since > 0):
            mine = (links["target_kind"] == kind).to_numpy() & when
            has = np.zeros(of.customers, dtype=bool)
            has[links["source_id"][mine]] = True
            # Who applied on another's device is seen on the own later, in rings as elsewhere.
            rows = fraud & ~rings if kind == "device" else fraud
            honest = ~fraud
            share = (has[honest].sum() + 1) / (honest.sum() + 2)
            low, high = binom.ppf([TAIL, 1 - TAIL], rows.sum(), share)
            assert low <= has[rows].sum() <= high, kind


def test_an_account_is_the_one_that_fund_flows_move(usual, seen):
    block = usual.blocks()[1]
    residents = usual.residents_of(block)
    accounts = loan_accounts(residents.markets[0])
    links = seen.links[(seen.links["target_kind"] == "account")]
    mine = links[links["source_id"] >= block.start].set_index("source_id")["target_id"]
    assert (mine.to_numpy() == hidden(accounts, residents.streams)).all()
    own = accounts == np.arange(block.size)
    honest = ~residents.frauds
    assert 0.96 < own[honest].mean() < 1.0
    ring = usual.truth.fraud()[block.start : block.stop] == "ring"
    assert own[ring].mean() < 0.97


def test_neither_ids_nor_order_of_edges_tell_who_is_a_fraud(usual, seen):
    fraud = usual.truth.fraud() != ""
    for kind in ("device", "phone", "address", "account"):
        mine = seen.links[seen.links["target_kind"] == kind].drop_duplicates("target_id")
        rank = mine["target_id"].rank()
        told = np.corrcoef(rank, fraud[mine["source_id"]])[0, 1]
        assert abs(told) < 6 / np.sqrt(len(mine)), kind
