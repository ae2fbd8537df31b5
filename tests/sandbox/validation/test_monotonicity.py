"""Scores along a grid: brute force, a constrained model and one that bends."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from sandbox.errors import BadInput
from sandbox.validation.monotonicity import grid, monotonicity_table, validate_monotonicity
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict

POLICY = Policy.default()


def rows(seed, n=80):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": rng.gamma(4, 2_000, n),
            "late": rng.integers(0, 6, n),
            "city": rng.choice(["a", "b"], n),
        }
    )


def bending(table):
    """Falls with income, but rises again above 10,000; rises with late payments."""
    income = table["income"].to_numpy() / 10_000
    return 1 / (1 + np.exp(2 + income - 3 * np.maximum(income - 1, 0) - 0.3 * table["late"]))


def test_a_grid_changes_one_feature_at_a_time_and_keeps_its_type():
    features = rows(0)
    asked = grid(features, {"income": -1, "late": 1, "city": 0}, points=5)
    assert list(asked.points) == ["income", "late"]
    size = 80 * len(asked.points["income"])
    first, second = asked.table.iloc[:size], asked.table.iloc[size:]
    assert (first["late"].to_numpy() == np.repeat(features["late"], 5).to_numpy()).all()
    assert first["income"].to_numpy()[:5].tolist() == asked.points["income"].tolist()
    assert (
        second["city"].to_numpy() == np.repeat(features["city"], len(asked.points["late"]))
    ).all()
    assert asked.table["late"].dtype == features["late"].dtype
    assert (np.diff(asked.points["late"]) >= 1).all()


def test_shares_and_largest_moves_equal_a_search_over_all_pairs_of_points():
    asked = grid(rows(1), {"income": -1, "late": 1})
    score = np.asarray(bending(asked.table))
    found = monotonicity_table(asked, score).set_index("feature")
    start = 0
    for name, points in asked.points.items():
        sign, against, largest = asked.expected[name], 0, 0.0
        for _ in range(asked.rows):
            answers = sign * score[start : start + len(points)]
            start += len(points)
            worst = max(
                answers[i] - answers[j] for i in range(len(points)) for j in range(i, len(points))
            )
            against += worst > 0.001
            largest = max(largest, worst)
        assert found.loc[name, "against"] == pytest.approx(against / asked.rows)
        assert found.loc[name, "largest"] == pytest.approx(largest)


def test_a_model_that_bends_is_found_and_the_same_without_the_bend_passes():
    for seed in range(4):
        asked = grid(rows(seed), {"income": -1, "late": 1})
        often, far = validate_monotonicity(asked, bending(asked.table), POLICY)
        assert often.verdict is Verdict.FAIL
        assert often.reason.startswith("income")
        assert far.reason.startswith("income from ")
        straight = 1 / (1 + np.exp(2 + asked.table["income"] / 1e4 - 0.3 * asked.table["late"]))
        assert {r.verdict for r in validate_monotonicity(asked, straight, POLICY)} == {Verdict.PASS}


def test_trees_with_scikit_learns_constraints_never_move_against_them():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1_500, 2))
    y = rng.binomial(1, 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    features = pd.DataFrame(x, columns=["up", "down"])
    asked = grid(features.head(200), {"up": 1, "down": -1})
    found = []
    for signs in ([1, -1], [0, 0]):
        trees = HistGradientBoostingClassifier(max_iter=60, monotonic_cst=signs, random_state=0)
        score = trees.fit(x, y).predict_proba(asked.table.to_numpy())[:, 1]
        found.append(validate_monotonicity(asked, score, POLICY))
    assert [r.statistic for r in found[0]] == [0.0, pytest.approx(0.0, abs=1e-9)]
    assert [r.verdict for r in found[1]] == [Verdict.FAIL, Verdict.FAIL]


def test_directions_that_cannot_be_judged_are_named():
    features = rows(6)
    asked = grid(features, {"income": -1})
    for given, score, said in (
        (None, None, "not asked"),
        (grid(features, {"city": 1}), [], "no feature has both"),
        (grid(features.head(10), {"income": -1}), np.linspace(0, 1, 60), "10 rows"),
        (asked, np.full(len(asked.table), 0.3), "scores are the same"),
    ):
        results = validate_monotonicity(given, score, POLICY)
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
        assert all(said in r.reason for r in results)
    with pytest.raises(BadInput, match="'wage' is no feature"):
        grid(features, {"wage": 1})
    with pytest.raises(BadInput, match="direction of income is 2"):
        grid(features, {"income": 2})
    with pytest.raises(BadInput, match="3 scores of"):
        monotonicity_table(asked, [0.1, 0.2, 0.3])
