"""One rule: conditions on columns, what a hit is worth, and when the rule is in force."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.errors import BadInput
from sandbox.rules.cells import Cell

#: what a rule may demand by itself, from mild to strict; "" leaves it to the points
VERDICTS = ("", "review", "decline")
#: points are within this, either side of 0
MOST_POINTS = 100
#: conditions of one rule
MOST_CELLS = 8
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FIELD = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """A row of the table: all of its cells have to be hit. Built by `Rule.of`.

    >>> rule = Rule.of("young_device", "Device first seen days ago", {"device_age_days": "< 14"},
    ...                points=10, valid_from=date(2026, 1, 1))
    >>> rule.in_force(date(2025, 12, 31)), rule.fields
    (False, ('device_age_days',))
    """

    id: str
    #: one sentence for the analyst who reads the alert
    text: str
    #: in order of their columns' names
    cells: tuple[Cell, ...]
    #: added to the application's points; negative ones speak for the applicant
    points: int = 0
    #: one of `VERDICTS`
    verdict: str = ""
    #: first day in force; None: ever since
    valid_from: date | None = None
    #: first day no longer in force; None: until further notice
    retired_on: date | None = None

    @classmethod
    def of(
        cls,
        id: str,
        text: str,
        when: Mapping[str, str],
        *,
        points: int = 0,
        verdict: str = "",
        valid_from: date | None = None,
        retired_on: date | None = None,
    ) -> "Rule":
        """From cells as they are written, by column; empty cells are left out."""
        cells = tuple(Cell.of(str(f), str(c)) for f, c in when.items() if str(c).strip())
        return cls(id, text, cells, points, verdict, valid_from, retired_on)

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not _ID.fullmatch(self.id):
            raise BadInput(
                f"A rule's id is {self.id!r}; it has small letters, digits and _ (at most 60)."
            )
        text: Any = self.text
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= 200 or not text.isprintable():
            raise BadInput(f"Rule {self.id} needs a text of one line, 1 to 200 characters.")
        if not 1 <= len(self.cells) <= MOST_CELLS:
            raise BadInput(
                f"Rule {self.id} has {len(self.cells)} conditions; it needs 1 to {MOST_CELLS}."
            )
        # a table's columns have one order for all of its rows
        object.__setattr__(self, "cells", tuple(sorted(self.cells, key=lambda c: c.field)))
        self._check_fields(cell.field for cell in self.cells)
        self._check_worth()
        self._check_dates()

    @property
    def fields(self) -> tuple[str, ...]:
        """Columns that the rule reads, each once."""
        read = (f for cell in self.cells for f in (cell.field, *cell.others))
        return tuple(dict.fromkeys(read))

    @property
    def is_plain(self) -> bool:
        """Whether all cells keep to the plain grammar, so that a batch needs no engine."""
        return all(cell.test is not None for cell in self.cells)

    def in_force(self, day: date) -> bool:
        """Whether the rule applied on `day`, from `valid_from` and before `retired_on`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.retired_on is None or day < self.retired_on
        )

    def _check_fields(self, fields: Iterable[str]) -> None:
        seen: set[str] = set()
        for field in fields:
            if not _FIELD.fullmatch(field):
                raise BadInput(
                    f"Rule {self.id} names the column {field!r}; a column has letters, digits and _"
                )
            if field in seen:
                raise BadInput(f"Rule {self.id} has two cells for {field}; write one of both.")
            seen.add(field)

    def _check_worth(self) -> None:
        points: Any = self.points
        if isinstance(points, bool) or not isinstance(points, int) or abs(points) > MOST_POINTS:
            raise BadInput(
                f"Rule {self.id} has points {points!r}; give a whole number from "
                f"-{MOST_POINTS} to {MOST_POINTS}."
            )
        if self.verdict not in VERDICTS:
            raise BadInput(
                f"Rule {self.id} has the verdict {self.verdict!r}; give review, decline or none."
            )
        if not points and not self.verdict:
            raise BadInput(f"Rule {self.id} has neither points nor a verdict; give it one.")

    def _check_dates(self) -> None:
        for name in ("valid_from", "retired_on"):
            day: Any = getattr(self, name)
            if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
                raise BadInput(f"Rule {self.id} has {name} {day!r}; give a day as in 2026-03-01.")
        if self.valid_from and self.retired_on and self.retired_on <= self.valid_from:
            raise BadInput(
                f"Rule {self.id} is retired on {self.retired_on}, not after it begins on "
                f"{self.valid_from}; correct one of the dates."
            )
