"""Ranking figures against independent implementations and published examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from sandbox.errors import BadInput
from sandbox.validation.discrimination import (
    WRONG_WAY,
    average_precision,
    gini,
    ks,
    precision_at,
    recall_at_fpr,
    score_bands,
    score_distribution,
    wilson,
)
from sandbox.validation.result import Verdict
from sandbox.validation.roc import (
    auc,
    delong,
    delong_interval,
    delong_paired,
    expected_auc,
    precision_recall_table,
    roc_table,
)
from sandbox.validation.suite import validate_scores


def sample(seed, n=400, ties=False):
    rng = np.random.default_rng(seed)
    score = rng.beta(1, 4, n)
    target = rng.binomial(1, score).astype(float)
    return target, np.round(score, 1) if ties else score


@st.composite
def scored(draw):
    n = draw(st.integers(4, 60))
    target = draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n))
    target[0], target[1] = 0.0, 1.0
    score = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))
    return np.array(target), np.array(score) / 20


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_auc_and_average_precision_are_those_of_scikit_learn(seed, ties):
    y, s = sample(seed, ties=ties)
    assert auc(y, s) == pytest.approx(roc_auc_score(y, s), abs=1e-12)
    assert average_precision(y, s) == pytest.approx(average_precision_score(y, s), abs=1e-12)


def brute_force_delong(y, s):
    """Structural components written out pair by pair."""
    bad, good = s[y == 1], s[y == 0]
    wins = (bad[:, None] > good[None, :]) + 0.5 * (bad[:, None] == good[None, :])
    v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), v10.var(ddof=1) / len(bad) + v01.var(ddof=1) / len(good)


@pytest.mark.parametrize("ties", [False, True])
def test_delong_by_midranks_is_delong_pair_by_pair(ties):
    y, s = sample(5, ties=ties)
    assert delong(y, s) == pytest.approx(brute_force_delong(y, s), rel=1e-12)


def test_delong_standard_error_is_that_of_a_bootstrap():
    y, s = sample(6)
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(600):
        # each class is drawn anew on its own, as DeLong's variance holds class sizes fixed
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(y == k), int((y == k).sum())) for k in (0, 1)]
        )
        areas.append(auc(y[rows], s[rows]))
    assert np.sqrt(delong(y, s)[1]) == pytest.approx(np.std(areas), rel=0.15)


#: Hanley and McNeil (1982), Radiology 143, table I: CT images of 58 normal and 51 abnormal
#: patients in five rating categories
NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)


def test_auc_of_hanley_and_mcneil_with_the_delong_interval_that_stata_prints():
    """Stata's manual, [R] roctab: area 0.8932, standard error 0.0307, 0.83295 to 0.95339."""
    ratings = np.arange(5) / 4
    score = np.concatenate([np.repeat(ratings, NORMAL), np.repeat(ratings, ABNORMAL)])
    target = np.repeat([0.0, 1.0], [sum(NORMAL), sum(ABNORMAL)])
    area, variance = delong(target, score)
    assert round(area, 4) == 0.8932
    assert round(variance**0.5, 4) == 0.0307
    assert np.round(delong_interval(target, score), 5).tolist() == [0.83295, 0.95339]


def test_wilson_interval_of_newcombe_1998():
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3."""
    assert np.round(wilson(81, 263), 4).tolist() == [0.2553, 0.3662]
    assert np.round(wilson(0, 20), 4).tolist() == [0.0, 0.1611]


@settings(max_examples=60, deadline=None)
@given(scored())
def test_auc_does_not_change_under_a_monotone_transform(pair):
    y, s = pair
    assert auc(y, s**3 / 2 + 0.1) == pytest.approx(auc(y, s), abs=1e-12)
    assert auc(y, 1 - s) == pytest.approx(1 - auc(y, s), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(scored(), st.floats(0, 1))
def test_recall_at_fpr_is_the_best_threshold_within_the_rate(pair, fpr):
    y, s = pair
    best = 0.0
    for threshold in np.unique(s):
        alerted = s >= threshold
        if alerted[y == 0].mean() <= fpr:
            best = max(best, alerted[y == 1].mean())
    assert recall_at_fpr(y, s, fpr) == pytest.approx(best, abs=1e-12)
    assert recall_at_fpr(y, s, fpr, linear=True) >= best - 1e-12


def test_linear_recall_reads_the_joined_roc_curve():
    y, s = sample(7, ties=True)
    fpr, tpr, _ = roc_curve(y, s, drop_intermediate=False)
    assert recall_at_fpr(y, s, 0.037, linear=True) == pytest.approx(np.interp(0.037, fpr, tpr))


@settings(max_examples=40, deadline=None)
@given(scored())
def test_card_precision_does_not_depend_on_the_order_of_tied_rows(pair):
    y, s = pair
    k = len(y) // 2
    shuffled = np.random.default_rng(0).permutation(len(y))
    assert precision_at(y, s, k) == pytest.approx(precision_at(y[shuffled], s[shuffled], k))


def test_card_precision_is_the_average_over_ways_to_break_ties():
    y, s = np.array([1.0, 0, 1, 0, 0]), np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    rng = np.random.default_rng(0)
    drawn = [y[np.lexsort((rng.random(5), -s))][:2].mean() for _ in range(4000)]
    assert precision_at(y, s, 2) == pytest.approx(2 / 3)
    assert np.mean(drawn) == pytest.approx(2 / 3, abs=0.03)


def test_ks_is_the_two_sample_statistic_of_scipy():
    from scipy.stats import ks_2samp

    y, s = sample(8, ties=True)
    assert ks(y, s).distance == pytest.approx(ks_2samp(s[y == 1], s[y == 0]).statistic)


def test_gini_of_a_perfect_score_is_one():
    assert gini([0, 0, 1], [0.1, 0.2, 0.3]) == 1.0


def test_a_perfect_score_has_no_variance():
    assert delong_interval([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]) == (1.0, 1.0)


def test_the_stored_curve_is_short_and_true_to_the_area():
    y, s = sample(9, n=20_000)
    table = roc_table(y, s)
    assert len(table) <= 200
    assert table[["fpr", "tpr"]].iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]
    assert np.trapezoid(table["tpr"], table["fpr"]) == pytest.approx(auc(y, s), abs=2e-3)
    assert len(precision_recall_table(y, s)) <= 200


def test_score_distribution_keeps_the_shape_of_a_rare_class():
    import pandas as pd

    rng = np.random.default_rng(0)
    score = np.concatenate([rng.beta(1, 30, 5000), rng.beta(8, 8, 40)])
    target = np.repeat([0.0, 1.0], [5000, 40])
    table = score_distribution(pd.DataFrame({"score": score, "target": target}))
    gap = (table["good"] - table["bad"]).abs().max()
    assert gap == pytest.approx(ks(target, score).distance, abs=0.02)


def test_score_bands_add_up_and_keep_ties_together():
    y, s = sample(10, n=1000, ties=True)
    table = score_bands(y, s)
    assert table["n"].sum() == 1000
    assert table["bad"].sum() == y.sum()
    assert table["captured"].iloc[-1] == pytest.approx(1.0)
    assert (table["score_from"].iloc[:-1].to_numpy() > table["score_to"].iloc[1:].to_numpy()).all()


@pytest.mark.parametrize("ties", [False, True])
def test_expected_auc_is_the_sum_over_all_pairs(ties):
    rng = np.random.default_rng(3)
    p, s = rng.random(60), rng.random(60)
    s = np.round(s, 1) if ties else s
    weight = p[:, None] * (1 - p)[None, :]
    np.fill_diagonal(weight, 0)
    wins = (s[:, None] > s[None, :]) + 0.5 * (s[:, None] == s[None, :])
    assert expected_auc(p, s) == pytest.approx((weight * wins).sum() / weight.sum())


@pytest.mark.parametrize(
    ("target", "score", "said"),
    [
        ([1, 1], [0.1, 0.2], "2 bad and 0 good"),
        ([0, 1], [0.1, 1.2], "score is 1.2 in row 1"),
        ([0, 1], [0.1, float("nan")], "score is nan in row 1"),
        ([0, 1, 1], [0.1, 0.2], "target has 3 and score has 2 rows"),
        ([0, 2], [0.1, 0.2], "target holds 2"),
        ([0, "x"], [0.1, 0.2], "not a number"),
        ([[0, 1]], [0.1, 0.2], "shape"),
    ],
)
def test_bad_arrays_are_named(target, score, said):
    with pytest.raises(BadInput, match=said):
        auc(target, score)


def test_a_rate_or_a_count_out_of_range_is_named():
    with pytest.raises(BadInput, match=r"fpr=1\.5"):
        recall_at_fpr([0, 1], [0.1, 0.2], 1.5)
    with pytest.raises(BadInput, match="k=3"):
        precision_at([0, 1], [0.1, 0.2], 3)


def test_ks_is_signed_and_a_reversed_score_never_passes():
    y, s = sample(3)
    assert ks(y, 1 - s).distance == pytest.approx(-ks(y, s).distance)
    by_id = {r.id: r for r in validate_scores(y, 1 - s, role="pd")}
    assert by_id["discrimination.ks"].verdict is Verdict.FAIL
    assert by_id["discrimination.auc"].reason == f"{WRONG_WAY} default?"
    fraud = {r.id: r for r in validate_scores(y, 1 - s, role="fraud")}
    assert fraud["discrimination.auc"].reason == f"{WRONG_WAY} fraud?"


def test_a_score_without_knowledge_is_not_called_reversed():
    y, _ = sample(4)
    noise = np.random.default_rng(5).random(len(y))
    by_id = {r.id: r for r in validate_scores(y, noise, role="pd")}
    assert by_id["discrimination.auc"].reason == ""
    assert by_id["discrimination.auc"].verdict is Verdict.FAIL


def test_paired_delong_has_the_spread_of_resampled_differences():
    rng = np.random.default_rng(6)
    y = rng.binomial(1, 0.3, 800).astype(float)
    shared = rng.normal(size=800) + y
    one, other = (1 / (1 + np.exp(-(shared + rng.normal(0, k, 800)))) for k in (0.3, 0.8))
    mean, low, high = delong_paired(y, one, other)
    assert mean == pytest.approx(auc(y, one) - auc(y, other))
    drawn = []
    for _ in range(400):
        rows = rng.integers(0, 800, 800)
        drawn.append(auc(y[rows], one[rows]) - auc(y[rows], other[rows]))
    assert (high - low) / 3.92 == pytest.approx(np.std(drawn), rel=0.12)
    # the same cases: narrower than two intervals that know nothing of each other
    alone = [np.ptp(delong_interval(y, score)) for score in (one, other)]
    assert high - low < np.hypot(*alone)


def test_bands_are_the_grades_of_the_calibration_tests():
    from sandbox.validation.grades import jeffreys_table

    y, s = sample(7)
    bands, by_grade = score_bands(y, s), jeffreys_table(y, s)
    assert bands["n"].tolist() == by_grade["n"].tolist()[::-1]
    assert bands["bad"].tolist() == by_grade["defaults"].tolist()[::-1]
