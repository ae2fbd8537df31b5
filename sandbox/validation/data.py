"""Is the evaluation table fit to judge a model on?"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.inputs import vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import auc, delong_interval

#: a text column with more categories than this is left out of the leakage screen
CATEGORIES = 20


def missing_table(features: pd.DataFrame) -> pd.DataFrame:
    """Columns `feature`, `missing` (share of rows, 0 to 1), `distinct`; most missing first."""
    table = pd.DataFrame(
        {
            "feature": [str(c) for c in features.columns],
            "missing": features.isna().mean().to_numpy(dtype=float),
            "distinct": features.nunique().to_numpy(),
        }
    )
    return table.sort_values("missing", ascending=False, ignore_index=True, kind="stable")


def single_feature_auc(features: pd.DataFrame, target: npt.ArrayLike) -> pd.DataFrame:
    """How well each feature alone separates the classes, in whichever direction.

    Rows whose target is NaN are left out; missing values rank below all others; categories
    are ordered by their own rate of bad cases. Columns: `feature`, `auc` (0.5 to 1), largest
    first; text columns with more than 20 categories are left out.
    """
    outcome = vector("target", target)
    if len(outcome) != len(features):
        raise BadInput(
            f"target has {len(outcome)} and features have {len(features)} rows; "
            "give one value a row in each."
        )
    seen = ~np.isnan(outcome)
    y = outcome[seen]
    rows = []
    for name in features.columns:
        values = feature_ranks(features.loc[seen, name], y)
        if values is not None:
            area = auc(y, values)
            rows.append((str(name), max(area, 1 - area)))
    table = pd.DataFrame(rows, columns=["feature", "auc"])
    return table.sort_values("auc", ascending=False, ignore_index=True, kind="stable")


def feature_ranks(
    column: pd.Series, target: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64] | None:
    """The column as ranks within [0, 1]; None when it has too many categories to order.

    Missing values rank lowest; categories are ordered by their rate of bad cases.
    """
    if not pd.api.types.is_numeric_dtype(column):
        labels = column.astype("string").fillna("")
        if labels.nunique() > CATEGORIES:
            return None
        rates = pd.Series(target, index=labels.index).groupby(labels).mean()
        return np.asarray(labels.map(rates), dtype=np.float64)
    ranks = column.astype(float).rank(method="average", na_option="top")
    return np.asarray(ranks / max(len(ranks), 1), dtype=np.float64)


def validate_data(
    features: pd.DataFrame | None,
    target: npt.ArrayLike,
    policy: Policy,
    score: npt.ArrayLike | None = None,
) -> tuple[ValidationResult, ...]:
    """Missing values, duplicates, constant columns and the leakage screen.

    Rows are duplicates where all features and, if given, the `score` are the same: a bank's table
    of scores may hold few other columns.
    """
    tests = tuple(f"data.{name}" for name in ("missingness", "duplicates", "constant", "leakage"))
    n = 0 if features is None else len(features)
    if features is None or n < policy.minimum_rows or not len(features.columns):
        reason = (
            "no features were given"
            if features is None or not len(features.columns)
            else f"{n} rows; at least {policy.minimum_rows} needed"
        )
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in tests)
    missing = missing_table(features)
    worst = missing.iloc[0]
    constant = missing.loc[missing["distinct"] <= 1, "feature"].tolist()
    rows = features if score is None else features.assign(**{"": vector("score", score)})
    most = f"most in {worst['feature']}" if worst["missing"] > 0 else "nothing is missing"
    return (
        judge(tests[0], float(worst["missing"]), n=n, policy=policy, note=most, table=missing),
        judge(tests[1], float(rows.duplicated().mean()), n=n, policy=policy),
        judge(tests[2], float(len(constant)), n=n, policy=policy, note=", ".join(constant[:10])),
        _leakage(features, target, policy),
    )


def _leakage(features: pd.DataFrame, target: npt.ArrayLike, policy: Policy) -> ValidationResult:
    outcome = vector("target", target)
    seen = outcome[~np.isnan(outcome)]
    bad = int(seen.sum())
    fewest = min(bad, len(seen) - bad)
    if fewest < policy.minimum_events:
        reason = f"{fewest} cases of the rarer class; at least {policy.minimum_events} needed"
        return not_evaluated("data.leakage", reason, n=len(seen), policy=policy)
    table = single_feature_auc(features, outcome)
    if table.empty:
        reason = "no feature can be ordered"
        return not_evaluated("data.leakage", reason, n=len(seen), policy=policy)
    left_out = len(features.columns) - len(table)
    note = f"strongest alone: {table['feature'].iloc[0]}"
    if left_out:
        note += f"; {left_out} text columns left out"
    strongest = features.columns[[str(c) for c in features.columns].index(table["feature"].iloc[0])]
    known = ~np.isnan(outcome)
    ranks = feature_ranks(features.loc[known, strongest], seen)
    low, high = delong_interval(seen, ranks if ranks is not None else np.zeros(len(seen)))
    return judge(
        "data.leakage",
        float(table["auc"].iloc[0]),
        n=len(seen),
        policy=policy,
        # of a feature that separates the wrong way round, mirrored at one half
        interval=(low, high) if low + high >= 1 else (1 - high, 1 - low),
        note=note,
        table=table,
    )
