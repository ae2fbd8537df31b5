"""Ranges, populations, times and keys, against scipy, statsmodels, pandas and counts by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, ks_2samp, mannwhitneyu, norm
from statsmodels.stats.multitest import multipletests

from sandbox.errors import BadInput
from sandbox.validation.keys import duplicate_keys, validate_keys
from sandbox.validation.point_in_time import (
    leakage_by_time_table,
    point_in_time_table,
    validate_leakage_by_time,
    validate_point_in_time,
)
from sandbox.validation.policy import Policy
from sandbox.validation.ranges import range_table, ranges_of, validate_ranges
from sandbox.validation.representativeness import (
    distance_table,
    told_apart,
    validate_representativeness,
    validate_through_the_door,
)
from sandbox.validation.result import Verdict

POLICY = Policy.default()


def people(seed, n=2_000, moved=0.0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("xyz"))
    table["x"] += moved
    table["city"] = rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    table.loc[rng.random(n) < 0.05, "z"] = np.nan
    return table


def test_values_outside_are_those_that_pandas_counts():
    table = people(0)
    found = range_table(table, {"x": (-1.0, 2.0)}, {"city": frozenset({"a", "b"})})
    found = found.set_index("feature")
    assert found.loc["x", "outside"] == pytest.approx(1 - table["x"].between(-1, 2).mean())
    assert found.loc["city", "outside"] == pytest.approx((table["city"] == "c").mean())
    assert found.loc["city", "example"] == "c"
    assert ranges_of(table)["z"] == (table["z"].min(), table["z"].max())


def test_a_unit_that_changed_is_found_and_rows_like_those_of_training_pass():
    for seed in range(5):
        training, fresh = people(seed), people(100 + seed)
        assert validate_ranges(fresh, POLICY, training=training).verdict is Verdict.PASS
        fresh["y"] *= 100
        result = validate_ranges(fresh, POLICY, training=training)
        assert result.verdict is Verdict.FAIL
        assert result.reason.startswith("most in y, such as")
        allowed = validate_ranges(fresh, POLICY, training=training, ranges={"y": (-1e3, 1e3)})
        assert allowed.verdict is Verdict.PASS


def test_distances_of_features_equal_scipys():
    one, other = people(1), people(2, moved=0.1)
    found = distance_table(one, other).set_index("feature")
    expected = ks_2samp(one["x"], other["x"], method="asymp")
    assert found.loc["x", "distance"] == pytest.approx(expected.statistic)
    assert found.loc["x", "p_value"] == pytest.approx(expected.pvalue, rel=1e-6)
    counts = pd.concat([t["city"].value_counts() for t in (one, other)], axis=1).T
    assert found.loc["city", "p_value"] == pytest.approx(chi2_contingency(counts).pvalue)
    assert found["p_holm"].to_numpy() == pytest.approx(
        multipletests(found["p_value"], method="holm")[1]
    )


def test_the_classifiers_p_value_equals_scipys_mann_whitney_test():
    area, p_value, rows = told_apart(people(3), people(4, moved=0.3))
    half = rows // 2
    # any two samples without ties with this area give the same normal approximation
    u = area * half * half
    z = (u - half * half / 2) / np.sqrt(half * half * (2 * half + 1) / 12)
    rng = np.random.default_rng(0)
    other, one = rng.normal(size=(2, half))
    found = mannwhitneyu(one, other, alternative="greater", use_continuity=False)
    its = (found.statistic - half * half / 2) / np.sqrt(half * half * (2 * half + 1) / 12)
    assert norm.sf(its) == pytest.approx(found.pvalue)
    assert p_value == pytest.approx(norm.sf(z), rel=1e-9)
    assert area > 0.53


def test_a_population_that_moved_is_found_and_the_same_one_passes():
    for seed in range(3):
        same = validate_representativeness(people(seed), people(50 + seed), POLICY)
        assert {r.verdict for r in same} == {Verdict.PASS}
        moved = validate_representativeness(people(seed), people(50 + seed, moved=1.2), POLICY)
        assert {r.verdict for r in moved} == {Verdict.FAIL}
        assert moved[0].reason.startswith("x; 1 of 4")


def test_features_that_move_together_only_are_found_by_the_classifier():
    rng = np.random.default_rng(6)
    one = pd.DataFrame(rng.normal(size=(4_000, 2)), columns=["x", "y"])
    other = one.copy()
    one["y"], other["y"] = one["x"] * 0.9 + 0.436 * one["y"], -one["x"] * 0.9 + 0.436 * one["y"]
    by_feature, together = validate_representativeness(one, other, POLICY)
    assert by_feature.verdict is Verdict.PASS
    assert together.verdict is Verdict.FAIL


def test_the_same_population_is_called_moved_no_more_often_than_the_level_says():
    lowest, classifier = [], []
    for seed in range(100):
        one, other = people(2 * seed, 400), people(2 * seed + 1, 400)
        lowest.append(distance_table(one, other)["p_holm"].min() < 0.05)
        if seed < 20:
            classifier.append(told_apart(one, other)[1] < 0.05)
    # 100 pairs at 5%: 13 or more but once in 900; 20: 5 or more but once in 400
    assert sum(lowest) < 13
    assert sum(classifier) < 5


def test_distance_to_all_applicants_is_that_to_the_rejected_times_their_share():
    table = people(7)
    rng = np.random.default_rng(8)
    labelled = rng.random(2_000) < 1 / (1 + np.exp(-2 * table["x"]))
    result = validate_through_the_door(table, labelled, POLICY)
    whole = ks_2samp(table.loc[labelled, "x"], table["x"]).statistic
    assert result.statistic == pytest.approx(whole, abs=1e-9)
    assert result.verdict is Verdict.FAIL
    by_lot = validate_through_the_door(table, rng.random(2_000) < 0.6, POLICY)
    assert by_lot.verdict is Verdict.PASS


def test_what_became_known_after_the_decision_is_counted_by_column():
    decided = pd.Series(pd.to_datetime(["2026-01-10"] * 4))
    known = pd.DataFrame(
        {
            "bureau": pd.to_datetime(["2026-01-09", "2026-01-10", None, "2026-01-01"]),
            "dunning": pd.to_datetime(["2026-01-13", "2026-01-09", "2026-01-11", "2026-01-01"]),
        }
    )
    table = point_in_time_table(known, decided).set_index("feature")
    assert table.loc["dunning", ["late", "latest"]].tolist() == [0.5, 3.0]
    assert table.loc["bureau", ["late", "undated"]].tolist() == [0.0, 0.25]
    assert validate_point_in_time(known, decided, POLICY).verdict is Verdict.FAIL
    assert validate_point_in_time(known[["bureau"]], decided, POLICY).verdict is Verdict.PASS
    in_shanghai = known["dunning"].dt.tz_localize("Asia/Shanghai")
    utc = decided.dt.tz_localize("UTC")
    zoned = point_in_time_table(in_shanghai.to_frame(), utc)
    assert zoned["latest"].iloc[0] == pytest.approx(3 - 8 / 24)


def cases(seed, n=3_000, leaking=0.0):
    """A feature that, in the older half, was filled in after the outcome of `leaking` of cases."""
    rng = np.random.default_rng(seed)
    time = pd.Series(rng.integers(0, 24, n).astype(float))
    x = rng.normal(size=n)
    y = rng.binomial(1, 1 / (1 + np.exp(1.5 - x))).astype(float)
    calls = rng.poisson(1.0, n).astype(float)
    told = (time < 12) & (y == 1) & (rng.random(n) < leaking)
    calls[told] += 5
    city = np.where(rng.random(n) < 0.2 + 0.2 * y, "a", "b")
    return pd.DataFrame({"x": x, "calls": calls, "city": city}), y, time


def test_a_column_filled_in_after_the_outcome_is_found_and_honest_ones_pass():
    for seed in range(4):
        leaking = validate_leakage_by_time(*cases(seed, leaking=0.6), POLICY)
        assert leaking.verdict is Verdict.FAIL
        assert leaking.reason.startswith("calls")
        assert validate_leakage_by_time(*cases(seed), POLICY).verdict is Verdict.PASS
    lowest = [
        leakage_by_time_table(*cases(s, 1_000), margin=0.0)["p_holm"].min() for s in range(100)
    ]
    assert (np.array(lowest) < 0.05).sum() < 13


def test_a_feature_that_falls_with_risk_leaks_as_one_that_rises_does():
    features, y, time = cases(0, leaking=0.6)
    rising = leakage_by_time_table(features, y, time).set_index("feature").loc["calls"]
    turned = features.assign(calls=-features["calls"])
    falling = leakage_by_time_table(turned, y, time).set_index("feature").loc["calls"]
    assert falling.to_dict() == pytest.approx(rising.to_dict())
    assert rising["auc_earlier"] > rising["auc_later"]


def test_keys_equal_what_pandas_calls_duplicated():
    rng = np.random.default_rng(9)
    table = pd.DataFrame({"id": rng.integers(0, 300, 400), "y": rng.integers(0, 2, 400)})
    found = duplicate_keys(table, ["id"], "y")
    assert (found["rows"] - 1).sum() == table.duplicated("id").sum()
    both = table.groupby("id")["y"].nunique()
    assert (found["outcomes"] > 1).sum() == (both > 1).sum()
    training = pd.DataFrame({"id": np.arange(250, 500)})
    repeated, shared = validate_keys(table, ["id"], POLICY, training=training, target="y")
    assert repeated.statistic == pytest.approx(table.duplicated("id").mean())
    assert shared.statistic == pytest.approx((table["id"] >= 250).mean())
    assert {repeated.verdict, shared.verdict} == {Verdict.FAIL}
    apart = pd.DataFrame({"id": np.arange(1_000, 1_400)})
    right = validate_keys(apart, ["id"], POLICY, training=training)
    assert {r.verdict for r in right} == {Verdict.PASS}


def test_tables_that_cannot_be_judged_are_named():
    table, few = people(10), people(10).head(30)
    y = np.tile([0.0, 1.0], 1_000)
    time = pd.Series(np.arange(2_000.0))
    said = (
        (validate_ranges(None, POLICY), "no features"),
        (validate_ranges(few, POLICY, training=table), "30 rows"),
        (validate_ranges(table, POLICY), "neither ranges nor"),
        (validate_representativeness(None, table, POLICY)[0], "not both given"),
        (validate_representativeness(few, table, POLICY)[1], "30 rows on one side"),
        (validate_through_the_door(table, None, POLICY), "not known"),
        (validate_through_the_door(table, np.ones(2_000), POLICY), "every applicant"),
        (validate_point_in_time(None, None, POLICY), "not given"),
        (validate_leakage_by_time(table, y, None, POLICY), "not both given"),
        (validate_leakage_by_time(table, y * 0, time, POLICY), "one class only"),
        (validate_leakage_by_time(table, np.sort(y), time, POLICY), "fewer than 10"),
        (validate_keys(table, [], POLICY)[0], "no key"),
        (validate_keys(table, ["city"], POLICY)[1], "not given"),
    )
    for result, reason in said:
        assert result.verdict is Verdict.NOT_EVALUATED
        assert reason in result.reason


def test_rows_without_a_key_are_no_part_of_the_share_of_duplicates():
    table = pd.DataFrame({"id": [1, 1, 2, None, None]})
    repeated, shared = validate_keys(table, ["id"], POLICY, training=pd.DataFrame({"id": [2, 9]}))
    assert repeated.statistic == shared.statistic == 1 / 3
    assert "2 rows without a key left out" in repeated.reason


def test_tables_that_make_no_sense_are_refused():
    table = people(11)
    with pytest.raises(BadInput, match="lower end first"):
        range_table(table, {"x": (1.0, 0.0)})
    with pytest.raises(BadInput, match="share no column"):
        distance_table(table[["x"]], table[["y"]])
    with pytest.raises(BadInput, match="give one kind"):
        distance_table(table[["x"]], table[["city"]].set_axis(["x"], axis=1))
    with pytest.raises(BadInput, match="one flag a row"):
        validate_through_the_door(table, [True], POLICY)
    with pytest.raises(BadInput, match="to_datetime"):
        point_in_time_table(table[["city"]], pd.Series(np.arange(2_000.0)))
    with pytest.raises(BadInput, match="no column 'id'"):
        validate_keys(table, ["id"], POLICY)


def test_a_column_without_any_value_tells_nothing_apart():
    rng = np.random.default_rng(3)
    one, other = (
        pd.DataFrame({"x": rng.normal(size=300), "never": np.full(300, np.nan)}) for _ in range(2)
    )
    assert told_apart(one, other)[0] == pytest.approx(0.5, abs=0.15)
