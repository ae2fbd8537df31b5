"""One application at a time through zen-engine.

`RuleEngine` asks zen-engine cell by cell, in the caller's thread, and stops at a rule's first
cell that is not hit. `TableEngine` hands it the whole table: the same hits, in five times the
time, and on a busy machine with a wait of milliseconds for the engine's own thread. What the
engine cannot hold (NaN, infinite and huge numbers, digits past the fifteenth) is first made what
rules read in its place, so that a row alone hits what it hits in a batch.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sandbox.errors import BadInput
from sandbox.rules.batch import reasons_of
from sandbox.rules.cells import Cell
from sandbox.rules.jdm import document
from sandbox.rules.numbers import NUMBER, as_read, bound, read_as, written
from sandbox.rules.rule import VERDICTS
from sandbox.rules.rule_set import RuleSet

#: columns of one application by name; None and NaN are missing
Application = Mapping[str, float | None]


@dataclass(frozen=True)
class RuleHits:
    """What the rules say of one application."""

    #: ids in the order of the table
    hits: tuple[str, ...]
    points: int
    #: "pass", "review" or "decline"
    verdict: str
    #: texts of the rules hit, the weightiest first
    reasons: tuple[str, ...]


class RuleEngine:
    """A rule set made ready in zen-engine; keep it as long as the rules are in force.

    >>> from sandbox.rules import default_rules
    >>> engine = RuleEngine(default_rules())
    >>> row = dict.fromkeys(engine.rules.fields) | {"account_customers_7d": 1.0}
    >>> engine.evaluate(row).verdict
    'review'
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._cells = [(rule.id, [CompiledCell(c) for c in rule.cells]) for rule in rules.rules]
        self._by_id = {rule.id: rule for rule in rules.rules}
        self._exact = _exact(rules)

    def evaluate(self, application: Application) -> RuleHits:
        """Hits, points, verdict and reasons of one application.

        Raises BadInput for a column that rules read and that `application` has not: a column
        that was lost is no missing value.
        """
        hits = self.hits(application)
        hit = [self._by_id[id] for id in hits]
        strictest = max((VERDICTS.index(rule.verdict) for rule in hit), default=0)
        points = sum(rule.points for rule in hit)
        return RuleHits(hits, points, VERDICTS[strictest] or "pass", reasons_of(hit))

    def hits(self, application: Application) -> tuple[str, ...]:
        """Ids of the rules hit, in the order of the table."""
        values = _as_read(application, self.rules, self._exact)
        return tuple(id for id, cells in self._cells if all(cell.hits(values) for cell in cells))


class CompiledCell:
    """A cell that zen-engine has compiled."""

    def __init__(self, cell: Cell) -> None:
        import zen

        self._field, self._hits_missing = cell.field, cell.hits_missing
        self._reads = () if cell.test else (cell.field, *cell.others)
        self._expression = zen.compile_unary_expression(cell.engine)

    def hits(self, values: Application) -> bool:
        """Whether the cell is hit; `values` as rules read them, None where missing."""
        value = values[self._field]
        if not self._reads:
            if value is None:
                return self._hits_missing
            return bool(self._expression.evaluate({"$": value}))
        if not self._hits_missing and any(values[name] is None for name in self._reads):
            return False
        try:
            return bool(self._expression.evaluate({**values, "$": value}))
        except RuntimeError:
            # such as null compared with a number: in a table, a cell that is not hit
            return False


class TableEngine:
    """The table as GoRules' editor has it, evaluated whole by zen-engine."""

    def __init__(self, rules: RuleSet) -> None:
        import zen

        self.rules = rules
        self._decision = zen.ZenEngine().create_decision(json.dumps(document(rules, ("rule",))))
        self._exact = _exact(rules)
        # to the engine "$ * 2 != 5" holds for a missing value
        self._there = {
            rule.id: [f for c in rule.cells if not c.hits_missing for f in (c.field, *c.others)]
            for rule in rules.rules
            if not rule.is_plain
        }

    def hits(self, application: Application) -> tuple[str, ...]:
        """Ids of the rules hit, in the order of the table."""
        values = _as_read(application, self.rules, self._exact)
        found: Any = self._decision.evaluate(values)["result"]
        return tuple(
            entry["rule"]
            for entry in found
            if all(values[field] is not None for field in self._there.get(entry["rule"], ()))
        )


def _as_read(
    application: Application, rules: RuleSet, exact: Mapping[float, float]
) -> dict[str, float | None]:
    values: dict[str, float | None] = {}
    for field in rules.fields:
        try:
            value = application[field]
        except KeyError:
            raise BadInput(f"The application has no {field}, which rules read.") from None
        read = None if value is None else as_read(float(value))
        values[field] = None if read is None or read != read else exact.get(read, read)
    return values


def _exact(rules: RuleSet) -> dict[float, float]:
    """Bounds that the engine misreads, and what it reads as the bound instead."""
    cells = (cell for rule in rules.rules for cell in rule.cells if cell.test is not None)
    bounds = {bound(text) for cell in cells for text in re.findall(NUMBER, cell.engine)}
    return {number: told for number in bounds if (told := _told(number)) != number}


@lru_cache(maxsize=4096)
def _told(number: float) -> float:
    """The float that zen-engine reads as `number`: itself, but for one bound in ten thousand.

    Its conversion to decimals errs in the sixteenth digit at times, and takes 4453999.73 for
    4453999.730000001.
    """
    import zen

    is_it = zen.compile_unary_expression(written(number))
    below = above = number
    low, high = read_as(number)
    while below >= low or above <= high:
        for candidate in (below, above):
            if low <= candidate <= high and is_it.evaluate({"$": candidate}):
                return candidate
        below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
    raise BadInput(f"zen-engine cannot read {number:.15g}; write the bound with a digit less.")
