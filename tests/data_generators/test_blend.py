"""Blends and drifts: shares are realised, month by month, and each customer has one market."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import BLEND, DRIFT, SEEDS, few, world

import data_generators as dg
from data_generators import scenarios


@few
@given(seed=SEEDS, share=st.floats(0.05, 0.95))
def test_a_share_of_the_customers_comes_from_the_other_market(seed, share):
    blend = scenarios.travel.blend(scenarios.lifestyle, share)
    of = world(blend, seed, customers=4_000, months=1)
    from_other = (of.truth.traits()["market"] == "lifestyle").mean()
    # Binomial: five standard deviations.
    assert abs(from_other - share) < 5 * np.sqrt(share * (1 - share) / 4_000)


@few
@given(seed=SEEDS)
def test_a_drift_moves_the_share_month_by_month_and_stays_at_its_end(seed):
    of = world(DRIFT, seed, customers=6_000, months=1)
    traits = of.truth.traits()
    month = np.floor(traits["arrival_day"] * 12 / 365)
    came = traits["market"] == "micro_business"
    assert not came[month == 0].any()
    assert came[month >= 4].all()
    for each, expected in ((1, 0.25), (2, 0.5), (3, 0.75)):
        n = (month == each).sum()
        error = np.sqrt(expected * (1 - expected) / n)
        assert abs(came[month == each].mean() - expected) < 5 * error


def test_customers_of_a_blend_live_by_their_own_markets_parameters():
    of = world(BLEND, seed=7, customers=2_000)
    observed, traits = of.observed(), of.truth.traits()
    shopper = (traits["market"] == "ecommerce").to_numpy()
    assert set(traits.loc[~shopper, "product"]) == {"revolving"}
    assert set(traits.loc[shopper, "product"]) == {"instalment", "revolving"}
    # Joint lending is the shops' only, and each market's partners serve its own customers.
    assert set(observed.joint_lending["customer_id"]) <= set(np.flatnonzero(shopper))
    market = observed.partners.set_index("partner_id")["market"]
    assert (market[observed.applications["partner_id"]].to_numpy() == traits["market"]).all()
    exits = observed.cash_events[observed.cash_events["kind"] == "lease_exit"]["customer_id"]
    assert not set(exits) & set(np.flatnonzero(shopper))


def test_a_market_alone_is_the_same_whether_blended_with_nothing_or_not_at_all():
    alone, blended = (
        world(s, seed=3).truth.traits().drop(columns="market")
        for s in (scenarios.travel, scenarios.travel.blend(scenarios.ecommerce, 0.0))
    )
    assert alone.equals(blended)


@pytest.mark.parametrize("customers", [1, 3, 20])
@pytest.mark.parametrize("mixed", [BLEND, DRIFT, BLEND.blend(DRIFT, 0.1)], ids=lambda s: s.name)
def test_a_market_may_have_no_customer(mixed, customers):
    of = world(mixed, seed=5, customers=customers, months=5)
    assert len(of.observed().applications) == customers
    assert len(of.replay(of.logged_decisions(), accounts=True).customers) == customers
    limits = np.full(customers, 5_000.0)
    assert len(of.truth.true_pd(limits, replicas=2)) == customers
    assert of.truth.potential_outcomes(replicas=1).pd.shape == (customers, 8)


def test_three_markets_blend_with_shares_that_add_up_to_one():
    three = BLEND.blend(scenarios.travel, 0.5)
    assert [p.scenario.name for p in three.parts] == ["online_rental", "ecommerce", "travel"]
    assert [round(p.start, 9) for p in three.parts] == [0.35, 0.15, 0.5]
    markets = world(three, seed=9, customers=3_000, months=1).truth.traits()["market"]
    share = markets.value_counts(normalize=True)
    # Binomial: five standard deviations of the widest share.
    for part in three.parts:
        assert abs(share[part.scenario.name] - part.start) < 5 * np.sqrt(0.25 / 3_000)


def test_partners_of_two_markets_are_not_twins():
    partners = world(scenarios.travel.blend(scenarios.ecommerce, 0.5), seed=9).truth.partners()
    half = len(partners) // 2
    first, second = partners.iloc[:half], partners.iloc[half:]
    assert (first["quality"].to_numpy() != second["quality"].to_numpy()).all()
    assert partners["partner_id"].is_unique


def test_fraud_labels_of_a_blend_follow_each_customers_own_market():
    secret = scenarios.travel.replace(fraud__rate=0.5, fraud__found=0.0)
    open_book = scenarios.ecommerce.replace(fraud__rate=0.5, fraud__found=1.0)
    of = world(secret.blend(open_book, 0.5), seed=9, customers=600, months=2)
    market, fraud = of.truth.traits()["market"], of.truth.fraud() != ""
    approved = of.logged_decisions().approve
    expected = np.flatnonzero(fraud & approved & (market == "ecommerce").to_numpy())
    assert of.observed().fraud_labels["customer_id"].tolist() == expected.tolist()


def test_a_blend_is_another_world_than_its_parts():
    digests = {world(s, 1).digest for s in (BLEND, DRIFT, *(p.scenario for p in BLEND.parts))}
    assert len(digests) == 4
    assert dg.World(BLEND, customers=10, months=2, seed=1).name == "online_rental+ecommerce"
