"""A set of rules: a table without contradictions, its version and its digest."""

import difflib
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sandbox.errors import BadInput
from sandbox.rules.rule import Rule

#: rows of one table
MOST_RULES = 500


@dataclass(frozen=True)
class RuleSet:
    """Rules in order; every edit makes a new set with the next version and another digest.

    >>> first = RuleSet("mine", (Rule.of("night", "At night", {"apply_hour": "[1..5)"}, points=5),))
    >>> second = first.retired("night", on=date(2026, 3, 1))
    >>> second.version, second.based_on == first.digest, second.as_of(date(2026, 2, 28)).version
    (2, True, 2)
    """

    name: str
    rules: tuple[Rule, ...]
    version: int = 1
    #: digest of the set that this one was edited from; "" for a first version
    based_on: str = ""

    def __post_init__(self) -> None:
        name: Any = self.name
        if not isinstance(name, str) or not 1 <= len(name.strip()) <= 100 or not name.isprintable():
            raise BadInput(f"A rule set's name is {name!r}; give 1 to 100 characters.")
        version: Any = self.version
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise BadInput(f"The version of {self.name} is {version!r}; give 1, 2, 3 ...")
        if not 1 <= len(self.rules) <= MOST_RULES:
            raise BadInput(
                f"{self.name} has {len(self.rules)} rules; a table needs 1 to {MOST_RULES}."
            )
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise BadInput(f"Rule {rule.id} stands in {self.name} twice; ids are unique.")
            seen.add(rule.id)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the rules, in order."""
        return tuple(rule.id for rule in self.rules)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Columns that any rule reads, each once, in order of first use."""
        return tuple(dict.fromkeys(f for rule in self.rules for f in rule.fields))

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits that two sets share only if they hit and say the same."""
        rows = [
            [r.id, r.text, r.points, r.verdict, str(r.valid_from), str(r.retired_on)]
            + [[cell.field, cell.engine] for cell in r.cells]
            for r in self.rules
        ]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is slow about the set: one sentence a rule that needs the engine row by row."""
        return tuple(
            f"Rule {rule.id} has an expression ({cell.field}: {cell.engine}); a batch evaluates "
            "it row by row, in microseconds a row where plain cells take nanoseconds."
            for rule in self.rules
            for cell in rule.cells
            if cell.test is None
        )

    def rule(self, id: str) -> Rule:
        """The rule of that id; BadInput with the nearest ids."""
        if id not in self.ids:
            raise BadInput(f"{self.name} has no rule {id}{nearest(id, self.ids)}.")
        return self.rules[self.ids.index(id)]

    def check_columns(self, columns: Iterable[str]) -> None:
        """BadInput naming the first rule with a column that is not among `columns`."""
        there = [str(column) for column in columns]
        known = set(there)
        for rule in self.rules:
            for field in rule.fields:
                if field not in known:
                    raise BadInput(
                        f"Rule {rule.id} names the unknown field {field}{nearest(field, there)}."
                    )

    def within(self, columns: Iterable[str]) -> "RuleSet":
        """The rules that need no other columns; BadInput if there is none."""
        known = {str(column) for column in columns}
        kept = tuple(rule for rule in self.rules if known.issuperset(rule.fields))
        if not kept:
            raise BadInput(f"No rule of {self.name} can be evaluated on these columns alone.")
        return replace(self, rules=kept)

    def as_of(self, day: date) -> "RuleSet":
        """The rules in force on `day`, to replay a decision; BadInput if there is none."""
        kept = tuple(rule for rule in self.rules if rule.in_force(day))
        if not kept:
            raise BadInput(f"No rule of {self.name} was in force on {day}.")
        return replace(self, rules=kept)

    def added(self, rule: Rule) -> "RuleSet":
        """The next version, with `rule` at the end."""
        return self._edited((*self.rules, rule))

    def retired(self, id: str, on: date) -> "RuleSet":
        """The next version, in which the rule ends with the day before `on`."""
        ended = replace(self.rule(id), retired_on=on)
        return self._edited(tuple(ended if rule.id == id else rule for rule in self.rules))

    def replaced(self, id: str, by: Rule, on: date) -> "RuleSet":
        """The next version, in which `by`, under an id of its own, follows the rule on `on`."""
        ended, place = replace(self.rule(id), retired_on=on), self.ids.index(id)
        follows = replace(by, valid_from=on)
        return self._edited((*self.rules[:place], ended, follows, *self.rules[place + 1 :]))

    def _edited(self, rules: tuple[Rule, ...]) -> "RuleSet":
        return RuleSet(self.name, rules, self.version + 1, self.digest)


def nearest(word: str, known: Sequence[str]) -> str:
    """The end of a sentence about a word that is not known: what may have been meant.

    >>> nearest("device_age", ["device_age_days", "apply_hour"])
    '; the nearest is device_age_days'
    """
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    if not near:
        return f"; there are {', '.join(list(known)[:6])}{', ...' if len(known) > 6 else ''}"
    return f"; the nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}"
