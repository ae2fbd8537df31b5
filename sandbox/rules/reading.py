"""Rule sets from files: a list of rules in YAML, or a table in JDM (JSON)."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.located_yaml import Located, Place
from sandbox.rules import jdm
from sandbox.rules.reading_cells import Row, rule_of, whole
from sandbox.rules.rule_set import RuleSet, nearest

DEFAULT = Path(__file__).with_name("default.yaml")
_KEYS = ("name", "version", "based_on", "rules")
_RULE_KEYS = ("id", "text", "when", "points", "verdict", "valid_from", "retired_on")


def read(path: str | Path, columns: Iterable[str] | None = None) -> RuleSet:
    """The rule set of a file; with `columns`, those that rules may name.

    YAML is read as in `sandbox/rules/default.yaml`, JDM by its `nodes`. Raises BadInput with the
    file, the line and the rule: a mistake in YAML or JSON, a key or a field that is unknown (with
    the nearest), a cell that cannot be read, an id that stands twice, no rules, dates that
    contradict each other.
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"There is no file {source}; give rules as YAML or JDM.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{source} cannot be read as a text file: {error}.") from error
    return parse(text, source.name, columns)


def parse(text: str, source: str, columns: Iterable[str] | None = None) -> RuleSet:
    """The same of a text; `source` is what it is called in mistakes.

    >>> parse("name: mine\\nrules:\\n- {id: night, text: At night, when: {hour: < 5}, points: 5}",
    ...       "mine.yaml").ids
    ('night',)
    """
    # JSON may be indented by tabs, which YAML does not know; within its strings there are none
    is_json = text.lstrip().startswith("{")
    located = located_yaml.load(text.replace("\t", "  ") if is_json else text, source)
    known = None if columns is None else tuple(str(column) for column in columns)
    if isinstance(located.data, Mapping) and "nodes" in located.data:
        return jdm.of_document(located, source, known)
    return _of_list(located, source, known)


@cache
def default_rules() -> RuleSet:
    """The set that comes with the package, on columns of applications and the identity graph."""
    return read(DEFAULT)


def _of_list(located: Located, source: str, known: tuple[str, ...] | None) -> RuleSet:
    data = located.data
    if not isinstance(data, Mapping):
        raise BadInput(f"{source} has to hold the keys {', '.join(_KEYS)}, or be JDM with nodes.")
    for key in data:
        if key not in _KEYS:
            line = located.line((str(key),))
            raise BadInput(f"{source}, line {line}: unknown key {key}{nearest(str(key), _KEYS)}.")
    entries = data.get("rules")
    if not isinstance(entries, list) or not entries:
        line = located.line(("rules",))
        raise BadInput(f"{source}, line {line}: rules has to be a list of at least one rule.")
    rules, lines = [], dict[str, int]()
    for number, entry in enumerate(entries):
        row = Row(located, source, ("rules", number), f"rule {number + 1}", known)
        rule = rule_of(row, *_split(row, entry))
        if rule.id in lines:
            raise row.mistake(
                f"{rule.id} stands here a second time (first in line {lines[rule.id]}); ids are "
                "unique."
            )
        lines[rule.id] = located.line(row.place)
        rules.append(rule)
    version = whole(data.get("version", 1), f"{source}: version")
    return RuleSet(
        str(data.get("name", source)), tuple(rules), version, str(data.get("based_on", ""))
    )


def _split(row: Row, entry: Any) -> tuple[dict[str, Any], dict[str, tuple[Any, Place]]]:
    """What the rule says, and its cells by column with their places."""
    if not isinstance(entry, Mapping):
        raise row.mistake(f"has to hold the keys {', '.join(_RULE_KEYS)}.")
    for key in entry:
        if key not in _RULE_KEYS:
            raise row.mistake(f"unknown key {key}{nearest(str(key), _RULE_KEYS)}.", (str(key),))
    when = entry.get("when")
    if not isinstance(when, Mapping):
        raise row.mistake('when has to be cells by column, as in {device_age_days: "< 30"}.')
    said = {key: value for key, value in entry.items() if key not in ("id", "when")}
    cells: dict[str, tuple[Any, Place]] = {
        str(field): ("null" if cell is None else cell, ("when", str(field)))
        for field, cell in when.items()
        if cell != ""
    }
    return {"rule": entry.get("id"), **said}, cells
