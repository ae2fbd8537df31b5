"""A world's observed tables as Parquet: written block by block, whole or not at all, read back.

    out/manifest.json       what the world was made from; rows, bytes and sha256 of each file
    out/accounts.parquet    a file a table, one row group a block of customers

A world of more than a part, four blocks of customers, has a folder of that name for each table
instead, and a file for each part in it, `accounts.parquet/part-00000.parquet` and so on. pandas,
`pyarrow.dataset`, Dask and Spark read such a folder just as a file; for DuckDB, it is
`accounts.parquet/*.parquet`. Workers compute, check and write a part each; files are the same to
the byte whatever their number.
"""

from data_generators.dataset.reading import read
from data_generators.dataset.writing import write

__all__ = ["read", "write"]
