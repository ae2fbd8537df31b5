"""Limits that change while accounts are open: same world, same noise, only the limits differ."""

import numpy as np
import pytest

from data_generators import InvalidInput, World, scenarios

LIFESTYLE = World(scenarios.lifestyle, customers=3_000, months=12, seed=11)
TRAVEL = World(scenarios.travel, customers=2_000, months=12, seed=12)
LOGGED = LIFESTYLE.logged_decisions()


def replayed(review, world=LIFESTYLE, **options):
    return world.replay(world.logged_decisions(), review=review, progress=False, **options)


def unchanged(month):
    return month.limit


def frozen_when_late(month):
    return np.where(month.months_late > 0, np.minimum(month.balance, month.limit), month.limit)


@pytest.mark.parametrize("world", [LIFESTYLE, TRAVEL], ids=lambda world: world.name)
def test_a_review_that_changes_nothing_changes_nothing(world):
    plain = world.replay(world.logged_decisions(), accounts=True, progress=False)
    same = replayed(unchanged, world, accounts=True)
    assert plain.customers.equals(same.customers.drop(columns="final_limit"))
    assert (same.customers["final_limit"] == plain.customers["limit"]).all()
    assert plain.accounts().equals(same.accounts())


def test_months_before_a_review_and_customers_whom_it_spares_keep_their_history():
    def doubled(month):
        even = month.customer_id % 2 == 0
        return np.where((month.mob == 6) & even, 2 * month.limit, month.limit)

    plain = LIFESTYLE.replay(LOGGED, accounts=True, progress=False).accounts()
    changed = replayed(doubled, accounts=True).accounts()
    for spared in ("mob <= 6", "customer_id % 2 == 1"):
        before, after = (t.query(spared).reset_index(drop=True) for t in (plain, changed))
        assert before.equals(after)
    moved = changed.query("mob > 6 and customer_id % 2 == 0")
    assert (moved["credit_limit"].to_numpy() == 2 * LOGGED.limit[moved["customer_id"]]).all()


def test_higher_limits_on_the_way_raise_balances_and_freezes_lower_them():
    base = replayed(unchanged).customers
    up = replayed(lambda month: month.limit * (1 + (month.mob == 4))).customers
    frozen = replayed(frozen_when_late).customers
    assert up["drawn"].sum() > 1.1 * base["drawn"].sum()
    assert up["default"].sum() > base["default"].sum()
    assert frozen["ead"].sum() < base["ead"].sum()


def test_books_balance_when_limits_fall_to_nothing():
    rows = replayed(lambda month: 0 * month.limit, accounts=True).accounts()
    into = rows["opening"] + rows["drawn"] + rows["interest"] + rows["fee"]
    assert np.allclose(into - rows["paid"] - rows["written_off"], rows["closing"], atol=0.005)
    assert (rows.query("mob > 1")["drawn"] == 0).all()
    assert replayed(lambda month: 0 * month.limit).customers["profit"].notna().all()


def test_a_loan_is_not_reviewed():
    halved = replayed(lambda month: month.limit / 2, TRAVEL).customers
    plain = TRAVEL.replay(TRAVEL.logged_decisions(), progress=False).customers
    loans = (TRAVEL.observed().applications["product"] == "instalment").to_numpy()
    assert loans.any()
    assert halved.loc[loans, "profit"].equals(plain.loc[loans, "profit"])
    assert not halved.loc[~loans, "profit"].equals(plain.loc[~loans, "profit"])


def test_a_review_sees_what_its_customers_did_and_nothing_of_the_future():
    seen = []
    replayed(lambda month: seen.append(month) or month.limit)
    rows = replayed(unchanged, accounts=True).accounts().query("mob == 5")
    month = next(each for each in seen if each.mob == 5)
    assert np.array_equal(month.balance[rows["customer_id"]], rows["closing"])
    assert np.array_equal(month.months_late[rows["customer_id"]], rows["months_late"])
    assert max(each.mob for each in seen) == LIFESTYLE.months - 1


@pytest.mark.parametrize(
    ("review", "words"),
    [
        (lambda month: month.limit[:3], "it must return 3000 limits"),
        (lambda month: month.limit * np.nan, "gives customer .* a limit of nan"),
        (lambda month: month.limit - 1e9, "it must lie from 0"),
        (lambda month: None, "returned None"),
    ],
)
def test_an_answer_that_is_none_is_refused(review, words):
    with pytest.raises(InvalidInput, match=words):
        replayed(review)
