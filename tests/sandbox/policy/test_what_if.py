"""A changed assumption changes the value as the formula says, and the sliders show it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sandbox import plots
from sandbox.errors import BadInput
from sandbox.policy.economics import Behaviour, ExpectedProfit
from sandbox.policy.expected import Expected
from sandbox.policy.what_if import (
    Assumptions,
    along,
    anew,
    decided,
    figures,
    priced,
    sensitivity,
)
from sandbox.policy.what_if_panel import panel
from sandbox.policy.what_if_plots import plot_along, plot_tornado
from tests.sandbox.policy.committee.books import LIMITS, expected

BASE = Assumptions()


GIVEN = expected()
ACCEPTED = GIVEN.score <= BASE.cut_off


def test_the_value_is_margin_less_funding_less_loss():
    column = np.searchsorted(LIMITS, GIVEN.wanted)
    rows = np.arange(len(column))
    amount = GIVEN.wanted
    each = 0.09 * amount - 0.03 * 0.5 * amount - GIVEN.pd[rows, column] * 0.75 * 0.7 * amount
    assert priced(GIVEN, BASE)["value"] == pytest.approx(each[ACCEPTED].sum())


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (Assumptions(lgd=0.9), Assumptions(lgd=0.5)),
        (Assumptions(cof=0.05), Assumptions(cof=0.01)),
        (Assumptions(collapsed="large"), BASE),
        (Assumptions(collapsed="large", shock=3.0), Assumptions(collapsed="large", shock=1.5)),
    ],
)
def test_worse_assumptions_are_worth_less(worse, better):
    assert priced(GIVEN, worse)["value"] < priced(GIVEN, better)["value"]


def test_a_collapse_reaches_the_partners_customers_only():
    before, after = decided(GIVEN, BASE), decided(GIVEN, Assumptions(collapsed="large"))
    hit = (GIVEN.partner == "large") & ACCEPTED
    assert (after["pd"][hit] > before["pd"][hit]).all()
    pd.testing.assert_frame_equal(after[GIVEN.partner == "small"], before[GIVEN.partner == "small"])


def test_a_cap_cuts_limits_and_with_them_pd():
    table = decided(GIVEN, Assumptions(cap=5e3))
    some = ACCEPTED & (GIVEN.wanted == 2e4)
    assert (table["limit"][some] == 5e3).all()
    assert table["pd"][some].to_numpy() == pytest.approx(GIVEN.pd[some, 0])


def test_a_budget_holds_and_keeps_what_earns_most_for_its_limit():
    whole = decided(GIVEN, BASE)
    budget = 0.4 * whole["limit"].sum()
    table = decided(GIVEN, Assumptions(budget=budget))
    assert 0.9 * budget < table["limit"].sum() <= budget
    yields = whole["profit"] / whole["limit"].where(whole["limit"] > 0)
    kept, dropped = table["limit"] > 0, (table["limit"] == 0) & (whole["limit"] > 0)
    assert yields[kept].min() >= yields[dropped].max()


def test_the_tornado_is_sorted_by_swing_and_stands_on_the_base():
    table = sensitivity(
        GIVEN, BASE, {"cof": (0.02, 0.04), "lgd": (0.6, 0.9), "collapsed": ("large",)}
    )
    assert table["swing"].is_monotonic_decreasing
    value = priced(GIVEN, BASE)["value"]
    assert (table["value_low"] - table["change_low"]).to_numpy() == pytest.approx(value)
    collapse = table.set_index("assumption").loc["collapsed"]
    assert (collapse["low"], collapse["high"], collapse["change_high"]) == ("large", "", 0.0)


def test_the_parts_of_expected_profit_add_up_again():
    behaviour = Behaviour(LIMITS, GIVEN.pd, np.full(GIVEN.pd.shape, 0.4))
    economics = ExpectedProfit()
    profit = economics.of(behaviour)
    e = economics.economics
    made = Expected.of_behaviour(behaviour, economics, wanted=GIVEN.wanted, score=GIVEN.score)
    base = Assumptions(cut_off=1.0, lgd=e.lgd, cof=e.cof)
    chosen = profit[np.arange(len(profit)), np.searchsorted(LIMITS, GIVEN.wanted)]
    assert decided(made, base)["profit"].to_numpy() == pytest.approx(chosen)


def test_a_decision_table_alone_gives_its_own_value():
    limit = np.array([5e3, 0.0, 2e4])
    table = pd.DataFrame(
        {"limit": limit, "pd": [0.01, 0.3, 0.05], "expected_profit": [90, 0, 40.0]}
    )
    made = Expected.of_decisions(table, ead=0.6 * limit, funded=0.4 * limit, lgd=0.75, cof=0.03)
    assert priced(made, BASE)["value"] == pytest.approx(130)
    lost = 0.1 * (0.01 * 0.6 * 5e3 + 0.05 * 0.6 * 2e4)
    assert priced(made, Assumptions(lgd=0.85))["value"] == pytest.approx(130 - lost)


def test_the_line_goes_through_the_base():
    table = along(GIVEN, BASE, "cut_off", [0.01, BASE.cut_off, 1.0])
    assert table["kept"][1] == priced(GIVEN, BASE)["value"]
    assert table["value"][1] == figures(anew(GIVEN, BASE))["value"]
    assert table["approval_rate"].is_monotonic_increasing


def test_sensitivities_can_be_drawn():
    changes = {"cof": (0.02, 0.04), "collapsed": ("small",)}
    with plots.style():
        axes = plots.new_axes(8, 3, 2)
        plot_tornado(sensitivity(GIVEN, BASE, changes), axes[0])
        plot_along(along(GIVEN, BASE, "lgd", [0.2, 0.5, 0.9]), axes[1], BASE.lgd)
        axes[0].figure.draw_without_rendering()
    assert [each.get_text() for each in axes[0].get_yticklabels()][1] == "partner collapses"


def test_sliders_decide_anew():
    box = panel(GIVEN, BASE)
    cut_off, cap, budget, table, figure = box.children
    before, drawn = table.value, figure.value
    cut_off.value = 0.03
    assert table.value != before
    assert figure.value != drawn
    value = figures(anew(GIVEN, Assumptions(cut_off=0.03)))["value"]
    assert f"{value:,.0f}" in table.value
    cap.value = 5e3
    budget.value = budget.options[2][1]
    given = Assumptions(cut_off=0.03, cap=5e3, budget=budget.value)
    assert f"{figures(anew(GIVEN, given))['value']:,.0f}" in table.value
    assert [each.description for each in (cut_off, cap, budget)] == [
        "PD cut-off", "cap on a limit", "budget of limits",
    ]  # fmt: skip


def test_the_panel_starts_where_the_bank_stands():
    base = Assumptions(cut_off=0.07, cap=12_345.0, budget=1e6)
    cut_off, cap, budget, *_ = panel(GIVEN, base).children
    assert (cut_off.value, cap.value, budget.value) == (0.07, 12_345.0, 1e6)


def test_ipywidgets_is_not_imported_before_a_panel_is_asked_for():
    code = (
        "import sys, sandbox.policy, sandbox.policy.what_if; sys.exit('ipywidgets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_ipywidgets_the_panel_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(BadInput, match="needs ipywidgets"):
        panel(GIVEN)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Assumptions(lgd=1.2), "lgd is 1.2"),
        (lambda: Assumptions(cof=float("nan")), "cof is nan"),
        (lambda: Assumptions(budget=-1.0), "budget is -1"),
        (lambda: priced(GIVEN, Assumptions(collapsed="nobody")), "partner 'nobody'"),
        (lambda: sensitivity(GIVEN, BASE, {"weather": (1.0,)}), "no assumption 'weather'"),
        (lambda: sensitivity(GIVEN, BASE, {"lgd": ()}), "lgd has 0 values"),
        (lambda: along(GIVEN, BASE, "collapsed", [1.0]), "no assumption with numbers"),
        (
            lambda: Expected.of_decisions(
                pd.DataFrame({"limit": [1.0], "pd": [0.1]}),
                ead=np.ones(1), funded=np.ones(1), lgd=0.7, cof=0.03,
            ),
            "no column expected_profit",
        ),
        (
            lambda: Expected(
                LIMITS, np.zeros((1, 2)), *[np.zeros((1, 3))] * 3, np.zeros(1), np.zeros(1)
            ),
            "pd has shape",
        ),
        (
            lambda: Expected(
                LIMITS, np.zeros((1, 3)), *[np.zeros((1, 3))] * 3, np.array([9e9]), np.zeros(1)
            ),
            "the grid's largest limit",
        ),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_one_sentence(make, said):
    with pytest.raises(BadInput, match=said):
        make()
