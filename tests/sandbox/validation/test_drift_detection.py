"""Monitors of drift, against loops, published run lengths and simulation."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from sandbox.errors import BadInput
from sandbox.validation.drift_delay import detection, detection_table, validate_drift_detection
from sandbox.validation.drift_detection import (
    cusum,
    cusum_limit,
    cusum_run_length,
    page_hinkley,
    psi_alarms,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.stability import psi

POLICY = Policy.default()


@pytest.mark.parametrize(
    ("shift", "at_4", "at_5"),
    [
        # two-sided run lengths at slack ½: Montgomery, Introduction to Statistical Quality Control,
        # table 9.3
        (0.0, 168, 465),
        (0.25, 74.2, 139),
        (0.5, 26.6, 38.0),
        (1.0, 8.38, 10.4),
        (1.5, 4.75, 5.75),
        (2.0, 3.34, 4.01),
    ],
)
def test_run_length_equals_montgomery_table(shift, at_4, at_5):
    for limit, published in ((4.0, at_4), (5.0, at_5)):
        sides = [cusum_run_length(limit, s) for s in (shift, -shift)]
        both = 1 / sum(1 / each for each in sides)
        assert both == pytest.approx(published, rel=6e-3)


def test_run_length_equals_simulation():
    rng = np.random.default_rng(0)
    path = cusum(rng.normal(0.75, 1, (4_000, 200)), 0.0, 1.0)
    first = (path > 4.0).argmax(axis=1) + 1
    assert first.mean() == pytest.approx(cusum_run_length(4.0, 0.75), rel=0.03)
    assert cusum_run_length(cusum_limit(100.0)) == pytest.approx(100.0)


def test_cusum_and_page_hinkley_equal_loops_with_restarts():
    rng = np.random.default_rng(1)
    x = rng.normal(0.4, 1, (3, 60))
    for limit in (np.inf, 2.0):
        one, other = cusum(x, 0.1, 1.3, 0.4, limit), page_hinkley(x, 0.2, limit)
        for run in range(3):
            level, seen, total, sums = 0.0, [], 0.0, []
            for month in range(60):
                level = max(0.0, level + (x[run, month] - 0.1) / 1.3 - 0.4)
                assert one[run, month] == pytest.approx(level)
                level = 0.0 if level > limit else level
                seen.append(x[run, month])
                total += x[run, month] - np.mean(seen) - 0.2
                sums.append(total)
                assert other[run, month] == pytest.approx(total - min(sums))
                if total - min(sums) > limit:
                    seen, total, sums = [], 0.0, []


def test_psi_alarm_is_the_index_of_each_month_above_its_threshold():
    rng = np.random.default_rng(2)
    reference = rng.normal(size=5_000)
    edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10, method="inverted_cdf"))
    months = rng.normal(0.2, 1, (1, 8, 300))
    counts = np.array([[np.bincount(np.searchsorted(edges, m), minlength=10) for m in months[0]]])
    then = np.bincount(np.searchsorted(edges, reference), minlength=10)
    alarms = psi_alarms(counts, then, 0.1)
    assert alarms[0].tolist() == [psi(reference, m).value > 0.1 for m in months[0]]
    assert alarms.any()
    assert not alarms.all()


def test_psi_false_alarms_are_those_of_chi_square():
    rng = np.random.default_rng(3)
    # Yurdakul and Naranjo (2020): (1/n + 1/m) χ² with bins − 1 degrees, m infinite here
    threshold = chi2.ppf(0.9, 9) / 4_000
    counts = rng.multinomial(4_000, np.full(10, 0.1), size=(200, 20))
    alarms = psi_alarms(counts, np.full(10, 1e9), threshold)
    assert alarms.mean() == pytest.approx(0.1, abs=0.015)


def test_delay_and_false_alarms_equal_a_loop():
    rng = np.random.default_rng(4)
    alarms = rng.uniform(size=(50, 30)) < 0.08
    found = detection(alarms, 12)
    delays = [next((m - 11 for m in range(12, 30) if run[m]), None) for run in alarms]
    hit = [d for d in delays if d is not None]
    early = sum(run[:12].any() for run in alarms)
    assert found.delay == pytest.approx(np.mean(hit))
    assert found.found == len(hit) / 50
    assert found.false_runs == early / 50
    assert found.false_per_100 == pytest.approx(100 * alarms[:, :12].mean())
    exact = binomtest(early, 50).proportion_ci()
    assert found.false_interval == pytest.approx((exact.low, exact.high))


def shifted(shift, change=24, months=48, runs=200, seed=5):
    x = np.random.default_rng(seed).normal(size=(runs, months))
    x[:, change:] += shift
    return x


def test_a_higher_limit_has_fewer_false_alarms_and_a_longer_delay():
    x = shifted(1.0)
    tables = [
        detection_table({"CUSUM": cusum(x, 0, 1, limit=h) > h}, 24).iloc[0] for h in (2.0, 4.0)
    ]
    assert tables[0]["false_runs"] > tables[1]["false_runs"]
    assert tables[0]["delay"] < tables[1]["delay"]
    # from 0 the chain says 8.4; a CUSUM that is above 0 at the change is quicker
    assert 6.0 < tables[1]["delay"] < 8.6


def test_a_found_change_passes_and_a_nervous_or_deaf_monitor_does_not():
    x = shifted(1.5)
    alarms = {"CUSUM": cusum(x, 0, 1, limit=4) > 4, "nervous": cusum(x, 0, 1, limit=1) > 1}
    good = validate_drift_detection(alarms, 24, POLICY)
    assert [r.verdict for r in good] == [Verdict.PASS, Verdict.PASS]
    nervous = validate_drift_detection(alarms, 24, POLICY, monitor="nervous")
    assert nervous[1].verdict is Verdict.FAIL
    deaf = validate_drift_detection({"CUSUM": np.zeros((40, 48), bool)}, 24, POLICY)
    assert deaf[0].verdict is Verdict.NOT_EVALUATED
    assert "finds the change in 0%" in deaf[0].reason


def test_without_a_world_or_with_few_streams_nothing_is_green():
    for alarms in (None, {"CUSUM": np.ones((5, 48), bool)}):
        results = validate_drift_detection(alarms, 24, POLICY)
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
    with pytest.raises(BadInput, match="No monitor"):
        validate_drift_detection({"PSI": np.ones((40, 48), bool)}, 24, POLICY)
    with pytest.raises(BadInput, match="month 48"):
        detection(np.ones((4, 48)), 48)
    with pytest.raises(BadInput, match="standard deviation"):
        cusum([[1.0]], 0.0, 0.0)
    with pytest.raises(BadInput, match="finite"):
        page_hinkley([[np.nan]], 0.1)
    with pytest.raises(BadInput, match="bins"):
        psi_alarms(np.ones((2, 3)), np.ones(3), 0.1)
    with pytest.raises(BadInput, match="run_length"):
        cusum_limit(0.5)
