"""The contents of every scenario's world are those of its version."""

import json

import numpy as np
import pandas as pd
import pytest
from golden import FILE, canonical, flows_hash, golden_hash
from worlds import ALL, every_market

from data_generators.world import VERSION

GOLDEN = json.loads(FILE.read_text())


def test_the_golden_hashes_are_of_this_version_and_of_every_scenario():
    assert GOLDEN["version"] == VERSION
    assert set(GOLDEN["worlds"]) == set(GOLDEN["fund_flows"]) == set(ALL)


@every_market
def test_a_world_has_the_contents_of_its_version(market):
    """Where a change is meant: raise `world.VERSION` and run this folder's golden.py."""
    assert golden_hash(ALL[market]) == GOLDEN["worlds"][market]


@every_market
def test_its_transfers_and_their_labels_are_those_of_its_version(market):
    assert flows_hash(ALL[market]) == GOLDEN["fund_flows"][market]


def test_a_hash_of_fund_flows_hears_of_habits_frauds_and_loans():
    travel = ALL["travel"]
    changes = (
        {"flows__to_people": 1.3 * travel.flows.to_people},
        {"transfer_fraud__found": 0.8},
        {"incumbent__exploration": 0.5},
    )
    heard = {flows_hash(travel.replace(**change)) for change in ({}, *changes)}
    assert len(heard) == 4


def test_a_hash_hears_of_any_parameter_and_not_of_a_last_bit():
    scenario = ALL["travel"]
    assert golden_hash(scenario) != golden_hash(scenario.replace(economics__apr=0.17))
    money = pd.Series([10.25, 3.10, np.nan])
    assert canonical(np.nextafter(money, np.inf), money=True) == canonical(money, money=True)
    assert canonical(money + 0.01, money=True) != canonical(money, money=True)
    assert canonical(money.fillna(0.0), money=True) != canonical(money, money=True)


@pytest.mark.parametrize("values", [[1, 2], [True, False], ["a", None]])
def test_every_kind_of_column_has_canonical_bytes(values):
    assert canonical(pd.Series(values), money=False) != canonical(
        pd.Series(values[::-1]), money=False
    )
