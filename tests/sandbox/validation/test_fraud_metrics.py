import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score
from stakes_of_frauds import made_up

from sandbox.errors import BadInput
from sandbox.validation.discrimination import recall_at_fpr
from sandbox.validation.fraud_cards import card_precision
from sandbox.validation.fraud_metrics import auprc, false_positive_ratio, recall_at


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_average_precision_is_that_of_scikit_learn(seed, ties):
    score, stakes = made_up(seed=seed, ties=ties)
    expected = average_precision_score(stakes.fraud, score)
    assert auprc(stakes.fraud, score).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("fpr", [0, 0.01, 0.02, 0.05, 0.29, 1])
def test_recall_is_that_of_the_lowest_threshold_within_the_rate(fpr, ties):
    score, stakes = made_up(ties=ties)
    found = recall_at(stakes.fraud, score, fpr)
    assert found.value == recall_at_fpr(stakes.fraud, score, fpr)
    best = max(
        (score[stakes.fraud] >= t).mean()
        for t in [*np.unique(score), np.inf]
        if (score[~stakes.fraud] >= t).mean() <= fpr
    )
    assert found.value == best
    assert found.low <= found.value <= found.high


def test_intervals_cover_what_a_larger_sample_shows():
    """At least 90 of 100 samples; nominal is 95."""
    truth_score, truth = made_up(400_000, seed=99, share=0.02)
    ap = auprc(truth.fraud, truth_score).value
    recall = recall_at(truth.fraud, truth_score, 0.02).value
    inside = np.zeros(2)
    for seed in range(100):
        score, stakes = made_up(4_000, seed=seed, share=0.02)
        found = auprc(stakes.fraud, score), recall_at(stakes.fraud, score, 0.02)
        inside += [f.low <= t <= f.high for f, t in zip(found, (ap, recall), strict=True)]
    assert (inside >= 90).all()


@pytest.mark.parametrize("seed", range(3))
def test_rank_figures_do_not_change_under_a_rising_transform_of_the_score(seed):
    score, stakes = made_up(seed=seed, ties=bool(seed % 2))
    for change in (np.sqrt, np.square, lambda s: 0.3 + s / 10):
        other = change(score)
        assert auprc(stakes.fraud, other) == auprc(stakes.fraud, score)
        assert recall_at(stakes.fraud, other, 0.02) == recall_at(stakes.fraud, score, 0.02)
        cards = [card_precision(stakes.fraud, s, stakes.day, stakes.customer, 5)
                 for s in (other, score)]  # fmt: skip
        assert cards[0] == cards[1]


def test_rank_figures_do_not_depend_on_the_order_of_rows():
    score, stakes = made_up(ties=True)
    order = np.random.default_rng(3).permutation(stakes.n)
    again = stakes.taken(order)
    assert auprc(again.fraud, score[order]) == auprc(stakes.fraud, score)
    assert recall_at(again.fraud, score[order], 0.01) == recall_at(stakes.fraud, score, 0.01)
    assert card_precision(
        again.fraud, score[order], again.day, again.customer, 5
    ) == card_precision(stakes.fraud, score, stakes.day, stakes.customer, 5)


def as_the_handbook_does(table, k):
    """Day by day, on a table of customer, day, score and fraud."""
    detected, precision = set(), []
    for day in sorted(table["day"].unique()):
        today = table[(table["day"] == day) & ~table["customer"].isin(detected)]
        cards = today.groupby("customer")[["score", "fraud"]].max()
        top = cards.sort_values("score", ascending=False).head(k)
        caught = top.index[top["fraud"] == 1]
        precision.append(len(caught) / k)
        detected |= set(caught)
    return float(np.mean(precision))


@pytest.mark.parametrize("k", [1, 7, 100])
@pytest.mark.parametrize("customers", [150, 10_000])
def test_card_precision_is_that_of_the_handbook(customers, k):
    """Few customers come back on many days, and are left out once detected."""
    rng = np.random.default_rng(k)
    n = 4_000
    table = pd.DataFrame(
        {
            "customer": rng.integers(0, customers, n),
            "day": rng.integers(0, 30, n),
            "score": rng.random(n),
        }
    )
    table["fraud"] = (rng.random(n) < 0.05 + 0.2 * table["score"] ** 4).astype(int)
    found = card_precision(table["fraud"], table["score"], table["day"], table["customer"], k)
    assert found.value == pytest.approx(as_the_handbook_does(table, k), abs=1e-12)
    assert found.value <= found.ceiling + 1e-12


def test_a_perfect_score_attains_the_ceiling_where_everybody_applies_once():
    _, stakes = made_up()
    found = card_precision(stakes.fraud, stakes.fraud, stakes.day, stakes.customer, 3)
    assert found.value == pytest.approx(found.ceiling)
    assert found.low <= found.value <= found.high


def test_days_with_too_few_customers_are_counted():
    found = card_precision([1, 0, 0], [0.9, 0.1, 0.2], [0, 0, 1], [1, 2, 3], k=2)
    assert (found.value, found.days, found.short_days) == (0.25, 2, 1)


def test_false_alarms_are_counted_for_each_fraud_alerted():
    assert false_positive_ratio([1, 0, 0, 0], [1, 1, 1, 0]) == 2
    assert false_positive_ratio([1, 0], [0, 1]) == float("inf")
    assert np.isnan(false_positive_ratio([1, 0], [0, 0]))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: auprc([0, 0], [0.1, 0.2]), "There are 0 frauds among 2 applications"),
        (lambda: recall_at([1, 1], [0.1, 0.2], 0.02), "There are 2 frauds among 2"),
        (lambda: auprc([0, 1], [0.1, np.nan]), "score is nan in row 1"),
        (lambda: auprc([0, 1], [0.1, 1.2]), "score is 1.2 in row 1"),
        (lambda: auprc([0, 2], [0.1, 0.2]), "other values than 0 and 1"),
        (lambda: auprc([0, 1, 1], [0.1, 0.2]), "fraud has shape"),
        (lambda: recall_at([0, 1], [0.1, 0.2], 2), "fpr=2 is not a rate"),
        (lambda: card_precision([0, 1], [0.1, 0.2], [0, 0], [1, 2], 0), "capacity=0"),
        (lambda: card_precision([0, 0], [0.1, 0.2], [0, 0], [1, 2]), "at least one fraud"),
        (lambda: card_precision([0, 1], [0.1, 0.2], [0, np.inf], [1, 2]), "day is inf"),
        (lambda: card_precision([0, 1], [0.1, 0.2], [0, 0], [1]), "customer 1 rows"),
    ],
)
def test_misuse_is_a_sentence(call, sentence):
    with pytest.raises(BadInput, match=sentence):
        call()
