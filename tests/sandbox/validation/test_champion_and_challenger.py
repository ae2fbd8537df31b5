"""Paired tests of two scores, against statsmodels, MLstatkit and simulation."""

import numpy as np
import pytest
from MLstatkit import Delong_test
from scipy.stats import ttest_rel
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from sandbox.errors import BadInput
from sandbox.validation.comparison import (
    McNemar,
    brier_difference,
    difference_of_right,
    mcnemar,
    paired_bootstrap,
    validate_comparison,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.roc import auc, delong_paired

POLICY = Policy.default()


def two_scores(seed, n=1_500, noise=0.15):
    rng = np.random.default_rng(seed)
    true = rng.beta(1, 5, n)
    y = rng.binomial(1, true).astype(float)
    one, other = (np.clip(true + rng.normal(0, noise, n), 0, 1) for _ in range(2))
    return y, one, other


@pytest.mark.parametrize(("b", "c"), [(3, 9), (12, 12), (0, 5), (40, 61), (200, 230)])
def test_mcnemar_equals_statsmodels(b, c):
    one = np.r_[np.ones(b + 30), np.zeros(c + 20)].astype(bool)
    other = np.r_[np.zeros(b), np.ones(30), np.ones(c), np.zeros(20)].astype(bool)
    found = mcnemar(one, other)
    expected = statsmodels_mcnemar([[30, b], [c, 20]], exact=b + c <= 25, correction=True)
    assert (found.only_one, found.only_other) == (b, c)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)


def test_paired_delong_equals_mlstatkit():
    y, one, other = two_scores(0)
    z, p_value = Delong_test(y, one, other)[:2]
    difference, low, high = delong_paired(y, one, other)
    deviation = (high - low) / (2 * 1.959963984540054)
    assert abs(difference / deviation) == pytest.approx(abs(z), abs=1e-6)
    one_sided = validate_comparison(y, one, other, POLICY)[0].p_value
    assert min(one_sided, 1 - one_sided) * 2 == pytest.approx(p_value, abs=1e-6)


def test_paired_bootstrap_has_delongs_interval():
    y, one, other = two_scores(1)
    difference, low, high = paired_bootstrap(auc, y, one, other, draws=800, seed=3)
    exact = delong_paired(y, one, other)
    assert difference == pytest.approx(exact[0])
    assert high - low == pytest.approx(exact[2] - exact[1], rel=0.15)


def test_difference_of_brier_scores_is_a_paired_mean():
    y, one, other = two_scores(2)
    found = brier_difference(y, one, other)
    paired = ttest_rel((one - y) ** 2, (other - y) ** 2).confidence_interval()
    assert found[1:] == pytest.approx((paired.low, paired.high), rel=2e-2)


def test_equal_models_are_called_different_as_rarely_as_the_level_says():
    rejected = 0
    for seed in range(400):
        y, one, other = two_scores(seed, n=400)
        rejected += validate_comparison(y, one, other, POLICY)[0].p_value < 0.05
    # 400 draws at 5%: fewer than 40 but once in 100,000
    assert 4 <= rejected <= 40


def test_a_better_challenger_is_found_and_a_worse_one_is_not():
    y, one, _ = two_scores(5, n=6_000)
    rng = np.random.default_rng(0)
    worse = np.clip(one + rng.normal(0, 0.3, len(one)), 0, 1)
    assert validate_comparison(y, worse, one, POLICY)[0].verdict is Verdict.FAIL
    assert validate_comparison(y, one, worse, POLICY)[0].verdict is Verdict.PASS
    assert validate_comparison(y, worse, one, POLICY)[2].verdict is Verdict.FAIL


def test_without_a_challenger_nothing_is_green():
    y, one, _ = two_scores(6)
    for result in validate_comparison(y, one, None, POLICY):
        assert result.verdict is Verdict.NOT_EVALUATED
        assert "no challenger" in result.reason
    with pytest.raises(BadInput, match="one length"):
        mcnemar([True], [True, False])


def test_a_champion_against_itself_is_never_called_worse():
    y, one, _ = two_scores(7)
    found = validate_comparison(y, one, one.copy(), POLICY)
    assert [r.statistic for r in found] == [0.0, 0.0, 0.0]
    assert [r.verdict for r in found] == [Verdict.PASS] * 3


def test_decisions_speak_against_the_champion_only_where_the_challenger_is_right_more_often():
    y, one, _ = two_scores(5, n=6_000)
    worse = np.clip(one + np.random.default_rng(0).normal(0, 0.3, len(one)), 0, 1)
    against, for_it = (validate_comparison(y, *s, POLICY)[1] for s in ((worse, one), (one, worse)))
    assert against.p_value < 1e-3 < 1 - 1e-3 < for_it.p_value
    assert against.statistic == -for_it.statistic < 0


def test_interval_of_decisions_equals_a_weighted_mean_of_four_cells():
    # Agresti and Min: half a case more in each cell, then the mean of +1, -1, 0 and 0
    cells, values = np.array([12, 4, 30, 54]) + 0.5, np.array([1.0, -1.0, 0.0, 0.0])
    mean = np.average(values, weights=cells)
    error = np.sqrt(np.average((values - mean) ** 2, weights=cells) / cells.sum())
    low, high = difference_of_right(McNemar(12, 4, 0.0, 1.0), 100)
    assert (low, high) == pytest.approx((mean - 1.959964 * error, mean + 1.959964 * error))
    assert difference_of_right(McNemar(0, 0, 0.0, 1.0), 100)[1] > 0
