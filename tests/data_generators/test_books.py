"""Books balance, to the cent, per account and month; ledgers and events agree with each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL, PLAIN, SEEDS, cents, every_market, few, random_decisions, world

import data_generators as dg
from data_generators.partners import NEVER, collapse_mob
from data_generators.repayment import groups

OTHERS = st.integers(0, 2**32 - 1)
INSTALMENTS = [s.name for s in PLAIN if s.products.instalment == 1]
FLOWS = ("drawn", "interest", "fee", "paid", "refunded", "written_off", "closing", "due")


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_what_comes_in_and_goes_out_is_what_is_left(market, seed, by):
    of = world(ALL[market], seed)
    outcomes = of.replay(random_decisions(of, by), accounts=True)
    accounts = outcomes.accounts()
    opening, *flows = cents(accounts, "opening", *FLOWS)
    drawn, interest, fee, paid, refunded, written_off, closing, due = flows
    assert (opening + drawn + interest + fee - paid - written_off == closing).all()
    for amount in (opening, *flows):
        assert (amount >= 0).all()
    assert (refunded <= paid).all()
    assert (paid <= opening + drawn + interest + fee).all()
    assert (due <= opening + drawn + interest + fee).all()
    # Carried over: an account's months follow each other, the first one opens with nothing.
    who, mob = accounts["customer_id"].to_numpy(), accounts["mob"].to_numpy()
    follows = who[1:] == who[:-1]
    assert (mob[1:][follows] == mob[:-1][follows] + 1).all()
    assert (opening[1:][follows] == closing[:-1][follows]).all()
    first = np.r_[True, ~follows]
    assert (mob[first] == 1).all()
    assert (opening[first] == 0).all()


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_a_customers_totals_are_the_sums_of_its_months(market, seed, by):
    of = world(ALL[market], seed)
    outcomes = of.replay(random_decisions(of, by), accounts=True)
    accounts, customers = outcomes.accounts(), outcomes.customers
    who = accounts["customer_id"].to_numpy()

    def summed(name):
        return np.bincount(who, weights=cents(accounts, name)[0], minlength=of.customers)

    for name in ("drawn", "interest", "fee", "paid", "refunded"):
        assert (summed(name) == cents(customers, name)[0]).all(), name
    assert (summed("written_off") == cents(customers, "ead")[0]).all()
    last = accounts.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    taken = customers[customers["taken"]]
    assert (last.loc[taken.index, "closing"] == taken["balance"]).all()
    assert ((customers["ead"] > 0) == customers["default"]).all()
    defaulted = customers[customers["default"]]
    assert (last.loc[defaulted.index, "mob"] == defaulted["default_month"]).all()
    assert (last.loc[defaulted.index, "months_late"] == 4).all()
    assert (accounts.loc[accounts["written_off"] == 0, "months_late"] < 4).all()


@every_market
@few
@given(seed=SEEDS, by=OTHERS)
def test_nobody_pays_more_than_is_owed_and_the_oldest_due_is_paid_first(market, seed, by):
    of = world(ALL[market], seed)
    decided = random_decisions(of, by)
    for m in of.residents_of(of.blocks()[0]).markets:
        offer = m.offer(m.part_of(decided.limit), m.part_of(decided.price))
        months = m.lives(m.fates(offer))
        for group in groups(m.scenario, m.traits, m.intent.stops, months, offer):
            before = np.zeros((3, len(group.terms.price)))
            late_before = before[0].astype(int)
            for state, happened, _ in group.lives():
                after = np.stack(state.unpaid)
                owed = happened.due + happened.fee + before.sum(axis=0)
                by_customer = happened.paid - happened.refunded
                in_full = group.terms.traits.transactor & (not group.product.closes)
                assert (by_customer[~in_full] <= owed[~in_full]).all()
                assert (after >= 0).all()
                assert (after[1:] <= before[:-1]).all()
                assert (after.sum(axis=0) <= state.balance).all()
                # Something new is left unpaid only by who paid less than what was due before.
                assert (after[0] <= happened.due).all()
                skipped = (after[2] > 0) & (happened.paid > 0)
                assert (after[1][skipped] == before[0][skipped]).all()
                alive = ~state.defaulted
                oldest = (3 - np.argmax(after[::-1] > 0, axis=0)) * (after > 0).any(axis=0)
                assert (state.months_late[alive] == oldest[alive]).all()
                assert (state.months_late <= late_before + 1).all()
                before, late_before = after, state.months_late.astype(int)


@pytest.mark.parametrize("market", INSTALMENTS)
@few
@given(seed=SEEDS, by=OTHERS)
def test_a_loan_is_as_large_as_the_need_and_ends_at_nothing_at_its_term(market, seed, by):
    months = max(ALL[market].need.tenors) + 2
    of = world(ALL[market], seed, customers=200, months=months)
    decided = random_decisions(of, by)
    outcomes = of.replay(decided, accounts=True)
    residents = of.residents_of(of.blocks()[0])
    (m,) = residents.markets
    offer = m.offer(decided.limit, decided.price)
    stands = collapse_mob(m.traits, m.fates(offer)) == NEVER
    principal = np.minimum(np.rint(decided.limit * 100), np.rint(m.traits.need * 100))
    (drawn,) = cents(outcomes.customers, "drawn")
    assert (drawn <= principal).all()
    accounts = outcomes.accounts()
    late = np.bincount(accounts["customer_id"], accounts["months_late"], of.customers) > 0
    told = np.bincount(accounts["customer_id"], accounts["event"], of.customers) > 0
    smooth = outcomes.customers["taken"].to_numpy() & stands & ~late & ~told
    assert smooth.any()
    assert (drawn[smooth] == principal[smooth]).all()
    ended = accounts.groupby("customer_id").last().loc[np.flatnonzero(smooth)]
    assert (ended["closing"] == 0).all()
    # Drawn in the first month, paid in as many as the term has.
    assert (ended["mob"] == m.traits.tenor[smooth] + 1).all()


@pytest.mark.parametrize("market", [name for name in ALL if name not in INSTALMENTS])
@few
@given(seed=SEEDS, by=OTHERS)
def test_a_line_is_drawn_up_to_its_limit_and_passes_it_by_interest_and_fees_only(market, seed, by):
    of = world(ALL[market], seed)
    accounts = of.replay(random_decisions(of, by), accounts=True).accounts()
    opening, drawn, limit = cents(accounts, "opening", "drawn", "credit_limit")
    assert (drawn[drawn > 0] + opening[drawn > 0] <= limit[drawn > 0]).all()


@every_market
@few
@given(seed=SEEDS)
def test_shares_of_a_joint_loan_add_up_to_the_loan(market, seed):
    of = world(ALL[market].replace(joint__bank_share=0.65, joint__guarantee=0.4), seed)
    observed = of.observed()
    joint = observed.joint_lending
    keys = ["customer_id", "mob"]
    accounts = observed.accounts
    assert (joint[keys] == accounts[keys]).all(axis=None)
    bank, partner, charged, theirs = cents(
        joint, "bank_closing", "partner_closing", "bank_interest", "partner_interest"
    )
    loss, compensated, other_loss, service = cents(
        joint, "bank_loss", "compensation", "partner_loss", "service_fee"
    )
    closing, interest, written_off = cents(accounts, "closing", "interest", "written_off")
    interest = interest + cents(accounts, "fee")[0]
    assert (bank + partner == closing).all()
    assert (charged + theirs == interest).all()
    assert (loss + compensated + other_loss == written_off).all()
    assert (service <= charged).all()
    for amount in (bank, partner, charged, theirs, loss, compensated, other_loss, service):
        assert (amount >= 0).all()


def test_a_partner_that_has_fallen_compensates_nothing():
    frail = ALL["car_purchase"].replace(partners__collapse_intercept=-6.0, fraud__rate=0.2)
    of = world(frail, seed=3, customers=1_500, months=12)
    (m,) = of.residents_of(of.blocks()[0]).markets
    fallen = collapse_mob(m.traits, m.fates(m.logged_offer))
    joint = of.observed().joint_lending
    lost = joint[joint["bank_loss"] + joint["compensation"] > 0]
    gone = fallen[lost["customer_id"]] <= lost["mob"] - 1
    assert 0 < gone.sum() < len(lost)
    assert (lost.loc[gone, "compensation"] == 0).all()
    assert (lost.loc[~gone, "compensation"] > 0).all()


@every_market
@few
@given(seed=SEEDS)
def test_cash_events_are_what_the_accounts_say(market, seed):
    of = world(ALL[market].replace(events__early_settlement=0.05, events__extension=0.05), seed)
    observed = of.observed()
    accounts, events = observed.accounts, observed.cash_events
    outcomes = of.replay(of.logged_decisions()).customers
    amounts = {kind: rows["amount"].sum() for kind, rows in events.groupby("kind")}
    returned = sum(amounts.get(kind, 0.0) for kind in ("refund", "lease_exit", "cancellation"))
    assert round(returned * 100) == cents(accounts, "refunded")[0].sum()
    assert round(amounts.get("write_off", 0.0) * 100) == cents(accounts, "written_off")[0].sum()
    settled = events[events["kind"] == "early_settlement"]
    assert len(settled) or market in INSTALMENTS
    days = accounts.set_index(["customer_id", "event_time"])
    for each in settled.itertuples():
        account = days.loc[(each.customer_id, each.event_time)]
        assert account["paid"] == each.amount > 0
        assert account["closing"] == 0
    recovered = (
        events[events["kind"] == "recovery"].groupby("customer_id")["amount"].agg(["sum", "size"])
    )
    # Each payment is rounded to the cent.
    most = outcomes.loc[recovered.index, "ead"] + 0.005 * recovered["size"]
    assert (recovered["sum"] <= most).all()
    assert outcomes.loc[recovered.index, "default"].all()
    late = accounts[(accounts["months_late"] > 0) & (accounts["written_off"] == 0)]
    assert (events["kind"] == "collection_contact").sum() == len(late)


def test_profit_is_the_discounted_sum_of_what_the_accounts_show():
    """Interest and fees less funding, capital, servicing, collection and loss, by hand."""
    of = world(ALL["online_rental"], seed=19, customers=400, months=12)
    outcomes = of.replay(dg.Decisions.of(np.full(400, 20_000.0), price=0.18), accounts=True)
    a, e = outcomes.accounts(), of.scenario.economics
    open_after = a["written_off"] == 0
    cost = a["closing"] * (e.cof + e.capital_cost) / 12
    cost += (a["credit_limit"] - a["closing"]).clip(lower=0) * e.undrawn_capital_cost / 12
    cost += e.collection * (a["months_late"] > 0) + e.servicing
    recovery = of.truth.traits()["recovery"].to_numpy()[a["customer_id"]]
    # A tenth of what is outstanding of it comes in each month; by hand, over 30 years.
    later = np.arange(1, 361)
    recovery = recovery * sum(
        e.recovery_speed * (1 - e.recovery_speed) ** (later - 1) * (1 + e.discount) ** (-later / 12)
    )
    earned = a["interest"] + a["fee"] - cost * open_after - a["written_off"] * (1 - recovery)
    earned *= (1 + e.discount) ** (-a["mob"] / 12)
    expected = np.bincount(a["customer_id"], weights=earned, minlength=400)
    assert np.allclose(outcomes.customers["profit"], expected, rtol=0, atol=1e-6)
