"""Binomial tails a grade, alone and under correlation, against riskvalidation and simulation."""

import numpy as np
import pytest
from riskvalidation.validation.calibration import default_count_sf
from scipy.stats import binomtest

from sandbox.errors import BadInput
from sandbox.validation.pd_by_grade import binomial, correlated, traffic_lights

GRADES = [(3, 100, 0.01), (0, 50, 0.02), (30, 1_000, 0.02), (7, 40, 0.1), (40, 40, 0.9)]


@pytest.mark.parametrize(("defaults", "n", "rate"), GRADES)
def test_binomial_tail_equals_scipys_exact_test(defaults, n, rate):
    expected = binomtest(defaults, n, rate, alternative="greater").pvalue
    assert binomial([defaults], [n], [rate])[0] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("rho", [0.0, 0.05, 0.16])
@pytest.mark.parametrize(("defaults", "n", "rate"), GRADES)
def test_correlated_tail_equals_riskvalidation(defaults, n, rate, rho):
    expected = default_count_sf(defaults, n, rate, rho)
    assert correlated([defaults], [n], [rate], rho)[0] == pytest.approx(expected, abs=1e-6)


def test_correlation_makes_many_defaults_less_surprising():
    tails = [correlated([40], [1_000], [0.02], rho)[0] for rho in (0.0, 0.05, 0.16)]
    assert tails[0] < tails[1] < tails[2]


def test_right_pds_turn_yellow_as_rarely_as_the_level_says():
    rng = np.random.default_rng(0)
    yellow = binomial(rng.binomial(2_000, 0.03, 4_000), [2_000] * 4_000, [0.03] * 4_000) < 0.05
    # the test is discrete, so it errs on the safe side; 5% with room for 4,000 draws
    assert 0.03 < yellow.mean() < 0.06


def test_lights_tell_an_understated_grade_from_right_ones():
    rng = np.random.default_rng(1)
    pd_ = np.repeat([0.01, 0.05, 0.2], 3_000)
    target = rng.binomial(1, np.where(pd_ == 0.05, 0.09, pd_))
    table = traffic_lights(target, pd_, pd_).set_index("grade")
    assert table.loc[0.05, "light"] == "red"
    assert table.loc[0.01, "light"] == "green"
    assert table.loc[0.2, "light"] == "green"
    assert table.loc[0.05, "light_correlated"] == "green"


def test_more_defaults_than_cases_are_refused():
    with pytest.raises(BadInput, match="11 defaults of 10"):
        binomial([11], [10], [0.1])
    with pytest.raises(BadInput, match="correlation"):
        correlated([1], [10], [0.1], 1.0)
