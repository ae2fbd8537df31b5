"""Paired differences: Student's interval, Holm's adjustment, and what is left without either."""

import math

import numpy as np
import pytest
from scipy import stats

from sandbox.validation.paired import holm, paired_difference


@pytest.mark.parametrize("pairs", [2, 3, 10])
def test_the_interval_and_the_p_value_are_those_of_the_paired_t_test(pairs):
    draw = np.random.default_rng(pairs)
    one, other = draw.normal(0.7, 0.1, pairs), draw.normal(0.6, 0.1, pairs)
    found = paired_difference(one, other)
    expected = stats.ttest_rel(one, other)
    interval = expected.confidence_interval(0.95)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.difference == pytest.approx(one.mean() - other.mean())


def test_one_pair_has_a_difference_and_no_interval():
    found = paired_difference([2.0], [1.5])
    assert (found.difference, found.pairs) == (0.5, 1)
    assert all(math.isnan(value) for value in (found.low, found.high, found.p))


def test_two_pairs_that_differ_alike_are_not_called_certain():
    found = paired_difference([0.04, 0.03], [0.03, 0.02])
    assert found.difference == pytest.approx(0.01)
    assert math.isnan(found.low)
    assert math.isnan(found.p)
    assert paired_difference([0.1 + 0.2, 1.0], [0.3, 1.0]).difference == 0.0


def test_pairs_with_a_missing_figure_are_left_out():
    found = paired_difference([1.0, np.nan, 3.0, 5.0], [0.5, 1.0, np.inf, 3.0])
    assert found.pairs == 2
    assert found.difference == pytest.approx(1.25)
    assert paired_difference([np.nan], [1.0]).pairs == 0


def test_holm_is_right_by_hand_and_by_another_library():
    from statsmodels.stats.multitest import multipletests

    assert holm([0.01, 0.02, 0.04]).tolist() == pytest.approx([0.03, 0.04, 0.04])
    p = np.random.default_rng(4).uniform(0, 0.2, 12)
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_what_was_not_tested_counts_for_nothing_in_holm():
    found = holm([0.01, np.nan, 0.04])
    assert found[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert math.isnan(found[1])
    assert holm([]).tolist() == []
