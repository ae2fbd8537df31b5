"""A bank's file as a table of raw cells: CSV (gzipped or not) or Parquet."""

import csv
import gzip
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pandas as pd

from sandbox.errors import BadInput
from sandbox.portfolio.mapping import Mapping


@dataclass(frozen=True)
class RawTable:
    """Cells as they stand in the file; row numbers in messages are those of the file."""

    #: the file, as the user wrote it
    file: str
    cells: pd.DataFrame
    #: the file's number of the first row of cells: 2 under a CSV header, 1 in Parquet
    first_row: int

    def row(self, position: int) -> int:
        """The row of the file for the cell at `position`."""
        return int(self.cells.index[position]) + self.first_row


def read(path: Path, mapping: Mapping) -> RawTable:
    """The whole file; BadInput, one sentence, when it is missing, empty, broken or of another kind.

    Rows without a single value are left out.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a folder; give the file inside it.")
    if not path.is_file():
        raise BadInput(f"There is no file {path}; check the path.")
    if path.stat().st_size == 0:
        raise BadInput(f"{path} is empty (0 bytes).")
    if path.suffix in {".parquet", ".pq"}:
        raw = RawTable(str(path), _parquet(path), first_row=1)
    elif path.suffix == ".csv" or path.name.endswith(".csv.gz"):
        raw = RawTable(str(path), _csv(path, mapping), first_row=2)
    else:
        raise BadInput(f"{path} is neither .csv, .csv.gz nor .parquet; save it as one of these.")
    whole = RawTable(raw.file, raw.cells.dropna(how="all"), raw.first_row)
    if whole.cells.empty:
        raise BadInput(f"{path} has column names but no rows.")
    return whole


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _refuse_twins(file.schema_arrow.names, str(path))
            table: pd.DataFrame = file.read().to_pandas()
            return table.reset_index(drop=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadInput(f"{path} cannot be read as Parquet ({_first_line(error)}).") from error


def _csv(path: Path, mapping: Mapping) -> pd.DataFrame:
    with _decoded(path, mapping.encoding) as file:
        try:
            header = next(csv.reader(file, delimiter=mapping.separator), [])
        except csv.Error as error:
            raise BadInput(f"{path} cannot be read as CSV ({_first_line(error)}).") from error
    if not any(header):
        raise BadInput(f"{path} starts with an empty line; the first row holds the column names.")
    _refuse_twins(header, str(path))
    text = {column: str for column in header if column == mapping.id}
    with _decoded(path, mapping.encoding) as file, warnings.catch_warnings():
        # pandas only warns, and cuts, where rows are longer than the header
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(
                file,
                sep=mapping.separator,
                header=0,
                names=header,
                index_col=False,
                dtype=text,
                low_memory=False,
                skip_blank_lines=False,
            )
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            raise BadInput(f"{path} cannot be read as CSV ({_first_line(error)}).") from error


@contextmanager
def _decoded(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text, without a byte order mark; wrong coding and broken gzip are BadInput."""
    known = "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding=known, newline="") as file:
            yield file
    except LookupError as error:
        raise BadInput(
            f"encoding {encoding!r} of the mapping is unknown; utf-8 and gb18030 are two that are."
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path} is not {encoding} text (byte {error.object[error.start]:#04x}); name its "
            "encoding in the mapping, for example encoding: gb18030."
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput(f"{path} is not a whole gzip file ({_first_line(error)}).") from error


def _refuse_twins(columns: list[str], file: str) -> None:
    twins = [column for column, n in Counter(columns).items() if n > 1]
    if twins:
        raise BadInput(f"{file} has the column {twins[0]!r} more than once; rename one of them.")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
