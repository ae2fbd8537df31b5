"""Where loans' money goes: purposes, misuse within hours, cash-out and inflated prices."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.scenarios import FraudMix


def ledger_with(scenario, name, seed, hidden=0.5, months=8):
    mix = FraudMix.only(name, rate=0.25)
    world = dg.World(scenario.replace(fraud=mix, fraud__camouflage=hidden), 3_000, 8, seed)
    return world.truth.fund_flows(months, progress=False).ledger, world.truth.fraud() == name


def spent_by(ledger, fraud, rows):
    """Whether those who pay hold an account that a fraud's loan was paid into, or a stranger's."""
    paid = ledger[(ledger["kind"] == "disbursement") & (ledger["to_customer_id"] >= 0)]
    theirs = (paid["loan_id"] == -1) | fraud[paid["loan_id"].clip(0)]
    return rows["from_account"].isin(set(paid.loc[theirs, "to_account"])).all()


def first_after(ledger, kind_of_use, who):
    """Hours from a customer's first disbursement to the first payment for a use."""
    paid = ledger[(ledger["kind"] == "disbursement") & (ledger["to_customer_id"] >= 0)]
    start = paid.groupby("loan_id")["event_time"].min()
    used = ledger[ledger["use"].isin(kind_of_use) & ledger["from_customer_id"].isin(who)]
    first = used.groupby("from_customer_id")["event_time"].min()
    return 24 * (first - start.reindex(first.index)).dropna()


def test_purpose_misuse_goes_to_brokers_and_property_within_hours(seed):
    ledger, fraud = ledger_with(scenarios.travel, "purpose_misuse", seed, hidden=0.0)
    misused = ledger[ledger["use"].isin(["broker", "property"])]
    assert set(misused["to_holder"]) == {"broker", "property"}
    assert spent_by(ledger, fraud, misused)
    # Who also has the loan of another, a family's or a stranger's, may spend that one first.
    hours = first_after(ledger, ["broker", "property"], np.flatnonzero(fraud))
    assert (hours > 0).mean() > 0.98
    assert hours.median() < 12
    lent = ledger[(ledger["kind"] == "disbursement")].groupby("loan_id")["amount"].sum()
    own = misused[misused["from_customer_id"].isin(np.flatnonzero(fraud))]
    share = own.groupby("from_customer_id")["amount"].sum() / lent
    assert share.dropna().median() > 0.6


def test_camouflage_slows_it(seed):
    shown, hidden = (first_after(*_misuse(seed, camouflage)).median() for camouflage in (0.0, 0.8))
    assert hidden > 2 * shown


def _misuse(seed, camouflage):
    ledger, fraud = ledger_with(scenarios.travel, "purpose_misuse", seed, hidden=camouflage)
    return ledger, ["broker", "property"], np.flatnonzero(fraud)


def test_cash_out_returns_nearly_all_of_each_ticket(seed):
    ledger, fraud = ledger_with(scenarios.ecommerce, "cash_out", seed)
    part = ledger[ledger["use"] == "cash_out"]
    tickets, back = part[part["hop"] == 1], part[part["hop"] == 2]
    assert len(tickets) > 100
    assert spent_by(ledger, fraud, tickets)
    assert set(tickets["to_holder"]) == {"merchant"}
    shops = part.groupby("to_account").size()
    assert len(shops[shops > 1]) > 0
    keys = ["customer", "shop"]
    sums = pd.merge(
        tickets.groupby(["from_customer_id", "to_account"])["amount"].sum().rename_axis(keys),
        back.groupby(["to_customer_id", "from_account"])["amount"].sum().rename_axis(keys),
        left_index=True, right_index=True, suffixes=("_out", "_back"),
    )  # fmt: skip
    last = tickets.groupby("from_customer_id")["event_time"].max()
    ended = last.reindex(sums.index.get_level_values(0)).to_numpy() < 200
    returned = (sums["amount_back"] / sums["amount_out"])[ended]
    assert returned.median() == pytest.approx(0.98, abs=0.01)
    assert returned.max() < 1


def test_inflated_prices_come_back_from_the_partner_who_pays_the_first_instalment(seed):
    ledger, fraud = ledger_with(scenarios.medical_beauty, "inflated_price", seed)
    back = ledger[ledger["use"] == "kickback"]
    price = back[back["hop"] == 1]
    assert set(price["from_holder"]) == {"platform"}
    assert fraud[price["to_customer_id"]].all()
    lent = ledger[ledger["kind"] == "disbursement"].groupby("loan_id")["amount"].sum()
    share = price.groupby("to_customer_id")["amount"].sum() / lent
    assert share.dropna().between(0.0, 0.46).all()
    first = back[back["hop"] == 2].groupby("to_customer_id")["event_time"].min()
    own = ledger[(ledger["kind"] == "repayment")]
    repaid = own.groupby("loan_id")["event_time"].min().reindex(first.index)
    # those whose own first instalment lies beyond the ledger have paid none before either
    assert (first < repaid.fillna(np.inf)).all()


def test_honest_loans_go_where_they_should_in_the_main(seed):
    world = dg.World(scenarios.travel, 2_000, 8, seed)
    ledger = world.truth.fund_flows(8, progress=False).ledger
    honest = world.truth.fraud() == ""
    used = ledger[(ledger["use"] != "") & ledger["from_customer_id"].ge(0)]
    of_fraud = ledger[(ledger["kind"] == "disbursement") & ~honest[ledger["loan_id"].clip(0)]]
    unsure = set(of_fraud["to_account"]) | set(ledger.loc[_stranger(ledger), "to_account"])
    used = used[~used["from_account"].isin(unsure)]
    by_use = used.groupby("use", observed=True)["amount"].sum()
    assert by_use["purpose"] == by_use.max()
    assert not {"broker", "property", "cash_out", "kickback"} & set(by_use.index[by_use > 0])
    refunds = ledger[(ledger["kind"] == "refund") & (ledger["from_holder"] == "merchant")]
    assert len(refunds) > 500


def test_no_use_takes_more_than_was_lent(seed):
    world = dg.World(scenarios.lifestyle, 2_000, 8, seed)
    ledger = world.truth.fund_flows(8, progress=False).ledger
    lent = ledger[(ledger["kind"] == "disbursement") & (ledger["to_customer_id"] >= 0)]
    used = ledger[(ledger["use"] != "") & (ledger["from_customer_id"] >= 0)]
    sums = used.groupby("from_account")["amount"].sum()
    assert (sums <= lent.groupby("to_account")["amount"].sum().reindex(sums.index) + 0.005).all()


def _stranger(ledger):
    """Loans of people beyond the world's end."""
    return (ledger["kind"] == "disbursement") & (ledger["loan_id"] == -1)
