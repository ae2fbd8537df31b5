"""Economics, on average: what limits, prices, partners and escrow do in every scenario.

Each comparison is paired: the same customers live through the same months under both. The
bounds leave more than four standard deviations to what 25 seeds gave for each scenario (rise of
the PD: 6 to 20 standard errors; its difference between weak and strong: 5 to 24; of PD between
those who stay and those who walk away: 4 to 18), so chance fails this file less than once in a
thousand runs.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from worlds import ALL, SEEDS, TABLES, every_market, few, world

import data_generators as dg
from data_generators.partners import NEVER, collapse_mob

#: customers, months on book, replicas of noise behind a true PD
SIZE, MONTHS, REPLICAS = 1_500, 12, 8
LOW, HIGH = 2_000.0, 50_000.0


def standard_errors(difference, other=None):
    """Mean of a paired difference (less the mean of another's), in its standard errors."""
    variance = np.var(difference) / len(difference)
    mean = np.mean(difference)
    if other is not None:
        variance, mean = variance + np.var(other) / len(other), mean - np.mean(other)
    return mean / np.sqrt(variance)


@every_market
@few
@given(seed=SEEDS)
def test_higher_limits_raise_balances_and_defaults_and_most_for_the_weak(market, seed):
    of = world(ALL[market], seed, SIZE, MONTHS)
    apr = of.scenario.economics.apr
    few, much = (
        of.replay(dg.Decisions.of(np.full(SIZE, limit), price=apr)).customers["balance"]
        for limit in (LOW, HIGH)
    )
    assert standard_errors(much - few) > 4
    few, much = (of.truth.true_pd(np.full(SIZE, limit), REPLICAS) for limit in (LOW, HIGH))
    rise = much - few
    assert standard_errors(rise) > 1
    traits = of.truth.traits()
    strength = traits["ability"] + traits["willingness"]
    weak, strong = strength < strength.quantile(0.2), strength > strength.quantile(0.8)
    assert rise[weak].mean() > rise[strong].mean()


@every_market
@few
@given(seed=SEEDS)
def test_a_dearer_offer_is_taken_by_fewer_and_by_the_weaker_who_default_more(market, seed):
    """Adverse selection alone: the PD compared is that at one price and limit for everyone."""
    of = world(ALL[market].replace(fraud__rate=0.0), seed, SIZE, MONTHS)
    apr, limit = of.scenario.economics.apr, np.full(SIZE, 50_000.0)
    cheap, dear = (
        of.replay(dg.Decisions.of(limit, price=price)).customers["taken"].to_numpy()
        for price in (apr, apr + 0.20)
    )
    assert not (dear & ~cheap).any()
    walked = cheap & ~dear
    assert walked.mean() > 0.1
    traits = of.truth.traits()
    strength = (traits["ability"] + traits["willingness"]).to_numpy()
    assert standard_errors(strength[walked], strength[dear]) > 5
    default = of.truth.true_pd(limit, REPLICAS)
    assert standard_errors(default[dear], default[walked]) > 1


@every_market
@few
@given(seed=SEEDS)
def test_at_its_own_price_a_scenario_selects_nobody(market, seed):
    of = world(ALL[market], seed, 4_000, months=1)
    taken = []
    for m in of.residents_of(of.blocks()[0]).markets:
        n = len(m.typology)
        offer = m.offer(np.full(n, 200_000.0), np.full(n, m.scenario.economics.apr))
        refused = ~offer.opened & (m.traits.need - m.traits.buffer < 200_000.0)
        taken.append((m.traits.strength[~refused], m.traits.strength[refused]))
    stayed, left = (np.concatenate(each) for each in zip(*taken, strict=True))
    assert abs(standard_errors(stayed, left)) < 4.5


@every_market
@few
@given(seed=SEEDS)
def test_the_fall_of_a_partner_makes_its_customers_default(market, seed):
    """The same world with and without the shock: who is out of its reach lives the same life."""
    changes = {"feedback": 0.0, "collapse_intercept": -5.5, "escrow": False}
    frail = ALL[market].replace(**{f"partners__{k}": v for k, v in changes.items()})
    calm = frail.replace(partners__shock_low=0.0, partners__shock_high=0.0)
    decided = dg.Decisions.of(np.full(SIZE, 50_000.0), price=0.15)
    shaken, still = (world(s, seed, SIZE, MONTHS) for s in (frail, calm))
    one, other = (of.replay(decided).customers for of in (shaken, still))
    reached = cohort_of_the_fallen(shaken, decided)
    assert reached.any()
    pd.testing.assert_frame_equal(one[~reached], other[~reached], check_exact=True)
    rise = one["default"].astype(float) - other["default"]
    assert rise[reached].mean() > 0


def cohort_of_the_fallen(of, decided):
    whom = np.zeros(of.customers, dtype=bool)
    for m in of.residents_of(of.blocks()[0]).markets:
        fates = m.fates(m.offer(m.part_of(decided.limit), m.part_of(decided.price)))
        fell = collapse_mob(m.traits, fates) < NEVER
        whom[slice(None) if m.rows is None else m.rows] = fell
    return whom


@every_market
@few
@given(seed=SEEDS)
def test_escrow_takes_the_shock_away_and_nothing_else(market, seed):
    frail = ALL[market].replace(partners__collapse_intercept=-6.0, partners__escrow=False)
    held = world(frail.replace(partners__escrow=True), seed).observed()
    calm = frail.replace(partners__shock_low=0.0, partners__shock_high=0.0)
    unshaken = world(calm, seed).observed()
    assert len(held.partner_events)
    for name in TABLES:
        one, other = getattr(held, name), getattr(unshaken, name)
        if name == "partners":
            assert one.pop("escrow").all()
            assert not other.pop("escrow").any()
        pd.testing.assert_frame_equal(one, other, check_exact=True)


@every_market
@few
@given(seed=SEEDS)
def test_more_leverage_means_an_earlier_fall(market, seed):
    low = ALL[market].replace(partners__leverage=0.3, partners__feedback=0.0)
    high = low.replace(partners__leverage=0.7)
    months = []
    for scenario in (low, high):
        of = world(scenario, seed, 50)
        markets = of.residents_of(of.blocks()[0]).markets
        months.append(np.concatenate([m.fates(m.logged_offer).collapse_month for m in markets]))
    assert (months[1] <= months[0]).all()


@every_market
@few
@given(seed=SEEDS)
def test_frauds_take_what_there_is_and_most_never_pay(market, seed):
    of = world(ALL[market].replace(fraud__rate=0.3), seed)
    customers = of.replay(dg.Decisions.of(np.full(300, 50_000.0), price=0.15)).customers
    fraud = of.truth.fraud() != ""
    assert customers.loc[fraud, "taken"].all()
    cases = of.truth.fraud_cases()
    at_once = cases.loc[cases["stops_month"] == 0, "customer_id"]
    assert len(at_once) > 0.4 * fraud.sum()
    assert (customers.loc[at_once, "paid"] == 0).all()
    assert customers.loc[at_once, "default"].all()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_business_defaults_when_its_cash_is_gone(seed):
    """Of businesses that default, most could not pay in one of their last four months."""
    of = world(ALL["micro_business"], seed, 8_000, MONTHS)
    limit = np.full(8_000, 20_000.0)
    month = of.replay(dg.Decisions.of(limit, price=0.16)).customers["default_month"]
    terms = of.truth.monthly_contributions(limit)
    honest = terms[~terms["never_pays"]]
    last = honest[honest["mob"] > honest["customer_id"].map(month) - 4]
    could_not = last.groupby("customer_id")["cannot"].any()
    assert len(could_not) > 100
    assert could_not.mean() > 0.5


def test_capital_for_what_is_undrawn_is_charged_to_lines_and_not_to_loans():
    for market, charged in (("online_education", False), ("lifestyle", True)):
        of = world(ALL[market].replace(population__job_loss_in=0.0), 3, 2_000, MONTHS)
        needs = of.truth.traits()["need"] < 50_000
        one, other = (
            of.replay(dg.Decisions.of(np.full(2_000, limit), price=0.18)).customers["profit"]
            for limit in (50_000.0, 200_000.0)
        )
        same = needs & (one != 0)
        if not charged:
            # The same loan under a larger limit earns the same.
            assert np.allclose(one[same], other[same])
        else:
            assert (one[same] > other[same]).mean() > 0.5
