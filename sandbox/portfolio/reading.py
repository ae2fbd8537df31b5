"""A bank's file as a table of raw cells: CSV (gzipped or not) or Parquet."""

import csv
import gzip
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import pandas as pd

from sandbox.errors import BadInput
from sandbox.portfolio.mapping import Mapping

#: the first bytes of UTF-16 text, in either order, and of a gzip file
_UTF_16, _GZIP = (b"\xff\xfe", b"\xfe\xff"), b"\x1f\x8b"
#: what stands between the cells of a .csv
SEPARATORS = ",;\t|"
#: bytes looked through at once
_CHUNK = 1 << 20


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
        raise BadInput(f"{path} is empty (0 bytes); export it again, with a row an account.")
    if path.suffix in {".parquet", ".pq"}:
        raw = RawTable(str(path), _parquet(path), first_row=1)
    elif path.suffix == ".csv" or path.name.endswith(".csv.gz"):
        raw = RawTable(str(path), _csv(path, mapping), first_row=2)
    else:
        raise BadInput(f"{path} is neither .csv, .csv.gz nor .parquet; save it as one of these.")
    whole = RawTable(raw.file, raw.cells.dropna(how="all"), raw.first_row)
    if whole.cells.empty:
        raise BadInput(f"{path} has column names but no rows; export it with a row an account.")
    return whole


def separator_with(path: Path, encoding: str, column: str) -> str:
    """The separator by which the first line of a .csv has `column`; a comma where none does."""
    if path.is_file() and (path.suffix == ".csv" or path.name.endswith(".csv.gz")):
        _refuse_no_text(path, encoding)
        with _decoded(path, encoding) as file:
            line = file.readline()
        for separator in SEPARATORS:
            if column in next(csv.reader([line], delimiter=separator), []):
                return separator
    return ","


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _refuse_twins(file.schema_arrow.names, str(path))
            table: pd.DataFrame = file.read().to_pandas()
            return table.reset_index(drop=True)
    except PermissionError as error:
        raise BadInput(_may_not(path)) from error
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            f"{path} cannot be read as Parquet ({_first_line(error)}); export it again, or save "
            "it as .csv."
        ) from error


def _csv(path: Path, mapping: Mapping) -> pd.DataFrame:
    _refuse_no_text(path, mapping.encoding)
    with _decoded(path, mapping.encoding) as file:
        try:
            header = next(csv.reader(file, delimiter=mapping.separator), [])
        except csv.Error as error:
            raise BadInput(
                f"{path} cannot be read as CSV ({_first_line(error)}); export it again."
            ) from error
    if not any(header):
        raise BadInput(
            f"{path} starts with an empty line; the first row holds the column names: delete "
            "what is above it."
        )
    _refuse_other_separator(header, path, mapping)
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
            raise BadInput(_ragged(path, mapping, len(header))) from error


def _ragged(path: Path, mapping: Mapping, expected: int) -> str:
    """Which row pandas could not read: it says so in words of its own, or not at all."""
    number = 1
    with _decoded(path, mapping.encoding) as file, suppress(csv.Error):
        for number, row in enumerate(csv.reader(file, delimiter=mapping.separator), start=1):
            if len(row) > expected:
                return (
                    f"Row {number:,} of {path} has {len(row):,} cells, and there are {expected:,} "
                    f"column names; correct it: a value that holds {mapping.separator!r} stands "
                    "in double quotes."
                )
    return (
        f"{path} cannot be read as CSV: a double quote is opened and never closed, most likely "
        f"in row {number:,}; close it or take it out."
    )


def _refuse_other_separator(header: list[str], path: Path, mapping: Mapping) -> None:
    """BadInput where another separator makes more columns, and the target is among them."""
    with _decoded(path, mapping.encoding) as file:
        line = file.readline()
    for other in SEPARATORS:
        columns = next(csv.reader([line], delimiter=other), [])
        is_the_one = len(header) == 1 or mapping.target.column in columns
        if len(columns) > len(header) and is_the_one and mapping.target.column not in header:
            shown = "a tab" if other == "\t" else f'"{other}"'
            written = r"\t" if other == "\t" else other
            raise BadInput(
                f"The separator of {path} looks like {shown}, and is {mapping.separator!r} in the "
                f'mapping; write separator: "{written}" there.'
            )


def _refuse_no_text(path: Path, encoding: str) -> None:
    """BadInput for bytes that no CSV file has; decoders would take some of them for text."""
    if encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return
    with _opened(path, "rb") as file:
        start = file.read(_CHUNK)
        if start[:2] in _UTF_16:
            raise BadInput(
                f"{path} is UTF-16 text; write encoding: utf-16 in the mapping, or --encoding "
                "utf-16 without one."
            )
        if start[:2] == _GZIP:
            raise BadInput(f"{path} is gzipped; rename it so that it ends in .csv.gz.")
        while start:
            if b"\0" in start:
                raise BadInput(
                    f"{path} holds zero bytes, so this is not text; save the table as .csv (UTF-8) "
                    "or .parquet."
                )
            start = file.read(_CHUNK)


@contextmanager
def _opened(
    path: Path, mode: Literal["rb", "rt"], encoding: str | None = None
) -> Iterator[IO[Any]]:
    """The file, unpacked; a gzip file that is broken is BadInput."""
    newline = "" if mode == "rt" else None
    try:
        opener: Callable[..., IO[Any]] = gzip.open if path.suffix == ".gz" else open
        with opener(path, mode, encoding=encoding, newline=newline) as file:
            yield file
    except PermissionError as error:
        raise BadInput(_may_not(path)) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput(
            f"{path} is not a whole gzip file ({_first_line(error)}); copy or export it again, or "
            "name it .csv if it is not packed."
        ) from error


@contextmanager
def _decoded(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file as text, without a byte order mark; wrong coding and broken gzip are BadInput."""
    known = "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding
    try:
        with _opened(path, "rt", known) as file:
            yield file
    except LookupError as error:
        raise BadInput(
            f"encoding {encoding!r} is unknown; utf-8 and gb18030 are two that are."
        ) from error
    except UnicodeError as error:
        byte = ""
        if isinstance(error, UnicodeDecodeError):
            byte = f" (byte {error.object[error.start]:#04x})"
        raise BadInput(
            f"{path} is not {encoding} text{byte}; name its encoding, for example "
            "encoding: gb18030 in the mapping, or --encoding gb18030 without one."
        ) from error


def _refuse_twins(columns: list[str], file: str) -> None:
    twins = [column for column, n in Counter(columns).items() if n > 1]
    if twins:
        raise BadInput(f"{file} has the column {twins[0]!r} more than once; rename one of them.")


def _may_not(path: Path) -> str:
    return f"{path} may not be read; ask its owner for permission to."


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
