"""YAML that a stranger wrote, as mappings, lists and text.

Much of YAML is refused: aliases, by which a few lines stand for gigabytes; merge keys; tags,
which name types; files, depths and numbers of entries beyond what a model's description needs.
No text is taken for a number or a date, so `python: 3.10` is not 3.1. The parser is PyYAML's
own in Python: nobody outside a sandbox should have a stranger's bytes parsed in C.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.errors import BadInput

if TYPE_CHECKING:
    from yaml.events import Event

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

#: bytes of a file that are read; a signature of 10,000 columns takes 0.6 MB
MOST = 1 << 20
#: texts, lists and mappings of a file
_ENTRIES = 10_000
#: lists and mappings within each other; MLflow's own need five
_DEPTH = 20
#: plain words for nothing
_NOTHING = ("", "~", "null", "Null", "NULL")


def read(file: Path, what: str = "YAML") -> dict[str, Value]:
    """The mapping in a file; BadInput, saying what it is not, for anything else."""
    import yaml

    try:
        data = bounded(file)
        found = _Reading(yaml.parse(data.decode(), Loader=yaml.SafeLoader)).document()
    except (OSError, ValueError, RecursionError, StopIteration, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise BadInput(
            f"{file} cannot be read as {what} ({reason}); save the model again."
        ) from error
    return found


def bounded(file: Path) -> bytes:
    """What is in a file; ValueError when it is more than can be meant."""
    with file.open("rb") as opened:
        data = opened.read(MOST + 1)
    if len(data) > MOST:
        raise ValueError(f"it is larger than {MOST >> 20} MiB")
    return data


class _Reading:
    """One document, built from the parser's events as they come."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._entries = 0

    def document(self) -> dict[str, Value]:
        from yaml.events import DocumentEndEvent, StreamEndEvent

        next(self._events)  # the stream's start
        if isinstance(next(self._events), StreamEndEvent):
            raise ValueError("it is empty")
        found = self._value(next(self._events), 0)
        ended = isinstance(next(self._events), DocumentEndEvent)
        if not ended or not isinstance(next(self._events), StreamEndEvent):
            raise ValueError("it holds more than one document")
        if not isinstance(found, dict):
            raise ValueError("it is no mapping")
        return found

    def _value(self, event: Any, depth: int) -> Value:
        from yaml import events

        if isinstance(event, events.AliasEvent):
            raise ValueError("it holds an alias")
        if event.tag is not None:
            raise ValueError(f"it holds the tag {event.tag[:40]!r}")
        self._entries += 1
        if self._entries > _ENTRIES or depth > _DEPTH:
            raise ValueError(f"it has more than {_ENTRIES} entries or {_DEPTH} levels")
        if isinstance(event, events.ScalarEvent):
            plain = event.implicit[0]
            return None if plain and event.value in _NOTHING else str(event.value)
        if isinstance(event, events.SequenceStartEvent):
            return [self._value(item, depth + 1) for item in self._until(events.SequenceEndEvent)]
        return {
            self._key(key, depth): self._value(next(self._events), depth + 1)
            for key in self._until(events.MappingEndEvent)
        }

    def _key(self, event: Any, depth: int) -> str:
        key = self._value(event, depth + 1)
        if not isinstance(key, str) or (key == "<<" and event.implicit[0]):
            raise ValueError("it holds a merge key, or a key that is no text")
        return key

    def _until(self, end: type[Event]) -> Iterator[Event]:
        while not isinstance(event := next(self._events), end):
            yield event
