"""A block's table as Arrow: checked against `schema`, with unit and meaning, without detours."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_generators.errors import Defect
from data_generators.schema import Table

#: a table of a block: numpy's arrays, or Arrow's for text and categories
Columns = Mapping[str, Any]
#: one type for every block, however many categories a block has
CATEGORY = pa.dictionary(pa.int32(), pa.string())
#: a text column comes as objects, as numpy's fixed width or as numpy's strings
TEXT = "OUT"


def arrow_schema(table: Table, about: Mapping[str, str]) -> pa.Schema:
    """The table's fields; unit, meaning, source and side beside each, `about` beside all."""
    fields = [
        pa.field(
            c.name,
            _type(c.dtype),
            metadata={
                "unit": c.unit,
                "meaning": c.meaning,
                "source": c.source,
                "side": table.side,
            },
        )
        for c in table.columns
    ]
    named = {"table": table.name, "side": table.side, "meaning": table.meaning}
    return pa.schema(fields, metadata={**named, **about})


def check_columns(table: Table, columns: Columns) -> None:
    """Raise Defect unless names, dtypes and lengths are those of the schema."""
    expected = [c.name for c in table.columns]
    if odd := sorted(set(columns) ^ set(expected)):
        raise Defect(f"{table.name} differs from its schema in {', '.join(odd)}.")
    rows = len(columns[expected[0]])
    for column in table.columns:
        values = columns[column.name]
        if column.dtype != (dtype := _dtype(values)):
            raise Defect(f"{table.name}.{column.name} is {dtype}, not {column.dtype}.")
        if len(values) != rows:
            raise Defect(f"{table.name}.{column.name} has {len(values):,} rows, not {rows:,}.")


def as_arrow(columns: Columns, kept: NDArray[np.bool_] | None, schema: pa.Schema) -> pa.Table:
    """The columns by the schema's types, rows `kept` of them; floats that are NaN become nulls.

    Numbers are wrapped where they lie: the way through a data frame copies every column twice.
    """
    whole = pa.Table.from_arrays([_array(columns[f.name], f.type) for f in schema], schema=schema)
    return whole if kept is None else whole.filter(pa.array(kept))


def _dtype(values: Any) -> str:
    """The schema's word for what a column holds."""
    if isinstance(values, pa.Array):
        if pa.types.is_dictionary(values.type):
            return "category"
        is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
        return "str" if is_text else str(np.dtype(values.type.to_pandas_dtype()))
    return "str" if values.dtype.kind in TEXT else str(values.dtype)


def _type(dtype: str) -> pa.DataType:
    if dtype == "category":
        return CATEGORY
    return pa.string() if dtype == "str" else pa.from_numpy_dtype(np.dtype(dtype))


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values.cast(kind)
    # a sum is quicker than the search for each NaN, and without one nothing need be copied
    has_gaps = values.dtype.kind not in "fbiu" or bool(np.isnan(values.sum()))
    return pa.array(values, kind, from_pandas=has_gaps)
