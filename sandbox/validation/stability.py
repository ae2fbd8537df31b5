"""Are scores and features distributed as they were in training?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from sandbox.errors import BadInput
from sandbox.validation.distances import distance
from sandbox.validation.inputs import finite
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

#: categories of a text column compared one by one; the rarer ones are taken together
CATEGORIES = 20


@dataclass(frozen=True)
class Index:
    """A population stability index beside what chance alone gives."""

    value: float
    bins: int
    #: 95% quantile of the index when nothing has moved, for these sample sizes
    benchmark: float
    #: share of such samples with a larger index
    p_value: float


def psi(expected: npt.ArrayLike, actual: npt.ArrayLike, bins: int = 10) -> Index:
    """Σ (aᵢ − eᵢ) ln(aᵢ/eᵢ) over `bins` groups of equal size of `expected`.

    With nothing moved it is distributed as (1/n + 1/m) χ² with one degree fewer than bins:
    Yurdakul and Naranjo (2020), Journal of Risk Model Validation 14(4). An empty bin counts
    as half a row. 0 for identical samples.
    """
    before, after = finite("expected", expected), finite("actual", actual)
    if not len(before) or not len(after):
        raise BadInput(f"{len(before)} and {len(after)} rows to compare; give at least one each.")
    edges = np.unique(np.quantile(before, np.arange(1, bins) / bins, method="inverted_cdf"))
    edges = edges[edges < before.max()] if len(edges) else edges
    counts = [
        np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)
        for sample in (before, after)
    ]
    return _index(counts[0], counts[1])


def _index(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> Index:
    n, m = before.sum(), after.sum()
    e, a = np.maximum(before, 0.5) / n, np.maximum(after, 0.5) / m
    value = float(((a - e) * np.log(a / e)).sum())
    bins = len(before)
    if bins < 2:
        return Index(value, bins, 0.0, 1.0)
    scale = 1 / n + 1 / m
    return Index(
        value,
        bins,
        float(chi2.ppf(0.95, bins - 1) * scale),
        float(chi2.sf(value / scale, bins - 1)),
    )


def column_psi(expected: pd.Series, actual: pd.Series, bins: int = 10) -> Index:
    """The stability index of one feature; missing values are a bin of their own.

    Numbers are binned as `psi` does, other columns by category (the rarest together).
    """
    if pd.api.types.is_numeric_dtype(expected) != pd.api.types.is_numeric_dtype(actual):
        raise BadInput(
            f"{expected.name} is {expected.dtype} in training and {actual.dtype} in evaluation; "
            "give the same kind in both."
        )
    # missing values, -1, are counted first
    places = [_places(column, expected, bins) + 1 for column in (expected, actual)]
    size = 1 + max((int(each.max()) for each in places if len(each)), default=0)
    before, after = (np.bincount(each, minlength=size) for each in places)
    used = before + after > 0
    return _index(before[used], after[used])


def _places(column: pd.Series, reference: pd.Series, bins: int) -> npt.NDArray[np.intp]:
    """The bin of each row, bins being those of `reference`; −1 where missing."""
    missing = column.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(reference):
        known = reference.dropna().to_numpy(dtype=float)
        edges = np.unique(
            np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf")
            if len(known)
            else []
        )
        edges = edges[edges < known.max()] if len(edges) else edges
        if len(known) and not len(edges):
            # one value in training: what lies below and above it has bins of its own
            edges = np.array([np.nextafter(known[0], -np.inf), known[0]])
        places = np.searchsorted(edges, column.to_numpy(dtype=float, na_value=np.nan), "left")
    else:
        common = [str(c) for c in reference.value_counts().index[:CATEGORIES]]
        index = {category: place for place, category in enumerate(common)}
        codes, values = pd.factorize(column)
        # a code of −1 is a missing value, whose place is set below
        places = np.array([*(index.get(str(v), CATEGORIES) for v in values), -1])[codes]
    return np.where(missing, -1, places)


def csi_table(expected: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """The stability index of every feature in both tables, largest first.

    Columns: `feature`, `psi`, `bins`, `benchmark` (95% quantile of chance), `p_value`.
    """
    both = [c for c in expected.columns if c in actual.columns]
    if not both:
        raise BadInput("The two tables share no column; give the same features in both.")
    rows = []
    for name in both:
        index = column_psi(expected[name], actual[name])
        rows.append((str(name), index.value, index.bins, index.benchmark, index.p_value))
    table = pd.DataFrame(rows, columns=["feature", "psi", "bins", "benchmark", "p_value"])
    return table.sort_values("psi", ascending=False, ignore_index=True, kind="stable")


def validate_score_stability(
    training: npt.ArrayLike | None, evaluation: npt.ArrayLike, policy: Policy
) -> tuple[ValidationResult, ...]:
    """PSI, KS and Wasserstein distance of the score, training against evaluation.

    Of all rows, whether their outcome was observed or not.
    """
    after = finite("score", evaluation)
    n = len(after)
    reason, before = "no training scores were given", np.empty(0)
    if training is not None:
        before = finite("training_score", training)
        short = min(len(before), n)
        few = f"{short} rows on one side; at least {policy.minimum_rows} needed"
        same = f"all {len(before)} training scores are the same"
        reason = few if short < policy.minimum_rows else same if np.ptp(before) == 0 else ""
    if reason:
        tests = ("stability.psi", "stability.ks", "stability.wasserstein")
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in tests)
    apart = distance(before, after)
    return (
        _of_bins(before, after, policy),
        judge("stability.ks", apart.ks, n=n, policy=policy, p_value=apart.p_value),
        judge(
            "stability.wasserstein",
            apart.standardised,
            n=n,
            policy=policy,
            note=f"{apart.wasserstein:.4g} in units of the score",
        ),
    )


def _of_bins(
    before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], policy: Policy
) -> ValidationResult:
    n = len(after)
    index = psi(before, after)
    return judge(
        "stability.psi",
        index.value,
        n=n,
        policy=policy,
        p_value=index.p_value,
        note=f"{index.bins} bins; chance alone stays below {index.benchmark:.4f} in 95% of samples",
    )


def validate_feature_stability(
    training: pd.DataFrame | None, evaluation: pd.DataFrame | None, policy: Policy
) -> ValidationResult:
    """The largest stability index of a feature, with all of them in the table."""
    if training is None or evaluation is None:
        n = 0 if evaluation is None else len(evaluation)
        reason = "features of training and evaluation were not both given"
        return not_evaluated("stability.csi", reason, n=n, policy=policy)
    short = min(len(training), len(evaluation))
    if short < policy.minimum_rows:
        reason = f"{short} rows on one side; at least {policy.minimum_rows} needed"
        return not_evaluated("stability.csi", reason, n=len(evaluation), policy=policy)
    table = csi_table(training, evaluation)
    worst = table.iloc[0]
    return judge(
        "stability.csi",
        float(worst["psi"]),
        n=len(evaluation),
        policy=policy,
        note=f"largest of {len(table)} features: {worst['feature']}",
        table=table,
    )
