"""Tables as an Excel workbook: a sheet each, an index of them first, the same bytes each time."""

import datetime
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from sandbox.errors import BadInput

# XlsxWriter has no types of its own
Format: TypeAlias = Any
Workbook: TypeAlias = Any
Worksheet: TypeAlias = Any

#: what Excel takes at most: rows of a sheet, columns, signs of a sheet's name and of a cell
ROWS, COLUMNS, NAME, TEXT = 1_048_576, 16_384, 31, 32_767
#: numbers above this lose digits in Excel, which keeps fifteen: they are written as text
EXACT = 10**15
#: above this nothing is a share, whatever its column is called
SHARE = 10.0
#: the day that stands in the file, so that its bytes do not depend on when it was made
CREATED = datetime.datetime(2020, 1, 1)
#: name of the first sheet
INDEX = "index"
#: narrowest and widest column, signs; rows looked at for a width
_NARROW, _WIDE, _LOOKED_AT = 8, 60, 200
#: parts of a column's name (cut at _ and spaces) by which its numbers are written
_SHARES = {"share", "rate", "shares", "left", "coverage", "accepted", "seen", "lgd", "utilisation"}
_RMB = {"rmb", "balance", "amount", "profit", "ecl", "limit", "loss", "earned", "change", "regret"}
#: names that are formatted otherwise than their parts say
_PER_CENT = re.compile(
    r"M\d+|mob \d+|normal|special mention|substandard|doubtful|loss|stage \d|written off|cut_off"
)
_FORMATS = {"share": "0.00%", "rmb": "#,##0", "count": "#,##0", "number": "0.0000"}


def write_workbook(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    title: str = "Tables",
    descriptions: Mapping[str, str] | None = None,
    heads: Callable[[str], str] = str,
) -> Path:
    """Write tables to `path` (.xlsx), in their order, and return it.

    The first sheet lists them with what `descriptions` says of each, their size and a link. Sheet
    names are the tables' names without the signs that Excel forbids, cut to 31 and numbered where
    two would be the same. Numbers are written by the name of their column: shares in per cent,
    amounts and counts with thousands, others with four digits. Missing values are empty cells;
    infinite numbers, and those too large for Excel, are text. Text is never read as a formula.
    `heads` gives what stands at the head of a column in place of its name.

    Raises BadInput, before anything is written, for no tables, a table too large for a sheet, a
    column named twice, text too long for a cell, or a value that is no number, text, flag or date.
    """
    if path.suffix != ".xlsx":
        raise BadInput(f"{path.name} does not end in .xlsx; Excel opens such files only.")
    if not tables:
        raise BadInput("There are no tables to write; give at least one.")
    for name, table in tables.items():
        _check(name, table)
    names = sheet_names(list(tables))
    import xlsxwriter  # type: ignore[import-untyped]

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": title, "created": CREATED})
        look = _look(book)
        _index(
            book,
            title,
            dict(zip(names, tables, strict=True)),
            tables,
            descriptions or {},
            look,
            heads,
        )
        for sheet_name, table in zip(names, tables.values(), strict=True):
            _sheet(book.add_worksheet(sheet_name), table, look, heads)
    return path


def sheet_names(names: list[str]) -> list[str]:
    """Names that Excel takes, each once; upper and lower case are the same to it.

    >>> sheet_names(["rolls: M0/M7", "ROLLS- M0-M7", "index"])
    ['rolls- M0-M7', 'ROLLS- M0-M7 (2)', 'index (2)']
    """
    taken, found = {INDEX, "history"}, []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", name).strip("' ") or "table"
        chosen, k = plain[:NAME], 1
        while chosen.lower() in taken:
            k += 1
            end = f" ({k})"
            chosen = plain[: NAME - len(end)] + end
        taken.add(chosen.lower())
        found.append(chosen)
    return found


def column_kind(name: str) -> str:
    """How numbers of a column are written: share, rmb, or number (counts where they are whole).

    >>> column_kind("ever_30_balance_rate"), column_kind("ever_30_balance"), column_kind("psi")
    ('share', 'rmb', 'number')
    """
    parts = re.split(r"[_\s]+", name.lower())
    if _PER_CENT.fullmatch(name) or parts[0] == "share" or _SHARES & {parts[-1]}:
        return "share"
    if len(parts) > 1 and _SHARES & set(parts) and not _RMB & {parts[-1]}:
        return "share"
    return "rmb" if _RMB & set(parts) else "number"


def _check(name: str, table: pd.DataFrame) -> None:
    if len(table) + 1 > ROWS or len(table.columns) > COLUMNS or not len(table.columns):
        raise BadInput(
            f"Table {name!r} has {len(table):,} rows and {len(table.columns):,} columns; a sheet "
            f"holds up to {ROWS - 1:,} rows and 1 to {COLUMNS:,} columns. Write it as CSV."
        )
    columns = [str(c) for c in table.columns]
    twice = sorted({c for c in columns if columns.count(c) > 1})
    if twice:
        raise BadInput(f"Table {name!r} has a column {twice[0]!r} twice; name each once.")
    for place, column in enumerate(columns):
        values = table.iloc[:, place]
        if values.dtype.kind in "biuf":
            continue
        for row, value in enumerate(values):
            if isinstance(value, str):
                if len(value) > TEXT:
                    raise BadInput(
                        f"Row {row} of {column!r} in table {name!r} has {len(value):,} signs; a "
                        f"cell holds {TEXT:,}."
                    )
            elif not _writable(value):
                raise BadInput(
                    f"Row {row} of {column!r} in table {name!r} is a {type(value).__name__}; "
                    "cells hold numbers, text, flags and dates."
                )


def _writable(value: Any) -> bool:
    kinds = (bool, int, float, np.bool_, np.integer, np.floating, datetime.date, pd.Period)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return False
    return isinstance(value, kinds) or value is None or value is pd.NaT or value is pd.NA


def _look(book: Workbook) -> dict[str, Format]:
    head = {"bold": True, "font_color": "#ffffff", "bg_color": "#0b4f8a", "text_wrap": True,
            "valign": "top", "border": 1, "border_color": "#d5dae1"}  # fmt: skip
    look = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    look["head"] = book.add_format(head)
    look["title"] = book.add_format({"bold": True, "font_size": 14, "font_color": "#0b4f8a"})
    look["date"] = book.add_format({"num_format": "yyyy-mm-dd"})
    look["text"] = book.add_format({"valign": "top"})
    look["wrapped"] = book.add_format({"valign": "top", "text_wrap": True})
    look["link"] = book.add_format({"font_color": "#0b4f8a", "underline": 1, "valign": "top"})
    return look


def _index(
    book: Workbook,
    title: str,
    named: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    descriptions: Mapping[str, str],
    look: Mapping[str, Format],
    heads: Callable[[str], str],
) -> None:
    sheet = book.add_worksheet(INDEX)
    sheet.write_string(0, 0, title, look["title"])
    for column, (head, width) in enumerate((("table", 32), ("what it shows", 90), ("rows", 10))):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, heads(head), look["head"])
    for row, (sheet_name, name) in enumerate(named.items(), start=3):
        place = sheet_name.replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{place}'!A1", look["link"], name)
        sheet.write_string(row, 1, descriptions.get(name, ""), look["wrapped"])
        sheet.write_number(row, 2, len(tables[name]), look["count"])
    sheet.freeze_panes(3, 0)


def _sheet(
    sheet: Worksheet,
    table: pd.DataFrame,
    look: Mapping[str, Format],
    heads: Callable[[str], str],
) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        values, name = table.iloc[:, place], str(column)
        kind = column_kind(name)
        if kind == "share" and _top(values) > SHARE:
            kind = "rmb" if _RMB & {name.lower()} else "number"
        whole = values.dtype.kind in "iu"
        if kind == "number" and (whole or _all_whole(values)):
            kind = "count"
        # a month or an id is a number that is not counted in thousands
        plain = whole and name in {"month", "vintage", "mob", "account", "borrower"}
        form = None if plain else look[kind]
        sheet.write_string(0, place, heads(name), look["head"])
        for row, value in enumerate(values.tolist(), start=1):
            _cell(sheet, row, place, value, form, look)
        sheet.set_column(place, place, _width(heads(name), values, kind))
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _top(values: "pd.Series[Any]") -> float:
    """The largest size of a number of the column; 0 where it holds none."""
    if values.dtype.kind not in "iuf":
        return 0.0
    sizes = np.abs(values.to_numpy(dtype=float))
    return float(np.max(sizes[np.isfinite(sizes)], initial=0.0))


def _all_whole(values: "pd.Series[Any]") -> bool:
    if values.dtype.kind != "f":
        return False
    known = values.to_numpy()[np.isfinite(values.to_numpy())]
    return bool(len(known) and (known == np.round(known)).all())


def _cell(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Any,
    form: Format,
    look: Mapping[str, Format],
) -> None:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value, look["text"])
    elif isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, look["date"])
    elif isinstance(value, pd.Period) or abs(value) > EXACT:
        sheet.write_string(row, column, str(value), look["text"])
    else:
        sheet.write_number(row, column, float(value), form)


def _width(name: str, values: "pd.Series[Any]", kind: str) -> int:
    """Signs that the head and the first rows need."""
    if values.dtype.kind in "iuf":
        longest = 9 if kind in ("share", "number") else len(f"{_top(values):,.0f}") + 2
    else:
        longest = max((_signs(str(v)) for v in values.iloc[:_LOOKED_AT]), default=0) + 1
    return int(min(max(longest, _signs(name) + 3, _NARROW), _WIDE))


def _signs(text: str) -> int:
    """Signs of a text; a Chinese one is as wide as two others."""
    return sum(1 + (sign > "\u2e7f") for sign in text)
