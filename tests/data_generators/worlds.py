"""Worlds that many tests share: every scenario, a blend and a drift, and how to compare them."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st

import data_generators as dg
from data_generators import scenarios
from data_generators.observation import Observed

PLAIN = tuple(scenarios.by_name(name) for name in scenarios.catalogue())
BLEND = scenarios.online_rental.blend(scenarios.ecommerce, 0.3)
#: from one market to another with other products, through a third of the applications' year
DRIFT = scenarios.online_education.drift(scenarios.micro_business, 5)
#: every market a world can be made from, by name
ALL = {s.name: s for s in (*PLAIN, BLEND, DRIFT)}

#: seeds as evaluation has them
SEEDS = st.integers(0, 2**128 - 1)
#: few examples, since there are many scenarios; a seed does not get simpler by shrinking
few = settings(max_examples=2, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
every_market = pytest.mark.parametrize("market", ALL)

TABLES = tuple(f.name for f in fields(Observed))


def world(scenario, seed, customers=300, months=9):
    """A small world."""
    return dg.World(scenario, customers=customers, months=months, seed=seed)


def random_decisions(of, by, price=True):
    """Any limit of the grid for anyone, at prices from 0 to 36%; half at the scenario's own."""
    rng = np.random.default_rng(by)
    limit = rng.choice(np.asarray(of.scenario.limit_grid), of.customers)
    own = of.scenario.economics.apr
    charged = np.where(rng.random(of.customers) < 0.5, own, 0.36 * rng.random(of.customers))
    return dg.Decisions.of(limit, price=charged if price else own)


def some_changed(decisions, by, share=0.3):
    """The same decisions but for a random share, whose limit or price is another."""
    rng = np.random.default_rng(by)
    changed = rng.random(len(decisions)) < share
    others = rng.choice([0.0, 3_300.0, 20_000.0, 200_000.0], len(changed))
    limit = np.where(changed, others, decisions.limit)
    price = np.where(changed & (rng.random(len(changed)) < 0.5), 0.24, decisions.price)
    same = (limit == decisions.limit) & (price == decisions.price)
    return dg.Decisions.of(limit, price=price), same


def of_customers(table, customers):
    """Rows of these customers, in order."""
    return table[table["customer_id"].isin(customers)].reset_index(drop=True)


def cents(table, *names):
    """Columns in whole cents; the values must be whole cents."""
    out = []
    for name in names:
        exact = table[name].to_numpy() * 100
        whole = np.rint(exact)
        assert np.allclose(exact, whole, rtol=0, atol=1e-4), f"{name} is not in whole cents"
        out.append(whole.astype(np.int64))
    return out


def without_feedback(scenario):
    """The scenario, its partners indifferent to what the bank finances."""
    return scenario.replace(partners__feedback=0.0)


def assert_same(one, other):
    """Bit-identical observed tables."""
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
