"""The most profitable limit, as long as house, law and portfolio let it be; and who objected."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.policy.all_in_cost import Fees, all_in_cost
from sandbox.policy.caps import HouseCaps, LoanTerms
from sandbox.policy.economics import Economics, ExpectedProfit
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.limit_scores import behaviour_of, held_fixed
from sandbox.policy.portfolio import Portfolio
from sandbox.policy.profit_policy import ProfitPolicy
from sandbox.policy.regulation import Regulation

GRID = (2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5)
LAW = Regulation.load()
COLUMNS = ["approve", "limit", "price", "expected_profit", "pd", "reason", "caps"]


def applicants(n=1, income=8_000.0, rent=0.0, lenders=0.0, **more):
    return pd.DataFrame(
        {"declared_income": income, "rent_monthly": rent, "bureau_lenders": lenders, **more},
        index=range(n),
    )


def random_case(n, seed):
    draw = np.random.default_rng(seed)
    features = applicants(n, np.exp(draw.normal(9.5, 1, n)), draw.uniform(0, 4e3, n))
    risk = 1 / (1 + np.exp(4 - draw.standard_normal((n, 1)) - 0.3 * np.log(np.array(GRID) / 1e4)))
    used = draw.uniform(0.2, 0.9, (n, 1)) * np.exp(-np.array(GRID) / 1e5)
    scores = {f"pd_at_{x:.0f}": risk[:, j] for j, x in enumerate(GRID)}
    scores |= {f"utilisation_at_{x:.0f}": used[:, j] for j, x in enumerate(GRID)}
    return features, pd.DataFrame(scores)


def safe(n=1, risk=0.001, utilisation=0.8):
    """Scores that make the largest limit the best one."""
    return held_fixed(np.full(n, risk), GRID, utilisation)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(["2019-01-01", "2021-06-01", "2026-01-01"]))
def test_no_decision_breaks_a_cap(seed, day):
    features, scores = random_case(50, seed)
    law = LAW.as_of(day)
    policy = ProfitPolicy(law=law, terms=LoanTerms(fees=Fees(upfront=0.02, monthly=0.002)))
    table = policy.decide(features, scores)
    income, house = features["declared_income"], HouseCaps()
    granted = table["approve"]
    assert list(table.columns) == COLUMNS
    assert (granted == (table["limit"] > 0)).all()
    assert (table["limit"] <= (law.value("consumer_cap") or np.inf)).all()
    assert (table["limit"] <= house.income_multiple * income + 1e-6).all()
    assert (table["pd"][granted] <= house.pd_cutoff).all()
    committed = features["rent_monthly"] + 0.1 * table["limit"]
    assert (committed[granted] <= house.dti_cap * income[granted] * (1 + 1e-12)).all()
    cap = law.value("all_in_cost")
    if cap:
        cost = all_in_cost(table["price"].to_numpy(), 12, "bullet", policy.terms.fees)
        assert (cost <= cap + 1e-9).all()
    assert (table["expected_profit"] >= 0).all()
    assert (
        (table["caps"] == "") == table["reason"].isin(["expected profit", "no limit pays"])
    ).all()


def test_without_caps_the_choice_is_the_most_profitable_limit():
    features, scores = random_case(500, 3)
    table = ProfitPolicy.bare().decide(features, scores)
    value = ExpectedProfit().of(behaviour_of(scores))
    assert np.allclose(table["expected_profit"], np.maximum(value.max(axis=1), 0))


@pytest.mark.parametrize(
    ("features", "scores", "reason", "limit"),
    [
        (applicants(), safe(risk=0.5), "no limit pays", 0),
        (applicants(income=1_000.0), safe(), "income multiple", 2_000),
        (applicants(rent=4_500.0), safe(), "dti cap", 2_000),
        (applicants(income=400.0), safe(), "income multiple", 0),
        (applicants(income=1e6), safe(), "unsecured consumer cap 200,000 RMB (consumer_cap_2020)",
         200_000),
        (applicants(income=1e6), safe(risk=0.121, utilisation=2.0), "pd above cut-off", 0),
    ],
)  # fmt: skip
def test_the_reason_is_what_bound(features, scores, reason, limit):
    row = ProfitPolicy(price=0.24).decide(features, scores).iloc[0]
    assert (row["reason"], row["limit"]) == (reason, limit)


def test_all_caps_that_stood_against_the_best_limit_are_told():
    row = ProfitPolicy().decide(applicants(income=1_000.0, rent=300.0), safe()).iloc[0]
    assert row["caps"] == (
        "dti cap; income multiple; unsecured consumer cap 200,000 RMB (consumer_cap_2020)"
    )


def test_the_temporary_cap_has_to_be_accepted():
    law = LAW.as_of("2026-01-01", accept=("consumer_cap_2025",))
    features, scores = applicants(income=1e6), held_fixed(np.array([0.001]), (2e5, 3e5), 0.8)
    assert ProfitPolicy(law=law).decide(features, scores)["limit"][0] == 300_000
    assert ProfitPolicy().decide(features, scores)["limit"][0] == 200_000


def test_businesses_and_secured_loans_are_under_other_laws():
    features, scores = applicants(income=1e6), safe()
    for terms in (LoanTerms(purpose="business"), LoanTerms(secured=True)):
        assert ProfitPolicy(terms=terms).decide(features, scores)["limit"][0] == 500_000


def test_a_price_above_the_all_in_cap_is_lowered_to_it():
    policy = ProfitPolicy(price=0.30, terms=LoanTerms(fees=Fees(upfront=0.03)), house=None)
    table = policy.decide(applicants(2, tenor_months=[0.0, 12.0]), safe(2))
    assert all_in_cost(table["price"][1], 12, "annuity", Fees(upfront=0.03)) == pytest.approx(0.24)
    assert all_in_cost(table["price"][0], 12, "bullet", Fees(upfront=0.03)) == pytest.approx(0.24)
    assert table["caps"].str.contains("all-in cost 24%").all()


def test_everybody_may_be_asked_a_price_of_their_own():
    """Each decision is that of a policy at that price; the all-in cap lowers the last one."""
    asked = np.array([0.16, 0.18, 0.30])
    scores = random_case(3, 1)[1]
    features = applicants(3, tenor_months=[0.0, 12.0, 12.0])
    table = ProfitPolicy().decide(features, scores, price=asked)
    assert table["price"].tolist() == pytest.approx([0.16, 0.18, 0.24], abs=1e-6)
    for row, price in enumerate(asked):
        alone = ProfitPolicy(price=price).decide(features, scores)
        pd.testing.assert_series_equal(alone.iloc[row], table.iloc[row])
    for odd in ([0.1, 0.2], [0.1, 0.2, np.nan], [0.1, 0.2, 1.5]):
        with pytest.raises(BadInput, match="prices for 3 applicants"):
            ProfitPolicy().decide(features, scores, price=odd)


def test_where_fees_alone_pass_the_all_in_cap_nothing_is_granted():
    policy = ProfitPolicy(terms=LoanTerms(fees=Fees(upfront=0.25)))
    row = policy.decide(applicants(), safe()).iloc[0]
    assert not row["approve"]
    assert "all-in cost 24%" in row["reason"]


def test_a_bullet_loan_runs_for_a_year_at_most():
    policy = ProfitPolicy(terms=LoanTerms(repayment="bullet"), house=None)
    table = policy.decide(applicants(2, tenor_months=[12.0, 18.0]), safe(2))
    assert table["approve"].tolist() == [True, False]
    assert table["reason"][1] == "bullet repayment at most 12 months (bullet_2020)"


def test_the_dti_counts_a_loan_by_its_instalment():
    """A car over four years weighs less on a month than a line of the same size."""
    policy = ProfitPolicy(house=HouseCaps(income_multiple=None))
    table = policy.decide(applicants(2, income=4_000.0, tenor_months=[0.0, 48.0]), safe(2))
    assert table["limit"].tolist() == [20_000, 50_000]
    assert (table["reason"] == "dti cap").all()


def test_joint_terms_that_the_law_forbids_make_no_policy():
    profit = ExpectedProfit(joint=JointLending(bank_share=0.8))
    with pytest.raises(BadInput, match="the partner funds at least 30%"):
        ProfitPolicy(profit=profit)
    ProfitPolicy(profit=profit, law=LAW.as_of("2021-12-31"))
    ProfitPolicy(profit=profit, terms=LoanTerms(secured=True))


def joint_policy(**book):
    profit = ExpectedProfit(joint=JointLending(bank_share=0.7))
    return ProfitPolicy(profit=profit, portfolio=Portfolio(**book))


def test_one_partner_keeps_to_a_quarter_of_tier_1():
    features, scores = random_case(400, 5)
    partner = np.array(["A", "B"], dtype=object)[np.arange(400) % 2]
    policy = joint_policy(tier1=2e6, partner_loans={"A": 3e5})
    table, found = policy.explained(features, scores, partner=partner)
    held = (0.7 * table["limit"]).groupby(partner).sum()
    assert held["A"] <= 0.25 * 2e6 - 3e5
    assert held["B"] <= 0.25 * 2e6
    assert found.budgets["budget"].tolist() == ["one partner 25% (one_partner_2021)"] * 2
    moved = table["reason"].str.startswith("one partner 25%")
    assert moved.any()
    assert table["caps"][moved].str.contains("one_partner_2021").all()


def test_joint_loans_keep_to_half_of_the_book():
    features, scores = random_case(400, 5)
    table = joint_policy(loans=1e7, joint_loans=4.5e6).decide(features, scores)
    new = 0.7 * table["limit"].sum()
    assert (4.5e6 + new) / (1e7 + new) <= 0.5
    assert new > 0.9 * 1e6


def test_exposure_capital_and_regions_keep_their_budgets():
    features, scores = random_case(400, 6)
    region = np.array(["north", "south"], dtype=object)[np.arange(400) % 2]
    book = Portfolio(exposure=2e6, capital=1.2e5, region_most={"south": 5e5})
    table = ProfitPolicy(portfolio=book).decide(features, scores, region=region)
    assert table["limit"].sum() <= 2e6
    assert table["limit"].groupby(region).sum()["south"] <= 5e5
    behaviour = behaviour_of(scores)
    capital = ExpectedProfit().capital(behaviour)
    at = np.searchsorted(GRID, table["limit"])
    rows = np.flatnonzero(table["approve"])
    assert capital[rows, at[rows]].sum() <= 1.2e5 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("book", "words"),
    [
        ({"tier1": 1e6, "partner_loans": {"A": 3e5}}, "partner A .* exclude each other"),
        ({"loans": 1e6, "joint_loans": 6e5}, "Joint loans on the books .* exclude each other"),
        ({"exposure": 1e4, "partner_least": {"A": 5e4}},
         r"partner \(A\) must use at least 50,000, and exposure budget must use at most 10,000"),
        ({"partner_least": {"C": 5e4}}, r"partner \(C\) must use at least"),
        ({"partner_least": {"A": 5e4}, "partner_most": {"A": 1e4}}, "exclude each other"),
    ],
)  # fmt: skip
def test_bounds_that_exclude_each_other_are_named(book, words):
    features, scores = random_case(50, 1)
    with pytest.raises(BadInput, match=words):
        joint_policy(**book).decide(features, scores, partner=["A", "B"] * 25)


@pytest.mark.parametrize(
    ("features", "scores", "words"),
    [
        (applicants(income=-5.0), safe(), "declared_income of row 0 is -5"),
        (applicants(income=np.nan), safe(), "declared_income of row 0 is nan"),
        (applicants(2, currency=["CNY", "USD"]), safe(2), r"mix currencies \(CNY, USD\)"),
        (applicants(currency="USD"), safe(), "are in USD"),
        (applicants(2), safe(), "2 rows of features and 1 of scores"),
        (applicants().drop(columns="rent_monthly"), safe(), "no column rent_monthly"),
        (applicants(), safe().assign(pd_at_2000=np.nan), "pd_at_2000 of row 0 is nan"),
        (applicants(), safe().assign(pd_at_2000=1.5), "pd_at_2000 of row 0 is 1.5"),
        (applicants(), safe().drop(columns="utilisation_at_5000"), "no utilisation_at_5000"),
        (applicants(), safe()[["pd"]], "no column pd_at_2000 or the like"),
    ],
)
def test_input_that_cannot_be_meant_is_refused(features, scores, words):
    with pytest.raises(BadInput, match=words):
        ProfitPolicy().decide(features, scores)


def test_bounds_by_partner_need_partners():
    with pytest.raises(BadInput, match="give decide"):
        joint_policy(partner_most={"A": 1e6}).decide(*random_case(5, 0))


def test_a_pd_held_fixed_grants_more_than_a_pd_that_rises():
    """The mistake of the policies that banks run: larger limits look safer than they are."""
    features, scores = random_case(2_000, 9)
    reference = scores["pd_at_10000"].to_numpy()
    fixed = held_fixed(reference, GRID, scores["utilisation_at_10000"].to_numpy())
    bare = ProfitPolicy.bare(ExpectedProfit(replace(Economics(), lgd=0.9)))
    assert bare.decide(features, fixed)["limit"].mean() > 1.5 * (
        bare.decide(features, scores)["limit"].mean()
    )


def test_it_says_what_it_ran_with():
    assert ProfitPolicy().params()["policy.law"] == "china 1, 2026-01-01"
    assert ProfitPolicy.bare().params()["policy.law"] == "none"
