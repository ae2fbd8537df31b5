"""YAML that remembers the line of everything in it, so that a mistake can be pointed at."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from sandbox.errors import BadInput

if TYPE_CHECKING:
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)

#: bytes; a mapping of a thousand columns has 100 kB, a policy 10 kB
LARGEST = 1 << 20

#: where something stands in the document: ("features", "credit_limit", "kind")
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Located:
    """A document and the line (from 1) of each key and each item of it."""

    data: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest thing around it that has one."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(path: Path, what: str) -> Located:
    """Parse a file; BadInput, "{what} {path} cannot be read", where it is none or no text."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{what} {path} cannot be read ({error}).") from error
    return load(text, str(path))


def checked(kind: "type[Model]", located: Located, source: str) -> "Model":
    """A document as an object of `kind`; BadInput with `source`, the line and the mistake."""
    from pydantic import ValidationError

    try:
        return kind.model_validate(located.data)
    except ValidationError as error:
        # a misspelt key is the cause of the key that is then missing
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = "there is no such field; correct the name, or take it out"
        line = located.line(tuple(first["loc"]))
        raise BadInput(f"{source}, line {line}: {where}: {message}.") from error


def load(text: str, source: str) -> Located:
    """Parse `text`; BadInput with `source` and the line for anything but plain YAML.

    Plain means: one document, no key twice in a block, no anchors, no tags.

    >>> load("a: 1\\nb: [x, y]", "m.yaml").line(("b", 1))
    2
    """
    if len(text) > LARGEST:
        raise BadInput(f"{source} is over 1 MB; mappings and policies are small files.")
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
                line = token.start_mark.line + 1
                raise BadInput(
                    f"{source}, line {line}: anchors, aliases and tags are not used here; "
                    "write the value out."
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise BadInput(f"{source}{where}: not valid YAML ({error.problem}).") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"{source}: not valid YAML ({str(error).splitlines()[0]}).") from error
    if node is None:
        raise BadInput(f"{source} is empty; it has to hold at least one key.")
    lines: dict[Place, int] = {}
    return Located(_plain(node, (), lines, source), lines)


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], source: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node, source)
            line = key_node.start_mark.line + 1
            if key in data:
                first = lines[*place, str(key)]
                raise BadInput(
                    f"{source}, line {line}: {key} stands here a second time (first in line "
                    f"{first}); keep one of them."
                )
            lines[*place, str(key)] = line
            data[key] = _plain(value_node, (*place, str(key)), lines, source)
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, i), lines, source) for i, item in enumerate(node.value)]
    return _scalar(node, source)


def _scalar(node: yaml.Node, source: str) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        raise BadInput(f"{source}, line {node.start_mark.line + 1}: a key is one word or number.")
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise BadInput(
            f"{source}, line {node.start_mark.line + 1}: {node.value} cannot be read."
        ) from error
    finally:
        loader.dispose()
