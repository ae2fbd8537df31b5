"""Cells of a row of a list, checked: an entry to add, or everything that is wrong with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.errors import BadInput
from sandbox.lists.changing import Incoming
from sandbox.lists.clock import FORMATS, microseconds, read_time
from sandbox.lists.csv_rows import RawRow
from sandbox.lists.entries import (
    KINDS,
    LISTS,
    expired_mistake,
    text_mistakes,
    validity_mistakes,
    word_mistakes,
)
from sandbox.lists.mistakes import Mistake, masked
from sandbox.lists.normalise import normalise

#: columns that a file has to have, unless a default is given for them
NEEDED = ("list", "kind", "value", "reason")
#: columns that it may have as well
OPTIONAL = ("source", "valid_from", "valid_until", "evidence")
#: columns that an export has besides, and that an import passes over
PASSED_OVER = ("entry_id", "normalised", "added_by", "added_at")
#: columns for which a default may be given
DEFAULTED = ("list", "kind", "reason", "source")


class RowChecks:
    """Checks the rows of one file by its header.

    BadInput for a header that lacks a needed column, has one twice, or has an unknown one.
    """

    def __init__(
        self, path: Path, header: Sequence[str], defaults: Mapping[str, str], moment: int
    ) -> None:
        names = [name.lower() for name in header]
        _refuse_header(path, names, defaults)
        self.width = len(names)
        self.moment = moment
        columns = (*NEEDED, *OPTIONAL)
        self._places = [names.index(name) if name in names else -1 for name in columns]
        self._defaults = [defaults.get(name, "") for name in columns]

    def read(self, row: RawRow) -> Incoming | list[Mistake]:
        """The entry, or all mistakes of the row."""
        if row.mistake:
            return [row.mistake]
        cells = row.cells or []
        if len(cells) != self.width:
            what = f"the row has {len(cells)} cell{'s' * (len(cells) != 1)}"
            remedy = "correct it; a cell with a comma stands in double quotes"
            return [Mistake("", what, f"{self.width}, one a column", remedy)]
        texts = [
            (cells[place].strip() if place >= 0 else "") or default
            for place, default in zip(self._places, self._defaults, strict=True)
        ]
        list_name, kind = texts[0].lower(), texts[1].lower()
        value, reason, source, start_text, end_text, evidence = texts[2:]
        wrong = [
            *word_mistakes("list", list_name, LISTS),
            *word_mistakes("kind", kind, KINDS),
            *(m for text in (("reason", reason), ("source", source), ("evidence", evidence))
              for m in text_mistakes(*text)),
        ]  # fmt: skip
        start, end = _time("valid_from", start_text, wrong), _time("valid_until", end_text, wrong)
        wrong += validity_mistakes(start, end)
        if end is not None and end <= self.moment and not wrong:
            wrong.append(expired_mistake())
        normal = _normal(kind, value, wrong)
        if wrong:
            return wrong
        return Incoming(list_name, kind, normal, value, reason, source, start, end, evidence)


def _normal(kind: str, value: str, wrong: list[Mistake]) -> str:
    found = text_mistakes("value", value)
    wrong += found
    if found or kind not in KINDS:
        return ""
    try:
        return normalise(kind, value)
    except Mistake as mistake:
        wrong.append(mistake)
        return ""


def _time(column: str, text: str, wrong: list[Mistake]) -> int | None:
    if not text:
        return None
    try:
        return microseconds(read_time(text, column == "valid_until"))
    except ValueError:
        # a row that slipped by a column has a name or a number here
        is_date = not set(text) - set("0123456789-/.: TZ+") and {"-", "/", "."} & set(text)
        shown = text[:30] if is_date and not text[:8].isdigit() else masked(text)
        what = f"the {column} is {shown}, which is no date or time"
        wrong.append(Mistake(column, what, FORMATS, "correct it"))
        return None


def _refuse_header(path: Path, names: Sequence[str], defaults: Mapping[str, str]) -> None:
    known = (*NEEDED, *OPTIONAL, *PASSED_OVER)
    for name in defaults:
        if name not in DEFAULTED:
            raise BadInput(f"No default can be given for {name!r}; for {', '.join(DEFAULTED)}.")
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise BadInput(f"{path} has the column {twice!r} more than once; rename one of them.")
    lacking = [name for name in NEEDED if name not in names and name not in defaults]
    if lacking and len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise BadInput(f"{path} has no commas in its header; save it with commas between cells.")
    if lacking:
        where = f", or say it for all rows with --{lacking[0]}" if lacking[0] != "value" else ""
        raise BadInput(
            f"{path} has no column {lacking[0]!r}; its header may have {', '.join(known[:8])}: add "
            f"the column{where}."
        )
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise BadInput(
            f"{path} has an unknown column {unknown!r}; columns are {', '.join(known[:8])}: rename "
            "it or take it out."
        )
