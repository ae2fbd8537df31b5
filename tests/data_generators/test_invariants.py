"""Keyed noise, twin worlds and partition invariance, over every scenario, a blend and a drift."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import (
    ALL,
    DRIFT,
    SEEDS,
    TABLES,
    assert_same,
    every_market,
    few,
    of_customers,
    random_decisions,
    some_changed,
    without_feedback,
    world,
)

import data_generators as dg
from data_generators import scenarios
from data_generators.observation import observe_block
from data_generators.partners import collapse_mob
from data_generators.repayment import Months
from data_generators.residents import PARTNER_IDS
from data_generators.streams import BLOCK, Block, Streams

OTHERS = st.integers(0, 2**32 - 1)


def same_months(one: Months, other: Months) -> bool:
    return all(np.array_equal(a, vars(other)[name]) for name, a in vars(one).items())


def lived(residents, replica):
    return [m.lives(m.fates(m.logged_offer, replica), replica) for m in residents.markets]


# Keyed noise


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_what_happens_to_customers_does_not_depend_on_what_was_asked_before(market, seed, by):
    quiet, busy = world(ALL[market], seed), world(ALL[market], seed)
    first = busy.blocks()[0]
    expected, asked = quiet.residents_of(first), busy.residents_of(first)
    busy.replay(random_decisions(busy, by), accounts=True)
    busy.truth.true_pd(np.full(busy.customers, 7_000.0), replicas=2)
    for replica in (5, 0, 2):
        lived(asked, replica)
    for name, values in vars(expected.traits).items():
        assert np.array_equal(values, vars(asked.traits)[name]), name
    assert np.array_equal(expected.typology, asked.typology)
    for replica in (0, 1, 2):
        for one, other in zip(lived(expected, replica), lived(asked, replica), strict=True):
            assert same_months(one, other)


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_months_do_not_depend_on_decisions(market, seed, by):
    """With partners indifferent to the bank, the same months are lived under any decision."""
    of = world(without_feedback(ALL[market]), seed)
    decided, block = random_decisions(of, by), of.blocks()[0]
    for m in of.residents_of(block).markets:
        offer = m.offer(m.part_of(decided.limit), m.part_of(decided.price))
        assert same_months(m.lives(m.fates(offer)), m.lives(m.fates(m.logged_offer)))


@every_market
def test_replicas_are_other_months_of_the_same_customers(market):
    # Whoever builds up trust for a fraud pays in any replica.
    of = world(ALL[market].replace(fraud__rate=0.0, fraud__bust_out=0.0), seed=29)
    one, other = (lived(of.residents_of(of.blocks()[0]), replica) for replica in (0, 1))
    for a, b in zip(one, other, strict=True):
        assert (a.reluctance != b.reluctance).mean() > 0.99
        assert (a.chance != b.chance).mean() > 0.99


@every_market
@few
@given(seed=SEEDS)
def test_tables_are_the_same_in_whatever_order_they_are_asked_for(market, seed):
    before = world(ALL[market], seed).observed()
    of = world(ALL[market], seed)
    of.truth.life_events(), of.truth.partners(), of.logged_decisions()
    of.observed(as_of=100.0)
    assert_same(of.observed(), before)


# Twin worlds


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_the_same_decision_gives_the_same_life_whatever_others_get(market, seed, by):
    of = world(without_feedback(ALL[market]), seed)
    decided = random_decisions(of, by)
    other, same = some_changed(decided, by + 1)
    assert_same_lives(of, decided, other, same)


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_lives_differ_at_most_through_a_partner_that_met_another_fate(market, seed, by):
    eager = ALL[market].replace(partners__feedback=0.9, partners__collapse_intercept=-7.0)
    of = world(eager, seed)
    decided = random_decisions(of, by)
    other, same = some_changed(decided, by + 1, share=0.9)
    assert_same_lives(of, decided, other, same & same_fate(of, decided, other))


def test_a_partner_falls_sooner_when_the_bank_finances_it_and_takes_others_with_it():
    """The positive control: customers decided alike differ, and only by their partner's fate."""
    eager = scenarios.online_education.replace(
        partners__feedback=1.0, partners__collapse_intercept=-11.0
    )
    of = world(eager, seed=3, customers=BLOCK, months=12)
    half = np.arange(BLOCK) % 2 == 0
    nothing = dg.Decisions.of(np.where(half, 0.0, 20_000.0), price=0.18)
    much = dg.Decisions.of(np.where(half, 200_000.0, 20_000.0), price=0.18)
    alike = same_fate(of, nothing, much)
    assert 0 < alike[~half].mean() < 1
    assert_same_lives(of, nothing, much, ~half & alike)
    one, other = (of.replay(d).customers for d in (nothing, much))
    reached = ~half & ~alike
    assert (one.loc[reached, "paid"] != other.loc[reached, "paid"]).any()
    assert other.loc[reached, "default"].sum() > one.loc[reached, "default"].sum()


def assert_same_lives(of, one, other, customers):
    a, b = (of.replay(decided, accounts=True) for decided in (one, other))
    who = np.flatnonzero(customers)
    assert len(who)
    pd.testing.assert_frame_equal(a.customers.loc[who], b.customers.loc[who], check_exact=True)
    assert "event" in a.accounts()
    mine, theirs = (of_customers(each.accounts(), who) for each in (a, b))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def same_fate(of, one, other):
    """Customers whose partner meets the same fate under both decision vectors."""
    parts = []
    for residents in of.residents():
        part = slice(residents.block.start, residents.block.stop)
        alike = np.empty(residents.block.size, dtype=bool)
        for m in residents.markets:
            a, b = (
                m.fates(m.offer(m.part_of(d.limit[part]), m.part_of(d.price[part])))
                for d in (one, other)
            )
            equal = collapse_mob(m.traits, a) == collapse_mob(m.traits, b)
            alike[slice(None) if m.rows is None else m.rows] = equal
        parts.append(alike)
    return np.concatenate(parts)


# Partition invariance


def first_customers(observed, count):
    """Every table's rows about the first customers of the first block, and about its partners."""
    tables = {}
    for name in TABLES:
        table = getattr(observed, name)
        if "customer_id" in table:
            kept = table["customer_id"] < count
        elif "source_id" in table:
            kept = table["source_id"] < count
        else:
            kept = table["partner_id"] < PARTNER_IDS
        tables[name] = table[kept].reset_index(drop=True)
    return tables


@every_market
@few
@given(seed=SEEDS, fewer=st.integers(1, 400))
def test_a_customer_is_the_same_in_a_larger_world(market, seed, fewer):
    small, large = (world(ALL[market], seed, n, months=6).observed() for n in (fewer, 900))
    expected, got = first_customers(large, fewer), first_customers(small, fewer)
    for name in TABLES:
        pd.testing.assert_frame_equal(got[name], expected[name], check_exact=True)


@pytest.mark.parametrize("market", ["online_education", DRIFT.name])
def test_a_customer_is_the_same_where_the_world_has_another_block(market):
    """Partner outcomes too, with what the bank finances at work on them."""
    eager = ALL[market].replace(partners__feedback=0.5, partners__collapse_intercept=-8.0)
    small, large = (world(eager, 11, n, months=6).observed() for n in (500, BLOCK + 200))
    assert len(large.partner_events) > 2
    expected, got = first_customers(large, 500), first_customers(small, 500)
    for name in TABLES:
        pd.testing.assert_frame_equal(got[name], expected[name], check_exact=True)


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_a_replay_of_few_is_one_where_the_rest_has_the_incumbents_decisions(market, seed, by):
    eager = ALL[market].replace(partners__feedback=0.9, partners__collapse_intercept=-7.0)
    small, large = world(eager, seed, 200), world(eager, seed, 600)
    decided, logged = random_decisions(small, by), large.logged_decisions()
    limit, price = logged.limit.copy(), logged.price.copy()
    limit[:200], price[:200] = decided.limit, decided.price
    whole = large.replay(dg.Decisions.of(limit, price=price)).customers
    pd.testing.assert_frame_equal(
        small.replay(decided).customers, whole.iloc[:200], check_exact=True
    )


def test_blocks_can_be_computed_in_any_order():
    of = world(ALL["micro_business"], 5, BLOCK + 150, months=4)
    expected = of.observed()
    backwards = {b.index: observe_block(of.residents_of(b)) for b in reversed(of.blocks())}
    for name in TABLES:
        whole = getattr(expected, name)
        for column in whole:
            joined = np.concatenate([backwards[i][name][column] for i in (0, 1)])
            assert np.array_equal(whole[column].to_numpy(), joined, equal_nan=joined.dtype == float)


@few
@given(seed=SEEDS, index=st.integers(0, 10**6), rows=st.lists(st.integers(0, 99), min_size=1))
def test_a_part_of_a_block_keeps_its_own_noise(seed, index, rows):
    whole = Streams(seed, Block(index, 0, 100))
    part = whole.of(np.array(rows))
    for draw in ("uniform", "normal"):
        assert np.array_equal(getattr(part, draw)("x", 3), getattr(whole, draw)("x", 3)[rows])
    assert np.array_equal(part.shared("x", 9), whole.shared("x", 9))


# Purity of a replay


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_a_replay_changes_nothing_and_comes_out_the_same_twice(market, seed, by):
    of = world(ALL[market], seed)
    decided = random_decisions(of, by)
    limit, price = decided.limit.copy(), decided.price.copy()
    first, second = (of.replay(decided, accounts=True) for _ in range(2))
    assert np.array_equal(decided.limit, limit)
    assert np.array_equal(decided.price, price)
    pd.testing.assert_frame_equal(first.customers, second.customers, check_exact=True)
    pd.testing.assert_frame_equal(first.accounts(), second.accounts(), check_exact=True)
    kept_none = of.replay(decided).customers
    pd.testing.assert_frame_equal(first.customers, kept_none, check_exact=True)


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_an_account_that_was_not_opened_has_no_months_and_no_profit(market, seed, by):
    of = world(ALL[market], seed)
    decided = random_decisions(of, by)
    outcomes = of.replay(decided, accounts=True)
    customers = outcomes.customers
    unopened = ~customers["taken"]
    assert unopened[decided.limit == 0].all()
    amounts = ["profit", "paid", "drawn", "interest", "fee", "balance", "ead", "refunded"]
    assert (customers.loc[unopened, amounts] == 0).all(axis=None)
    assert customers.loc[unopened, ["utilisation", "default_month"]].isna().all(axis=None)
    assert not customers.loc[unopened, "default"].any()
    assert set(outcomes.accounts()["customer_id"]) == set(np.flatnonzero(customers["taken"]))


@every_market
def test_a_limit_between_the_grid_points_is_lived_like_any_other(market):
    of = world(ALL[market], seed=31)
    odd = of.replay(dg.Decisions.of(np.full(of.customers, 12_345.67), price=0.1711), accounts=True)
    assert odd.customers["taken"].any()
    assert (odd.accounts()["credit_limit"] == 12_345.67).all()


@every_market
def test_the_incumbents_log_is_a_replay_of_its_decisions(market):
    of = world(ALL[market], seed=37)
    accounts = of.replay(of.logged_decisions(), accounts=True).accounts().drop(columns="event")
    logged = of.observed().accounts
    pd.testing.assert_frame_equal(logged[list(accounts)], accounts, check_dtype=False)
