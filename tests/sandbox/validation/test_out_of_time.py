"""Periods, windows and months on book, against statsmodels, scipy and loops."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import beta, binomtest, ttest_ind
from statsmodels.stats.contingency_tables import Table

from sandbox.errors import BadInput
from sandbox.validation.back_test import (
    by_mob,
    by_vintage,
    cumulative_defaults,
    expected_by_mob,
    validate_back_test,
)
from sandbox.validation.out_of_time import validate_out_of_time
from sandbox.validation.performance_window import (
    Window,
    class_table,
    performance_classes,
    target_of,
    through_the_door,
)
from sandbox.validation.periods import (
    by_period,
    change_of_auc,
    change_of_calibration,
    trend_of_auc,
    trend_of_calibration,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.roc import delong

POLICY = Policy.default()


def stream(seed, months=12, n=400, fade=0.0, drift=0.0):
    """Cases of `months` periods: ranking fades and defaults drift after half of them."""
    rng = np.random.default_rng(seed)
    period = np.repeat(np.arange(months), n)
    later = np.maximum(period - months // 2 + 1, 0)
    odds = rng.normal(-2.0, 1.2, months * n)
    true = 1 / (1 + np.exp(-(odds + drift * later)))
    y = rng.binomial(1, true).astype(float)
    seen = odds + fade * later * rng.normal(0, 1, months * n)
    return y, 1 / (1 + np.exp(-seen)), period


def test_change_of_auc_equals_a_bootstrap_of_both_samples():
    y, s, period = stream(0, n=150)
    old = period < 6
    found = change_of_auc(y[old], s[old], y[~old], s[~old])
    rng = np.random.default_rng(1)
    draws = []
    for _ in range(400):
        one, other = (rng.choice(np.flatnonzero(m), m.sum()) for m in (old, ~old))
        draws.append(delong(y[other], s[other])[0] - delong(y[one], s[one])[0])
    assert found.error == pytest.approx(np.std(draws), rel=0.12)
    assert found.value == pytest.approx(delong(y[~old], s[~old])[0] - delong(y[old], s[old])[0])


def test_change_of_calibration_equals_scipy_welch():
    y, s, period = stream(2)
    old = period < 6
    found = change_of_calibration(y[old], s[old], y[~old], s[~old])
    welch = ttest_ind((y - s)[~old], (y - s)[old], equal_var=False, alternative="greater")
    # a normal in place of t at thousands of cases
    assert found.p_value == pytest.approx(welch.pvalue, abs=1e-3)


def test_calibration_trend_equals_statsmodels_ordinal_association():
    y, _, period = stream(3, drift=0.05)
    found = trend_of_calibration(y, np.full(len(y), y.mean()), period)
    table = Table(pd.crosstab(period, y).to_numpy(), shift_zeros=False)
    # the permutation variance has n − 1 where the binomial has n
    zscore = table.test_ordinal_association().zscore
    assert found.value / found.error == pytest.approx(zscore, rel=1e-3)


def test_calibration_trend_is_near_the_slope_of_statsmodels_glm():
    y, s, period = stream(4, drift=0.06)
    fitted = sm.GLM(
        y,
        sm.add_constant(period.astype(float)),
        family=sm.families.Binomial(),
        offset=np.log(s / (1 - s)),
    ).fit()
    found = trend_of_calibration(y, s, period)
    assert found.error == pytest.approx(fitted.bse[1], rel=0.1)
    assert found.value == pytest.approx(fitted.params[1], rel=0.15)


def test_auc_trend_equals_statsmodels_wls():
    y, s, period = stream(5, fade=0.3)
    table = by_period(y, s, period)
    found = trend_of_auc(table)
    # variances shared: as if every period had one variance a case, of b·g/(b + g) cases
    cases = table["defaults"] * (table["n"] - table["defaults"]) / table["n"]
    one = np.average(table["auc_error"] ** 2 * cases, weights=cases)
    fitted = sm.WLS(table["auc"], sm.add_constant(np.arange(12.0)), weights=cases / one).fit(
        cov_type="fixed scale"
    )
    assert (found.value, found.error) == pytest.approx((fitted.params.iloc[1], fitted.bse.iloc[1]))


def test_period_table_equals_a_loop():
    y, s, period = stream(6, months=4, n=90)
    y[::7] = np.nan
    table = by_period(y, s, period)
    for row in table.itertuples():
        mine = (period == row.period) & ~np.isnan(y)
        area, variance = delong(y[mine], s[mine])
        assert (row.applications, row.n, row.defaults) == (90, mine.sum(), y[mine].sum())
        assert (row.auc, row.auc_error) == pytest.approx((area, variance**0.5))
        d, n = y[mine].sum(), mine.sum()
        assert row.p_value == pytest.approx(beta.cdf(s[mine].mean(), d + 0.5, n - d + 0.5))


def test_trends_reject_a_steady_model_as_rarely_as_the_level_says():
    rejected = np.zeros(2)
    for seed in range(200):
        y, s, period = stream(seed, n=120)
        p = [r.p_value for r in validate_out_of_time(y, s, period, POLICY)[2:4]]
        rejected += np.array(p) < 0.05
    # 200 draws at 5%: more than 22 once in ten thousand
    assert (rejected >= 1).all()
    assert (rejected <= 22).all()


def test_fading_ranking_and_rising_defaults_are_found_and_told_apart():
    for fade, drift, expected in ((0.5, 0.0, 0), (0.0, 0.15, 1)):
        y, s, period = stream(7, fade=fade, drift=drift)
        found = validate_out_of_time(y, s, period, POLICY, out_of_time=period >= 6)
        assert found[expected].verdict is Verdict.FAIL
        assert found[expected + 2].verdict is Verdict.FAIL
    y, s, period = stream(7)
    steady = validate_out_of_time(y, s, period, POLICY, out_of_time=period >= 6)
    assert all(r.verdict is Verdict.PASS for r in steady[:4])
    assert all(0 < r.power <= 1 for r in steady[:2])


def test_what_was_not_given_is_not_evaluated():
    y, s, period = stream(8, months=2, n=40)
    found = validate_out_of_time(y, s, period, POLICY, out_of_time=period >= 1)
    assert {r.verdict for r in found} == {Verdict.NOT_EVALUATED}
    assert "out of time" in found[0].reason or "in time" in found[0].reason
    assert "approvals are not known" in found[4].reason
    nothing = validate_out_of_time(y, s, period, POLICY)
    assert "not said which cases" in nothing[0].reason
    one_class = validate_out_of_time(np.zeros(80), s, period, POLICY, out_of_time=period >= 1)
    assert {r.verdict for r in one_class} == {Verdict.NOT_EVALUATED}
    constant = validate_out_of_time(y, np.full(80, 0.2), period, POLICY, accepted=period)
    assert constant[4].verdict is Verdict.NOT_EVALUATED


def test_constant_scores_have_no_change_of_auc():
    y, _, period = stream(9)
    found = validate_out_of_time(y, np.full(len(y), 0.2), period, POLICY, out_of_time=period >= 6)
    assert found[0].verdict is Verdict.NOT_EVALUATED
    assert found[2].verdict is Verdict.NOT_EVALUATED


def test_classes_and_their_shares_equal_a_loop():
    rng = np.random.default_rng(0)
    days, months = rng.choice([0, 20, 31, 90, 91, 200], 500), rng.integers(1, 24, 500)
    cohort = rng.integers(0, 5, 500)
    window = Window(12, 30, 90)
    classes = performance_classes(days, months, window)
    for day, month, kind in zip(days, months, classes, strict=True):
        if month < 12:
            assert kind == "immature"
        else:
            assert kind == ("bad" if day > 90 else "indeterminate" if day > 30 else "good")
    table = class_table(classes, cohort)
    assert table[["good", "indeterminate", "bad", "immature"]].sum(axis=1).to_numpy() == (
        pytest.approx(np.ones(5))
    )
    first = target_of(classes)[cohort == 0]
    assert table["bad_rate"].iloc[0] == pytest.approx(np.nanmean(first))


def test_accounts_without_a_window_are_immature_and_nonsense_is_refused():
    assert performance_classes([np.nan], [24], Window(12, 30, 90)).tolist() == ["immature"]
    with pytest.raises(BadInput, match="good_days"):
        Window(12, 90, 30)
    with pytest.raises(BadInput, match="below 0"):
        performance_classes([-1], [12], Window(12, 30, 90))
    with pytest.raises(BadInput, match="'ugly'"):
        target_of(["ugly"])


def test_through_the_door_counts_everyone_once():
    rng = np.random.default_rng(1)
    score = rng.uniform(size=4_000)
    accepted = score < 0.7
    found = through_the_door(score, accepted)
    assert found.table["applicants"].sum() == 4_000
    assert found.table["share_accepted"].sum() == pytest.approx(1)
    assert found.table["share_rejected"].sum() == pytest.approx(1)
    assert found.table["acceptance_rate"].tolist()[:6] == [1.0] * 6
    assert found.beyond == 1.0
    e, a = found.table["share"], found.table["share_accepted"].clip(lower=0.5 / accepted.sum())
    assert found.index.value == pytest.approx(((a - e) * np.log(a / e)).sum(), rel=1e-9)
    result = validate_out_of_time(
        np.where(accepted, 0.0, np.nan), score, np.zeros(4_000), POLICY, accepted=accepted
    )[4]
    assert result.verdict is Verdict.FAIL


def test_the_rejected_beyond_are_those_above_every_accepted_one():
    found = through_the_door([0.10, 0.20, 0.15, 0.30], [1, 1, 0, 0], bands=2)
    assert found.beyond == 0.5


def vintages(seed, factor=1.0, count=8, n=800):
    """Accounts of `count` vintages with constant hazard, defaults `factor` times as frequent."""
    rng = np.random.default_rng(seed)
    vintage = np.repeat(np.arange(count), n)
    p = rng.beta(1, 12, count * n)
    hazard = -np.log1p(-p) / 12 * factor
    month = np.ceil(rng.exponential(1 / np.maximum(hazard, 1e-9)))
    followed = 12 + count - 1 - vintage - (count - 1) // 2
    month = np.where(month <= followed, month, np.nan)
    return vintage, followed, month, p, np.arange(1, 13) / 12


def test_cumulative_defaults_equal_a_loop_over_accounts():
    vintage, followed, month, p, share = vintages(0, count=5, n=120)
    table = cumulative_defaults(vintage, followed, month, p, share)
    for row in table.itertuples():
        of = vintage == row.vintage
        assert followed[of].min() >= row.mob
        assert row.defaults == sum(m <= row.mob for m in month[of])
        cumulative = [1 - (1 - each) ** share[row.mob - 1] for each in p[of]]
        assert row.expected_rate == pytest.approx(np.mean(cumulative))


def test_back_test_p_values_equal_scipy_binomtest_and_beta():
    vintage, followed, month, p, share = vintages(1)
    table = by_vintage(cumulative_defaults(vintage, followed, month, p, share))
    for row in table.itertuples():
        exact = binomtest(int(row.defaults), int(row.accounts), row.expected_rate, "greater")
        assert row.p_binomial == pytest.approx(exact.pvalue)
        tail = beta.cdf(row.expected_rate, row.defaults + 0.5, row.accounts - row.defaults + 0.5)
        assert row.p_jeffreys == pytest.approx(tail)


def test_defaults_ahead_of_pds_are_found_and_right_pds_pass():
    for factor, verdict in ((1.0, Verdict.PASS), (1.5, Verdict.FAIL)):
        vintage, followed, month, p, share = vintages(2, factor)
        table = cumulative_defaults(vintage, followed, month, p, share)
        for result in validate_back_test(table, POLICY):
            assert result.verdict is verdict
            assert 0 < result.power <= 1
            assert result.reason.endswith("defaults are taken as independent")
    assert by_mob(table)["ratio"].iloc[-1] == pytest.approx(1.45, abs=0.15)


def test_one_bad_vintage_is_named():
    vintage, followed, month, p, share = vintages(3)
    worse = vintages(3, factor=2.0)[2]
    month = np.where(vintage == 2, worse, month)
    result = validate_back_test(cumulative_defaults(vintage, followed, month, p, share), POLICY)[1]
    assert result.verdict is Verdict.FAIL
    assert "vintage 2," in result.reason


def test_back_test_of_right_pds_fails_as_rarely_as_the_level_says():
    failed = np.zeros(2)
    for seed in range(150):
        vintage, followed, month, p, share = vintages(seed, count=4, n=300)
        found = validate_back_test(cumulative_defaults(vintage, followed, month, p, share), POLICY)
        failed += [r.p_value < 0.05 for r in found]
    # 150 draws at no more than 5%: more than 18 once in ten thousand
    assert (failed <= 18).all()


def test_back_test_without_enough_is_not_evaluated():
    assert "no table" in validate_back_test(None, POLICY)[0].reason
    few = pd.DataFrame(
        {"vintage": ["a"], "mob": [3], "accounts": [30], "defaults": [1], "expected_rate": [0.02]}
    )
    assert validate_back_test(few, POLICY)[0].verdict is Verdict.NOT_EVALUATED
    with pytest.raises(BadInput, match="more defaults"):
        validate_back_test(few.assign(defaults=31), POLICY)
    with pytest.raises(BadInput, match="no column"):
        validate_back_test(few.drop(columns="mob"), POLICY)
    with pytest.raises(BadInput, match="rising"):
        expected_by_mob([0.1], [0.5, 0.2])
