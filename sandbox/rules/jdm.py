"""Rule sets as JDM, the JSON of zen-engine, which GoRules' editor opens as a table."""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sandbox.errors import BadInput
from sandbox.located_yaml import Located, Place
from sandbox.rules.reading_cells import Row, rule_of, whole
from sandbox.rules.rule_set import RuleSet

#: outputs of a row: what a hit says; the fields of a rule besides its conditions
OUTPUTS = ("rule", "text", "points", "verdict", "valid_from", "retired_on")
CONTENT_TYPE = "application/vnd.gorules.decision"
_TABLE = "decisionTableNode"


def document(rules: RuleSet, outputs: tuple[str, ...] = OUTPUTS) -> dict[str, Any]:
    """The JDM document: an input, one table that collects all hits, an output."""
    inputs = {field: f"in_{field}" for field in _conditions(rules)}
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": key, "name": field, "field": field} for field, key in inputs.items()],
        "outputs": [{"id": f"out_{name}", "name": name, "field": name} for name in outputs],
        "rules": [
            {
                "_id": rule.id,
                "_description": rule.text,
                **dict.fromkeys(inputs.values(), ""),
                **{inputs[cell.field]: cell.engine for cell in rule.cells},
                **{f"out_{n}": json.dumps(_said(rule, n), ensure_ascii=False) for n in outputs},
            }
            for rule in rules.rules
        ],
    }
    chain = [("features", "inputNode"), (rules.name, _TABLE), ("hits", "outputNode")]
    nodes = [
        {"id": kind, "type": kind, "name": name, "position": {"x": 300 * place, "y": 0}}
        for place, (name, kind) in enumerate(chain)
    ]
    nodes[1]["content"] = content
    edges = [
        {"id": f"edge_{a['id']}", "type": "edge", "sourceId": a["id"], "targetId": b["id"]}
        for a, b in pairwise(nodes)
    ]
    about = {"version": rules.version, "basedOn": rules.based_on}
    return {"contentType": CONTENT_TYPE, "meta": about, "nodes": nodes, "edges": edges}


def to_jdm(rules: RuleSet) -> str:
    """The document as text, two spaces a step.

    >>> from sandbox.rules import default_rules, parse
    >>> parse(to_jdm(default_rules()), "rules.json") == default_rules()
    True
    """
    return json.dumps(document(rules), ensure_ascii=False, indent=2) + "\n"


def of_document(located: Located, source: str, known: tuple[str, ...] | None = None) -> RuleSet:
    """The rule set of a JDM document; BadInput with the line, the row and the column.

    `known` are the columns that rules may name; None: any.
    """
    data = located.data
    place, node = _table(data, source)
    content = node.get("content")
    if not isinstance(content, Mapping):
        raise BadInput(f"{source}, line {located.line(place)}: the table has no content.")
    where: Place = (*place, "content")
    if content.get("hitPolicy") != "collect":
        raise BadInput(
            f"{source}, line {located.line((*where, 'hitPolicy'))}: hitPolicy is "
            f"{content.get('hitPolicy')!r}; rules are all evaluated, write collect."
        )
    inputs = _columns(content, "inputs", located, where, source)
    outputs = _columns(content, "outputs", located, where, source)
    rows = content.get("rules")
    if not isinstance(rows, list):
        raise BadInput(f"{source}, line {located.line(where)}: the table has no list of rules.")
    rules = []
    for number, entry in enumerate(rows):
        at: Place = (*where, "rules", number)
        row = Row(located, source, at, f"row {number + 1}", known)
        if not isinstance(entry, Mapping):
            raise row.mistake("is no row of cells")
        said = {name: row.literal(entry.get(key), (key,)) for name, key in outputs.items()}
        cells = {field: (entry[key], (key,)) for field, key in inputs.items() if entry.get(key)}
        said.setdefault("rule", entry.get("_id"))
        said.setdefault("text", entry.get("_description"))
        rules.append(rule_of(row, said, cells))
    about = data.get("meta")
    about = about if isinstance(about, Mapping) else {}
    version = whole(about.get("version", 1), f"{source}: version")
    name = str(node.get("name") or "rules")
    return RuleSet(name, tuple(rules), version, str(about.get("basedOn", "")))


def _conditions(rules: RuleSet) -> dict[str, None]:
    return dict.fromkeys(cell.field for rule in rules.rules for cell in rule.cells)


def _said(rule: Any, output: str) -> Any:
    value = rule.id if output == "rule" else getattr(rule, output)
    return "" if value is None else value if isinstance(value, str | int) else str(value)


def _table(data: Any, source: str) -> tuple[Place, Mapping[str, Any]]:
    """The one decision table of the document and its place."""
    nodes = data.get("nodes") if isinstance(data, Mapping) else None
    found = [
        (("nodes", n), node)
        for n, node in enumerate(nodes if isinstance(nodes, list) else [])
        if isinstance(node, Mapping) and node.get("type") == _TABLE
    ]
    if len(found) != 1:
        raise BadInput(
            f"{source} has {len(found)} nodes of type {_TABLE}; a rule set is one table."
        )
    return found[0]


def _columns(
    content: Mapping[str, Any], side: str, located: Located, where: Place, source: str
) -> dict[str, str]:
    """Key of the cells by the field that a column is about."""
    keys: dict[str, str] = {}
    columns = content.get(side)
    for n, column in enumerate(columns if isinstance(columns, list) else []):
        line = located.line((*where, side, n))
        about = column if isinstance(column, Mapping) else {}
        field, key = about.get("field"), about.get("id")
        if not isinstance(field, str) or not isinstance(key, str) or not field:
            raise BadInput(
                f"{source}, line {line}: column {n + 1} of {side} needs an id and a field; a "
                "column without a field holds whole expressions, which rules do not use."
            )
        if field in keys:
            raise BadInput(f"{source}, line {line}: two columns of {side} are about {field}.")
        if side == "outputs" and field not in OUTPUTS:
            raise BadInput(
                f"{source}, line {line}: unknown output {field}; there are {', '.join(OUTPUTS)}."
            )
        keys[field] = key
    return keys
