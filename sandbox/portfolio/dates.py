"""A column of dates as months, whatever a bank writes them as."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.portfolio.reading import RawTable

#: how a number with so many digits is read
_DIGITS = {6: "%Y%m", 8: "%Y%m%d"}


def months(raw: RawTable, name: str) -> NDArray[Any]:
    """The n months as text that sorts by time, `2026-03`; "" where the cell is empty.

    Reads dates, `2026-03-05`, `2026/3/5`, `20260305` and `202603`. Raises BadInput with the row
    and the value of the first that is none of these.
    """
    cells = raw.cells[name]
    empty = cells.isna().to_numpy(dtype=bool, copy=True)
    if pd.api.types.is_datetime64_any_dtype(cells):
        found = pd.to_datetime(cells)
    else:
        text = cells.astype("str").str.strip().str.removesuffix(".0")
        empty |= (text == "").to_numpy(dtype=bool)
        found = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[ns]")
        for digits, form in _DIGITS.items():
            plain = text.str.fullmatch(rf"\d{{{digits}}}").to_numpy(dtype=bool) & ~empty
            found[plain] = pd.to_datetime(text[plain], format=form, errors="coerce")
        written = ~text.str.fullmatch(r"-?[\d.]+").to_numpy(dtype=bool) & ~empty
        found[written] = pd.to_datetime(text[written], format="mixed", errors="coerce")
    bad = found.isna().to_numpy(dtype=bool) & ~empty
    if bad.any():
        first = int(bad.argmax())
        raise BadInput(
            f"Column {name!r} of {raw.file}, row {raw.row(first)} ({int(bad.sum()):,} such rows): "
            f"{str(cells.iloc[first])!r} is not a date; write 2026-03-05, 20260305 or 202603."
        )
    if empty.all():
        raise BadInput(f"Column {name!r} of {raw.file} has no date in any row; name another.")
    return np.where(empty, "", found.dt.strftime("%Y-%m").fillna("").to_numpy(dtype=object))
