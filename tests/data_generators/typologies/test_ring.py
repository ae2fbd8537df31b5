"""Rings: whom they tie, how, and what camouflage hides of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.applications import draw_links
from data_generators.customers import APPLICATION_DAYS, draw_arrival
from data_generators.households import draw_households
from data_generators.identifiers import IDENTIFIERS
from data_generators.scenarios import FraudMix
from data_generators.scenarios.fraud import STRATEGIES
from data_generators.streams import BLOCK, Block, Streams
from data_generators.typologies import RING, TYPOLOGIES
from data_generators.typologies.ring import MEMBERS, RING_IDS, a_block

ONLY_RINGS = FraudMix.only("ring", 0.08)
SEED = 17
#: a chance of less than 1 in 10,000
STANDARD_DEVIATIONS = 4


def members(mix=ONLY_RINGS, customers=2 * BLOCK, market=scenarios.ecommerce):
    """Truth and links of a world's members of rings, identifiers as positions in the block."""
    parts = []
    for residents in dg.World(market.replace(fraud=mix), customers, 2, SEED).residents():
        for m in residents.markets:
            day = draw_arrival(m.scenario, m.streams)
            links = draw_links(m.scenario, day, m.typology, m.streams)
            who = np.flatnonzero(m.typology == 1 + TYPOLOGIES.index(RING))
            truth = RING.members(who, m.scenario.fraud, m.streams)
            table = pd.DataFrame({name: values[who] for name, values in links.items()})
            table["account"] = RING.accounts(who, m.scenario.fraud, m.streams)[who]
            table["own"] = m.streams.positions[who]
            table["customer_id"] = m.streams.ids[who]
            table["strategy"] = truth.strategy
            parts.append(table.assign(**{k: vars(truth)[k] for k in ("ring_id", "turn", "tied")}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def medium():
    return members()


def with_strategy(per_device, camouflage):
    return members(replace(ONLY_RINGS, ring_strategies=((per_device, camouflage),)))


def on_anothers(table, name):
    """Members who share with another member of their ring."""
    return table.groupby(["ring_id", name])[name].transform("size") > 1


def test_rings_have_some_dozen_members(medium):
    sizes = medium.groupby("ring_id").size()
    assert len(sizes) == 2 * a_block(ONLY_RINGS)
    assert abs(sizes.mean() - MEMBERS) < 1
    # A member's ring is a draw of its own: sizes are Poisson but for the total.
    assert 0.6 < sizes.var() / sizes.mean() < 1.5


def test_no_tie_is_common_to_half_of_the_members(medium):
    for name in (*IDENTIFIERS, "account"):
        assert 0.04 < on_anothers(medium, name).mean() < 0.45, name


def test_members_differ_in_what_ties_them(medium):
    tied = pd.DataFrame({name: on_anothers(medium, name) for name in (*IDENTIFIERS, "account")})
    assert 0.25 < (~tied.any(axis=1)).mean() < 0.60
    assert (tied.sum(axis=1) == 1).mean() > 0.10
    assert (tied.sum(axis=1) >= 2).mean() > 0.10
    # Only those whom the truth calls tied.
    assert not (tied.any(axis=1) & ~medium["tied"]).any()


def test_rings_take_turns_at_the_strategies(medium):
    said = np.array([f"{n}/{k:g}" for n, k in STRATEGIES["medium"]])
    assert (medium["strategy"] == said[medium["turn"] % len(said)]).all()
    # Blocks go on where the block before stopped.
    assert sorted(medium["turn"].unique()) == list(range(2 * a_block(ONLY_RINGS)))
    assert (medium["ring_id"] // RING_IDS == medium["customer_id"] // BLOCK).all()


@pytest.mark.parametrize(("per_device", "largest"), [(12, 30), (4, 14), (1, 1)])
def test_so_many_applications_go_through_a_device(per_device, largest):
    table = with_strategy(per_device, 0.0)
    sizes = table.groupby(["ring_id", "device_id"]).size()
    assert sizes.max() <= largest
    shared = on_anothers(table, "device_id").mean()
    assert shared == 0 if per_device == 1 else shared > 0.6
    mean = {12: 8, 4: 3, 1: 0}[per_device]
    assert sizes[sizes > 1].mean() > mean if mean else True


def test_camouflage_unties_members_and_spreads_their_days():
    shares, days = [], []
    for camouflage in (0.0, 0.6, 0.9):
        table = with_strategy(12, camouflage)
        shares.append([on_anothers(table, name).mean() for name in (*IDENTIFIERS, "account")])
        near = table[table["tied"]].groupby("ring_id")["apply_day"].agg(np.ptp)
        days.append(near.median())
    assert (np.diff(shares, axis=0) < 0).all()
    assert days[0] <= 6
    assert days[0] < days[1] / 1.5 < days[2] / 2


def test_who_is_not_tied_looks_like_anybody(medium):
    free = medium[~medium["tied"]]
    sharing = draw_households(Streams(SEED, Block(0, 0, BLOCK)), ONLY_RINGS.honest_sharing)
    first = free[free["customer_id"] < BLOCK]
    assert (first["address_id"] == sharing.address[first["own"]]).all()
    assert (first["phone_id"] == sharing.phone[first["own"]]).all()
    # They apply when they would have applied.
    streams = Streams(SEED, Block(0, 0, BLOCK))
    day = np.floor(draw_arrival(scenarios.ecommerce, streams))[first["own"]]
    assert (first["apply_day"] == day).all()


def test_days_stay_within_the_year_and_its_season(medium):
    assert medium["apply_day"].between(0, APPLICATION_DAYS - 1).all()
    # No heap at either end, where days are folded back.
    ends = (medium["apply_day"] < 5) | (medium["apply_day"] >= APPLICATION_DAYS - 5)
    expected = 10 / APPLICATION_DAYS
    rings = medium["ring_id"].nunique()
    assert abs(ends.mean() - expected) < STANDARD_DEVIATIONS * np.sqrt(expected / rings)


def test_a_member_is_in_the_same_ring_in_a_world_of_any_size(medium):
    fewer = members(customers=700)
    whole = medium[medium["customer_id"] < 700].reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer, whole)


def test_strategies_do_not_move_who_belongs_to_which_ring(medium):
    other = with_strategy(4, 0.6)
    assert (other["ring_id"] == medium["ring_id"]).all()


def test_rings_of_two_markets_are_not_taken_for_one():
    blend = scenarios.online_rental.blend(scenarios.ecommerce, 0.5)
    table = members(ONLY_RINGS, BLOCK, blend)
    # Half of the members each; one ring or another has none.
    assert 0 <= 2 * a_block(ONLY_RINGS) - table["ring_id"].nunique() < 8
    devices = table[on_anothers(table, "device_id")]
    assert (devices.groupby("device_id")["ring_id"].nunique() == 1).mean() > 0.95


def test_no_block_has_more_rings_than_there_are_numbers():
    assert a_block(FraudMix.only("ring", 1.0)) == RING_IDS
    assert a_block(FraudMix.only("ring", 0.0)) == 1
