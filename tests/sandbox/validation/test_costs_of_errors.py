"""H-measure, cost curve, loss at a threshold and CAP, each found in another way as well."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from riskvalidation.validation.discrimination import cap_accuracy_ratio
from scipy.integrate import quad
from scipy.stats import beta
from sklearn.metrics import roc_auc_score

from sandbox.errors import BadInput
from sandbox.validation.cap import accuracy_ratio, cap_table
from sandbox.validation.cost_curve import cost_curve, cost_saved, operating_loss
from sandbox.validation.h_measure import h_measure


def drawn(seed, n=600, ties=False):
    rng = np.random.default_rng(seed)
    score = rng.beta(1, 4, n)
    target = rng.binomial(1, score).astype(float)
    return target, np.round(score, 1) if ties else score


def h_by_quadrature(y, s):
    """Hand's definition written out: the best threshold at each cost, integrated numerically."""
    bad_share = y.mean()
    edges = np.append(np.unique(s), np.inf)
    fpr = np.array([(s[y == 0] >= t).mean() for t in edges])
    fnr = np.array([(s[y == 1] < t).mean() for t in edges])
    costs = beta(1 + bad_share, 2 - bad_share)

    def loss(c):
        return (c * (1 - bad_share) * fpr + (1 - c) * bad_share * fnr).min() * costs.pdf(c)

    def trivial(c):
        return min(c * (1 - bad_share), (1 - c) * bad_share) * costs.pdf(c)

    grid = np.linspace(0, 1, 41)
    total = [
        sum(quad(f, a, b, limit=200, epsabs=1e-10)[0] for a, b in pairwise(grid))
        for f in (loss, trivial)
    ]
    return 1 - total[0] / total[1]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_h_measure_is_hands_integral_by_quadrature(seed, ties):
    y, s = drawn(seed, 200, ties)
    assert h_measure(y, s) == pytest.approx(h_by_quadrature(y, s), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_h_measure_lies_between_nothing_and_all_and_ignores_the_scale(seed):
    y, s = drawn(seed, 80, ties=True)
    if 0 < y.sum() < len(y):
        found = h_measure(y, s)
        assert -1e-12 <= found <= 1 + 1e-12
        assert h_measure(y, s**3) == pytest.approx(found, abs=1e-12)


def test_a_score_that_knows_nothing_has_no_h_measure():
    assert h_measure([0, 1] * 50, [0.5] * 100) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_cost_curve_is_the_best_threshold_tried_one_by_one(ties):
    y, s = drawn(3, 300, ties)
    curve = cost_curve(y, s, points=11)
    for row in curve.itertuples():
        tried = [
            (1 - (s[y == 1] >= t).mean()) * row.probability_cost
            + (s[y == 0] >= t).mean() * (1 - row.probability_cost)
            for t in np.append(np.unique(s), np.inf)
        ]
        assert row.cost == pytest.approx(min(tried), abs=1e-12)
    assert (curve["cost"] <= curve["trivial"] + 1e-12).all()


def test_a_better_score_saves_more():
    y, s = drawn(4)
    noisy = np.clip(s + np.random.default_rng(0).normal(0, 0.3, len(s)), 0, 1)
    assert cost_saved(cost_curve(y, s)) > cost_saved(cost_curve(y, noisy)) > 0


def test_operating_loss_is_the_sum_over_cases():
    y, s = drawn(5)
    found = operating_loss(y, s, 0.4, cost_accepted_bad=900.0, cost_refused_good=50.0)
    by_hand = sum(900.0 if b and p < 0.4 else 50.0 if not b and p >= 0.4 else 0.0
                  for b, p in zip(y, s, strict=True))  # fmt: skip
    assert found.loss == pytest.approx(by_hand / len(y))
    assert found.low < found.loss < found.high
    assert found.trivial == pytest.approx(min(y.mean() * 900, (1 - y.mean()) * 50))


def test_an_error_that_costs_nothing_is_refused():
    with pytest.raises(BadInput, match="costs more than 0"):
        operating_loss([0, 1], [0.1, 0.9], 0.5, cost_accepted_bad=0, cost_refused_good=1)


@pytest.mark.parametrize("ties", [False, True])
def test_accuracy_ratio_equals_riskvalidation_and_twice_auc_less_one(ties):
    y, s = drawn(6, ties=ties)
    assert accuracy_ratio(y, s) == pytest.approx(2 * roc_auc_score(y, s) - 1, abs=1e-12)
    if not ties:
        assert accuracy_ratio(y, s) == pytest.approx(cap_accuracy_ratio(s, y.astype(int)), abs=1e-9)


def test_the_profile_starts_at_nothing_and_ends_at_all():
    table = cap_table(*drawn(7, 5_000))
    assert len(table) <= 200
    assert table.iloc[0].tolist() == [0.0, 0.0, 0.0]
    assert table.iloc[-1].tolist() == [1.0, 1.0, 1.0]
    assert (table["caught"] <= table["perfect"] + 1e-12).all()
