"""One row of a file made a rule; mistakes are told with file, line, row and column."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.errors import BadInput
from sandbox.located_yaml import Located, Place
from sandbox.rules.cells import Cell
from sandbox.rules.rule import Rule
from sandbox.rules.rule_set import nearest


@dataclass(frozen=True)
class Row:
    """Where a rule stands in a file."""

    located: Located
    source: str
    place: Place
    #: "row 3"
    name: str
    #: columns that a rule may name; None: any
    known: tuple[str, ...] | None = None

    def mistake(self, sentence: str, steps: Place = ()) -> BadInput:
        """The mistake at a place within the row."""
        line = self.located.line((*self.place, *steps))
        return BadInput(f"{self.source}, line {line}, {self.name}: {sentence}")

    def literal(self, cell: Any, steps: Place) -> Any:
        """An output cell of JDM, which is an expression: a number or a text in quotes."""
        if cell is None or not isinstance(cell, str) or not cell.strip():
            return cell or None
        try:
            return json.loads(cell)
        except ValueError:
            raise self.mistake(
                f'{cell} is no number and no text in double quotes; write it as in "review".',
                steps,
            ) from None


def rule_of(row: Row, said: Mapping[str, Any], cells: Mapping[str, tuple[Any, Place]]) -> Rule:
    """The rule; `said` by output, `cells` by column: what is written and where in the row."""
    made = []
    for field, (text, steps) in cells.items():
        if not isinstance(text, str | int | float):
            raise row.mistake(f"column {field} holds {text!r}; write one cell of text.", steps)
        if isinstance(text, bool):
            text = str(text).lower()
        try:
            made.append(Cell.of(field, str(text)))
        except BadInput as mistake:
            raise row.mistake(f"column {mistake}", steps) from mistake
        for name in (made[-1].field, *made[-1].others):
            if row.known is not None and name not in row.known:
                raise row.mistake(f"unknown field {name}{nearest(name, row.known)}.", steps)
    try:
        return Rule(
            id=said.get("rule") or "",
            text=said.get("text") or "",
            cells=tuple(made),
            points=said.get("points") or 0,
            verdict=said.get("verdict") or "",
            valid_from=_day(said.get("valid_from"), "valid_from"),
            retired_on=_day(said.get("retired_on"), "retired_on"),
        )
    except BadInput as mistake:
        raise row.mistake(str(mistake)) from mistake


def whole(value: Any, name: str) -> int:
    """A whole number from 1; BadInput otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadInput(f"{name} is {value!r}; give 1, 2, 3 ...")
    return value


def _day(value: Any, name: str) -> date | None:
    """YAML makes dates by itself; JSON has them as text."""
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput(f"{name} is {value!r}; give a day as in 2026-03-01.") from None
