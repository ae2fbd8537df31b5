"""Keyed noise: a customer's transfers do not depend on others, on sizes, or on what is asked."""

import secrets

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.fund_flows.block import block_flows
from data_generators.fund_flows.columns import ledger_of
from data_generators.replay import replay_block
from data_generators.schema import LEDGER


@pytest.fixture(scope="module")
def seed():
    """One that nobody has seen; pytest shows it where a test fails."""
    drawn = secrets.randbits(64)
    print(f"seed {drawn}")
    return drawn


@pytest.fixture(scope="module", params=["online_rental", "micro_business"])
def scenario(request):
    return scenarios.by_name(request.param)


def test_every_block_is_computed_on_its_own(scenario, seed):
    world = dg.World(scenario, 17_000, 12, seed)
    whole = world.truth.fund_flows(1, progress=False).ledger
    second = world.residents_of(world.blocks()[1])
    alone = LEDGER.frame(ledger_of(block_flows(second, 1)))
    pd.testing.assert_frame_equal(whole.tail(len(alone)).reset_index(drop=True), alone)


def test_twins_with_the_same_decision_have_the_same_transfers(scenario, seed):
    """Others' limits change; partners' fates are kept apart from that by switching them off."""
    apart = scenario.replace(partners__feedback=0.0)
    world = dg.World(apart, 400, 12, seed)
    residents = world.residents_of(world.blocks()[0])
    logged = residents.logged
    changed = np.arange(400) % 2 == 0
    twins = []
    for limit in (logged.limit, np.where(changed, 20_000.0 - logged.limit % 7_000, logged.limit)):
        accounts = replay_block(residents, limit, logged.price, accounts=True).accounts
        table = LEDGER.frame(ledger_of(block_flows(residents, 6, accounts)))
        balances = [c for c in table.columns if c.endswith("balance")]
        twins.append(table.drop(columns=balances))
    ids = ["from_customer_id", "to_customer_id", "loan_id"]
    same = [
        t[~t[ids].isin(np.flatnonzero(changed)).any(axis=1)].reset_index(drop=True) for t in twins
    ]
    pd.testing.assert_frame_equal(
        same[0].sort_values("transfer_id", ignore_index=True),
        same[1].sort_values("transfer_id", ignore_index=True),
    )
    assert not twins[0].equals(twins[1])


def test_what_is_seen_is_still_seen_where_more_is(scenario, seed):
    shown = []
    for share in (0.6, 0.8):
        world = dg.World(scenario.replace(flows__observability=share), 600, 12, seed)
        shown.append(world.truth.fund_flows(3, progress=False).ledger)
    fewer, more = shown
    pd.testing.assert_frame_equal(fewer.drop(columns="seen"), more.drop(columns="seen"))
    assert (more["seen"] >= fewer["seen"]).all()
    assert more["seen"].mean() > fewer["seen"].mean() + 0.1
