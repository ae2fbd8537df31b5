"""What a policy reads of applicants, refused in one sentence when it cannot be meant."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]

#: the currency of limits, incomes and prices here
CURRENCY = "CNY"


def check_applicants(features: pd.DataFrame, rows: int, needed: tuple[str, ...]) -> None:
    """BadInput unless there are `rows` rows, in one currency, with the `needed` columns.

    Incomes and rents are RMB a month, 0 or more, and known. A column `currency` may be left out.

    >>> check_applicants(pd.DataFrame({"declared_income": [-1.0]}), 1, ("declared_income",))
    Traceback (most recent call last):
    sandbox.errors.BadInput: declared_income of row 0 is -1; it must be 0 RMB or more, and known.
    """
    if len(features) != rows:
        raise BadInput(
            f"There are {len(features)} rows of features and {rows} of scores; give one score a "
            "row."
        )
    missing = [name for name in needed if name not in features]
    if missing:
        raise BadInput(f"The features have no column {missing[0]}, which the caps need.")
    if "currency" in features:
        _check_currency(features["currency"])
    for name in ("declared_income", "rent_monthly"):
        if name not in features:
            continue
        values = features[name].to_numpy(dtype=float)
        bad = ~((values >= 0) & (values < np.inf))
        if bad.any():
            row = int(np.argmax(bad))
            raise BadInput(
                f"{name} of row {row} is {values[row]:g}; it must be 0 RMB or more, and known."
            )


def _check_currency(given: pd.Series) -> None:
    kinds = sorted(map(str, given.unique()))
    if len(kinds) > 1:
        raise BadInput(
            f"The features mix currencies ({', '.join(kinds)}); convert all amounts to {CURRENCY}."
        )
    if kinds and kinds[0] not in (CURRENCY, "RMB"):
        raise BadInput(
            f"The features are in {kinds[0]}; limits and prices here are in {CURRENCY}: convert."
        )


def tenor_of(features: pd.DataFrame) -> Floats:
    """Months of an instalment loan, 0 for a line, n."""
    if "tenor_months" not in features:
        return np.zeros(len(features))
    months = features["tenor_months"].to_numpy(dtype=float)
    return np.where(months > 0, months, 0.0)
