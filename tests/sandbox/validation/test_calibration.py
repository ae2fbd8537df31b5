"""Calibration figures against independent implementations, and the tests' own size and power."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import beta, binom, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from sandbox.errors import BadInput
from sandbox.validation.calibration import (
    brier,
    brier_parts,
    ece,
    intercept,
    slope,
    validate_calibration,
)
from sandbox.validation.goodness import hosmer_lemeshow, spiegelhalter
from sandbox.validation.grades import (
    grades,
    holm,
    jeffreys,
    jeffreys_interval,
    jeffreys_power,
    jeffreys_table,
)
from sandbox.validation.inputs import observed
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.stability import psi
from sandbox.validation.suite import validate_scores


def sample(seed, n=3000, understated=1.0):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 8, n)
    return rng.binomial(1, np.minimum(p * understated, 1)).astype(float), p


def test_brier_score_is_that_of_scikit_learn():
    y, p = sample(0)
    assert brier(y, p) == pytest.approx(brier_score_loss(y, p), abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 20), st.booleans())
def test_the_parts_of_the_brier_score_add_up(seed, number, ties):
    y, p = sample(seed, n=80)
    p = np.round(p, 1) if ties else p
    parts = brier_parts(y, p, number)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(brier(y, p), abs=1e-12)


def test_within_groups_nothing_is_hidden_when_scores_are_the_groups():
    y, p = sample(1)
    assert brier_parts(y, np.round(p, 1), 1000).within == pytest.approx(0, abs=1e-15)


def test_slope_is_that_of_an_unpenalised_logistic_regression():
    y, p = sample(2)
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit(p)[:, None], y)
    assert slope(y, p).value == pytest.approx(fitted.coef_[0, 0], abs=1e-5)


def test_intercept_solves_observed_equals_expected():
    y, p = sample(3, understated=1.3)
    root = brentq(lambda a: (y - expit(a + logit(p))).sum(), -3, 3, xtol=1e-12)
    assert intercept(y, p).value == pytest.approx(root, abs=1e-8)


def test_slope_of_separated_classes_has_no_value():
    y, p = np.repeat([0.0, 1.0], 50), np.repeat([0.1, 0.9], 50)
    assert np.isnan(slope(y, p).value)
    by_id = {r.id: r for r in validate_calibration(observed(y, p), Policy.default())}
    assert by_id["calibration.slope"].verdict is Verdict.NOT_EVALUATED
    assert "separate" in by_id["calibration.slope"].reason


def plain_hosmer_lemeshow(y, p, edges):
    """Both cells of every group, as the 1980 paper writes it."""
    total = 0.0
    for low, high in pairwise(edges):
        inside = (p > low) & (p <= high)
        n, o1, e1 = inside.sum(), y[inside].sum(), p[inside].sum()
        total += (o1 - e1) ** 2 / e1 + ((n - o1) - (n - e1)) ** 2 / (n - e1)
    return total


def test_hosmer_lemeshow_is_the_sum_over_both_cells_of_every_group():
    y, p = sample(4, n=10_000)
    ordered = np.sort(p)
    edges = np.concatenate([[-1], ordered[np.arange(1, 10) * 1_000 - 1], [1]])
    assert hosmer_lemeshow(y, p).statistic == pytest.approx(plain_hosmer_lemeshow(y, p, edges))


def test_hosmer_lemeshow_joins_groups_until_five_cases_are_expected():
    p = np.repeat([0.01, 0.02, 0.03, 0.10, 0.20], 100)
    y = (np.arange(500) % 9 == 0).astype(float)
    # 1 and 2 and 3 cases are expected in the first three groups together
    found = hosmer_lemeshow(y, p, 5)
    expected, seen = np.array([6.0, 10.0, 20.0]), [y[:300].sum(), y[300:400].sum(), y[400:].sum()]
    n = np.array([300, 100, 100])
    by_hand = ((seen - expected) ** 2 / (expected * (1 - expected / n))).sum()
    assert found.statistic == pytest.approx(by_hand)
    assert found.p_value == pytest.approx(chi2.sf(by_hand, 3))


def test_spiegelhalter_is_the_standardised_brier_score():
    y, p = sample(5)
    mean = (p * (1 - p)).mean()
    deviation = np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum()) / len(p)
    assert spiegelhalter(y, p).statistic == pytest.approx((brier(y, p) - mean) / deviation)


def test_jeffreys_p_value_and_interval_are_quantiles_of_the_beta_posterior():
    table = jeffreys_table(*sample(6))
    for row in table.itertuples():
        posterior = beta(row.defaults + 0.5, row.n - row.defaults + 0.5)
        assert row.p_value == pytest.approx(posterior.cdf(row.mean_pd))
        assert (row.low, row.high) == pytest.approx(posterior.ppf([0.025, 0.975]))
        assert row.observed_rate == row.defaults / row.n


def test_jeffreys_interval_reaches_the_ends_when_none_or_all_default():
    low, high = jeffreys_interval([0, 20], [20, 20])
    assert low[0] == 0
    assert high[1] == 1


def test_a_pd_that_is_too_low_has_a_small_jeffreys_p_value():
    assert jeffreys(30, 1000, 0.01) < 1e-6
    assert jeffreys(10, 1000, 0.03) > 0.99


def test_jeffreys_power_is_that_of_simulated_grades():
    rng = np.random.default_rng(0)
    drawn = rng.binomial(2000, 0.12, 20_000)
    share = (jeffreys(drawn, 2000, 0.10) < 0.05).mean()
    assert jeffreys_power(2000, 0.10) == pytest.approx(share, abs=0.02)


def test_power_of_the_global_tests_is_that_of_simulated_samples():
    rng = np.random.default_rng(1)
    p = rng.beta(1, 8, 2500)
    rejected = np.zeros(2)
    for _ in range(300):
        y = rng.binomial(1, np.minimum(1.2 * p, 1))
        rejected += [hosmer_lemeshow(y, p).p_value < 0.05, spiegelhalter(y, p).p_value < 0.05]
    tested = (hosmer_lemeshow(y, p), spiegelhalter(y, p))
    assert np.abs(rejected / 300 - [t.power for t in tested]).max() < 0.13


def test_every_calibration_test_keeps_its_size_when_the_model_is_right():
    """Rejections among 300 samples at 5%; outside the bounds once in 100,000 by chance."""
    rejected = dict.fromkeys(("hl", "z", "slope", "intercept", "jeffreys", "psi"), 0)
    for seed in range(300):
        y, p = sample(seed)
        rejected["hl"] += hosmer_lemeshow(y, p).p_value < 0.05
        rejected["z"] += spiegelhalter(y, p).p_value < 0.05
        for name, compute, right in (("slope", slope, 1.0), ("intercept", intercept, 0.0)):
            low, high = compute(y, p).interval
            rejected[name] += not low <= right <= high
        grade = grades(p)
        n, defaults = np.bincount(grade), np.bincount(grade, weights=y)
        mean = np.bincount(grade, weights=p) / n
        rejected["jeffreys"] += holm(jeffreys(defaults, n, mean)).min() < 0.05
        rejected["psi"] += psi(p, sample(seed + 1000)[1]).p_value < 0.05
    low, high = binom.ppf([1e-6, 1 - 1e-6], 300, 0.05)
    # Jeffreys is conservative: Holm bounds the chance of any false alarm
    assert all(low <= n <= high for name, n in rejected.items() if name != "jeffreys"), rejected
    assert rejected["jeffreys"] <= high


def test_understated_pds_are_found():
    by_id = {
        r.id: r for r in validate_calibration(observed(*sample(7, 20_000, 1.6)), Policy.default())
    }
    assert by_id["calibration.jeffreys"].verdict is Verdict.FAIL
    assert by_id["calibration.intercept"].verdict is Verdict.FAIL
    assert by_id["calibration.intercept"].statistic > 0


def test_ece_of_constant_right_predictions_is_nil():
    assert ece([0, 0, 0, 1], [0.25] * 4) == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=50), st.integers(1, 12))
def test_equal_scores_share_a_grade_and_grades_follow_scores(values, number):
    score = np.array(values) / 5
    grade = grades(score, number)
    assert grade.max() < number
    assert set(grade) == set(range(grade.max() + 1))
    for a, b in zip(score, grade, strict=True):
        assert (grade[score == a] == b).all()
        assert (grade[score > a] >= b).all()


def test_no_rows_or_no_grades_is_refused():
    with pytest.raises(BadInput, match="0 rows"):
        grades([], 10)


def test_the_grades_that_count_are_those_after_holms_correction():
    table = jeffreys_table(*sample(6))
    assert table["p_holm"].tolist() == pytest.approx(holm(table["p_value"]).tolist())
    assert (table["p_holm"] >= table["p_value"]).all()


def test_a_slope_that_warns_says_what_it_means():
    y, s = sample(6)
    extreme = 1 / (1 + ((1 - s) / s) ** 3)
    by_id = {r.id: r for r in validate_scores(y, np.clip(extreme, 1e-6, 1 - 1e-6), role="pd")}
    assert "too extreme" in by_id["calibration.slope"].reason
    by_id = {r.id: r for r in validate_scores(y, s / 3, role="pd")}
    assert by_id["calibration.intercept"].reason == "PDs are too low on average"
