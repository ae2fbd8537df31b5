"""A small assembler for classic BPF, the language of system-call filters."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

#: words a filter can load: of `struct seccomp_data`
NUMBER, MACHINE = 0, 4
_ARGUMENTS = 16

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_AT_LEAST = 0x15, 0x35
_LONGEST_JUMP = 255
#: instructions the kernel takes
LONGEST = 4096


@dataclass(frozen=True)
class Line:
    """One instruction; jumps name a label, and None goes to the next line."""

    code: int
    value: int
    yes: str | None = None
    no: str | None = None
    #: where jumps to this line go
    label: str | None = None


def argument(position: int, high: bool = False) -> int:
    """Where the low (or high) half of a call's argument lies; both machines are little-endian."""
    return _ARGUMENTS + 8 * position + 4 * high


def load(offset: int, label: str | None = None) -> Line:
    """Take a word of the call."""
    return Line(_LOAD, offset, label=label)


def keep(mask: int) -> Line:
    """Keep these bits of the word."""
    return Line(_AND, mask)


def answer(action: int, label: str | None = None) -> Line:
    """End with an action."""
    return Line(_RETURN, action, label=label)


def if_equal(
    value: int, yes: str | None = None, no: str | None = None, label: str | None = None
) -> Line:
    """Go on by whether the word is `value`."""
    return Line(_IF_EQUAL, value, yes, no, label)


def if_at_least(value: int, yes: str | None = None, no: str | None = None) -> Line:
    """Go on by whether the word is `value` or more, unsigned."""
    return Line(_IF_AT_LEAST, value, yes, no)


def assembled(lines: Sequence[Line]) -> bytes:
    """The program as the kernel takes it: 8 bytes a line, labels as distances.

    ValueError when a label is missing, twice there, behind or too far ahead.

    >>> assembled([if_equal(7, no="other"), answer(0), answer(1, label="other")]).hex(" ", 8)
    '1500000107000000 0600000000000000 0600000001000000'
    """
    if not 0 < len(lines) <= LONGEST:
        raise ValueError(f"a filter of {len(lines)} lines; it has 1 to {LONGEST}")
    places = {line.label: place for place, line in enumerate(lines) if line.label}
    if len(places) != sum(line.label is not None for line in lines):
        raise ValueError("a label stands at two lines")

    def distance(place: int, label: str | None) -> int:
        if label is None:
            return 0
        far = places.get(label, -1) - place - 1
        if not 0 <= far <= _LONGEST_JUMP:
            raise ValueError(f"line {place} cannot jump to {label!r}")
        return far

    return b"".join(
        struct.pack("<HBBI", line.code, distance(i, line.yes), distance(i, line.no), line.value)
        for i, line in enumerate(lines)
    )
