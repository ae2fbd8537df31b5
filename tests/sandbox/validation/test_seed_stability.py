"""Refits under other seeds, against numpy loops and Fleiss' agreement."""

from itertools import combinations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import fleiss_kappa

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.roc import auc
from sandbox.validation.seeds import seed_table, spread, validate_seeds

POLICY = Policy.default()


def refits(seed, noise, n=2_000, k=4):
    """Outcomes and the scores of k refits whose log-odds differ by `noise`."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-2, 1.2, n)
    y = rng.binomial(1, 1 / (1 + np.exp(-log_odds))).astype(float)
    return y, 1 / (1 + np.exp(-log_odds[:, None] - rng.normal(0, noise, (n, k))))


def test_flipped_decisions_equal_one_less_fleiss_agreement():
    _, scores = refits(0, 0.4)
    refused = (scores >= 0.3).sum(axis=1)
    counts = np.column_stack([refused, 4 - refused])
    # kappa = (agreement − chance) / (1 − chance)
    shares = counts.sum(axis=0) / counts.sum()
    chance = (shares**2).sum()
    agreement = fleiss_kappa(counts) * (1 - chance) + chance
    assert spread(scores, cut=0.3).flipped == pytest.approx(1 - agreement)


def test_spread_equals_what_loops_count():
    y, scores = refits(1, 0.3, n=200)
    found = spread(scores, cut=0.2)
    assert found.deviation == pytest.approx(np.mean([np.std(row, ddof=1) for row in scores]))
    flips = [
        np.mean((scores[:, a] >= 0.2) != (scores[:, b] >= 0.2))
        for a, b in combinations(range(4), 2)
    ]
    assert found.flipped == pytest.approx(np.mean(flips))
    assert seed_table(y, scores)["auc"].tolist() == pytest.approx([auc(y, s) for s in scores.T])


def test_a_fit_that_hangs_on_its_seed_is_found_and_a_steady_one_passes():
    for seed in range(4):
        steady = validate_seeds(*refits(seed, 0.02), POLICY)
        assert {r.verdict for r in steady} == {Verdict.PASS}
        chance = validate_seeds(*refits(seed, 1.5), POLICY)
        assert [r.verdict for r in chance[:2]] == [Verdict.FAIL, Verdict.FAIL]


def test_refits_that_cannot_be_judged_are_named():
    y, scores = refits(2, 0.1, n=100)
    for given, target, said in (
        (None, y, "ask for refits: --refits 3"),
        (scores[:30], y[:30], "30 rows"),
        (np.full((100, 3), 0.2), y, "constant"),
    ):
        results = validate_seeds(target, given, POLICY)
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
        assert all(said in r.reason for r in results)
    assert "one class only" in validate_seeds(np.zeros(100), scores, POLICY)[2].reason
    with pytest.raises(BadInput, match="at least two"):
        spread(scores[:, :1])
    with pytest.raises(BadInput, match="score of refit 2 is"):
        spread([[0.1, 1.5]])
    with pytest.raises(BadInput, match="target has 3"):
        seed_table(y[:3], scores)
