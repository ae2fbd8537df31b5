"""What a table is: columns with dtype, unit, meaning and source; observed or truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data_generators.errors import InvalidInput


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: str
    #: unit: RMB, share, count, days, months; "" for none
    unit: str
    meaning: str
    #: bank, bureau, shop, social, court (and government), applicant, device; truth for none
    source: str


@dataclass(frozen=True)
class Table:
    """A table; all of it observed or all of it truth, never both."""

    name: str
    #: "observed" or "truth"
    side: str
    meaning: str
    columns: tuple[Column, ...]

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` if it is exactly this table; InvalidInput names the first difference."""
        expected = [c.name for c in self.columns]
        if list(frame.columns) != expected:
            odd = ", ".join(sorted(set(frame.columns) ^ set(expected))) or "their order"
            raise InvalidInput(f"{self.name} differs from its schema in {odd}.")
        for column in self.columns:
            if str(frame[column.name].dtype) != column.dtype:
                raise InvalidInput(
                    f"{self.name}.{column.name} is {frame[column.name].dtype}, not {column.dtype}."
                )
        return frame

    def frame(self, columns: Mapping[str, Any]) -> pd.DataFrame:
        """A data frame of the table from its columns, in the schema's order and dtypes."""
        given = {c.name: _series(columns[c.name], c.dtype) for c in self.columns}
        return self.check(pd.DataFrame(given, copy=False))

    def dictionary(self) -> pd.DataFrame:
        """The data dictionary, a row a column: `table`, `side`, and the fields of `Column`."""
        return pd.DataFrame(
            [{"table": self.name, "side": self.side, **vars(c)} for c in self.columns]
        )


def columns_of(dtype: str, rows: Iterable[tuple[str, str, str, str]]) -> tuple[Column, ...]:
    """Columns of one dtype from rows of name, unit, meaning and source."""
    return tuple(Column(name, dtype, unit, meaning, source) for name, unit, meaning, source in rows)


def _series(values: Any, dtype: str) -> Any:
    """What a data frame takes over for a column: text and categories come as Arrow or objects."""
    if dtype == "str":
        return pd.array(values, dtype="str")
    return values.to_pandas() if dtype == "category" else values
