"""Noise that moves next to nothing, and reasons that stay as far as the model is smooth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.explanation.attribution import Attribution
from sandbox.explanation.reason_stability import (
    noisy_features,
    reason_stability,
    stability_interval,
    stability_of,
)

COLUMNS = ("bureau_utilisation", "declared_income", "bank_savings", "requested_amount")


def rows(n: int = 400, seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).normal(5, 1, size=(n, 4)), columns=COLUMNS)


def smooth(features: pd.DataFrame) -> Attribution:
    weights = np.array([1.0, -0.8, -0.6, 0.7])
    values = (features.to_numpy() - 5.0) * weights
    return Attribution(values, np.zeros(len(features)), features, "log-odds of default", "linear")


def jumpy(features: pd.DataFrame) -> Attribution:
    """Contributions that turn over with the last digits of the values."""
    values = np.sin(features.to_numpy() * 1e6)
    return replace(smooth(features), values=values)


def test_noise_is_a_share_of_the_spread_and_leaves_the_rest_alone():
    n = 5_000
    draw = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "amount": draw.lognormal(9, 1, size=n),
            "count": draw.integers(0, 6, size=n).astype(float),
            "flag": draw.integers(0, 2, size=n).astype(bool),
            "word": "a",
            "rent": np.where(draw.random(n) < 0.4, 0.0, draw.normal(2_000.0, 300.0, size=n)),
            "savings": np.where(draw.random(n) < 0.3, np.nan, draw.normal(size=n)),
        },
        index=np.arange(n) + 7,
    )
    before = table.copy()
    moved = noisy_features(table, np.random.default_rng(1), noise=0.01)
    pd.testing.assert_frame_equal(table, before)
    assert moved.index.equals(table.index)
    assert list(moved) == list(table)
    pd.testing.assert_frame_equal(
        moved[["count", "flag", "word"]], table[["count", "flag", "word"]]
    )
    assert (moved["rent"].eq(0) == table["rent"].eq(0)).all()
    assert (moved["savings"].isna() == table["savings"].isna()).all()
    for name in ("amount", "rent", "savings"):
        there = table[name][table[name].notna() & (table[name] != 0)]
        shift = (moved[name] - table[name])[there.index]
        spread = there.quantile(0.75) - there.quantile(0.25)
        assert shift.std() == pytest.approx(0.01 * spread, rel=0.1)
        assert moved[name][there.index].between(there.min(), there.max()).all()


def test_the_same_generator_gives_the_same_noise_and_none_gives_none():
    table = rows()
    first, second = (noisy_features(table, np.random.default_rng(3)) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(noisy_features(table, np.random.default_rng(3), 0.0), table)


def test_a_column_that_stays_does_not_shift_the_noise_of_the_next():
    table = rows()
    halved = table.assign(declared_income=1.0)
    first, second = (noisy_features(t, np.random.default_rng(3)) for t in (table, halved))
    pd.testing.assert_series_equal(first["bank_savings"], second["bank_savings"])


def test_without_noise_every_reason_stays():
    found = smooth(rows())
    kept = stability_of(found, found)
    assert kept.rows > 300
    assert (kept.kept, kept.same_first, kept.jaccard) == (1.0, 1.0, 1.0)


def test_more_noise_keeps_fewer_reasons():
    found = smooth(rows())
    kept = [reason_stability(found, smooth, noise)["kept"].mean() for noise in (0.01, 0.1, 0.5)]
    assert 1.0 > kept[0] > kept[1] > kept[2]
    assert kept[0] > 0.98


def test_a_model_that_jumps_keeps_far_fewer_than_a_smooth_one():
    table = rows()
    steady, unsteady = (reason_stability(f(table), f)["jaccard"].mean() for f in (smooth, jumpy))
    assert steady > 0.95
    assert unsteady < 0.6


def test_shares_are_those_counted_by_hand():
    table = pd.DataFrame({"bureau_utilisation": [9.0, 9, 1, 1], "bank_savings": [1.0, 1, 9, 9]})
    good = [-1.0, -1.0]
    values = np.array([[0.5, 0.4], [0.5, 0.4], good, good])
    before = Attribution(values, np.zeros(4), table, "log-odds", "given")
    # the first row loses its second reason, the second row changes the order of its two
    after = replace(before, values=np.array([[0.5, -0.4], [0.4, 0.5], [-1.0, 1.0], good]))
    kept = stability_of(before, after)
    assert (kept.rows, kept.kept, kept.same_first, kept.jaccard) == (2, 0.75, 0.5, 0.75)


def test_nobody_with_a_reason_is_no_figure():
    found = replace(smooth(rows()), values=np.full((400, 4), -1.0))
    kept = stability_of(found, found)
    assert kept.rows == 0
    assert np.isnan([kept.kept, kept.same_first, kept.jaccard]).all()


def test_the_interval_over_seeds_holds_the_mean():
    found = smooth(rows())
    seeds = reason_stability(found, smooth, 0.1, seeds=range(6))
    assert seeds["seed"].tolist() == list(range(6))
    assert seeds["kept"].nunique() > 1
    told = stability_interval(seeds)
    assert told["measure"].tolist() == ["kept", "same_first", "jaccard"]
    assert told["mean"].between(told["low"], told["high"], inclusive="neither").all()
    assert np.isnan(stability_interval(seeds.head(1))["low"]).all()


@pytest.mark.parametrize("noise", [-0.1, 1.5, float("nan")])
def test_a_noise_that_is_no_share_is_refused(noise):
    with pytest.raises(BadInput, match="from 0 to 1"):
        noisy_features(rows(), np.random.default_rng(0), noise)


def test_what_cannot_be_compared_is_refused():
    found = smooth(rows())
    with pytest.raises(BadInput, match="different columns"):
        stability_of(found, smooth(rows()[list(COLUMNS[::-1])]))
    with pytest.raises(BadInput, match="400 and 399 rows"):
        stability_of(found, smooth(rows(399)))
    with pytest.raises(BadInput, match="no seed"):
        reason_stability(found, smooth, seeds=())
