"""Rows to search on and rows to score on."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.errors import InvalidInput

Flags = NDArray[np.bool_]


def halves(is_case: Flags) -> Flags:
    """Rows to choose on: every other one of the cases and of the others.

    >>> halves(np.array([True, False, True, False])).tolist()
    [True, True, False, False]
    """
    half = np.zeros(len(is_case), dtype=bool)
    for rows in (np.flatnonzero(is_case), np.flatnonzero(~is_case)):
        half[rows[::2]] = True
    return half


def check_cases(table: pd.DataFrame, is_case: Flags) -> None:
    """InvalidInput unless there is a flag a row, and some of both kinds."""
    if len(is_case) != len(table):
        raise InvalidInput(f"There are {len(is_case)} flags for {len(table)} rows; give one each.")
    if not 4 <= is_case.sum() <= len(is_case) - 4:
        raise InvalidInput(
            f"{is_case.sum()} of {len(is_case)} rows are cases; there must be 4 of either kind."
        )
