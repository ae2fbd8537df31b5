"""Weight of evidence: one feature cut into bins whose default rates rise or fall together.

The cutting is optbinning's (G. Navas-Palencia, "Optimal binning: mathematical programming
formulation", arXiv:2001.08025). The result is kept as plain arrays, so that a fitted model
scores and unpickles without optbinning.
"""

import logging
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

#: seconds the solver may take for one feature; 8 of 20 prebins are found in a tenth of one
SOLVER_SECONDS = 20


@dataclass(frozen=True)
class _Grouping:
    """Where k bins begin and end: cuts of a number, or groups of category codes."""

    #: k labels as a person reads them: "[0.5, 1.5)", "1, 3"
    labels: tuple[str, ...]
    #: k - 1 increasing cuts of a number; a value on a cut belongs to the bin above it
    cuts: Vector = field(default_factory=lambda: np.empty(0))
    #: category codes, increasing, and the bin of each; empty for numbers
    codes: Vector = field(default_factory=lambda: np.empty(0))
    code_bins: Counts = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def positions(self, values: Vector) -> Counts:
        """Which bin each of n values falls into; k is missing, or a category never seen."""
        missing = len(self.labels)
        if len(self.codes):
            at = np.minimum(np.searchsorted(self.codes, values), len(self.codes) - 1)
            return np.where(self.codes[at] == values, self.code_bins[at], missing)
        return np.where(np.isnan(values), missing, np.searchsorted(self.cuts, values, side="right"))


@dataclass(frozen=True)
class Bins:
    """The k bins of one feature, and one for missing values.

    Weight of evidence is ln(share of good / share of bad): positive is better than average.
    """

    feature: str
    grouping: _Grouping
    #: k + 1 accounts per bin, the last one missing
    count: Counts
    #: k + 1 defaults per bin
    defaults: Counts
    #: k + 1 weights of evidence; 0 for a bin without both classes
    woe: Vector

    @property
    def information_value(self) -> float:
        """Sum over bins of (share of good - share of bad) · woe; under 0.02 is no predictor.

        The rule of thumb is Siddiqi's (Credit Risk Scorecards, 2006, p. 81).
        """
        good = self.count - self.defaults
        gap = good / max(float(good.sum()), 1.0)
        gap = gap - self.defaults / max(float(self.defaults.sum()), 1.0)
        return float((gap * self.woe).sum())

    def weights(self, values: Vector) -> Vector:
        """The weight of evidence of each of n values."""
        return self.woe[self.grouping.positions(values)]

    def table(self) -> pd.DataFrame:
        """One row a bin: `feature`, `bin`, `count`, `defaults`, `default_rate`, `woe`."""
        return pd.DataFrame(
            {
                "feature": self.feature,
                "bin": [*self.grouping.labels, "missing"],
                "count": self.count,
                "defaults": self.defaults,
                "default_rate": self.defaults / np.where(self.count > 0, self.count, np.nan),
                "woe": self.woe,
            }
        )


def cut(
    feature: str,
    values: Vector,
    target: Vector,
    *,
    category: bool = False,
    max_bins: int = 8,
    smallest_share: float = 0.05,
) -> Bins:
    """Bins of n values against 0/1 targets; monotone in the default rate unless a category.

    `smallest_share` is the least share of the accounts in a bin. A feature with fewer than two
    different values gets one bin, and no information value.
    """
    grouping = _Grouping(labels=("all",))
    if len(np.unique(values[~np.isnan(values)])) > 1:
        splits = _solved(feature, values, target, category, max_bins, smallest_share)
        grouping = _grouped(splits) if category else _ranged(splits)
    k = len(grouping.labels) + 1
    at = grouping.positions(values)
    count = np.bincount(at, minlength=k)
    defaults = np.bincount(at, weights=target, minlength=k).astype(np.int64)
    return Bins(feature, grouping, count, defaults, _evidence(count, defaults))


def _ranged(splits: Any) -> _Grouping:
    cuts = np.asarray(splits, dtype=np.float64)
    ends = pairwise([-np.inf, *cuts, np.inf])
    return _Grouping(tuple(f"[{low:g}, {high:g})" for low, high in ends), cuts=cuts)


def _grouped(splits: Any) -> _Grouping:
    groups = [np.sort(np.asarray(group, dtype=np.float64)) for group in splits]
    codes = np.concatenate(groups)
    bins = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    labels = tuple(", ".join(f"{code:g}" for code in group) for group in groups)
    order = np.argsort(codes)
    return _Grouping(labels, codes=codes[order], code_bins=bins[order])


def _evidence(count: Counts, defaults: Counts) -> Vector:
    """ln(share of good / share of bad) per bin; 0, no evidence, where one class is absent."""
    good = count - defaults
    both = (good > 0) & (defaults > 0)
    share_good = np.where(both, good, 1) / max(good.sum(), 1)
    share_bad = np.where(both, defaults, 1) / max(defaults.sum(), 1)
    return np.where(both, np.log(share_good / share_bad), 0.0)


def _solved(
    feature: str,
    values: Vector,
    target: Vector,
    category: bool,
    max_bins: int,
    smallest_share: float,
) -> Any:
    """optbinning's splits: increasing cuts, or groups of category codes."""
    solver = _optimal_binning()(
        name=feature,
        dtype="categorical" if category else "numerical",
        solver="cp",
        monotonic_trend="auto_asc_desc",
        max_n_bins=max_bins,
        min_prebin_size=smallest_share,
        time_limit=SOLVER_SECONDS,
    )
    return solver.fit(values, target.astype(np.int64)).splits


class _NoSolverNews(logging.Filter):
    """Drops cvxpy's complaint that highspy and ortools clash: neither is used from cvxpy here."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "importing solver" not in record.getMessage()


def _optimal_binning() -> Any:
    """The class `optbinning.OptimalBinning`, imported without noise and without a folder.

    optbinning imports cvxpy (for a piecewise binning not used here), which scans every solver
    aloud, and matplotlib, which refuses to be imported where no folder is writable, as in a
    sandbox. Nothing is drawn there, so empty modules take matplotlib's place.
    """
    cvxpy_log = logging.getLogger("__cvxpy__")
    matplotlib_log = logging.getLogger("matplotlib")
    filtered, level = _NoSolverNews(), matplotlib_log.level
    cvxpy_log.addFilter(filtered)
    matplotlib_log.setLevel(logging.ERROR)  # it reports the folders it could not make
    try:
        try:
            import matplotlib  # noqa: F401
        except OSError:
            _stand_in_for_matplotlib()
        from optbinning import OptimalBinning
    finally:
        cvxpy_log.removeFilter(filtered)
        matplotlib_log.setLevel(level)
    return OptimalBinning


def _stand_in_for_matplotlib() -> None:
    for name in ("", ".patches", ".pyplot", ".ticker"):
        sys.modules[f"matplotlib{name}"] = ModuleType(f"matplotlib{name}")
    axes_grid = ModuleType("mpl_toolkits.axes_grid1")
    vars(axes_grid)["make_axes_locatable"] = None
    sys.modules["mpl_toolkits.axes_grid1"] = axes_grid
