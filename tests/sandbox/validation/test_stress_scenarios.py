"""Losses and profit in scenarios, against closed forms, scipy, statsmodels and loops."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import ttest_rel

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.reverse_stress import validate_reverse_stress
from sandbox.validation.sensitivity import tornado, validate_sensitivity
from sandbox.validation.stress import DOWNTURNS, partner_table, stress_table, validate_stress
from sandbox.validation.stressed_book import Book, StressScenario, shifted
from sandbox.validation.truth_stress import lived_table, validate_stressed_truth

POLICY = Policy.default()


def accounts(seed=0, n=4_000, level=-3.5, margin=0.12, partners=None):
    """A book of `n` accounts around a PD of expit(level), margins a share of exposure."""
    rng = np.random.default_rng(seed)
    ead = rng.lognormal(9, 0.7, n)
    partner = None if partners is None else rng.choice(len(partners), n, p=partners).astype(str)
    return Book(
        pd=expit(rng.normal(level, 1, n)),
        ead=ead,
        lgd=rng.uniform(0.5, 0.9, n),
        margin=margin * ead,
        partner=partner,
    )


def by_id(results):
    return {r.id: r for r in results}


@pytest.mark.parametrize("shock", [-3.0, -0.4, 0.0, 0.9, 5.0])
def test_shift_on_the_log_odds_scale_equals_scipys_logit_and_expit(shock):
    p = np.random.default_rng(1).uniform(1e-6, 1 - 1e-6, 1_000)
    assert shifted(p, shock) == pytest.approx(expit(logit(p) + shock), rel=1e-9, abs=1e-14)


def test_profit_of_each_scenario_equals_a_loop_over_accounts():
    book = accounts(n=300)
    table = stress_table(book)
    assert table["scenario"].tolist() == ["base", *(s.name for s in DOWNTURNS)]
    for row, s in zip(table.itertuples(), (StressScenario("base"), *DOWNTURNS), strict=True):
        loss = profit = 0.0
        for p, ead, lgd, margin in zip(book.pd, book.ead, book.lgd, book.margin, strict=True):
            hit = expit(logit(p) + s.log_odds)
            loss += hit * min(s.lgd * lgd, 1) * s.ead * ead
            profit += (1 - hit) * s.margin * margin - hit * min(s.lgd * lgd, 1) * s.ead * ead
        assert (row.loss, row.profit) == pytest.approx((loss, profit), rel=1e-9)
        assert row.profit_share == pytest.approx(profit / book.ead.sum(), rel=1e-9)


def test_interval_of_the_fall_is_that_of_a_paired_test_in_scipy_with_a_normal_quantile():
    book = accounts(n=5_000)
    row = stress_table(book).iloc[-1]
    after = book.under(DOWNTURNS[-1]).profit()
    low, high = ttest_rel(book.profit(), after).confidence_interval(0.95)
    assert row["fall_low"] == pytest.approx(book.n * low, rel=1e-3)
    assert row["fall_high"] == pytest.approx(book.n * high, rel=1e-3)


def test_fall_of_a_partner_equals_a_loop_over_partners():
    book = accounts(n=900, partners=[0.6, 0.3, 0.1])
    table = partner_table(book, shock=1.5)
    for row in table.itertuples():
        of = book.partner == row.partner
        hit = StressScenario("fall", log_odds=1.5, partner=row.partner)
        fall = book.profit().sum() - book.under(hit).profit().sum()
        assert row.fall == pytest.approx(fall, rel=1e-9)
        assert (row.accounts, row.exposure) == pytest.approx((of.sum(), book.ead[of].sum()))
        assert row.capital_used == pytest.approx(fall / (0.105 * book.ead.sum()))
    assert table["fall"].is_monotonic_decreasing


def test_accounts_that_nobody_brought_fall_with_no_partner():
    book = Book([0.1, 0.1], [1.0, 1.0], [0.5, 0.5], [0.1, 0.1], np.array(["a", None], object))
    assert partner_table(book)["partner"].tolist() == ["a"]


def test_a_thin_margin_fails_in_a_downturn_and_a_wide_one_passes():
    found = {
        margin: by_id(validate_stress(book.pd, book, POLICY))["stress.downturn"]
        for margin in (0.02, 0.15, 0.60)
        for book in [accounts(level=-2.4, margin=margin)]
    }
    assert [found[m].verdict for m in (0.02, 0.15, 0.60)] == [
        Verdict.FAIL,
        Verdict.WARN,
        Verdict.PASS,
    ]
    low, high = found[0.02].interval
    assert low < found[0.02].statistic < high


def test_a_book_that_hangs_on_one_partner_is_found():
    spread = accounts(partners=[0.04] * 25)
    hanging = accounts(partners=[0.91] + [0.01] * 9)
    found = [
        by_id(validate_stress(b.pd, b, POLICY))["stress.partner_collapse"]
        for b in (spread, hanging)
    ]
    assert [r.verdict for r in found] == [Verdict.PASS, Verdict.FAIL]
    assert found[1].reason.startswith("partner 0 with 9")


def test_without_money_only_the_default_rate_is_stressed_and_the_rest_says_why():
    p = np.full(200, 0.02)
    found = by_id(validate_stress(p, None, POLICY, reason="no exposure in the table"))
    rate = found.pop("stress.default_rate")
    assert rate.statistic == pytest.approx(expit(logit(0.02) + 0.9))
    assert {r.reason for r in found.values()} == {"no exposure in the table"}
    assert {r.verdict for r in found.values()} == {Verdict.NOT_EVALUATED}


def test_a_book_without_exposure_is_not_evaluated():
    n = 200
    nothing = Book(pd=np.full(n, 0.1), ead=np.zeros(n), lgd=np.full(n, 0.5), margin=np.zeros(n))
    money = validate_stress(nothing.pd, nothing, POLICY)[1:]
    for result in (
        *money,
        *validate_sensitivity(nothing, POLICY),
        *validate_reverse_stress(nothing, POLICY),
    ):
        assert result.verdict is Verdict.NOT_EVALUATED
        assert result.reason == "nothing is exposed"


def test_thirty_rows_are_not_evaluated():
    book = accounts(n=30)
    results = [*validate_stress(book.pd, book, POLICY), *validate_sensitivity(book, POLICY)]
    assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
    assert all("30" in r.reason for r in results)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pd": [1.2]}, "pd is 1.2"),
        ({"ead": [-1.0]}, "ead is -1"),
        ({"lgd": [np.nan]}, "lgd is nan"),
        ({"margin": [1.0, 2.0]}, "margin has 2 rows"),
        ({"capital": 0.0}, "capital is 0"),
    ],
)
def test_a_book_refuses_nonsense(wrong, said):
    fine = {"pd": [0.1], "ead": [100.0], "lgd": [0.5], "margin": [10.0]}
    with pytest.raises(BadInput, match=said):
        Book(**{**fine, **wrong})


def test_swings_of_the_tornado_equal_closed_forms():
    book = accounts(n=500)
    table = tornado(book).set_index("assumption")
    loss, earned = book.loss().sum(), ((1 - book.pd) * book.margin).sum()
    assert table.loc["margin", "swing"] == pytest.approx(0.2 * earned)
    # losses given default up to 0.9 stay under 1 with a tenth more
    assert table.loc["lgd", "swing"] == pytest.approx(0.2 * loss)
    assert table.loc["ead", "swing"] == pytest.approx(0.2 * loss)
    low, high = (expit(logit(book.pd) + d) for d in (-0.1, 0.1))
    swing = ((high - low) * (book.margin + book.lgd * book.ead)).sum()
    assert table.loc["log_odds", "swing"] == pytest.approx(swing)
    assert table["swing"].is_monotonic_decreasing


def test_the_assumption_that_the_result_hangs_on_is_named():
    safe, risky = accounts(level=-6.0), accounts(level=-0.5, margin=0.3)
    reasons = [validate_sensitivity(book, POLICY)[0].reason for book in (safe, risky)]
    assert "margin at 0.9" in reasons[0]
    assert "lgd at 1.1" in reasons[1] or "ead at 1.1" in reasons[1]
    with pytest.raises(BadInput, match="'weather' is no assumption"):
        tornado(risky, {"weather": (0.9, 1.1)})


def lived(seed, rate, n=3_000, margin=300.0):
    rng = np.random.default_rng(seed)
    default = rng.random(n) < rate
    loss = np.where(default, 4_000.0, 0.0)
    return pd.DataFrame({"default": default * 1.0, "loss": loss, "profit": margin - loss})


def test_table_of_lived_scenarios_equals_scipys_paired_interval():
    base, bad = lived(0, 0.02), lived(0, 0.15)
    table = lived_table(base, {"bad": bad}, exposure=15e6)
    low, high = ttest_rel(base["profit"], bad["profit"]).confidence_interval(0.95)
    assert table["fall_low"][1] == pytest.approx(3_000 * low, rel=2e-3)
    assert table["fall_high"][1] == pytest.approx(3_000 * high, rel=2e-3)
    rates = base["default"].mean(), bad["default"].mean()
    assert table["log_odds"][1] == pytest.approx(logit(rates[1]) - logit(rates[0]))
    assert table["profit_share"][1] == pytest.approx(bad["profit"].sum() / 15e6)


def test_the_worst_year_judges_and_a_good_one_does_not_hide_it():
    base, bad, worse = lived(0, 0.02), lived(0, 0.09), lived(0, 0.60)
    exposure = 15e6
    (found,) = validate_stressed_truth(base, {"bad": bad}, exposure, POLICY)
    assert found.verdict is Verdict.WARN
    scenarios = {"worse": worse, "bad": bad}
    (found,) = validate_stressed_truth(base, scenarios, exposure, POLICY)
    assert (found.verdict, found.reason.partition(":")[0]) == (Verdict.FAIL, "worse")
    (found,) = validate_stressed_truth(base, {"mild": lived(0, 0.03)}, exposure, POLICY)
    assert found.verdict is Verdict.PASS
    (found,) = validate_stressed_truth(base[:30], {"bad": bad[:30]}, exposure, POLICY)
    assert found.reason == "30 accounts; at least 50 needed"
