"""Any table as an exhibit: columns that fit a page, numbers as their names say."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from sandbox.report.document import Block, Cell, Column, Estimate, Table
from sandbox.report.standing import Judged, Standing
from sandbox.report.wording import (
    METRICS,
    NONE,
    Form,
    abbreviated,
    column_form,
    count,
    four,
    money,
    one,
    percent,
    probability,
    three,
)
from sandbox.report.workbook import column_kind

#: what a page holds: rows, columns
ROWS, COLUMNS = 20, 9
#: rows shown of a table that a page does not hold, unless it is a matrix, such as vintages
FIRST = 10
#: characters of a cell of text
_LONGEST = 90


def exhibit(title: str, table: pd.DataFrame, note: str = "") -> Table:
    """The first rows and the first columns as a page holds them; of a matrix, columns evenly.

    A column whose interval is in other columns (see `ends_of`) has it below each figure.
    Columns without any value are left out.
    """
    ends = {c: found for c in map(str, table.columns) if (found := ends_of(c, table))}
    hidden = {end for pair in ends.values() for end in pair}
    names = [c for c in map(str, table.columns) if c not in hidden and table[c].notna().any()]
    matrix = _is_matrix(names)
    shown = table.head(ROWS if matrix or len(table) <= ROWS else FIRST)
    chosen = _evenly(names, COLUMNS) if matrix else names[:COLUMNS]
    rows = tuple(
        tuple(_cell(shown, c, row, ends.get(c)) for c in chosen) for row in range(len(shown))
    )
    heads = tuple(Column(_title(c), _is_number(table[c])) for c in chosen)
    cut = []
    if len(table) > len(shown):
        cut.append(f"{len(shown)} of {len(table):,} rows")
    if len(names) > len(chosen):
        cut.append(f"{len(chosen)} of {len(names)} columns")
    said = f"{' and '.join(cut)} are shown; the workbook has all." if cut else ""
    return Table(title, heads, rows, " ".join(t for t in (said, note) if t))


def of_family(standing: Standing, judged: Iterable[Judged], family: str) -> list[Block]:
    """The tables behind a family's tests, each once, then those recorded under its name."""
    blocks: list[Block] = []
    seen: list[pd.DataFrame] = []
    for j in judged:
        table = j.worst.table
        if j.worst.family != family or table is None or table.empty:
            continue
        if any(table.equals(other) for other in seen):
            continue
        seen.append(table)
        blocks.append(exhibit(j.worst.title, table))
    return blocks + recorded_under(standing, family)


def recorded_under(standing: Standing, family: str) -> list[Block]:
    """Tables of the reference run whose names begin with the family's: `portfolio.vintages`."""
    tables = standing.champion.reference.tables
    return [
        exhibit(_title(name.partition(".")[2]), table)
        for name, table in tables.items()
        if name.startswith(f"{family}.") and not table.empty
    ]


def spoken(name: str) -> str:
    """Words for a name, abbreviations in capitals.

    >>> spoken("mean_pd"), spoken("dti cap")
    ('mean PD', 'DTI cap')
    """
    words = name.replace("_", " ").split()
    return " ".join(w.upper() if w in _CAPITALS else w for w in words)


_CAPITALS = {
    "pd",
    "dti",
    "auc",
    "air",
    "smd",
    "psi",
    "ecl",
    "lgd",
    "ead",
    "ks",
    "mob",
    "hhi",
    "fpd",
    "spd",
    "tpd",
}


#: columns that are too short to be understood
_PLAIN = {
    "mob": "months_on_book",
    "n": "cases",
    "n_training": "cases_training",
    "n_evaluation": "cases_evaluation",
}


def _title(column: str) -> str:
    words = spoken(_PLAIN.get(column, column))
    words = METRICS[f"fraud/{column}"].label if f"fraud/{column}" in METRICS else words
    return words[:1].upper() + words[1:]


def form_of(values: "pd.Series", column: str) -> Form | None:
    """How the numbers of a column are written; None for text."""
    if not _is_number(values):
        return None
    if column == "p_value" or column.startswith("p_"):
        return probability
    known = column_form(column)
    if known is money and (values.abs().fillna(0) < 1).all():
        return four
    if known:
        return known
    kind = column_kind(column)
    finite = values[np.isfinite(values.astype(float))]
    if kind == "share" and (finite.abs() <= 10).all():
        return percent
    whole = len(finite) and (finite == finite.round()).all()
    if whole or (finite.abs() >= 1000).any():
        return count
    if column == "expected":
        return one
    return one if (finite.abs() >= 100).any() else three


def _is_number(values: "pd.Series") -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def ends_of(column: str, table: pd.DataFrame) -> tuple[str, str] | None:
    """The columns with the ends of a column's interval; None where there are none.

    They are called like the column or like its last word; `low` and `high` belong to the column
    before them.

    >>> table = pd.DataFrame(columns=["observed_rate", "rate_low", "rate_high", "lift"])
    >>> ends_of("observed_rate", table), ends_of("lift", table)
    (('rate_low', 'rate_high'), None)
    """
    there = list(map(str, table.columns))
    last = column.rpartition("_")[2]
    shared = [c for c in there if c.rpartition("_")[2] == last]
    stems = [column] if column in there else []
    if shared == [column]:
        stems.append(last)
    for stem in stems:
        if {f"{stem}_low", f"{stem}_high"} <= set(there):
            return f"{stem}_low", f"{stem}_high"
    if {"low", "high"} <= set(there) and there.index("low") == there.index(column) + 1:
        return ("low", "high") if _is_number(table[column]) else None
    return None


def _is_matrix(names: list[str]) -> bool:
    """Whether most columns are steps of one thing: `mob 3`, `mob 6`, or `M0`, `M1`.

    >>> _is_matrix(["vintage", "mob 1", "mob 2", "mob 3"]), _is_matrix(["slice", "n", "auc"])
    (True, False)
    """
    steps = [re.sub(r"[\d.]+", "", name) for name in names if re.search(r"\d", name)]
    return bool(steps) and max(map(steps.count, steps)) > len(names) / 2


def _evenly(names: list[str], most: int) -> list[str]:
    if len(names) <= most:
        return names
    places = np.unique(np.linspace(0, len(names) - 1, most).round().astype(int))
    return [names[place] for place in places]


def _cell(table: pd.DataFrame, column: str, row: int, ends: tuple[str, str] | None) -> Cell:
    value = table[column].iloc[row]
    form = form_of(table[column], column)
    if form is None:
        text = NONE if pd.isna(value) else abbreviated(str(value))
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    if ends:
        low, high = (float(table[c].iloc[row]) for c in ends)
        if np.isfinite([low, high]).all():
            return Estimate(form(float(value)), f"{form(low)} to {form(high)}")
    return NONE if pd.isna(value) else form(float(value))
