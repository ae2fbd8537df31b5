"""The ECB's statistics against the initial validation, and distances of samples."""

import numpy as np
import pytest
from riskvalidation.validation import rating_system
from riskvalidation.validation.discrimination import disc_auc_vs_initial
from scipy.stats import chi2_contingency, ks_2samp, norm, wasserstein_distance

from sandbox.errors import BadInput
from sandbox.validation.against_initial import (
    auc_against_initial,
    bandwidths,
    concentration,
    concentration_against_initial,
    concentration_beyond_chance,
    migration_matrix,
    migration_stability,
)
from sandbox.validation.distances import distance
from sandbox.validation.roc import delong

COUNTS = [[120, 20, 6, 1], [15, 200, 30, 4], [2, 25, 150, 22], [0, 3, 18, 80]]


def test_auc_against_initial_equals_riskvalidation():
    rng = np.random.default_rng(0)
    score = rng.beta(1, 4, 800)
    target = rng.binomial(1, score)
    area, variance = delong(target, score)
    found = auc_against_initial(area, variance**0.5, 0.78)
    other = disc_auc_vs_initial(0.78, score, target)
    assert found.p_value == pytest.approx(other.p_value, abs=1e-9)
    with pytest.raises(BadInput, match="above 0"):
        auc_against_initial(0.7, 0.0, 0.7)


def test_initial_auc_of_a_sample_counts_with_its_error():
    plain = auc_against_initial(0.75, 0.03, 0.80)
    both = auc_against_initial(0.75, 0.03, 0.80, 0.04)
    assert plain.statistic == pytest.approx(0.05 / 0.03)
    assert both.statistic == pytest.approx(0.05 / 0.05)
    # differences of two equal AUCs, as many cases in each: how often "exact" says they fell
    gaps = np.random.default_rng(2).normal(0, 0.01, (2, 20_000))
    taken = [auc_against_initial(a, 0.01, b).p_value < 0.05 for a, b in gaps.T]
    assert np.mean(taken) == pytest.approx(norm.sf(norm.ppf(0.95) / np.sqrt(2)), abs=0.01)
    with pytest.raises(BadInput, match="initial AUC is -1"):
        auc_against_initial(0.7, 0.01, 0.7, -1.0)


def test_concentration_equals_riskvalidation():
    now, then = [10, 40, 300, 150, 20], [50, 90, 160, 120, 80]
    assert concentration(now) == pytest.approx(rating_system.concentration(now), abs=1e-12)
    found = concentration_against_initial(now, then)
    assert found.p_value == pytest.approx(rating_system.rating_hhi(now, then).p_value, abs=1e-9)
    assert concentration([0, 0, 7])[1] == pytest.approx(1.0)


def test_concentration_beyond_chance_equals_scipy_chi2_contingency_of_large_samples():
    rng = np.random.default_rng(1)
    now = rng.multinomial(900, [0.1] * 10)
    then = np.full(10, 10_000)
    found = concentration_beyond_chance(now, then)
    other = chi2_contingency(np.array([now, then]))
    assert found.statistic == pytest.approx(other.statistic, rel=0.01)
    assert found.p_value == pytest.approx(other.pvalue, abs=0.01)
    # of even grades it is the square of the ECB's coefficient of variation
    assert found.statistic == pytest.approx(concentration(now)[0] ** 2 * 900 * 1e5 / (1e5 + 900))


def test_concentration_of_even_grades_needs_more_than_the_statistic_of_the_ecb():
    now, then = [101, 99, 100, 100], [100, 100, 100, 100]
    assert concentration_against_initial(now, then).p_value < 0.01
    assert concentration_beyond_chance(now, then).p_value > 0.99
    assert concentration_beyond_chance([160, 80, 80, 80], then).p_value < 1e-4
    assert concentration_beyond_chance([100, 100, 100, 100], [160, 80, 80, 80]).p_value == 1.0
    with pytest.raises(BadInput, match="none empty then"):
        concentration_beyond_chance([5, 5], [0, 10])


def test_bandwidths_equal_riskvalidation():
    upper, lower = bandwidths(COUNTS)
    assert (upper, lower) == pytest.approx(rating_system.matrix_weighted_bandwidth(COUNTS))


def test_migration_z_is_a_difference_of_multinomial_shares():
    table = migration_stability(COUNTS).set_index(["grade", "nearer", "farther"])
    share = np.array(COUNTS[1]) / sum(COUNTS[1])
    near, far, n = share[2], share[3], sum(COUNTS[1])
    error = np.sqrt((near * (1 - near) + far * (1 - far) + 2 * near * far) / n)
    assert table.loc[(2, 3, 4), "z"] == pytest.approx((near - far) / error)
    backwards = migration_stability([[5, 1, 60], [1, 50, 1], [0, 5, 90]])
    worst = backwards.sort_values("p_value").iloc[0]
    assert worst[["grade", "nearer", "farther"]].tolist() == [1, 2, 3]
    assert worst["p_value"] < 1e-6


def test_the_matrix_counts_pairs():
    matrix = migration_matrix([1, 1, 2, 3], [1, 2, 2, 1], grades=3)
    assert matrix.to_numpy().tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    with pytest.raises(BadInput, match="from 1 to 3"):
        migration_matrix([4], [1], grades=3)


@pytest.mark.parametrize("moved", [0.0, 0.05])
def test_distances_equal_scipys(moved):
    rng = np.random.default_rng(2)
    before, after = rng.beta(2, 5, 3_000), rng.beta(2, 5, 2_000) + moved
    found, other = distance(before, after), ks_2samp(before, after, method="asymp")
    assert found.ks == pytest.approx(other.statistic, abs=1e-12)
    assert found.p_value == pytest.approx(other.pvalue, abs=1e-6)
    assert found.wasserstein == pytest.approx(wasserstein_distance(before, after))
    assert found.standardised == pytest.approx(found.wasserstein / before.std())
