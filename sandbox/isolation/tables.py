"""Feature tables on their way in: Arrow, without an index, written once and mapped inside."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any, BinaryIO

from sandbox.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


def write(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write as one Arrow IPC record batch. The index stays outside: it may name customers.

    Float columns keep their NaN as values, so that they are mapped inside and not copied.
    """
    import pyarrow as pa

    arrow = _arrow(table)
    with pa.ipc.new_file(file, arrow.schema) as writer:
        writer.write_table(arrow)


def read(source: Any) -> pd.DataFrame:
    """The table in a descriptor (mapped read-only) or in bytes."""
    import pyarrow as pa

    if isinstance(source, int):
        source = mmap.mmap(source, 0, prot=mmap.PROT_READ)
    arrow = pa.ipc.open_file(pa.py_buffer(source)).read_all()
    frame: pd.DataFrame = arrow.to_pandas(split_blocks=True, use_threads=False)
    return frame


def checked(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """`table`, if it has rows and its columns have distinct names; BadInput otherwise."""
    if len(table) == 0 or table.shape[1] == 0:
        raise BadInput(
            f"The {what} are {table.shape[0]} rows × {table.shape[1]} columns; give more."
        )
    strange = [c for c in table.columns if not isinstance(c, str)]
    if strange:
        raise BadInput(f"Column {strange[0]!r} of the {what} is not named by text; rename it.")
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        raise BadInput(f"Column {twice!r} appears twice in the {what}; drop one.")
    return table


def _arrow(table: pd.DataFrame) -> Any:
    import numpy as np
    import pyarrow as pa

    refusals = (
        *(pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError),
        *(OverflowError, UnicodeEncodeError),  # a number beyond 64 bits, half a surrogate pair
    )
    columns = []
    for name, column in table.items():
        try:
            if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
                columns.append(pa.array(column.to_numpy(), from_pandas=False))
            else:
                columns.append(pa.Array.from_pandas(column))
        except refusals as error:
            raise BadInput(
                f"Column {name!r} ({column.dtype}) cannot be written as Arrow ({error}); "
                "convert it to numbers, text, dates or categories."
            ) from error
    columns = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
    plain = table.reset_index(drop=True)
    plain.attrs = {}  # they would go along in the schema, and may be anything, labels too
    described = pa.Schema.from_pandas(plain, preserve_index=False)
    fields = [pa.field(name, c.type) for name, c in zip(plain.columns, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, described.metadata))
