"""Vintages against counting by loops."""

import numpy as np
import pandas as pd
import pytest
from small_panels import histories, one_account, random_table

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.performance import outcomes, performance
from sandbox.validation.portfolio_pack.rolls import roll_matrix
from sandbox.validation.portfolio_pack.vintages import by_month_on_book, first_payments, vintages

OWN = Definitions.built_in()


@pytest.mark.parametrize("seed", range(3))
def test_vintages_equal_a_count_by_loops(seed):
    table = random_table(seed)
    found = vintages(AccountPanel.of(table), OWN)
    each, last = histories(table), table["month"].max()
    expected = []
    for vintage in sorted(table["vintage"].unique()):
        own = [rows for rows in each.values() if rows[0]["vintage"] == vintage]
        granted = sum(rows[0]["amount"] for rows in own)
        for mob in range(1, last - vintage + 1):
            row = [vintage, mob, len(own), granted]
            for bound in (30, 90):
                first = [
                    next(
                        (r for r in rows if r["dpd"] > bound and r["month"] - vintage <= mob), None
                    )
                    for rows in own
                ]
                hit = [r for r in first if r]
                owed = sum(r["balance"] for r in hit)
                row += [len(hit), len(hit) / len(own), owed, owed / granted]
            expected.append(row)
    assert found.to_numpy(float) == pytest.approx(np.array(expected, dtype=float), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_first_payments_equal_a_count_by_loops(seed):
    table = random_table(seed, gaps=False)
    found = first_payments(AccountPanel.of(table), OWN).set_index("vintage")
    for vintage, row in found.iterrows():
        own = [r for r in histories(table).values() if r[0]["vintage"] == vintage]
        missed = [next((r["month"] - vintage for r in rows if r["dpd"] > 0), None) for rows in own]
        for k, name in enumerate(("fpd", "spd", "tpd"), start=1):
            assert row[name] == missed.count(k)
            assert row[f"{name}_rate"] == pytest.approx(missed.count(k) / len(own))


def test_a_payment_that_no_account_of_the_vintage_reached_is_unknown():
    panel = one_account([10], vintage=0, amount=100.0)
    row = first_payments(panel, OWN).iloc[0]
    assert row["fpd"] == 1
    assert np.isnan(row["spd"])


def test_vintages_that_began_before_the_panel_are_left_out():
    early = one_account([0, 0, 40], first=5, vintage=1, amount=1.0)
    with pytest.raises(BadInput, match="No vintage lies within the panel"):
        vintages(early, OWN)


def test_without_vintage_or_amount_nothing_is_made_up():
    table = random_table(1)
    with pytest.raises(BadInput, match="no column vintage"):
        vintages(AccountPanel.of(table.drop(columns="vintage")), OWN)
    found = vintages(AccountPanel.of(table.drop(columns="amount")), OWN)
    assert found["ever_30_balance_rate"].isna().all()
    assert found["ever_30_rate"].notna().all()


def test_curves_never_fall_and_the_triangle_holds_the_same_figures():
    found = vintages(AccountPanel.of(random_table(4)), OWN)
    assert (found.groupby("vintage")["ever_30_rate"].diff().dropna() >= 0).all()
    wide = by_month_on_book(found)
    for _, row in found.iterrows():
        cell = wide.loc[wide["vintage"] == row["vintage"], f"mob {int(row['mob'])}"].iloc[0]
        assert cell == row["ever_30_rate"]
    with pytest.raises(BadInput, match="no column"):
        by_month_on_book(found, "ever_60")


@pytest.mark.parametrize("seed", range(2))
def test_performance_equals_a_count_by_loops(seed):
    short = OWN.model_copy(
        update={"performance": OWN.performance.model_copy(update={"window_months": 6})}
    )
    table = random_table(seed)
    each = outcomes(AccountPanel.of(table), short).set_index("account")["outcome"]
    last = table["month"].max()
    for account, rows in histories(table).items():
        began = rows[0]["vintage"]
        worst = max((r["dpd"] for r in rows if r["month"] - began <= 6), default=0)
        said = "bad" if worst > 90 else "indeterminate" if worst > 30 else "good"
        if said != "bad" and began + 6 > last:
            said = "not observed"
        assert each[account] == said
    summary = performance(AccountPanel.of(table), short)
    whole = summary[summary["vintage"] == "all"].iloc[0]
    counts = pd.Series(each).value_counts()
    assert whole["bad"] == counts["bad"]
    # of accounts whose window is not over only the bad are known: they count in no rate
    over = [str(a) for a, rows in histories(table).items() if rows[0]["vintage"] + 6 <= last]
    mature = pd.Series({str(a): said for a, said in each.items()})[over].value_counts()
    assert whole["bad_rate"] == pytest.approx(mature["bad"] / (mature["bad"] + mature["good"]))


def test_the_bad_of_a_window_that_is_not_over_make_no_bad_rate():
    short = OWN.model_copy(
        update={"performance": OWN.performance.model_copy(update={"window_months": 3})}
    )
    old = [(f"o{k}", month, 0, 200 if k == 0 else 0) for k in range(10) for month in range(1, 6)]
    young = [(f"y{k}", month, 3, 200 if k < 2 else 0) for k in range(10) for month in range(4, 6)]
    rows = pd.DataFrame([*old, *young], columns=["account", "month", "vintage", "dpd"])
    table = performance(AccountPanel.of(rows.assign(balance=1.0)), short).set_index("vintage")
    assert table.loc["3", "bad"] == 2
    assert np.isnan(table.loc["3", "bad_rate"])
    assert table.loc["all", "bad"] == 3
    assert table.loc["all", "bad_rate"] == table.loc["0", "bad_rate"] == 0.1


def test_an_account_that_is_no_longer_followed_has_not_left():
    rows = pd.DataFrame(
        {"account": [1, 1, 2, 2], "month": [1, 2, 5, 6], "vintage": [0, 0, 4, 4], "dpd": 0,
         "balance": 1.0}
    )  # fmt: skip
    closed, followed = AccountPanel.of(rows), AccountPanel.of(rows.assign(
        followed_until=rows["vintage"] + 2))  # fmt: skip
    assert roll_matrix(closed, OWN).set_index("from").loc["M0", "left"] == pytest.approx(1 / 3)
    assert roll_matrix(followed, OWN).set_index("from").loc["M0", "left"] == 0
    assert vintages(closed, OWN)["mob"].max() == 6
    assert vintages(followed, OWN)["mob"].max() == 2
    months = OWN.performance.model_copy(update={"window_months": 3})
    short = OWN.model_copy(update={"performance": months})
    assert outcomes(closed, short)["outcome"].tolist() == ["good", "not observed"]
    assert outcomes(followed, short)["outcome"].tolist() == ["not observed"] * 2


def test_a_first_payment_missed_before_it_counts_as_due_is_a_first_payment():
    table = pd.DataFrame({"account": 1, "month": [4, 5, 6], "vintage": 4, "dpd": [20, 0, 0],
                          "balance": 10.0, "amount": 100.0})  # fmt: skip
    row = first_payments(AccountPanel.of(table), Definitions.built_in()).iloc[0]
    assert (row["vintage"], row["fpd"], row["fpd_balance_rate"]) == (4, 1, 0.1)
