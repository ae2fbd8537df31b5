"""How a table's columns are encoded in Parquet: what costs the least time, then bytes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_generators.schema import TRANSFER_LABELS, TRANSFERS, Table

#: numbers of few values that come again and again in no order, as accounts do in transfers
_REPEATED = {
    TRANSFERS.name: ("from_account", "to_account", "device_id", "session_seconds"),
}
#: opaque ids that never come again: nothing makes them smaller
_DRAWN = {TRANSFERS.name: ("transfer_id",), TRANSFER_LABELS.name: ("transfer_id",)}
#: numbers of which neighbours share the leading bytes: times that rise, ages to part of a second
_ALIKE = {
    TRANSFERS.name: ("event_time", "known_at", "from_account_age_days", "to_account_age_days"),
}


def categories(table: Table) -> list[str]:
    """The columns worth a dictionary in Parquet: on most numbers it costs time and bytes."""
    repeated = _REPEATED.get(table.name, ())
    return [c.name for c in table.columns if c.dtype == "category" or c.name in repeated]


def encodings(table: Table) -> dict[str, str]:
    """How columns without a dictionary are encoded, where it is not value by value.

    Wide integers by their differences: ids that rise from row to row take a tenth of the bytes.
    Numbers alike from row to row byte by byte, all the first ones together: zstd is twice as fast.

    >>> encodings(TRANSFERS)["event_time"], encodings(TRANSFERS)["loan_id"]
    ('BYTE_STREAM_SPLIT', 'DELTA_BINARY_PACKED')
    """
    others = (*_REPEATED.get(table.name, ()), *_DRAWN.get(table.name, ()))
    wide = [c.name for c in table.columns if c.dtype == "int64" and c.name not in others]
    return {
        **dict.fromkeys(wide, "DELTA_BINARY_PACKED"),
        **dict.fromkeys(_ALIKE.get(table.name, ()), "BYTE_STREAM_SPLIT"),
    }


def parquet_writer(file: Path, table: Table, schema: pa.Schema) -> pq.ParquetWriter:
    """An open Parquet file for `table`, zstd; the caller closes it.

    Numbers have statistics, by which readers skip row groups. Categories have none: a row group
    of a block holds every word, and to find the first and last takes as long as to encode.
    """
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=categories(table),
        column_encoding=encodings(table),
        write_statistics=[c.name for c in table.columns if c.dtype != "category"],
    )
