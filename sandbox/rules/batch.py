"""Rules over a table at once, in numpy: comparisons by column, no engine for plain cells."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.rules.cells import Cell, Test
from sandbox.rules.numbers import as_read
from sandbox.rules.rule import VERDICTS, Rule
from sandbox.rules.rule_set import RuleSet

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: up to so many rows columns are taken from the table together
FEW_ROWS = 64


@dataclass(frozen=True)
class BatchHits:
    """Which of n applications hit which of r rules."""

    rules: RuleSet
    #: n × r
    hits: Bools
    #: n, points of the rules hit
    points: Floats
    #: what was slow, a sentence each
    notes: tuple[str, ...] = ()

    def verdicts(self) -> NDArray[np.str_]:
        """n, the strictest verdict of the rules hit: "pass", "review" or "decline"."""
        strict = np.array([VERDICTS.index(rule.verdict) for rule in self.rules.rules])
        worst = np.zeros(len(self.points), dtype=np.int64)
        for place in np.flatnonzero(strict):
            np.maximum(worst, self.hits[:, place] * strict[place], out=worst)
        return np.array(["pass", *VERDICTS[1:]])[worst]

    def reasons(self, row: int) -> tuple[str, ...]:
        """Texts of the rules that one application hit, the weightiest first."""
        hit = [
            rule for rule, is_hit in zip(self.rules.rules, self.hits[row], strict=True) if is_hit
        ]
        return reasons_of(hit)

    def table(self, index: pd.Index | None = None) -> pd.DataFrame:
        """The hits as a table, one bool column a rule."""
        return pd.DataFrame(self.hits, columns=list(self.rules.ids), index=index)


def evaluate(
    rules: RuleSet, features: pd.DataFrame, on: NDArray[np.datetime64] | None = None
) -> BatchHits:
    """Hits of every rule on every row of `features` (n × d, numbers; NaN is missing).

    `on` (n days, datetime64) lets a rule hit only where it was in force; without it dates do not
    count (`rules.as_of(day)` has the rules of one day). Expressions go through zen-engine row by
    row, which `notes` say. Raises BadInput for a rule that names an unknown
    field, and for days of another length.

    >>> from sandbox.rules.rule import Rule
    >>> night = Rule.of("night", "Applied at night", {"apply_hour": "[1..5)"}, points=5)
    >>> found = evaluate(RuleSet("mine", (night,)), pd.DataFrame({"apply_hour": [2.0, 5.0]}))
    >>> found.hits[:, 0].tolist(), found.points.tolist()
    ([True, False], [5.0, 0.0])
    """
    rules.check_columns(features.columns)
    if features.columns.has_duplicates:
        twice = features.columns[features.columns.duplicated()][0]
        raise BadInput(f"The column {twice} stands in the table twice; drop one of them.")
    if on is not None and len(on) != len(features):
        raise BadInput(f"on has {len(on):,} days for {len(features):,} rows; give one a row.")
    hits = np.empty((len(features), len(rules.rules)), dtype=bool, order="F")
    points = np.zeros(len(features))
    asked = _Columns(features)
    for place, rule in enumerate(rules.rules):
        hit = _rule_hits(rule, asked)
        if on is not None:
            hit = hit & _in_force(rule, on)
        hits[:, place] = hit
        if rule.points:
            points += float(rule.points) * hit
    return BatchHits(rules, hits, points, rules.notes)


def reasons_of(hit: list[Rule]) -> tuple[str, ...]:
    """Texts of rules, those with a stricter verdict and more points first."""
    order = sorted(hit, key=lambda r: (-VERDICTS.index(r.verdict), -r.points))
    return tuple(rule.text for rule in order)


def cell_hits(values: Floats, test: Test) -> Bools:
    """Which of n values one plain cell hits; NaN is missing."""
    found = np.isnan(values) if test.missing else np.zeros(len(values), dtype=bool)
    for low, high in test.spans:
        if low == -np.inf:
            found |= values <= high
        elif high == np.inf:
            found |= values >= low
        else:
            found |= (values >= low) & (values <= high)
    return found


class _Columns:
    """Columns as float64, and cells that several rules share, each made once."""

    def __init__(self, features: pd.DataFrame) -> None:
        self._features = features
        self.rows = len(features)
        self._values: dict[str, Floats] = {}
        # of few rows a column costs more to take out of a table than to compare
        if len(features) <= FEW_ROWS and (plain := features.to_numpy()).dtype == np.float64:
            self._values = dict(zip(features.columns, plain.T, strict=True))
        self._hits: dict[tuple[str, Test], Bools] = {}

    def hits(self, field: str, test: Test) -> Bools:
        if (field, test) not in self._hits:
            self._hits[field, test] = cell_hits(self.values(field), test)
        return self._hits[field, test]

    def values(self, field: str) -> Floats:
        if field not in self._values:
            try:
                column = self._features[field]
                values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            except (TypeError, ValueError):
                raise BadInput(
                    f"The column {field} is not of numbers; rules compare numbers alone."
                ) from None
            self._values[field] = values
        return self._values[field]


def _rule_hits(rule: Rule, asked: _Columns) -> Bools:
    tests = [(cell.field, cell.test) for cell in rule.cells if cell.test is not None]
    hit = np.ones(asked.rows, dtype=bool) if not tests else asked.hits(*tests[0])
    for field, test in tests[1:]:
        hit = hit & asked.hits(field, test)
    for cell in rule.cells:
        if cell.test is None:
            hit = _by_engine(cell, hit, asked)
    return hit


def _by_engine(cell: Cell, hit: Bools, asked: _Columns) -> Bools:
    """The rows of `hit` that an expression hits as well."""
    from sandbox.rules.engine import CompiledCell

    compiled = CompiledCell(cell)
    names, found = (cell.field, *cell.others), hit.copy()
    rows = np.flatnonzero(hit)
    columns = [[as_read(v) for v in asked.values(name)[rows].tolist()] for name in names]
    for row, values in zip(rows, zip(*columns, strict=True), strict=True):
        there = {n: None if v != v else v for n, v in zip(names, values, strict=True)}
        found[row] = compiled.hits(there)
    return found


def _in_force(rule: Rule, on: NDArray[np.datetime64]) -> Bools:
    days = on.astype("datetime64[D]")
    started = np.datetime64(rule.valid_from or "0001-01-01", "D")
    ended = np.datetime64(rule.retired_on or "9999-12-31", "D")
    within: Bools = (days >= started) & (days < ended)
    return within
