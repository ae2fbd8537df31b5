"""Shocks that break a book, against closed forms, scipy's root finders and a bootstrap."""

from math import inf

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.reverse_stress import (
    against_true_boundary,
    curve,
    reverse_stress,
    smallest_shock,
    validate_reverse_stress,
    validate_reverse_truth,
)
from sandbox.validation.stressed_book import Book

POLICY = Policy.default()


def book_of(log_odds, seed=0, margin=0.12, noise=0.0, level=0.0):
    """A book with PDs expit(log_odds + level) that differ by `noise`."""
    rng = np.random.default_rng(seed)
    n = len(log_odds)
    ead = np.random.default_rng(99).lognormal(9, 0.7, n)
    p = expit(log_odds + level + noise * rng.standard_normal(n))
    return Book(pd=p, ead=ead, lgd=np.full(n, 0.7), margin=margin * ead)


def people(n=3_000, seed=5, level=-3.5):
    return np.random.default_rng(seed).normal(level, 1, n)


def test_the_boundary_of_equal_accounts_is_the_closed_form():
    # (1 - p) m = p l e at the boundary, so its log-odds are log(m / (l e))
    book = Book([0.02] * 60, [1_000.0] * 60, [0.6] * 60, [90.0] * 60)
    closed = np.log(90 / 600) - logit(0.02)
    assert reverse_stress(book).shock == pytest.approx(closed, abs=1e-7)
    # with capital c e: (1 - p) m + c e = p l e
    p = (90 + 105) / (90 + 600)
    assert reverse_stress(book, capital=True).shock == pytest.approx(logit(p) - logit(0.02))


@pytest.mark.parametrize("seed", range(4))
def test_the_boundary_equals_scipys_brentq(seed):
    book = book_of(people(seed=seed))

    def profit(shock):
        p = expit(logit(book.pd) + shock)
        return ((1 - p) * book.margin - p * book.lgd * book.ead).sum()

    assert reverse_stress(book).shock == pytest.approx(brentq(profit, 0, 8), abs=1e-7)


def test_the_first_of_several_crossings_is_found():
    assert smallest_shock(lambda s: np.cos(s)) == pytest.approx(np.pi / 2, abs=1e-8)


def test_a_book_that_loses_already_and_one_that_never_does_are_told_apart():
    assert smallest_shock(lambda s: -1.0) == 0.0
    assert smallest_shock(lambda s: 1.0) == inf
    lossy, safe = book_of(people(level=0.0)), book_of(people(), margin=0.0)
    assert reverse_stress(lossy).shock == 0.0
    assert reverse_stress(safe).shock == 0.0
    rich = Book([0.01] * 60, [0.0] * 60, [0.5] * 60, [10.0] * 60)
    assert reverse_stress(rich).shock == inf
    with pytest.raises(BadInput, match="highest is 0"):
        smallest_shock(lambda s: 1.0, highest=0)


def test_the_interval_of_the_boundary_equals_a_bootstrap_over_accounts():
    book = book_of(people(n=2_000))
    found = reverse_stress(book)
    rng = np.random.default_rng(1)
    shocks = []
    for _ in range(400):
        rows = rng.integers(0, book.n, book.n)
        drawn = Book(book.pd[rows], book.ead[rows], book.lgd[rows], book.margin[rows])
        shocks.append(reverse_stress(drawn).shock)
    width = np.diff(np.quantile(shocks, [0.025, 0.975]))[0]
    assert found.high - found.low == pytest.approx(width, rel=0.15)


def test_the_interval_of_the_difference_equals_a_paired_bootstrap():
    true = book_of(people(n=2_000))
    model = book_of(people(n=2_000), noise=0.6)
    found = against_true_boundary(model, true)
    rng = np.random.default_rng(1)
    gaps = []
    for _ in range(300):
        rows = rng.integers(0, true.n, true.n)
        gaps.append(
            np.subtract(
                *(
                    reverse_stress(Book(b.pd[rows], b.ead[rows], b.lgd[rows], b.margin[rows])).shock
                    for b in (model, true)
                )
            )
        )
    width = np.diff(np.quantile(gaps, [0.025, 0.975]))[0]
    assert np.diff(found.interval)[0] == pytest.approx(width, rel=0.2)


def test_a_model_whose_log_odds_are_too_low_sees_the_end_by_as_much_too_late():
    log_odds = people()
    found = against_true_boundary(book_of(log_odds, level=-0.5), book_of(log_odds))
    assert found.difference == pytest.approx(0.5, abs=1e-6)
    (result,) = validate_reverse_truth(book_of(log_odds, level=-0.5), book_of(log_odds), POLICY)
    assert result.verdict is Verdict.WARN
    (result,) = validate_reverse_truth(book_of(log_odds, level=-1.0), book_of(log_odds), POLICY)
    assert result.verdict is Verdict.FAIL
    (result,) = validate_reverse_truth(book_of(log_odds), book_of(log_odds), POLICY)
    assert (result.verdict, result.statistic) == (Verdict.PASS, 0.0)


def test_a_boundary_that_is_not_there_is_not_evaluated_and_says_whose():
    fine, lossy = book_of(people()), book_of(people(level=0.0))
    (result,) = validate_reverse_truth(lossy, fine, POLICY)
    assert result.verdict is Verdict.NOT_EVALUATED
    assert result.reason == "profit is negative without a shock by the model's PDs"
    (result,) = validate_reverse_truth(fine, lossy, POLICY)
    assert "true PDs" in result.reason
    (result,) = validate_reverse_truth(None, None, POLICY)
    assert result.reason == "the truth is not known"


def test_a_thin_book_fails_a_middling_one_warns_and_a_wide_one_passes():
    log_odds = people()
    verdicts = [
        validate_reverse_stress(book_of(log_odds, margin=m), POLICY)[0].verdict
        for m in (0.02, 0.043, 0.2)
    ]
    assert verdicts == [Verdict.FAIL, Verdict.WARN, Verdict.PASS]
    thin = validate_reverse_stress(book_of(log_odds, margin=0.001), POLICY)[0]
    assert (thin.statistic, thin.reason) == (0.0, "broken without any shock")


def test_the_curve_crosses_zero_where_the_boundary_is():
    book = book_of(people())
    table = curve(book, shocks=401)
    crossing = table.loc[table["profit_share"] < 0, "log_odds"].iloc[0]
    assert crossing == pytest.approx(reverse_stress(book).shock, abs=0.011)
