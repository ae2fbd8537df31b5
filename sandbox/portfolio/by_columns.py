"""A mapping made from the names of columns, for a bank's scored table without a mapping file."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pydantic

from sandbox.errors import BadInput
from sandbox.portfolio import mistakes, reading
from sandbox.portfolio.mapping import Feature, Mapping, Target

#: ISO 4217 for "no currency": nobody said which
NO_CURRENCY = "XXX"
#: a column of words with more names than this describes no group of accounts
_MOST_NAMES = 30


class ColumnMapping(Mapping):
    """A mapping without a file; it may leave no feature, since no model learns from it."""

    features: dict[str, Feature] = pydantic.Field(default_factory=dict)


def mapping_of_columns(
    file: Path,
    *,
    target: str,
    score: str,
    groups: Sequence[str] = (),
    date: str | None = None,
    limit: str | None = None,
    encoding: str = "utf-8",
) -> ColumnMapping:
    """Target (1 default, 0 none, empty not observed) and score; the rest by what it holds.

    `groups` are kept for tests of fairness, `date` says when each account was decided on, `limit`
    what it was granted. Other columns of numbers, and of few names, describe the accounts and go
    to the data tests; free text, dates and numbers that differ in every row are left out.
    `encoding` is that of a .csv; its separator is the one by which it has the target.

    Raises BadInput, one sentence, for a column that is not there, one that is named twice, and a
    target that holds anything else.
    """
    named = {"--target": target, "--score": score}
    named |= {f"--group {name}": name for name in groups}
    named |= {word: name for word, name in (("--date", date), ("--limit", limit)) if name}
    _check_once(named)
    first = Mapping(
        name="columns",
        currency=NO_CURRENCY,
        target=Target(column=target),
        features={"target": Feature(column=target)},
        encoding=encoding,
        separator=reading.separator_with(file, encoding, target),
    )
    raw = reading.read(file, first)
    columns = [str(c) for c in raw.cells.columns]
    for option, name in named.items():
        if name not in columns:
            said = option if option.startswith("--group") else f"{option} {name}"
            raise BadInput(
                f"{said}: {file} has no column {name!r}{mistakes.nearest(name, columns)}."
            )
    _check_target(raw, target)
    features = {name: Feature(column=name, kind="category", use="monitor") for name in groups}
    for name in groups:
        if _is_number(raw.cells[name]):
            features[name] = Feature(column=name, use="monitor")
    for name in columns:
        kind = "" if name in named.values() else _kind(raw.cells[name])
        if kind == "number":
            features[name] = Feature(column=name)
        elif kind == "category":
            features[name] = Feature(column=name, kind="category")
    return ColumnMapping(
        name=_name(file),
        currency=NO_CURRENCY,
        target=Target(column=target, positive=1, negative=0),
        score=score,
        date=date,
        limit=limit,
        features=features,
        ignore=("*",),
        encoding=first.encoding,
        separator=first.separator,
    )


def _check_once(named: dict[str, str]) -> None:
    first: dict[str, str] = {}
    for option, name in named.items():
        if name in first:
            raise BadInput(
                f"Column {name!r} is named by {first[name]} and by {option.split()[0]}; a column "
                "is one thing only."
            )
        first[name] = option.split()[0]


def _check_target(raw: reading.RawTable, target: str) -> None:
    cells = raw.cells[target]
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = cells.notna() & ~numbers.isin([0, 1])
    if wrong.any():
        first = int(wrong.to_numpy().argmax())
        raise BadInput(
            f"--target {target}: row {raw.row(first)} of {raw.file} holds "
            f"{str(cells.iloc[first])!r}; without a mapping the target is 1 (default), 0 (none) or "
            "empty: write a mapping to say what other values mean."
        )
    seen = set(numbers.dropna())
    if len(seen) < 2:
        only = f"{min(seen):g} in every row" if seen else "no value"
        raise BadInput(
            f"--target {target}: {raw.file} has one class only ({only}); give a file with "
            "accounts that defaulted and accounts that did not."
        )


def _kind(cells: "pd.Series") -> str:
    """number, category, or empty for what says nothing of an account."""
    if cells.isna().all() or pd.api.types.is_datetime64_any_dtype(cells):
        return ""
    distinct = cells.nunique()
    if _is_number(cells):
        whole = pd.api.types.is_integer_dtype(cells)
        return "" if whole and distinct == len(cells) else "number"
    return "category" if distinct <= _MOST_NAMES else ""


def _is_number(cells: "pd.Series") -> bool:
    return pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)


def _name(file: Path) -> str:
    """The file's name without its suffixes, as a portfolio's name.

    >>> _name(Path("books/cards_2026.csv.gz"))
    'cards 2026'
    """
    stem = file.name.removesuffix(".gz").rpartition(".")[0] or file.name
    words = re.sub(r"[^\w.-]+|_+", " ", stem).strip()[:60]
    return words if re.search(r"[^\W_]", words) else "portfolio"
