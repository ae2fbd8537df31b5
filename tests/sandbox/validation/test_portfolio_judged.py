"""The tests of a portfolio: planted defects are found, sound portfolios pass, gaps are named."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact
from statsmodels.api import GLM
from statsmodels.api import families as family
from statsmodels.stats.proportion import proportions_ztest

from sandbox.exhibits.book import Book
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.definitions import Definitions
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio import validate_portfolio
from sandbox.validation.portfolio_figures import losses_against_expected, more_bad, rise
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.ecl import expected_losses
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.rolls import roll_matrix
from sandbox.validation.result import Verdict

OWN, POLICY = Definitions.built_in(), Policy.default()


def judged(**given):
    found = validate_portfolio(PortfolioData(**given), OWN, POLICY)
    return {r.id.removeprefix("portfolio."): r for r in found}


def a_panel(seed=0, latest=1.0, accounts=6_000, months=14):
    """Ten vintages; accounts of the last three fall behind `latest` times as often."""
    rng = np.random.default_rng(seed)
    vintage = rng.integers(0, 10, accounts)
    risk = 0.02 * np.where(vintage >= 7, latest, 1.0)
    late, rows = np.zeros(accounts, dtype=int), []
    for mob in range(1, months + 1):
        worse = rng.random(accounts) < np.where(late == 0, risk, 0.7)
        late = np.where(worse, late + 1, 0)
        rows.append(pd.DataFrame({"account": range(accounts), "vintage": vintage,
                                  "month": vintage + mob, "balance": 1_000.0, "amount": 2_000.0,
                                  "dpd": np.where(late > 0, 30 * (late - 1) + 1, 0)}))  # fmt: skip
    table = pd.concat(rows)
    return table[table["month"] <= 17]


def a_book(limit, default, profit, pd_=0.05):
    limit = np.asarray(limit, dtype=float)
    decided = {"approve": limit > 0, "limit": limit, "pd": pd_, "reason": "model"}
    outcome = {"taken": limit > 0, "default": default, "profit": profit}
    return Book("book", pd.DataFrame(decided), pd.DataFrame(outcome))


def test_nothing_given_is_not_evaluated_by_name():
    found = judged()
    assert {f"portfolio.{name}" for name in found} == {
        name for name in CATALOGUE if name.startswith("portfolio.")
    }
    assert {r.verdict for r in found.values()} == {Verdict.NOT_EVALUATED}
    assert all(r.reason for r in found.values())
    assert found["swap_profit"].reason.endswith("were not both given")


def test_a_sound_panel_passes():
    found = judged(panel=AccountPanel.of(a_panel()))
    for name in ("vintage_deterioration", "first_payment", "impossible_rolls"):
        assert found[name].verdict is Verdict.PASS, found[name].reason


def test_vintages_twice_as_bad_fail():
    found = judged(panel=AccountPanel.of(a_panel(latest=2.0)))
    assert found["vintage_deterioration"].verdict is Verdict.FAIL
    assert found["first_payment"].verdict is Verdict.FAIL
    assert found["vintage_deterioration"].statistic > 0.05
    low, high = found["vintage_deterioration"].interval
    assert low < found["vintage_deterioration"].statistic < high


@pytest.mark.parametrize("between", [0.0, 0.01])
def test_the_test_of_vintages_keeps_its_size(between):
    """Also where vintages vary more than by chance."""
    rng = np.random.default_rng(0)
    n = np.full(12, 1_000)
    p = [rise(rng.binomial(n, rng.normal(0.05, between, 12)), n).p_value for _ in range(2_000)]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.075


def test_rise_equals_statsmodels_proportions_ztest():
    events, accounts = np.array([20, 21, 19, 20, 30, 31, 29]), np.full(7, 400)
    found = rise(events, accounts)
    assert found.dispersion == 1.0
    _, expected = proportions_ztest([90, 80], [1200, 1600], alternative="larger")
    assert found.p_value == pytest.approx(expected)


def test_dispersion_of_vintages_equals_statsmodels_quasi_binomial():
    events, accounts = np.array([10, 60, 15, 70, 30, 31, 29]), np.full(7, 400)
    found = rise(events, accounts)
    shares, sizes = events[:4] / accounts[:4], accounts[:4].astype(float)
    model = GLM(shares, np.ones((4, 1)), family=family.Binomial(), var_weights=sizes)
    fit = model.fit(scale="X2")
    assert found.dispersion == pytest.approx(fit.scale)


def test_impossible_rolls_fail():
    table = a_panel()
    table.loc[table["month"] == 9, "dpd"] += 400
    found = judged(panel=AccountPanel.of(table))["impossible_rolls"]
    assert found.verdict is Verdict.FAIL
    assert len(found.table) == pytest.approx(found.statistic * found.n)


def test_a_reported_roll_matrix_is_replicated_or_not():
    panel = AccountPanel.of(a_panel())
    given = roll_matrix(panel, OWN)
    found = judged(panel=panel, roll_matrix=given)
    assert found["roll_rows"].verdict is Verdict.PASS
    assert found["roll_replication"].verdict is Verdict.PASS
    wrong = given.copy()
    wrong.loc[0, ["M0", "M1"]] = [given.loc[0, "M0"] - 0.03, given.loc[0, "M1"] + 0.03]
    found = judged(panel=panel, roll_matrix=wrong)
    assert found["roll_rows"].verdict is Verdict.PASS
    assert found["roll_replication"].verdict is Verdict.FAIL
    wrong.loc[0, "M0"] += 0.01
    assert judged(roll_matrix=wrong)["roll_rows"].verdict is Verdict.FAIL
    # a row that adds to 1 with a share below 0
    names = list(OWN.overdue.names)
    wrong.loc[0, names] = [1.2, -0.2, *[0.0] * (len(names) - 2)]
    assert judged(roll_matrix=wrong)["roll_rows"].statistic == pytest.approx(0.2)
    assert "other states" in judged(roll_matrix=given.drop(columns="M7"))["roll_rows"].reason


def test_npl_that_left_stage_3_is_found():
    table = pd.DataFrame({"account": np.repeat(range(20), 2), "month": [1, 2] * 20,
                          "dpd": [120, 0] * 10 + [120, 150] * 10, "balance": 100.0})  # fmt: skip
    panel = AccountPanel.of(table)
    assert judged(panel=panel)["stage_of_npl"].verdict is Verdict.PASS
    at_once = OWN.model_copy(
        update={"stages": OWN.stages.model_copy(update={"cure_months_stage_3": 0})}
    )
    results = validate_portfolio(PortfolioData(panel=panel), at_once, POLICY)
    found = next(r for r in results if r.id == "portfolio.stage_of_npl")
    # ten were cured: performing again after six months only, but in stage 1 at once
    assert found.statistic == 0.5
    later = at_once.model_copy(
        update={"stages": at_once.stages.model_copy(update={"cure_months_stage_2": 3})}
    )
    results = validate_portfolio(PortfolioData(panel=panel), later, POLICY)
    # stage 2 is not stage 3 either
    assert next(r for r in results if r.id == "portfolio.stage_of_npl").statistic == 0.5
    assert found.verdict is Verdict.FAIL


def provisions(rng, times):
    n, marginal = 20_000, 0.004
    accounts = pd.DataFrame({"account": range(n), "stage": 1, "balance": 1_000.0, "segment": "a",
                             "lgd": 0.5, "eir": 0.0})  # fmt: skip
    curves = pd.DataFrame({"segment": "a", "month": range(1, 13), "marginal_pd": marginal})
    lost = rng.random(n) < 12 * marginal * times
    realised = pd.DataFrame({"account": np.flatnonzero(lost), "loss": 500.0})
    return {"accounts": accounts, "curves": curves, "realised": realised}


@pytest.mark.parametrize(("times", "verdict"), [(1.0, "pass"), (1.4, "warn"), (1.8, "fail")])
def test_provisions_are_held_against_realised_losses(times, verdict):
    found = judged(**provisions(np.random.default_rng(0), times))["ecl_coverage"]
    assert found.verdict.value == verdict
    assert found.interval[0] < times < found.interval[1]


def test_losses_of_stage_3_are_not_counted():
    given = provisions(np.random.default_rng(0), 1.0)
    accounts = given["accounts"].assign(stage=[3] * 10_000 + [1] * 10_000)
    found = losses_against_expected(expected_losses(accounts, given["curves"]), given["realised"])
    assert found.accounts == 10_000
    assert found.expected == pytest.approx(10_000 * 0.048 * 500)


def test_a_swap_set_that_loses_fails_and_one_that_earns_passes():
    rng = np.random.default_rng(0)
    limit, profit = np.full(500, 1e3), rng.normal(50, 30, 500)
    old = a_book(limit, False, profit)
    worse = a_book(limit, False, profit - rng.normal(10, 20, 500))
    better = a_book(limit, False, profit + rng.normal(10, 20, 500))
    assert judged(old=old, new=worse)["swap_profit"].verdict is Verdict.FAIL
    found = judged(old=old, new=better)["swap_profit"]
    assert found.verdict is Verdict.PASS
    assert found.statistic == pytest.approx((better.profit - old.profit).sum())
    assert "the same from every" in judged(old=old, new=old)["swap_profit"].reason


def test_approvals_by_hand_that_go_bad_fail():
    bad = np.r_[np.arange(400) < 20, np.arange(50) < 10]
    said = a_book(np.r_[np.full(400, 1e3), np.zeros(50)], False, 0.0)
    done = a_book(np.full(450, 1e3), bad, 0.0)
    found = judged(decided=said, final=done)["override_bad_rate"]
    assert found.verdict is Verdict.FAIL
    assert found.statistic == pytest.approx(10 / 50 - 20 / 400)
    assert found.p_value == pytest.approx(
        fisher_exact([[10, 40], [20, 380]], alternative="greater").pvalue
    )
    assert "at least" in judged(decided=done, final=done)["override_bad_rate"].reason


def test_more_bad_equals_scipy_fisher_exact():
    for cells in ((3, 4, 1, 4), (0, 5, 3, 9), (5, 5, 0, 7)):
        a, n, b, m = cells
        table = [[a, n - a], [b, m - b]]
        assert more_bad(*cells) == pytest.approx(fisher_exact(table, alternative="greater").pvalue)


def test_the_riskiest_step_that_loses_fails():
    rng = np.random.default_rng(0)
    risk = np.repeat([0.015, 0.04, 0.10], 200)
    profit = rng.normal(np.where(risk < 0.05, 60, -30), 40)
    book = a_book(np.full(600, 1e3), False, profit, risk)
    found = judged(old=book)["riskiest_step"]
    assert found.verdict is Verdict.FAIL
    assert found.statistic == pytest.approx(profit[400:].mean())
    assert "PD above 8%, up to 12%" in found.reason
    one = a_book(np.full(600, 1e3), False, profit, 0.04)
    assert "Fewer than two steps" in judged(old=one)["riskiest_step"].reason


def test_few_accounts_and_few_vintages_are_not_evaluated():
    few = judged(panel=AccountPanel.of(a_panel(accounts=30)))
    assert "at least 10 among 50 needed" in few["vintage_deterioration"].reason
    table = a_panel()
    two = judged(panel=AccountPanel.of(table[table["vintage"] < 2]))
    assert "2 vintages are in the panel" in two["vintage_deterioration"].reason
