"""A limit model's cell: the portfolio its decisions make, and what came of its scores in time."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from studies import WORLD

from sandbox.experiment.drift_streams import drifting
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.origination import DAYS_A_MONTH, Origination, hazard_share
from sandbox.experiment.portfolio_judge import PortfolioOfDecisions
from sandbox.experiment.trial import Scores
from sandbox.policy import LimitPolicy
from sandbox.validation.drift_delay import detection
from sandbox.validation.portfolio_pack.reading import from_months_late
from sandbox.validation.result import Verdict


@pytest.fixture(scope="module")
def judge():
    evaluation = WORLD.reseeded(77)
    truth = evaluation.reseeded(77, customers=1_500).truth.potential_outcomes(4, progress=False)
    return limit_trial(WORLD, evaluation, truth, LimitPolicy()).judge


@pytest.fixture(scope="module")
def scores(judge):
    income = judge.features["declared_income"].to_numpy(dtype=float)
    risk = 0.15 * (1 - np.argsort(np.argsort(income)) / len(income)) + 0.002
    return Scores(evaluation={"pd": risk}, training={"pd": risk[:800]})


@pytest.fixture(scope="module")
def judgement(judge, scores):
    return judge(scores)


def result(judgement, name):
    return next(r for r in judgement.results if r.id == name)


def test_every_exhibit_that_needs_no_override_is_in_the_cell(judgement):
    gaps = judgement.tables["portfolio.not_shown"]["exhibit"].tolist()
    assert gaps == ["overrides", "override reasons"]
    assert {"portfolio.vintages", "portfolio.ecl", "portfolio.swap_set"} <= set(judgement.tables)


def test_vintages_end_with_the_defaults_and_accounts_of_the_replay(judge, scores, judgement):
    happened = judge.replayed(judge.decided(scores)[0])
    last = judgement.tables["portfolio.vintages"].groupby("vintage").last()
    assert last["accounts"].sum() == happened["taken"].sum()
    assert last["ever_90"].sum() == happened["default"].sum() > 20
    walked = judgement.tables["portfolio.waterfall"].set_index("step")["customers"]
    assert walked["accounts"] == happened["taken"].sum()


def test_the_swap_set_is_worth_what_the_two_replays_earn(judge, scores, judgement):
    mine = judge.replayed(judge.decided(scores)[0])["profit"].sum()
    theirs = judge.under_the_incumbent["profit"].to_numpy()[judge.honest].sum()
    assert result(judgement, "portfolio.swap_profit").statistic == pytest.approx(mine - theirs)


def test_the_panel_has_every_account_month_of_the_ledger_once(judge, scores):
    ledger = judge.outcomes(judge.decided(scores)[0], accounts=True).accounts()
    panel = from_months_late(ledger, None, months=WORLD.months)
    assert len(panel.rows) == len(ledger)


def test_default_timing_is_nelson_and_aalen_of_statsmodels():
    seen = WORLD.observed()
    ends = seen.performance.set_index("customer_id")
    opened = seen.applications.set_index("customer_id")["event_time"][ends.index]
    month = np.rint((ends["event_time"] - opened) / DAYS_A_MONTH).clip(1, WORLD.months)
    lost = ends["default"].to_numpy()
    # the others are seen to the end of the world's months, after every default
    until = np.where(lost, month, WORLD.months + 1)
    curve = SurvfuncRight(until, lost.astype(int))
    hazard = np.cumsum(curve.n_events / curve.n_risk)
    share = hazard_share(seen, WORLD.months)
    places = curve.surv_times.astype(int)
    seen_at = places[places <= WORLD.months]
    np.testing.assert_allclose(
        share[seen_at - 1], (hazard / hazard[-1])[: len(seen_at)], atol=1e-12
    )
    assert share[-1] == 1
    assert (np.diff(share) >= 0).all()


def test_confirmed_frauds_bring_no_default_of_honest_customers_forward(judge):
    """They never pay, and neither labels nor evaluation have them."""
    seen, fresh = WORLD.observed(), judge.world.observed()
    when = Origination.of(seen, fresh, judge.honest, WORLD.months)
    assert judge.origination.hazard_share == pytest.approx(when.hazard_share)
    confirmed = seen.performance["customer_id"].isin(seen.fraud_labels["customer_id"])
    assert confirmed.sum() > 5
    honest = seen.performance[~confirmed]
    opened = seen.applications.set_index("customer_id")["event_time"][honest["customer_id"]]
    month = np.rint((honest["event_time"].to_numpy() - opened.to_numpy()) / DAYS_A_MONTH)
    lost = honest["default"].to_numpy()
    by_month = [(lost & (month == m)).sum() for m in range(1, WORLD.months + 1)]
    there = len(honest) - np.concatenate([[0], np.cumsum(by_month)[:-1]])
    passed = np.cumsum(by_month / there)
    np.testing.assert_allclose(when.hazard_share, passed / passed[-1], atol=1e-12)
    assert hazard_share(seen, WORLD.months)[5] > 1.2 * when.hazard_share[5]
    assert len(when.labels.age) < (fresh.performance["event_time"] > -1).sum()


def test_losses_expected_are_of_what_is_owed_and_not_of_what_was_earned_before(
    judge, scores, judgement
):
    """An LGD by hand: recoveries come month by month, 10% of what is left, at 6% a year."""
    terms = WORLD.scenario.economics
    month = (1 + terms.discount) ** (-1 / 12)
    left, back = 1.0, 0.0
    for m in range(1, 2_000):
        back += left * terms.recovery_speed * month**m
        left *= 1 - terms.recovery_speed
    decisions, _ = judge.decided(scores)
    book = PortfolioOfDecisions(
        judge, scores, decisions, judge.outcomes(decisions, accounts=True),
        judge.replayed(decisions),
    )  # fmt: skip
    assert book.data.accounts["lgd"].to_numpy() == pytest.approx(1 - (1 - terms.lgd) * back)
    assert "portfolio.ecl" in judgement.tables


def test_months_in_which_nobody_can_default_yet_fail_no_back_test(judgement):
    found = result(judgement, "outcomes.back_test_mob")
    assert (found.table["expected"] > 0).all()
    assert np.isfinite(found.statistic)


def test_what_a_study_cannot_say_is_not_green(judgement):
    for name in ("out_of_time.auc_change", "outcomes.label_bias", "portfolio.ecl_coverage"):
        found = result(judgement, name)
        assert found.verdict is Verdict.NOT_EVALUATED
        assert found.reason
    assert np.isfinite(result(judgement, "truth.reject_inference").statistic)
    assert np.isfinite(result(judgement, "truth.false_alarms").statistic)


def test_drift_is_found_through_a_score_that_ranks_and_not_through_noise():
    rng = np.random.default_rng(5)
    true = rng.beta(1, 15, 3_000)
    told, change = drifting(true, true, seed=1)
    blind, _ = drifting(rng.permutation(true), true, seed=1)
    good, bad = (detection(a["CUSUM"], change) for a in (told, blind))
    assert good.found == 1
    assert good.delay < 3
    assert bad.found < 0.4
    # one alarm in 200 months is 11% of streams of 24 months
    assert good.false_interval[0] < 1 - np.exp(-24 / 200) < good.false_interval[1] + 0.05
