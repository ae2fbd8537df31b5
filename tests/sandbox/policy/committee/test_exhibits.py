"""Each exhibit says what the decisions and outcomes say, and draws it."""

import numpy as np
import pandas as pd
import pytest

from sandbox import plots
from sandbox.errors import BadInput
from sandbox.policy import committee
from sandbox.policy.committee import Book
from tests.sandbox.policy.committee.books import NEW, OLD, decisions, large, outcomes

EXPOSURES = pd.DataFrame(
    {
        "customer_id": [1, 1, 1, 2, 3],
        "scenario": ["travel", "travel", "car", "car", "travel"],
        "limit": [50e3, 60e3, 100e3, 200e3, 5e3],
        "balance": [1e3, 2e3, 3e3, 4e3, 0.0],
    }
)


def row(table, column, value):
    return table[table[column] == value].iloc[0]


def test_each_application_is_in_one_group_of_the_swap_set():
    table = committee.swap_set(OLD, NEW)
    assert table["customers"].tolist() == [1, 1, 1, 1, 1, 1, 6]
    assert table["change"].tolist() == [80, 400, 30, 10, 0, 0, 520]
    out = row(table, "group", "swapped out")
    assert (out["bad_rate_old"], out["regret_old"], out["regret_new"]) == (1.0, 400.0, 0.0)
    assert np.isnan(out["bad_rate_new"])


def test_observed_and_expected_profit_are_never_subtracted():
    expected = decisions(NEW.limit, expected_profit=np.full(6, 1e6))
    table = committee.swap_set(OLD, Book("new", expected))
    assert table["change"].isna().all()
    assert committee.headline(OLD, Book("new", expected))["change"].isna().sum() == 3


def test_the_change_of_profit_has_a_paired_error():
    table = committee.headline(OLD, NEW)
    change = NEW.profit - OLD.profit
    error = row(table, "figure", "profit an application")["change_se"]
    assert error == pytest.approx(change.std(ddof=1) / np.sqrt(6))


def test_the_ladder_looks_beyond_the_cut_off_where_another_policy_lent():
    limit, risk = [5e3, 5e3, 0.0, 0.0], [0.01, 0.02, 0.05, 0.5]
    new = Book("new", decisions(limit, risk), outcomes([50, 60, 0, 0]))
    bad = [False, False, True, False]
    old = Book("old", decisions([0, 0, 5e3, 0], risk), outcomes([0, 0, -300, 0], default=bad))
    alone = committee.cut_off_ladder(new, rungs=(0.02, 0.05, 1.0))
    both = committee.cut_off_ladder(new, old, rungs=(0.02, 0.05, 1.0))
    assert alone["seen"].tolist() == pytest.approx([1, 2 / 3, 0.5])
    assert both["seen"].tolist() == pytest.approx([1, 1, 0.75])
    assert np.isnan(alone["step_bad_rate"][1])
    assert both["step_bad_rate"][1] == 1.0
    assert both["profit"].tolist() == pytest.approx([110 / 4, -190 / 4, -190 / 4])
    assert both["accepted"].tolist() == [0.5, 0.75, 1.0]


def test_the_waterfall_ends_at_the_accounts():
    taken = [True, False, False, False]
    reason = ["model", "model", "dti cap", "dti cap"]
    book = Book(
        "new", decisions([5e3, 5e3, 0, 0], reason=reason), outcomes([1, 0, 0, 0], taken=taken)
    )
    table = committee.approval_waterfall(book)
    assert table[["step", "customers", "left"]].to_numpy().tolist() == [
        ["applications", 4, 4],
        ["declined: dti cap", 2, 2],
        ["approved", 2, 2],
        ["offer not taken", 1, 1],
        ["accounts", 1, 1],
    ]


def test_a_line_that_pays_in_full_each_month_is_not_dormant():
    lived = outcomes(
        [0, 0, 0, 0], utilisation=[0.0, 0.0, 0.05, 1.2], drawn=[0, 9e3, 500.0, 6e3],
        balance=[0, 0, 250, 6e3],
    )  # fmt: skip
    book = Book("new", decisions([5e3, 5e3, 5e3, 5e3]), lived)
    last = committee.dormant_lines(book).iloc[-1]
    assert (last["lines"], last["dormant"], last["idle"]) == (4, 1, 2)
    assert last["undrawn"] == pytest.approx(5e3 + 0.95 * 5e3)
    ladder = committee.utilisation_ladder(book).set_index("band")["accounts"]
    assert ladder[["unused", "0–20%", "over limit"]].tolist() == [2, 1, 1]
    assert ladder.sum() == 4


def test_one_customer_is_added_up_over_all_scenarios():
    table = committee.customer_exposure(EXPOSURES, 1)
    assert table["scenario"].tolist() == ["travel", "car", "all scenarios"]
    assert table["limit"].tolist() == [110e3, 100e3, 210e3]
    assert table["of_cap"].iloc[-1] == pytest.approx(1.05)
    assert committee.over_the_cap(EXPOSURES) == 1
    assert committee.largest_exposures(EXPOSURES, top=2)["customer_id"].tolist() == [1, 2]


def test_overrides_are_told_by_direction_and_reason():
    table = committee.overrides(OLD, NEW)
    assert row(table, "group", "approved by hand")["change"] == 80
    reason = pd.Series(["known", "fraud?", "known", "", "", ""])
    told = committee.override_reasons(OLD, NEW, reason)
    assert told["reason"].tolist() == ["known", "fraud?", "no reason given"]
    assert told["overrides"].tolist() == [2, 1, 1]
    assert told["regret_saved"].tolist() == [55.0, 400.0, 10.0]


def test_the_tree_finds_a_policy_that_is_a_tree():
    _, new, features = large()
    tree = committee.strategy_tree(new, features, depth=2)
    assert tree.fidelity > 0.95 > tree.baseline
    assert tree.rules["customers"].sum() == len(features)
    assert not tree.rules["rule"].str.contains("noise").any()
    assert set(tree.limit(features.assign(pd=new.decisions["pd"]))) == {0.0, 5e3, 2e4}


def test_fidelity_is_measured_on_applications_the_tree_has_not_seen():
    rng = np.random.default_rng(3)
    book = Book("coin", decisions(rng.choice([0.0, 5e3], 600)))
    tree = committee.strategy_tree(book, pd.DataFrame({"x": rng.normal(size=600)}), depth=5)
    assert tree.fidelity < 0.62


def test_questions_treat_missing_values_as_the_tree_learnt():
    n = 600
    income = np.where(np.arange(n) % 2, np.nan, 9e3)
    book = Book("by income", decisions(np.where(np.isnan(income), 0.0, 5e3)))
    tree = committee.strategy_tree(book, pd.DataFrame({"income": income}), depth=1)
    assert tree.fidelity in (1.0, tree.baseline)


DRAWN = {
    "swap": lambda o, n, x, ax: committee.plot_swap_set(committee.swap_set(o, n), ax),
    "ladder": lambda o, n, x, ax: committee.plot_cut_off_ladder(committee.cut_off_ladder(n, o), ax),
    "waterfall": lambda o, n, x, ax: committee.plot_approval_waterfall(
        committee.approval_waterfall(n), ax
    ),
    "used": lambda o, n, x, ax: committee.plot_utilisation_ladder(
        committee.utilisation_ladder(n), ax
    ),
    "dormant": lambda o, n, x, ax: committee.plot_dormant_lines(committee.dormant_lines(n), ax),
    "exposure": lambda o, n, x, ax: committee.plot_exposures(EXPOSURES, ax),
    "overrides": lambda o, n, x, ax: committee.plot_overrides(committee.overrides(o, n), ax),
    "tree": lambda o, n, x, ax: committee.plot_strategy_tree(committee.strategy_tree(n, x), ax),
}


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_drawn_is_cut_off(name):
    with plots.style():
        ax = plots.new_axes(4.5, 3.5)
        DRAWN[name](*large(), ax)
        figure = ax.figure
        figure.draw_without_rendering()
        whole = figure.bbox
        for each in figure.axes:
            box = each.get_tightbbox()
            assert whole.x0 - 1 <= box.x0
            assert whole.y0 - 1 <= box.y0
            assert box.x1 <= whole.x1 + 1
            assert box.y1 <= whole.y1 + 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Book("b", OLD.decisions.drop(columns="reason")), "no column reason"),
        (lambda: Book("b", OLD.decisions.iloc[:0]), "no rows"),
        (lambda: Book("b", OLD.decisions.assign(limit=-1.0)), "limits are RMB from 0"),
        (lambda: Book("b", OLD.decisions.assign(limit=np.nan)), "limits are RMB from 0"),
        (lambda: Book("b", OLD.decisions.assign(approve=True)), "approved without a limit"),
        (lambda: Book("b", OLD.decisions, NEW.outcomes.iloc[1:]), "5 rows of outcomes"),
        (lambda: Book("b", OLD.decisions, regret=np.zeros(2)), "2 rows of regret"),
        (lambda: Book("b", OLD.decisions.assign(currency=["USD"] * 6)), "amounts in USD"),
        (lambda: committee.swap_set(OLD, large()[1]), "same applications"),
        (lambda: committee.cut_off_ladder(NEW, rungs=(0.2, 0.1)), "rising cut-offs"),
        (lambda: committee.utilisation_ladder(NEW), "column utilisation"),
        (lambda: committee.customer_exposure(EXPOSURES, 9), "no exposure"),
        (lambda: committee.over_the_cap(EXPOSURES.drop(columns="limit")), "limit are missing"),
        (lambda: committee.over_the_cap(EXPOSURES.assign(currency="USD")), "amounts in USD"),
        (lambda: committee.strategy_tree(large()[1], large()[2], depth=9), "1 to 5 questions"),
        (lambda: committee.strategy_tree(NEW, large()[2]), "same order"),
        (lambda: committee.override_reasons(OLD, NEW, pd.Series(["a"])), "1 reasons for 6"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(make, said):
    with pytest.raises(BadInput, match=said):
        make()
