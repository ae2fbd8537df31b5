"""Do values lie where they may lie?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

TEST = "data.ranges"
Range = tuple[float, float]


def ranges_of(features: pd.DataFrame) -> dict[str, Range]:
    """Smallest and largest known value of each column of numbers.

    >>> ranges_of(pd.DataFrame({"age": [30.0, 20.0], "city": ["a", "b"]}))
    {'age': (20.0, 30.0)}
    """
    found = {}
    for name in features.columns:
        if pd.api.types.is_numeric_dtype(features[name]):
            known = features[name].to_numpy(dtype=np.float64, na_value=np.nan)
            known = known[np.isfinite(known)]
            if len(known):
                found[str(name)] = (float(known.min()), float(known.max()))
    return found


def range_table(
    features: pd.DataFrame,
    ranges: Mapping[str, Range],
    words: Mapping[str, frozenset[str]] | None = None,
) -> pd.DataFrame:
    """Values outside, a row a feature that has a range, most first.

    `ranges` holds the lowest and highest value allowed, both included; `words` the words allowed in
    a column of words. Missing values are not outside; infinite ones are. Columns: `feature`, `low`,
    `high` (NaN for words), `outside` (share of known values, NaN if none), `lowest`, `highest`
    (values there are), `example` (a value outside, empty if none).
    """
    for name, (low, high) in ranges.items():
        if not low <= high:
            raise BadInput(f"The range of {name} is {low:g} to {high:g}; give the lower end first.")
    rows = [_of_numbers(name, features[name], *ranges[name]) for name in ranges if name in features]
    rows += [
        _of_words(name, features[name], allowed)
        for name, allowed in (words or {}).items()
        if name in features
    ]
    columns = ["feature", "low", "high", "outside", "lowest", "highest", "example"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("outside", ascending=False, ignore_index=True, kind="stable")


def _of_numbers(name: str, column: pd.Series, low: float, high: float) -> tuple[object, ...]:
    if not pd.api.types.is_numeric_dtype(column):
        raise BadInput(f"{name} is {column.dtype} and has a range of numbers; give numbers.")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = values[~np.isnan(values)]
    if not len(known):
        return name, low, high, float("nan"), float("nan"), float("nan"), ""
    outside = (known < low) | (known > high) | np.isinf(known)
    example = _plain(known[outside][0]) if outside.any() else ""
    ends = float(known.min()), float(known.max())
    return name, low, high, float(outside.mean()), *ends, example


def _of_words(name: str, column: pd.Series, allowed: frozenset[str]) -> tuple[object, ...]:
    known = column.dropna().astype("string")
    outside = known[~known.isin(allowed)]
    share = len(outside) / len(known) if len(known) else float("nan")
    nothing = (float("nan"),) * 2
    return name, *nothing, share, *nothing, str(outside.iloc[0]) if len(outside) else ""


def validate_ranges(
    features: pd.DataFrame | None,
    policy: Policy,
    *,
    training: pd.DataFrame | None = None,
    ranges: Mapping[str, Range] | None = None,
) -> ValidationResult:
    """The feature with the largest share of values outside.

    `ranges` holds allowed values by feature; features without one are held to what training had,
    numbers and words. Of n rows like those of m in training, about 2/(m + 1) lie outside by chance.
    """
    n = 0 if features is None else len(features)
    reason = ""
    if features is None or not len(features.columns):
        reason = "no features were given"
    elif n < policy.minimum_rows:
        reason = f"{n} rows; at least {policy.minimum_rows} needed"
    elif training is None and not ranges:
        reason = "neither ranges nor training features were given"
    elif training is not None and len(training) < policy.minimum_rows and not ranges:
        reason = f"{len(training)} rows in training; at least {policy.minimum_rows} needed"
    if reason or features is None:
        return not_evaluated(TEST, reason, n=n, policy=policy)
    learnt = {} if training is None else ranges_of(training)
    table = range_table(features, {**learnt, **(ranges or {})}, _words(training, ranges or {}))
    if table.empty:
        return not_evaluated(TEST, "no feature has a range", n=n, policy=policy)
    if table["outside"].isna().all():
        return not_evaluated(TEST, "no feature has a known value", n=n, policy=policy)
    worst = table.iloc[0]
    if worst["outside"] == 0:
        note = f"every value of {len(table)} features is in range"
    else:
        note = f"most in {worst['feature']}, such as {worst['example']}"
        if worst["low"] == worst["low"]:
            note += f" outside {_plain(worst['low'])} to {_plain(worst['high'])}"
    return judge(TEST, float(worst["outside"]), n=n, policy=policy, note=note, table=table)


def _plain(value: float) -> str:
    """A number as people write it, never `1.66409e+06`."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"


def _words(training: pd.DataFrame | None, given: Mapping[str, Range]) -> dict[str, frozenset[str]]:
    if training is None:
        return {}
    return {
        str(name): frozenset(training[name].dropna().astype("string").unique())
        for name in training.columns
        if not pd.api.types.is_numeric_dtype(training[name]) and name not in given
    }
