"""Roll matrices against riskvalidation and against counting by loops."""

import numpy as np
import pandas as pd
import pytest
from riskvalidation.transitions.estimators import pooled_cohort
from small_panels import histories, one_account, random_table

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack import states
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.rolls import arrears, impossible_rolls, roll_matrix, rolls

OWN = Definitions.built_in()
NAMES = list(OWN.overdue.names)


def bucket(days):
    return sum(days > bound for bound in OWN.overdue.bounds_days)


def by_loops(table):
    """(month, from, to) -> [accounts, RMB]"""
    found, last = {}, table["month"].max()
    for rows in histories(table).values():
        for k, row in enumerate(rows):
            if row["month"] == last:
                continue
            follows = rows[k + 1] if k + 1 < len(rows) else None
            if follows and follows["month"] > row["month"] + 1:
                continue
            to = NAMES[bucket(follows["dpd"])] if follows else "left"
            if follows is None and row["written_off"] > 0:
                to = "written off"
            cell = found.setdefault((row["month"], NAMES[bucket(row["dpd"])], to), [0, 0.0])
            cell[0] += 1
            cell[1] += row["balance"]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_rolls_equal_a_count_by_loops(seed):
    table = random_table(seed)
    found = rolls(AccountPanel.of(table), OWN)
    seen = {
        (r["month"], r["from"], r["to"]): [r["count"], r["balance"]]
        for r in found.to_dict("records")
    }
    assert seen == by_loops(table)


@pytest.mark.parametrize("by", ["count", "balance"])
def test_average_roll_matrix_equals_riskvalidation_pooled_cohort(by):
    table = random_table(5, accounts=300)
    panel = AccountPanel.of(table)
    cells, months = by_loops(table), range(table["month"].min(), table["month"].max())
    place = 0 if by == "count" else 1
    counts = [
        [[cells.get((m, a, b), [0, 0.0])[place] for b in NAMES] for a in NAMES] for m in months
    ]
    gone = [
        [sum(cells.get((m, a, b), [0, 0.0])[place] for b in ("left", "written off")) for a in NAMES]
        for m in months
    ]
    expected = pooled_cohort(counts, gone, default_state=None)
    found = roll_matrix(panel, OWN, by)
    assert found[NAMES].to_numpy() == pytest.approx(expected["matrix"], nan_ok=True)
    left = found["left"] + found["written off"]
    assert left.to_numpy() == pytest.approx(expected["withdrawn_share"])
    assert found[NAMES].sum(axis=1).to_numpy() == pytest.approx(1)


def test_the_matrices_of_months_weigh_up_to_the_average():
    panel = AccountPanel.of(random_table(2))
    monthly = states.matrices_by_month(rolls(panel, OWN), NAMES)
    average = roll_matrix(panel, OWN).set_index("from")
    m0 = monthly[monthly["from"] == "M0"]
    stayed = m0["total"] * (1 - m0["left"] - m0["written off"])
    assert (m0["M1"] * stayed).sum() / stayed.sum() == pytest.approx(average.loc["M0", "M1"])


def test_arrears_by_month_equal_a_count_by_loops():
    table = random_table(0)
    found = arrears(AccountPanel.of(table), OWN).set_index(["month", "state"])
    named = table.assign(state=[NAMES[bucket(d)] for d in table["dpd"]])
    expected = named.groupby(["month", "state"])["balance"].agg(["size", "sum"])
    for key, row in expected.iterrows():
        assert found.loc[key, "count"] == row["size"]
        assert found.loc[key, "balance"] == row["sum"]
    shares = found.groupby("month")[["count_share", "balance_share"]].sum()
    assert shares.to_numpy() == pytest.approx(1)


def test_only_a_rise_of_more_than_a_month_is_impossible():
    # 30 to 61 days is M1 to M3, and can be: a month may have 31 days
    panel = one_account([0, 30, 61, 20, 90, 90])
    found = impossible_rolls(panel, OWN)
    assert found[["dpd", "dpd_next", "rise"]].to_numpy().tolist() == [[20, 90, 70]]
    # what is not overdue is 30 days past due a month later at most
    assert len(impossible_rolls(one_account([0, 31]), OWN)) == 1


def test_a_rise_over_a_gap_is_not_judged():
    table = pd.DataFrame({"account": 1, "month": [1, 4], "dpd": [0, 90], "balance": 1.0})
    assert impossible_rolls(AccountPanel.of(table), OWN).empty


def test_an_unknown_measure_is_refused():
    with pytest.raises(BadInput, match="choose one of count, balance"):
        roll_matrix(one_account([0, 0]), OWN, "amount")


def test_accounts_are_held_until_they_were_in_order_long_enough():
    rng = np.random.default_rng(0)
    for _ in range(200):
        days = rng.choice([0, 0, 0, 20, 100], 15)
        panel = one_account(days)
        state = np.where(days > 90, 2, np.where(days > 0, 1, 0))
        held, bad, clean = [], False, 0
        for s in state:
            clean = clean + 1 if s == 0 else 0
            bad = (bad or s == 2) and clean < 3
            held.append(max(s, 2) if bad else s)
        assert states.held(panel, state, 1, 3).tolist() == held


def test_a_missing_month_starts_the_clean_months_again():
    table = pd.DataFrame(
        {"account": 1, "month": [1, 2, 3, 5, 6, 7], "dpd": [100, 0, 0, 0, 0, 0], "balance": 1.0}
    )
    state = np.array([2, 0, 0, 0, 0, 0])
    assert states.held(AccountPanel.of(table), state, 1, 3).tolist() == [2, 2, 2, 2, 2, 0]
