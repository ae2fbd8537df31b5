"""Rows of a CSV file, one at a time: every line comes out, as cells or as what is wrong with it.

Quoting is that of RFC 4180: a cell in double quotes may hold commas, line breaks and doubled
quotes. A quote that is not closed within `LONGEST_ROW` lines spoils the line that opened it, and
reading goes on with the next one, so a slip does not swallow the rest of the file.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sandbox.errors import BadInput
from sandbox.lists.mistakes import Mistake

#: lines that one row may have; evidence may hold line breaks
LONGEST_ROW = 100
#: characters of a line; more is no row of a list
LONGEST_LINE = 200_000
#: bytes looked at to tell what the file is written in
_SAMPLE = 1 << 20
#: bytes of a line that are kept, enough for LONGEST_LINE characters and one more
_MOST_BYTES = 4 * LONGEST_LINE + 4
_QUOTING = "every cell with commas or quotes in double quotes, quotes inside doubled"


class RawRow(NamedTuple):
    """A row as it stands in the file."""

    #: number of the line on which it begins, the header is line 1
    number: int
    #: None where it could not be told apart into cells
    cells: list[str] | None
    mistake: Mistake | None
    #: bytes of the file that it takes
    size: int


class CsvRows:
    """The rows of a file after its header; blank lines are passed over.

    BadInput when there is no such file, no header, or the file is not text in `encoding`.
    """

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        self.path = path
        self.encoding = _known_encoding(encoding)
        start = _start(path)
        _refuse_other_files(path, start)
        _refuse_other_encoding(path, start, self.encoding)
        #: bytes before the header
        self._mark = 3 if start.startswith(b"\xef\xbb\xbf") else 0
        first = next(self._rows(), None)
        if first is None or first.cells is None or first.number != 1:
            raise BadInput(
                f"{path} has no header in its first line; it holds the names of the columns."
            )
        self.header = [name.strip() for name in first.cells]

    def __iter__(self) -> Iterator[RawRow]:
        rows = self._rows()
        next(rows)
        return rows

    def _rows(self) -> Iterator[RawRow]:
        with self.path.open("rb") as file:
            file.seek(self._mark)
            lines = _Lines(file)
            while line := lines.read():
                number = lines.number
                if b'"' in line:
                    yield self._with_quotes(number, line, lines)
                elif line.strip():
                    yield self._plain(number, line)

    def _with_quotes(self, number: int, line: bytes, lines: "_Lines") -> RawRow:
        """The row that begins with `line`, and has as many more lines as its quotes ask for."""
        read = [line]
        while (row := self._quoted(number, b"".join(read))) is None and len(read) < LONGEST_ROW:
            more = lines.read()
            if not more:
                break
            read.append(more)
        if row is not None and (row.mistake is None or len(read) == 1):
            return row
        lines.give_back(read[1:])
        wrong = Mistake("", "a double quote is opened and not closed", _QUOTING, "close the quote")
        return RawRow(number, None, wrong, len(line))

    def _plain(self, number: int, line: bytes) -> RawRow:
        """A line without quotes: what stands between its commas."""
        try:
            text = line.decode(self.encoding)
        except UnicodeDecodeError as error:
            return self._not_text(number, line, error)
        return RawRow(number, text.rstrip("\r\n").split(","), _too_long(text), len(line))

    def _quoted(self, number: int, whole: bytes) -> RawRow | None:
        """A row with quotes; None while one is open."""
        try:
            text = whole.decode(self.encoding)
        except UnicodeDecodeError as error:
            return self._not_text(number, whole, error)
        if mistake := _too_long(text):
            return RawRow(number, None, mistake, len(whole))
        try:
            (cells,) = csv.reader([text], strict=True)
        except csv.Error as error:
            if "unexpected end" in str(error):
                return None
            wrong = Mistake("", "the quotes do not match", _QUOTING, "correct the quotes")
            return RawRow(number, None, wrong, len(whole))
        return RawRow(number, cells, None, len(whole))

    def _not_text(self, number: int, line: bytes, error: UnicodeDecodeError) -> RawRow:
        byte = error.object[error.start]
        hint = "--encoding gb18030" if self.encoding == "utf-8" else "--encoding utf-8"
        wrong = Mistake(
            "",
            f"the byte {byte:#04x} is no {self.encoding} text",
            f"text in {self.encoding}",
            f"correct the row, or say {hint} if the whole file is",
        )
        return RawRow(number, None, wrong, len(line))


class _Lines:
    """Lines of a file, numbered from 1; what was read in vain can be given back."""

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self._file = file
        self._back: list[bytes] = []

    def read(self) -> bytes:
        """The next line; nothing at the end. Of an endless one, the beginning."""
        if self._back:
            self.number += 1
            return self._back.pop()
        line = self._file.readline(_MOST_BYTES)
        self.number += bool(line)  # the end is no line, however often it is reached
        rest = line
        while len(rest) == _MOST_BYTES and not rest.endswith(b"\n"):
            rest = self._file.readline(_MOST_BYTES)
        return line

    def give_back(self, lines: list[bytes]) -> None:
        """Read these again."""
        self._back.extend(reversed(lines))
        self.number -= len(lines)


def _too_long(text: str) -> Mistake | None:
    if len(text) <= LONGEST_LINE:
        return None
    what = f"the row has {len(text):,} characters"
    return Mistake("", what, f"up to {LONGEST_LINE:,}", "shorten its evidence")


def _known_encoding(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise BadInput(f"There is no encoding {name!r}; utf-8 and gb18030 are two.") from error
    if found.startswith(("utf-16", "utf-32")) or not _is_of_lines(found):
        raise BadInput(f"A list cannot be read in {found}; save the file as utf-8 or gb18030.")
    return "utf-8" if found == "utf-8-sig" else found


def _is_of_lines(encoding: str) -> bool:
    """Whether commas, quotes and line breaks are the bytes that they are in ASCII."""
    try:
        return ',"\n'.encode(encoding) == b',"\n'
    except (LookupError, UnicodeError):  # of bytes to bytes, such as base64
        return False


def _start(path: Path) -> bytes:
    if path.is_dir():
        raise BadInput(f"{path} is a folder; give the file inside it.")
    if not path.is_file():
        raise BadInput(f"There is no file {path}; check the path.")
    with path.open("rb") as file:
        return file.read(_SAMPLE)


def _refuse_other_files(path: Path, start: bytes) -> None:
    if not start.strip():
        raise BadInput(f"{path} is empty; its first line holds the names of the columns.")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput(f"{path} is UTF-16 text; save it as CSV in UTF-8.")
    if start[:2] in (b"\x1f\x8b", b"PK"):
        raise BadInput(f"{path} is packed, or a workbook; unpack it, or save it as CSV in UTF-8.")
    if b"\0" in start.split(b"\n", 1)[0]:
        raise BadInput(f"{path} holds zero bytes, so it is no text; save it as CSV in UTF-8.")


def _refuse_other_encoding(path: Path, start: bytes, encoding: str) -> None:
    """BadInput when most lines beyond ASCII are GBK and not what they are read as."""
    if encoding != "utf-8":
        return
    wide = [line for line in start.split(b"\n")[:-1] or [start] if not line.isascii()]
    wrong = [line for line in wide if not _decodes(line, encoding)]
    chinese = sum(_decodes(line, "gb18030") for line in wrong)
    if len(wrong) > len(wide) / 2 and chinese > len(wrong) / 2:
        raise BadInput(
            f"{path} is not UTF-8 text; it looks like GBK, as Excel writes it in China: say "
            "--encoding gb18030, or save it as CSV UTF-8."
        )


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
