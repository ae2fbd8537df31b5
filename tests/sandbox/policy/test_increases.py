"""Increases, decreases and freezes: rules hold, and what they were worth is replayed."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.errors import BadInput
from sandbox.experiment.policy_value import worth_of_review
from sandbox.models.limit_increase import LimitIncrease
from sandbox.policy.account_months import account_months, month_profit
from sandbox.policy.economics import Economics
from sandbox.policy.increases import ACTIONS, IncreasePolicy, Reviewer

SCENARIO = dg.scenarios.lifestyle
TERMS = Economics.from_terms(SCENARIO.economics, 18)


def world(seed, customers):
    return dg.World(SCENARIO, customers=customers, months=18, seed=seed)


def state(**columns):
    usual = {"mob": 6, "credit_limit": 5e3, "balance": 2e3, "months_late": 0, "income": 1e4}
    return pd.DataFrame({**usual, **columns}, index=[0])


def decided(action, policy=None, **columns):
    values = np.where(np.array(ACTIONS) == action, 500.0, 0.0)[None]
    return (policy or IncreasePolicy()).decide(state(**columns), values).iloc[0]


@pytest.mark.parametrize(
    ("action", "columns", "limit", "reason"),
    [
        ("increase", {}, 1e4, "worth more"),
        ("decrease", {}, 2e3, "worth more"),
        ("decrease", {"balance": 4e3}, 4e3, "worth more"),
        ("freeze", {}, 2e3, "worth more"),
        ("keep", {}, 5e3, "no gain"),
        ("increase", {"mob": 7}, 5e3, "not due for review"),
        ("increase", {"months_late": 1}, 5e3, "late: no increase"),
        ("increase", {"income": 2e3}, 5e3, "income multiple"),
        ("increase", {"credit_limit": 2e5, "income": 1e6}, 2e5, "no gain"),
    ],
)
def test_an_action_sets_the_limit_or_a_rule_bars_it(action, columns, limit, reason):
    row = decided(action, **columns)
    assert (row["limit"], row["reason"]) == (limit, reason)
    assert (row["gain"] == 500) == (reason == "worth more")


def test_caps_and_rules_of_the_policy_are_kept():
    capped = IncreasePolicy(regulatory_cap=8e3)
    assert decided("increase", capped)["reason"] == "regulatory cap"
    assert decided("freeze", IncreasePolicy(allowed=("increase",)))["reason"] == "not allowed"
    frozen = decided("keep", IncreasePolicy(freeze_late=1), mob=7, months_late=1)
    assert (frozen["action"], frozen["limit"], frozen["reason"]) == ("freeze", 2e3, "late: frozen")


def test_a_small_gain_changes_nothing():
    few = np.array([[0.0, 19.0, 0.0, 0.0]])
    assert IncreasePolicy().decide(state(), few)["action"][0] == "keep"


def test_a_banks_account_months_add_up_to_the_worlds_profit():
    """Loss is booked at its expectation, so customers differ and the sum agrees."""
    small = world(41, 4_000)
    accounts = small.observed().accounts
    booked = month_profit(accounts, TERMS) * 1.06 ** (-accounts["mob"] / 12)
    actual = small.replay(small.logged_decisions()).customers
    good = (actual["taken"] & ~actual["default"]).to_numpy()
    by_customer = booked.groupby(accounts["customer_id"]).sum().reindex(range(4_000)).fillna(0.0)
    assert np.allclose(by_customer[good], actual["profit"][good], atol=0.01)
    apart = by_customer - actual["profit"]
    assert abs(apart.mean()) < 4 * apart.std() / np.sqrt(4_000)


def learnt():
    training = world(42, 12_000)
    seen = training.observed()
    nobody = np.zeros(12_000, dtype=np.int64)
    income = seen.applications["declared_income"]
    return LimitIncrease(months=18).fit(*account_months(seen.accounts, nobody, income, TERMS))


def test_what_is_learnt_from_a_log_pays_on_another_world():
    fresh = world(43, 6_000)
    income = fresh.observed().applications["declared_income"].to_numpy(dtype=float)
    nobody = np.zeros(6_000, dtype=np.int64)
    values = learnt().predict
    worth = worth_of_review(fresh, Reviewer(IncreasePolicy(), values, nobody, income))
    assert worth.mean() > 3 * worth.std() / np.sqrt(len(worth))
    everyone = Reviewer(
        IncreasePolicy(), lambda rows: np.tile([0.0, 1e6, 0, 0], (len(rows), 1)), nobody, income
    )
    assert worth_of_review(fresh, everyone).mean() < worth.mean()


def test_account_months_pair_each_month_with_the_next():
    """Two customers; the second is gone after its first month."""
    table = pd.DataFrame(
        {
            "customer_id": [0, 0, 1],
            "mob": [1, 2, 1],
            "credit_limit": [5e3, 8e3, 2e3],
            "closing": [1e3, 3e3, 5e2],
            "due": 100.0,
            "paid": [200.0, 0, 0],
            "interest": 10.0,
            "fee": 0.0,
            "written_off": 0.0,
            "months_late": [0, 1, 0],
        }
    )
    features, labels = account_months(table, np.array([2, 0]), [9e3, 1e4], TERMS)
    assert features.to_dict("records") == [
        {"mob": 1, "credit_limit": 8e3, "balance": 1e3, "months_late": 0, "conduct": 1,
         "grade": 2, "income": 9e3}
    ]  # fmt: skip
    assert labels[["next_balance", "next_months_late", "next_conduct"]].to_numpy().tolist() == [
        [3e3, 1, 2]
    ]


def test_values_and_settings_that_make_no_sense_are_refused():
    with pytest.raises(BadInput, match="give 1 finite rows of 4"):
        IncreasePolicy().decide(state(), np.zeros((1, 3)))
    with pytest.raises(BadInput, match="actions are"):
        IncreasePolicy(allowed=("raise",))
    with pytest.raises(BadInput, match="rising limits"):
        IncreasePolicy(ladder=(5e3, 2e3))
    with pytest.raises(BadInput, match="no column due"):
        account_months(pd.DataFrame({n: [1.0] for n in (
            "customer_id", "mob", "credit_limit", "closing", "paid", "interest", "fee",
            "written_off", "months_late")}), np.zeros(2, dtype=int), [1.0], TERMS)  # fmt: skip
