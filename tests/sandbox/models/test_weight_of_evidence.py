"""Bins: monotone, complete, and worth what the textbook says they are worth."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sandbox.models import woe

ROWS = 4_000


@pytest.fixture(scope="module")
def rising() -> tuple[np.ndarray, np.ndarray]:
    """A number whose default rate rises from 5% to 45%, and 10% missing with a rate of 50%."""
    rng = np.random.default_rng(0)
    values = rng.uniform(size=ROWS)
    rate = 0.05 + 0.4 * values
    missing = rng.uniform(size=ROWS) < 0.1
    rate[missing] = 0.5
    values[missing] = np.nan
    return values, (rng.uniform(size=ROWS) < rate).astype(np.float64)


def test_weight_of_evidence_falls_as_the_default_rate_rises(rising):
    bins = woe.cut("x", *rising)
    assert len(bins.grouping.labels) > 2
    assert (np.diff(bins.woe[:-1]) < 0).all()


def test_every_account_is_in_one_bin(rising):
    values, target = rising
    bins = woe.cut("x", values, target)
    assert bins.count.sum() == ROWS
    assert bins.defaults.sum() == target.sum()
    assert bins.count[-1] == np.isnan(values).sum()


def test_weight_of_evidence_is_the_log_of_the_shares(rising):
    values, target = rising
    bins = woe.cut("x", values, target)
    missing = np.isnan(values)
    good = (missing & (target == 0)).sum() / (target == 0).sum()
    bad = (missing & (target == 1)).sum() / (target == 1).sum()
    assert bins.weights(np.array([np.nan]))[0] == pytest.approx(np.log(good / bad))


def test_bins_agree_with_optbinnings_own_table_and_transformation(rising):
    """The independent implementation: optbinning's own binning table and transform."""
    values, target = rising
    bins = woe.cut("x", values, target)
    theirs = woe._optimal_binning()(
        name="x", monotonic_trend="auto_asc_desc", max_n_bins=8, min_prebin_size=0.05
    ).fit(values, target.astype(int))
    probes = np.r_[values[:500], np.nan, -1.0, 2.0, theirs.splits]
    np.testing.assert_allclose(
        bins.weights(probes), theirs.transform(probes, metric_missing="empirical"), atol=1e-12
    )
    theirs.binning_table.build()
    assert bins.information_value == pytest.approx(theirs.binning_table.iv)


def test_no_bin_is_smaller_than_asked(rising):
    bins = woe.cut("x", *rising, smallest_share=0.2)
    assert bins.count[:-1].min() >= 0.2 * ROWS * 0.9  # of the nine tenths that are not missing


def test_categories_are_grouped_by_code_and_a_new_one_counts_as_missing():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 6, ROWS).astype(float)
    rate = np.array([0.4, 0.05, 0.4, 0.05, 0.2, 0.2])[codes.astype(int)]
    target = (rng.uniform(size=ROWS) < rate).astype(float)
    bins = woe.cut("region", codes, target, category=True)
    assert (bins.weights(np.array([0.0, 2.0])) < 0).all()
    assert (bins.weights(np.array([1.0, 3.0])) > 0).all()
    assert bins.weights(np.array([99.0, np.nan])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("values", [np.ones(200), np.full(200, np.nan)])
def test_a_feature_that_never_varies_says_nothing(values):
    bins = woe.cut("x", values, (np.arange(200) % 4 == 0).astype(float))
    assert bins.information_value == 0.0
    assert bins.weights(np.array([1.0, np.nan])).tolist() == [0.0, 0.0]


def test_binning_needs_no_writable_folder_and_makes_no_noise():
    """As in the sandbox: everything read-only, no network, no home, nobody's user id."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        pytest.fail("bwrap is not there; install bubblewrap: `python3 start.py setup`")
    program = (
        "import numpy as np, tempfile\n"
        "from sandbox.models import woe\n"
        "try:\n    tempfile.mkdtemp()\nexcept OSError:\n    pass\n"
        "else:\n    raise SystemExit('a folder is writable')\n"
        "x = np.linspace(0, 1, 2000)\n"
        "y = (np.arange(2000) * 7919 % 2000 / 2000 < x).astype(float)\n"
        "assert woe.cut('x', x, y).information_value > 0.1\n"
    )
    read_only = "--unshare-all --ro-bind / / --dev /dev --remount-ro /dev --chdir / --"
    finished = subprocess.run(
        [bwrap, *read_only.split(), sys.executable, "-B", "-c", program],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
    # joblib, which scikit-learn loads, may warn here that it keeps to one process
    assert "CVXPY" not in finished.stderr
    assert "atplotlib" not in finished.stderr
