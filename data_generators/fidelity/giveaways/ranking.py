"""How well each column alone ranks the cases."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from data_generators.fidelity.giveaways.bins import MISSING, binned
from data_generators.fidelity.giveaways.halves import check_cases, halves

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: cases, and others, that must have a value for its AUC to say anything
LEAST_CASES = 30


def single_columns(table: pd.DataFrame, is_case: Flags) -> pd.DataFrame:
    """How well each column alone ranks the cases, the worst giveaway first.

    A row a column and reading: `column`; `reading`, which is "value" (gaps at the end where they
    tell most), "missing" (whether there is one) or "shape" (the share of cases among rows of like
    value, learnt on the other half of the rows: how a category is read, and a column that is odd
    at both ends or at one value); `auc`, at least 0.5; `direction`, 1 where more of it is riskier
    and -1 where less.
    Raises InvalidInput unless `is_case` has an entry a row, and both kinds.

    >>> table = pd.DataFrame({"x": np.arange(100.0), "y": np.arange(100.0) % 7})
    >>> worst = single_columns(table, np.arange(100) >= 60).iloc[0]
    >>> worst["column"], float(worst["auc"])
    ('x', 1.0)
    """
    check_cases(table, is_case)
    half = halves(is_case)
    rows: list[tuple[str, str, float, int]] = []
    for name in table.columns:
        values = table[name]
        gone = values.isna().to_numpy()
        if gone.any() and not gone.all():
            rows.append((name, "missing", *_auc(gone.astype(float), is_case)))
        if pd.api.types.is_numeric_dtype(values.dtype):
            rows.append((name, "value", *_with_gaps(_numbers(values), is_case)))
        rows.append((name, "shape", _auc_of_shape(values, is_case, half), 1))
    found = pd.DataFrame(rows, columns=["column", "reading", "auc", "direction"])
    return found.sort_values("auc", ascending=False, kind="stable").reset_index(drop=True)


def auc(values: Floats, is_case: Flags) -> float:
    """Chance that a case has more than another row, ties counted half.

    >>> auc(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]))
    1.0
    """
    cases = int(is_case.sum())
    others = len(is_case) - cases
    ranks = float(rankdata(values)[is_case].sum())
    return (ranks - cases * (cases + 1) / 2) / (cases * others)


def _auc(values: Floats, is_case: Flags) -> tuple[float, int]:
    if not LEAST_CASES <= is_case.sum() <= len(is_case) - LEAST_CASES:
        return 0.5, 1
    found = auc(values, is_case)
    return max(found, 1.0 - found), 1 if found >= 0.5 else -1


def _with_gaps(numbers: Floats, is_case: Flags) -> tuple[float, int]:
    """AUC of all rows, what is missing at the end where that tells most."""
    gone = np.isnan(numbers)
    ends = (np.inf, -np.inf) if gone.any() else (0.0,)
    return max(_auc(np.where(gone, end, numbers), is_case) for end in ends)


def _auc_of_shape(values: pd.Series, is_case: Flags, half: Flags) -> float:
    """Of the share of cases in a row's bin, learnt on the half that the row is not in."""
    found = []
    for learnt in (half, ~half):
        codes = binned(values, learnt, is_case).codes
        count = np.bincount(codes[learnt], minlength=MISSING + 1)
        cases = np.bincount(codes[learnt & is_case], minlength=MISSING + 1)
        rate = (cases + is_case.mean()) / (count + 1.0)
        found.append(auc(rate[codes[~learnt]], is_case[~learnt]))
    return max(float(np.mean(found)), 0.5)


def _numbers(values: "pd.Series[float]") -> Floats:
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
