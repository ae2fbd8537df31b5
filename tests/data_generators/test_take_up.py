"""Who takes an offer: the answer to price, the selection in it, and a limit under the need."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL, SEEDS, every_market, few, world

import data_generators as dg
from data_generators.repayment import take_up_probability


def traits_of(of):
    (market,) = of.residents_of(of.blocks()[0]).markets
    return market.traits


@few
@given(seed=SEEDS, low=st.floats(0, 0.5), more=st.floats(0, 0.5))
def test_nobody_takes_a_dearer_offer_more_willingly(seed, low, more):
    of = world(ALL["travel"], seed)
    limit = np.full(of.customers, 200_000.0)
    cheap, dear = (
        take_up_probability(of.scenario, traits_of(of), limit, np.full(of.customers, price))
        for price in (low, low + more)
    )
    assert (dear <= cheap).all()
    assert ((cheap >= 0) & (cheap <= 1)).all()


def test_the_strong_answer_to_price_more_than_the_weak():
    of = world(ALL["lifestyle"], seed=3)
    limit, traits, apr = np.full(300, 5_000.0), traits_of(of), of.scenario.economics.apr
    fall = take_up_probability(of.scenario, traits, limit, np.full(300, apr))
    fall = fall - take_up_probability(of.scenario, traits, limit, np.full(300, apr + 0.10))
    order = np.argsort(traits.strength)
    assert (np.diff(fall[order]) >= 0).all()
    assert fall[order[-1]] > fall[order[0]] + 0.05


@few
@given(seed=SEEDS)
def test_a_loan_under_the_need_is_topped_up_or_the_customer_walks_away(seed):
    of = world(ALL["online_education"].replace(fraud__rate=0.0), seed)
    traits, limit = traits_of(of), np.full(of.customers, 5_000.0)
    taken = of.replay(dg.Decisions.of(limit, price=0.18)).customers["taken"].to_numpy()
    short = traits.need - limit > traits.buffer
    assert short.any()
    assert not taken[short].any()
    assert taken[~short].mean() > 0.8


@every_market
def test_an_offer_of_nothing_is_taken_by_nobody(market):
    of = world(ALL[market].replace(fraud__rate=0.2), seed=3)
    nothing = dg.Decisions.of(np.zeros(of.customers), price=0.1)
    assert not of.replay(nothing).customers["taken"].any()
