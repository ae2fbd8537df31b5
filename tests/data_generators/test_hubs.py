"""Legitimate hubs: families, dormitories, friends and shops' terminals, and the truth of them."""

import numpy as np
import pandas as pd
import pytest
from worlds import ALL, every_market, world

import data_generators as dg
from data_generators.hubs import HUBS
from data_generators.streams import BLOCK


@pytest.fixture(scope="module")
def usual():
    return dg.World(dg.scenarios.ecommerce, 3 * BLOCK, 2, 31)


@pytest.fixture(scope="module")
def applications(usual):
    return usual.observed().applications


@pytest.fixture(scope="module")
def hubs(usual):
    return usual.truth.hubs()


def test_each_kind_of_hub_is_there_and_none_has_one_member_alone(hubs):
    assert set(hubs["kind"]) == set(HUBS)
    assert not hubs.duplicated(["customer_id", "hub_id"]).any()
    assert hubs.groupby("hub_id")["kind"].nunique().eq(1).all()


def test_on_a_terminal_10_to_60_customers_of_one_merchant_apply(applications, hubs):
    on = hubs[hubs["kind"] == "terminal"].merge(applications, on="customer_id")
    by_hub = on.groupby("hub_id")
    assert by_hub["device_id"].nunique().eq(1).all()
    assert by_hub["partner_id"].nunique().eq(1).all()
    # A few are taken out by rings, who use devices of their own.
    size = by_hub.size()
    assert size.between(8, 60).all()
    assert size.max() > 35
    assert 0.010 < len(on) / len(applications) < 0.025
    # Nobody else uses a terminal, but for the odd ring whose member's own number it has.
    users = applications[applications["device_id"].isin(on["device_id"])]
    assert len(users) < 1.02 * len(on)
    assert by_hub["event_time"].agg(np.ptp).median() > 200
    assert by_hub["address_id"].nunique().sum() > 0.85 * len(on)


def test_hubs_share_what_they_are_named_for(applications, hubs):
    for kind, column in (("dormitory", "address_id"), ("friends", "device_id")):
        of = hubs[hubs["kind"] == kind].merge(applications, on="customer_id").groupby("hub_id")
        assert of[column].nunique().eq(1).all(), kind
    family = hubs[hubs["kind"] == "family"].merge(applications, on="customer_id")
    several = family[family["hub_id"].duplicated(keep=False)].groupby("hub_id")
    one = several[["device_id", "address_id"]].nunique().min(axis=1)
    assert (one == 1).mean() > 0.98


def test_the_largest_devices_are_shops_not_frauds(usual, applications, hubs):
    size = applications.groupby("device_id")["customer_id"].transform("size")
    large = (size >= 10).to_numpy()
    at_terminal = applications["customer_id"].isin(
        hubs.loc[hubs["kind"] == "terminal", "customer_id"]
    )
    assert at_terminal[large].mean() > 0.8
    assert (usual.truth.fraud()[large] != "").mean() < 0.15


@every_market
def test_hubs_do_not_hang_on_the_size_of_the_world(market):
    fewer, more = (world(ALL[market], 19, customers=n, months=1).truth.hubs() for n in (300, 1_200))
    mine = more[more["customer_id"] < 300].reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer, mine, check_exact=True)


def test_terminals_of_blended_markets_never_have_one_number():
    blend = dg.World(ALL["online_rental+ecommerce"], BLOCK, 1, 5)
    residents = next(blend.residents())
    hubs = blend.truth.hubs()
    on = hubs[hubs["kind"] == "terminal"]
    market = pd.Series(residents.market)[on["customer_id"]].to_numpy()
    assert set(market) == {"online_rental", "ecommerce"}
    assert on.groupby("hub_id")["customer_id"].size().max() > 5
    assert pd.Series(market, index=on["hub_id"]).groupby(level=0).nunique().eq(1).all()
