"""Keyed noise: a customer's transfers do not depend on others, on sizes, or on what is asked."""

import pandas as pd
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.fund_flows.block import block_flows
from data_generators.fund_flows.columns import ledger_of
from data_generators.schema import LEDGER


@pytest.fixture(scope="module", params=["online_rental", "micro_business"])
def scenario(request):
    return scenarios.by_name(request.param)


def test_every_block_is_computed_on_its_own(scenario, seed):
    world = dg.World(scenario, 17_000, 12, seed)
    whole = world.truth.fund_flows(1, progress=False).ledger
    second = world.residents_of(world.blocks()[1])
    alone = LEDGER.frame(ledger_of(block_flows(second, 1)))
    pd.testing.assert_frame_equal(whole.tail(len(alone)).reset_index(drop=True), alone)


def test_what_is_seen_is_still_seen_where_more_is(scenario, seed):
    shown = []
    for share in (0.6, 0.8):
        world = dg.World(scenario.replace(flows__observability=share), 600, 6, seed)
        shown.append(world.truth.fund_flows(2, progress=False).ledger)
    fewer, more = shown
    pd.testing.assert_frame_equal(fewer.drop(columns="seen"), more.drop(columns="seen"))
    assert (more["seen"] >= fewer["seen"]).all()
    assert more["seen"].mean() > fewer["seen"].mean() + 0.1
