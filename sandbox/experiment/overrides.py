"""Decisions by hand: a table of who was given another limit, why, and by whom."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

#: columns of a table of overrides
COLUMNS = ("customer_id", "limit", "reason", "who")


@dataclass(frozen=True)
class ByHand:
    """Decisions as they were made in the end."""

    #: columns of the policy's decisions
    decisions: pd.DataFrame
    #: a text a row, "" where the policy's decision stood
    reason: "pd.Series[str]"
    who: "pd.Series[str]"


def read_overrides(path: Path | str) -> pd.DataFrame:
    """A table of overrides from a CSV file, with the columns `COLUMNS`; BadInput says what is odd.

    `customer_id` is a position in the world from 0, `limit` RMB (0 declines), `reason` and `who`
    are texts, which may be empty.
    """
    try:
        table = pd.read_csv(path, dtype={"reason": str, "who": str})
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}; give a CSV of overrides.") from None
    except (ValueError, OSError) as error:
        told = str(error).strip().splitlines()[0]
        raise BadInput(f"{path} cannot be read as a CSV of overrides: {told}.") from None
    return table


def overridden(decisions: pd.DataFrame, customers: NDArray[np.intp], table: pd.DataFrame) -> ByHand:
    """The decisions with those of `table` put in their place.

    `customers` are the customer ids of the n decisions. A limit by hand need not be on a grid.
    BadInput for missing columns, no rows, customers who are unknown or stand twice, and limits
    that are none.

    >>> decisions = pd.DataFrame({"approve": [True, True], "limit": [5e3, 1e4],
    ...                           "reason": ["model", "model"]})
    >>> table = pd.DataFrame({"customer_id": [7], "limit": [0.0], "reason": ["fraud?"],
    ...                       "who": ["Li"]})
    >>> overridden(decisions, np.array([3, 7]), table).decisions["limit"].tolist()
    [5000.0, 0.0]
    """
    missing = [name for name in COLUMNS if name not in table]
    if missing or table.empty:
        raise BadInput(
            f"The overrides have no {'column ' if missing else ''}{', '.join(missing) or 'rows'}; "
            f"they need a row each decision by hand, with {', '.join(COLUMNS)}."
        )
    place = pd.Series(np.arange(len(customers)), index=customers)
    ids, limit = (
        table["customer_id"],
        pd.to_numeric(table["limit"], errors="coerce").to_numpy(float),
    )
    if ids.duplicated().any():
        raise BadInput(
            f"Customer {ids[ids.duplicated()].iloc[0]} stands twice in the overrides; give one "
            "decision each."
        )
    unknown = ~ids.isin(customers)
    if unknown.any():
        raise BadInput(
            f"Customer {ids[unknown].iloc[0]} of the overrides has no decision in this study; ids "
            f"are those of {len(customers):,} honest applicants, from {customers[0]} to "
            f"{customers[-1]}."
        )
    wrong = ~(np.isfinite(limit) & (limit >= 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(
            f"Row {row} of the overrides has the limit {table['limit'].iloc[row]}; limits are RMB "
            "from 0, and 0 declines."
        )
    return _put_in(decisions, place.loc[ids].to_numpy(), limit, table)


def _put_in(
    decisions: pd.DataFrame, rows: NDArray[np.intp], limit: NDArray[np.float64], table: pd.DataFrame
) -> ByHand:
    final = decisions.copy()
    granted = final["limit"].to_numpy(dtype=float).copy()
    granted[rows] = limit
    # what the policy expected was of its own limit
    final = final.drop(columns="expected_profit", errors="ignore")
    final = final.assign(limit=granted, approve=granted > 0)
    texts = {}
    for column in ("reason", "who"):
        said = np.full(len(final), "", dtype=object)
        said[rows] = table[column].fillna("").astype(str).to_numpy()
        texts[column] = pd.Series(said)
    why = final["reason"].astype(object).to_numpy().copy()
    why[rows] = "by hand"
    return ByHand(final.assign(reason=why), texts["reason"], texts["who"])
