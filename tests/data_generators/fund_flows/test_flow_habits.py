"""Ordinary money looks like money: paydays, month ends, round cash, repeated counterparties."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.fidelity import account_events
from data_generators.fund_flows.calendar import calendar_months

START = "2025-01-01"
CUSTOMERS, MONTHS = 2_000, 12


@pytest.fixture(scope="module", params=["travel", "micro_business"])
def world(request, seed):
    return dg.World(scenarios.by_name(request.param), CUSTOMERS, 12, seed)


@pytest.fixture(scope="module")
def truth(world):
    return world.truth.fund_flows(MONTHS, progress=False)


@pytest.fixture(scope="module")
def persons(seed):
    world = dg.World(scenarios.travel, CUSTOMERS, 12, seed)
    return world.truth.fund_flows(MONTHS, progress=False).ledger


def events(ledger):
    account = ledger[["from_customer_id", "to_customer_id"]].to_numpy().T.reshape(-1)
    day = np.floor(np.tile(ledger["event_time"], 2)).astype(int)
    return account[account >= 0], day[account >= 0]


def test_times_and_round_cash_are_those_of_bank_accounts(truth):
    account, day = events(truth.ledger)
    assert 0.12 <= account_events.same_day(account, day) <= 0.24
    assert 0.8 <= account_events.gap_cv(account, day) <= 1.3
    cash = truth.ledger.loc[truth.ledger["kind"] == "withdrawal", "amount"]
    assert 0.70 <= account_events.round_cash(cash.to_numpy()) <= 0.92


def test_money_moves_at_the_months_end_more_than_on_other_days(persons):
    _, day = events(persons)
    left = np.concatenate(
        [m.stop - 1 - np.arange(m.first, m.stop) for m in calendar_months(START, 12)]
    )
    last_two = (left[day] < 2).mean()
    assert last_two > 1.4 * (left < 2).mean()


def test_payments_come_in_bursts(persons):
    """Gaps between payments at shops under two hours are far more than independent ones."""
    bought = persons[(persons["kind"] == "spending") & (persons["from_customer_id"] >= 0)]
    gap = (
        bought.sort_values(["from_customer_id", "event_time"])
        .groupby("from_customer_id")["event_time"]
        .diff()
    )
    rate = len(bought) / (CUSTOMERS * MONTHS * 30.4)
    assert (gap < 2 / 24).mean() > 2.0 * rate * 2 / 24


def test_salaries_come_on_working_days_from_one_employer(persons):
    salary = persons[(persons["kind"] == "salary") & (persons["from_holder"] == "employer")]
    salary = salary[salary["case_id"] < 0]
    salary = salary[salary["look_alike"] == ""]
    date = np.datetime64(START) + np.floor(salary["event_time"]).astype(int).to_numpy()
    assert np.is_busday(date).all()
    assert (salary.groupby("to_customer_id")["from_account"].nunique() == 1).all()
    a_month = salary.groupby("to_customer_id").size()
    assert a_month.max() <= MONTHS
    assert a_month.median() >= MONTHS - 1


def test_a_lost_job_is_seen_on_the_account(persons, seed):
    benefit = persons[(persons["from_holder"] == "public") & (persons["kind"] == "transfer")]
    benefit = benefit[(benefit["look_alike"] == "") & (benefit["case_id"] < 0)]
    salary = persons[(persons["kind"] == "salary") & (persons["from_holder"] == "employer")]
    usual = salary.groupby("to_customer_id")["amount"].median()
    ratio = benefit["amount"] / benefit["to_customer_id"].map(usual)
    assert len(benefit) > 100
    assert ratio.median() < 0.5


def test_people_deal_with_the_same_few(persons):
    sent = persons[
        (persons["from_customer_id"] >= 0)
        & (persons["to_holder"] == "person")
        & (persons["use"] == "")
        & (persons["case_id"] < 0)
        & (persons["look_alike"] == "")
    ]
    by_pair = sent.groupby(["from_customer_id", "to_account"]).size()
    assert by_pair[by_pair > 1].sum() > 0.6 * len(sent)


def test_a_few_shops_have_most_customers(persons):
    shops = persons.loc[persons["to_holder"] == "merchant", "to_account"].value_counts()
    assert shops.head(len(shops) // 20).sum() > 0.3 * shops.sum()


def test_hardly_anybody_is_overdrawn(truth):
    """By customer and day, at the day's end: under three and a half in a hundred (mean: 2.8)."""
    ledger, accounts = truth.ledger, truth.accounts
    sides = [
        ledger[[f"{end}_customer_id", "event_time", f"{end}_balance"]].set_axis(
            ["who", "time", "balance"], axis=1
        )
        for end in ("from", "to")
    ]
    both = pd.concat(sides)
    both = both[both["who"] >= 0].sort_values("time", kind="stable")
    both["day"] = np.floor(both["time"]).astype(int)
    held = both.groupby(["who", "day"])["balance"].last().unstack().reindex(columns=range(365))
    held.insert(0, -1, accounts[accounts["customer_id"] >= 0].set_index("customer_id")["opening"])
    assert (held.ffill(axis=1).to_numpy() < 0).mean() < 0.042


def test_what_comes_in_is_spent_in_the_main(persons, seed):
    world = dg.World(scenarios.travel, CUSTOMERS, 12, seed)
    income = world.truth.traits()["income"].to_numpy()
    out = persons[persons["from_customer_id"] >= 0].groupby("from_customer_id")["amount"].sum()
    loans = persons[(persons["kind"] == "disbursement") & (persons["to_customer_id"] >= 0)]
    lent = loans.groupby("to_customer_id")["amount"].sum().reindex(out.index).fillna(0.0)
    share = (out - lent) / (MONTHS * income[out.index])
    assert 0.75 < share.median() < 1.25
