"""Noise on features: what moves, what stays, and what it did to scores."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.robustness import noise_table, noisy_tables, validate_noise
from sandbox.validation.roc import auc

POLICY = Policy.default()


def applicants(seed, n=2_000):
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(
        {
            "income": np.round(np.exp(rng.normal(9, 0.5, n))).astype(int),
            "share": rng.beta(2, 5, n),
            "debt": np.where(rng.random(n) < 0.4, 0.0, rng.gamma(2, 500, n)),
            "children": rng.integers(0, 4, n),
            "city": rng.choice(["a", "b"], n),
            "owner": rng.random(n) < 0.5,
        }
    )
    features.loc[rng.random(n) < 0.1, "share"] = np.nan
    return features


def steady(features):
    """A smooth model."""
    x = np.log(features["income"]) - 9 + 3 * (features["share"].fillna(0.3) - 0.3)
    return 1 / (1 + np.exp(2.2 - x.to_numpy()))


def nervous(features):
    """Reads digits that mean nothing: the same spread of scores, another after any noise."""
    digits = np.modf(features["share"].fillna(0.3).to_numpy() * 1e4)[0]
    return 0.02 + 0.4 * digits


def test_only_continuous_columns_move_and_none_leaves_its_range():
    features = applicants(0)
    noisy = noisy_tables(features)[0.25]
    for name in ("children", "city", "owner"):
        pd.testing.assert_series_equal(noisy[name], features[name])
    assert (noisy["debt"][features["debt"] == 0] == 0).all()
    assert noisy["share"].isna().equals(features["share"].isna())
    assert noisy["income"].dtype == features["income"].dtype
    for name in ("income", "share", "debt"):
        assert (noisy[name] != features[name]).mean() > 0.5
        assert noisy[name].min() >= features[name].min()
        assert noisy[name].max() <= features[name].max()


def test_the_noise_has_the_size_that_its_level_says():
    features = pd.DataFrame({"x": np.random.default_rng(1).normal(10, 2, 50_000)})
    quartiles = np.quantile(features["x"], [0.25, 0.75])
    for level, table in noisy_tables(features).items():
        moved = (table["x"] - features["x"]).std() / (quartiles[1] - quartiles[0])
        assert moved == pytest.approx(level, rel=0.02)


def test_figures_of_noise_equal_those_counted_row_by_row():
    rng = np.random.default_rng(2)
    y, before = rng.binomial(1, 0.3, 400).astype(float), rng.random(400)
    after = np.clip(before + rng.normal(0, 0.1, 400), 0, 1)
    y[:20] = np.nan
    row = noise_table(y, before, {0.1: after}, cut=0.7).iloc[0]
    seen = ~np.isnan(y)
    assert row["loss"] == pytest.approx(auc(y[seen], before[seen]) - auc(y[seen], after[seen]))
    assert row["moved"] == pytest.approx(sum(map(abs, after - before)) / 400)
    flips = sum((a >= 0.7) != (b >= 0.7) for a, b in zip(after, before, strict=True))
    assert row["flipped"] == pytest.approx(flips / 400)
    assert row["loss_low"] < row["loss"] < row["loss_high"]


def test_a_model_that_hangs_on_meaningless_digits_is_found_and_a_smooth_one_passes():
    for seed in range(5):
        features = applicants(seed)
        tables = noisy_tables(features, seed=seed)
        for model, verdicts in ((steady, {Verdict.PASS}), (nervous, {Verdict.FAIL})):
            before = model(features)
            y = np.random.default_rng(seed).binomial(1, before).astype(float)
            after = {level: model(table) for level, table in tables.items()}
            results = validate_noise(y, before, after, POLICY)
            assert {r.verdict for r in results} == verdicts
            assert "0.1 interquartile" in results[0].reason


def test_noise_that_cannot_be_judged_is_named():
    y, score = np.tile([0.0, 1.0], 50), np.linspace(0, 1, 100)
    for given, after, said in (
        (score, None, "not asked"),
        (np.full(100, 0.2), {0.1: np.full(100, 0.2)}, "scores are the same"),
    ):
        results = validate_noise(y, given, after, POLICY)
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
        assert all(said in r.reason for r in results)
    few = validate_noise(y[:30], score[:30], {0.1: score[:30]}, POLICY)
    assert all("30 rows" in r.reason for r in few)
    one_class = validate_noise(np.zeros(100), score, {0.1: score}, POLICY)
    assert one_class[0].verdict is Verdict.NOT_EVALUATED
    assert "one class only" in one_class[0].reason
    assert one_class[1].verdict is Verdict.PASS
    with pytest.raises(BadInput, match="noise level is 2"):
        noisy_tables(applicants(0, 10), (2.0,))
    with pytest.raises(BadInput, match="one value a row"):
        noise_table(y, score, {0.1: score[:5]})
    with pytest.raises(BadInput, match="within \\[0, 1\\]"):
        noise_table(y, score, {0.1: score + 1})
