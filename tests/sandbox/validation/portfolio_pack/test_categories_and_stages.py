"""Five categories and stages: bounds of days, cross-default, cure, riskvalidation's staging."""

import numpy as np
import pandas as pd
import pytest
from riskvalidation.provisions.staging import StagingPolicy, allocate_stages
from small_panels import one_account, random_table

from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.categories import (
    CATEGORIES,
    categories,
)
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.stages import stages
from sandbox.validation.portfolio_pack.tables import portfolio_tables

OWN = Definitions.built_in()


def changed(section, **update):
    return OWN.model_copy(update={section: getattr(OWN, section).model_copy(update=update)})


def debts(*rows, **columns):
    """Debts of one borrower in one month: (days past due, RMB)."""
    days, balance = zip(*rows, strict=True)
    table = pd.DataFrame(
        {"account": range(len(rows)), "month": 1, "dpd": days, "balance": balance, "borrower": "b"}
    )
    return AccountPanel.of(table.assign(**({"retail": False} | columns)))


@pytest.mark.parametrize(
    ("days", "category"),
    [(0, 0), (1, 1), (90, 1), (91, 2), (270, 2), (271, 3), (360, 3), (361, 4)],
)
def test_categories_begin_the_day_after_their_bound(days, category):
    assert categories(one_account([days]), OWN).tolist() == [category]


def test_an_impaired_asset_is_substandard_and_worse_by_its_expected_loss():
    panel = debts((0, 1.0), (0, 1.0), (0, 1.0), retail=True, credit_impaired=True)
    assert categories(panel, OWN).tolist() == [2, 2, 2]
    panel = debts((0, 1.0), (0, 1.0), (0, 1.0), retail=True, credit_impaired=True,
                  loss_share=[0.49, 0.5, 0.9])  # fmt: skip
    shares = changed("five_categories", doubtful_loss_share=0.5, loss_loss_share=0.9)
    assert categories(panel, shares).tolist() == [2, 3, 4]


def test_the_expected_loss_worsens_nothing_without_a_share_that_was_read():
    assert OWN.five_categories.doubtful_loss_share is None
    assert OWN.five_categories.loss_loss_share is None
    panel = debts((0, 1.0), (280, 1.0), retail=True, credit_impaired=True, loss_share=0.95)
    assert categories(panel, OWN).tolist() == [2, 3]


def test_debts_of_a_firm_default_together_above_ten_per_cent():
    assert categories(debts((0, 900.0), (91, 100.0)), OWN).tolist() == [0, 2]
    assert categories(debts((0, 899.0), (91, 101.0)), OWN).tolist() == [2, 2]
    assert categories(debts((0, 899.0), (400, 101.0)), OWN).tolist() == [2, 4]


def test_debts_of_a_retail_customer_are_classified_one_by_one():
    assert categories(debts((0, 500.0), (91, 500.0), retail=True), OWN).tolist() == [0, 2]


def test_debts_to_other_banks_count_above_twenty_per_cent():
    shares = [0.2, 0.21]
    assert categories(debts((0, 1.0), (0, 1.0), all_banks_overdue_90=shares), OWN).tolist() == [
        0,
        2,
    ]


def test_a_firm_s_other_months_do_not_count():
    table = pd.DataFrame(
        {"account": [1, 1, 2, 2], "month": [1, 2, 1, 2], "dpd": [0, 0, 85, 115],
         "balance": 100.0, "borrower": 9, "retail": False}
    )  # fmt: skip
    assert categories(AccountPanel.of(table), OWN).tolist() == [0, 2, 1, 2]


def test_a_non_performing_asset_stays_so_for_six_months_in_order():
    days = [100, 0, 0, 0, 0, 0, 0]
    assert categories(one_account(days), OWN).tolist() == [2, 2, 2, 2, 2, 2, 0]
    days = [100, 0, 0, 5, 0, 0, 0]
    assert categories(one_account(days), OWN).tolist() == [2] * 7


def test_tables_of_categories_add_up():
    panel = AccountPanel.of(random_table(1))
    tables = portfolio_tables(PortfolioData(panel=panel), OWN)
    found = tables["five categories"]
    assert found["count"].sum() == len(panel.rows)
    assert found["balance"].sum() == pytest.approx(panel.balance.sum())
    for by in ("count", "balance"):
        moved = tables[f"migration, {by}"][list(CATEGORIES)].dropna()
        assert moved.sum(axis=1).to_numpy() == pytest.approx(1)


def test_stages_equal_riskvalidation_allocation():
    rng = np.random.default_rng(0)
    n = 4_000
    then, now = rng.uniform(0.001, 0.2, n), rng.uniform(0.001, 0.4, n)
    days, watched = rng.integers(0, 120, n), rng.random(n) < 0.1
    impaired = rng.random(n) < 0.05
    panel = AccountPanel.of(
        pd.DataFrame(
            {"account": range(n), "month": 1, "dpd": days, "balance": 1.0, "pd": now,
             "pd_origination": then, "sicr": watched, "credit_impaired": impaired}
        )
    )  # fmt: skip
    theirs = StagingPolicy(((1.0, 2.0),), absolute_floor=0.005, threefold_ratio=1e9)
    no = np.zeros(n, dtype=bool)
    expected = allocate_stages(then, now, days, no, watched, impaired, theirs).stage
    assert (stages(panel, OWN) + 1).tolist() == expected.tolist()


@pytest.mark.parametrize(("days", "stage"), [(30, 0), (31, 1), (89, 1), (90, 2)])
def test_stages_have_the_backstops_of_ifrs_9(days, stage):
    # 5.5.11: more than 30 days; B5.5.37: not later than 90 days
    assert stages(one_account([days]), OWN).tolist() == [stage]


def test_an_account_leaves_one_stage_after_the_other():
    days = [95, 0, 0, 0, 40, 0, 0]
    at_once = changed("stages", cure_months_stage_3=0)
    assert stages(one_account(days), at_once).tolist() == [2, 0, 0, 0, 1, 0, 0]
    slow = changed("stages", cure_months_stage_3=2, cure_months_stage_2=2)
    assert stages(one_account(days), slow).tolist() == [2, 2, 1, 0, 1, 1, 0]


def test_by_built_in_definitions_non_performing_assets_are_in_stage_3():
    panel = AccountPanel.of(random_table(6, accounts=300).drop(columns="borrower"))
    bad = categories(panel, OWN) >= 2
    assert bad.any()
    assert (stages(panel, OWN)[bad] == 2).all()


def test_stage_migration_rows_add_to_one():
    data = PortfolioData(panel=AccountPanel.of(random_table(2)))
    moved = portfolio_tables(data, OWN)["stage migration"]
    assert moved[["stage 1", "stage 2", "stage 3"]].sum(axis=1).to_numpy() == pytest.approx(1)
