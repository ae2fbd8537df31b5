"""Cash events and partners: what each does to an account, and when it cannot happen."""

import numpy as np
import pandas as pd
import pytest
from worlds import ALL, cents, every_market, world

import data_generators as dg
from data_generators.partners import NEVER, NEWS_LAG, collapse_mob
from data_generators.repayment.events import KINDS

EARLY, RETURNED, EXTENDED, RESTRUCTURED, PROMISED = range(1, len(KINDS) + 1)


def eventful(scenario, **changes):
    """A world in which one in six account-months draws each kind of event; no fraud."""
    chances = {f"events__{kind}": 0.16 for kind in KINDS}
    of = world(
        scenario.replace(**chances, fraud__rate=0.0, **changes), seed=13, customers=2_500, months=14
    )
    decided = dg.Decisions.of(np.full(of.customers, 50_000.0), price=0.18)
    accounts = of.replay(decided, accounts=True).accounts()
    after = accounts.shift(-1)
    goes_on = after["customer_id"] == accounts["customer_id"]
    return of, accounts, after[goes_on]


@every_market
def test_early_settlement_pays_everything_and_ends_a_loan(market):
    of, accounts, after = eventful(ALL[market])
    settled = accounts[accounts["event"] == EARLY]
    assert len(settled)
    owed = sum(cents(settled, "opening", "drawn", "interest", "fee"))
    assert (cents(settled, "paid")[0] == owed).all()
    assert (owed > 0).all()
    assert (settled["closing"] == 0).all()
    traits = of.truth.traits()
    goes_on = settled.loc[settled.index.intersection(after.index), "customer_id"]
    assert (traits.loc[goes_on, "product"] != "instalment").all()


@every_market
def test_a_return_gives_back_its_share_within_its_months_and_while_the_partner_stands(market):
    scenario = ALL[market].replace(partners__collapse_intercept=-6.0, partners__feedback=0.0)
    of, accounts, _ = eventful(scenario, events__returned_until=5, events__returned_share=0.6)
    returned = accounts[accounts["event"] == RETURNED]
    assert len(returned)
    assert (returned["mob"] <= 5).all()
    balance = sum(cents(returned, "opening", "drawn", "interest"))
    (refunded,) = cents(returned, "refunded")
    # Within the cooling-off of the first month everything comes back, later a part of it.
    free = (returned["mob"] == 2) & (refunded == balance)
    assert (refunded == np.where(free, balance, np.rint(0.6 * balance))).all()
    cooling = any(part.scenario.partners.cooling_off_days for part in of.scenario.markets())
    assert free.any() == cooling
    assert (accounts.loc[accounts["event"] != RETURNED, "refunded"] == 0).all()
    falls = np.full(of.customers, NEVER)
    for m in of.residents_of(of.blocks()[0]).markets:
        falls[slice(None) if m.rows is None else m.rows] = collapse_mob(
            m.traits, m.fates(m.logged_offer)
        )
    assert (falls[returned["customer_id"]] > returned["mob"] - 1).all()


@every_market
def test_an_extension_bills_nothing_but_a_fee(market):
    _, accounts, _ = eventful(ALL[market])
    extended = accounts[accounts["event"] == EXTENDED]
    assert len(extended)
    assert (extended["due"] == 0).all()
    assert (extended["fee"] > 0).mean() > 0.9


@every_market
def test_a_restructuring_sets_the_clock_back_and_forgives_nothing(market):
    _, accounts, _ = eventful(ALL[market])
    restructured = accounts[accounts["event"] == RESTRUCTURED]
    assert len(restructured)
    assert (restructured["months_late"] == 0).all()
    assert (restructured["written_off"] == 0).all()
    before = accounts["months_late"].shift(1)[restructured.index]
    assert (before >= 2).all()
    assert (restructured["closing"] > 0).mean() > 0.9


@every_market
def test_only_the_late_promise(market):
    _, accounts, _ = eventful(ALL[market])
    promised = accounts[accounts["event"] == PROMISED]
    assert len(promised)
    assert (accounts["months_late"].shift(1)[promised.index] >= 1).all()


def test_money_paid_out_in_stages_stops_with_the_partner():
    frail = ALL["home_renovation"].replace(
        partners__collapse_intercept=-5.0, partners__feedback=0.0, fraud__rate=0.0
    )
    of = world(frail, seed=17, customers=1_000, months=20)
    accounts = of.replay(
        dg.Decisions.of(np.full(1_000, 200_000.0), price=0.12), accounts=True
    ).accounts()
    (m,) = of.residents_of(of.blocks()[0]).markets
    falls = collapse_mob(m.traits, m.fates(m.logged_offer))[accounts["customer_id"]]
    drawn, month = accounts["drawn"], accounts["mob"] - 1
    assert (drawn[month >= falls] == 0).all()
    stages = m.traits.tenor[accounts["customer_id"]] // 2
    assert (drawn[month >= stages] == 0).all()
    # While the partner stands, every stage is as large as the others, to the cent.
    going = (month < np.minimum(falls, stages)) & (accounts["opening"] > 0)
    part = np.minimum(m.traits.need, 200_000.0)[accounts["customer_id"]] / stages
    assert (abs(drawn - part)[going] < 0.0101).all()


@every_market
def test_the_bank_hears_of_a_fall_late_and_rates_partners_by_what_they_report(market):
    frail = ALL[market].replace(partners__collapse_intercept=-6.5)
    of = world(frail, seed=23)
    observed, truth = of.observed(), of.truth.partners().set_index("partner_id")
    fallen = observed.partner_events
    days = [truth[name].dropna() for name in ("collapse_day", "successor_collapse_day")]
    assert len(days[0])
    told = fallen.sort_values(["partner_id", "event_time"]).set_index("partner_id")["event_time"]
    known = pd.concat(days).reset_index(name="day").sort_values(["partner_id", "day"])
    assert told.index.tolist() == known["partner_id"].tolist()
    assert np.allclose(told, known["day"], rtol=0, atol=0.01)
    assert np.allclose(fallen["known_at"] - fallen["event_time"], NEWS_LAG, rtol=0, atol=0.02)
    off = observed.partners.set_index("partner_id")["reported_leverage"] - truth["leverage"]
    assert off.abs().max() < 0.15
    assert (off != 0).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_life_events_come_as_often_as_their_rates_say(seed):
    of = world(ALL["travel"], seed, customers=6_000, months=12)
    events, life = of.truth.life_events(), of.scenario.life
    assert not events.duplicated(["customer_id", "kind"]).any()
    assert events["mob"].between(1, 12).all()
    for kind, count in events["kind"].value_counts().items():
        rate = getattr(life, kind)
        # Binomial: five standard deviations.
        assert abs(count - 6_000 * rate) < 5 * np.sqrt(6_000 * rate * (1 - rate))
