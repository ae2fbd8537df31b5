"""One cell of a decision table: what is written there, and which numbers it hits.

The plain grammar, on columns of numbers:

    > 5   >= 5   < 5   <= 5   == 5   5   != 5        comparisons
    [1..5]   (1..5]   [1..5)   (1..5)                ranges; ( and ) leave the end out
    [1, 2, 5]   in [1, 2, 5]   not in [1, 2]         lists; not in [1..5], too
    null   != null                                   missing; there
    true   false                                     1 and 0
    > 5, 1, null                                     alternatives

A missing value is hit only where the cell says `null`. Whatever else zen-engine can read is an
expression: it is evaluated by the engine alone.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sandbox.errors import BadInput
from sandbox.rules.numbers import NUMBER, bound, read_as, written

_WORDS = {"true": "1", "false": "0"}
_OPERATOR = re.compile(rf"(>=|<=|==|!=|>|<)?\s*({NUMBER}|true|false|null)")
_RANGE = re.compile(rf"(in|not in)?\s*([\[(])\s*({NUMBER})\s*\.\.\s*({NUMBER})\s*([\])])")
_LIST = re.compile(r"(in|not in)?\s*\[([^\[\]]*)\]")
#: names in an expression: neither functions nor parts of a longer name
_NAME = re.compile(r"(?<![\w.$])[A-Za-z_]\w*(?!\w*\s*\()")
_RESERVED = frozenset({"and", "or", "not", "in", "true", "false", "null"})
_TOP_COMMA = re.compile(r",(?![^\[(]*[\])])")

#: characters of a cell
LONGEST = 300
#: closed, of floats
Span = tuple[float, float]
EVERYTHING: Span = (-math.inf, math.inf)


@dataclass(frozen=True)
class Test:
    """What a plain cell hits: floats within any of `spans`, and missing values or not."""

    spans: tuple[Span, ...]
    missing: bool
    #: the same as zen-engine and GoRules' editor read it
    engine: str

    def hits(self, value: float) -> bool:
        """Whether one value is hit; NaN is missing."""
        if math.isnan(value):
            return self.missing
        return any(low <= value <= high for low, high in self.spans)


@dataclass(frozen=True)
class Cell:
    """A condition on one column, or an expression around it.

    >>> Cell.of("device_age_days", "< 30").test.hits(29.0)
    True
    >>> Cell.of("device_age_days", "< ")
    Traceback (most recent call last):
    sandbox.errors.BadInput: device_age_days: '<' cannot be read (Expected a literal at (1, 1)); ...
    """

    field: str
    #: as zen-engine reads it
    engine: str
    #: None: an expression
    test: Test | None
    #: columns that an expression reads besides its own
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, field: str, text: str) -> "Cell":
        """Read a cell; BadInput with the column and what is written there."""
        told = " ".join(text.split())
        if len(told) > LONGEST or not told.isprintable():
            raise BadInput(f"{field}: a cell has at most {LONGEST} characters that can be printed.")
        try:
            test = _plain(told)
        except BadInput as mistake:
            raise BadInput(f"{field}: {mistake}") from mistake
        if test is not None:
            return cls(field, test.engine, test)
        _check_expression(field, told)
        names = dict.fromkeys(_NAME.findall(told))
        others = tuple(n for n in names if n not in _RESERVED and n != field)
        return cls(field, told, None, others)

    @property
    def hits_missing(self) -> bool:
        """Whether a missing value can be hit; an expression has to name `null` for that."""
        return self.test.missing if self.test else re.search(r"\bnull\b", self.engine) is not None


def _plain(text: str) -> Test | None:
    """The test, or None where the text is outside the plain grammar."""
    spans: list[Span] = []
    engine: list[str] = []
    missing = False
    for piece in _TOP_COMMA.split(text):
        read = _alternative(piece.strip())
        if read is None:
            return None
        more, is_missing, words = read
        spans += more
        missing |= is_missing
        engine += words
    if not missing and not spans:
        raise BadInput(f"{text!r} can hit nothing; write a range from low to high, or a number.")
    # null first: the engine gives up on a missing value at the first comparison
    order = [*(["null"] if missing else []), *engine]
    return Test(_merged(spans), missing, ", ".join(dict.fromkeys(order)))


def _alternative(text: str) -> tuple[list[Span], bool, list[str]] | None:
    """Spans, whether missing values are hit, and the engine's words; None if not plain."""
    if match := _OPERATOR.fullmatch(text):
        return _compared(match[1] or "==", _WORDS.get(match[2], match[2]))
    if match := _RANGE.fullmatch(text):
        return _ranged(match)
    if match := _LIST.fullmatch(text):
        return _listed(match[1] == "not in", [w.strip() for w in match[2].split(",")])
    return None


def _compared(operator: str, word: str) -> tuple[list[Span], bool, list[str]] | None:
    if word == "null":
        match operator:
            case "==":
                return [], True, []
            case "!=":
                return [EVERYTHING], False, ["!= null"]
        raise BadInput(f"'{operator} null' compares with nothing; write null or != null.")
    number = bound(word)
    low, high = read_as(number)
    under, over = (-math.inf, _before(low)), (_after(high), math.inf)
    said = written(number)
    match operator:
        case "<":
            return [under], False, [f"< {said}"]
        case "<=":
            return [(-math.inf, high)], False, [f"<= {said}"]
        case ">":
            return [over], False, [f"> {said}"]
        case ">=":
            return [(low, math.inf)], False, [f">= {said}"]
        case "!=":
            # to the engine a missing value is != 5; compared with < and > it is not
            return [under, over], False, [f"< {said}", f"> {said}"]
        case _:
            return [(low, high)], False, [said]


def _ranged(match: re.Match[str]) -> tuple[list[Span], bool, list[str]]:
    first, last = bound(match[3]), bound(match[4])
    opens, closes = match[2], match[5]
    if first > last or (first == last and (opens, closes) != ("[", "]")):
        raise BadInput(f"{match[0]!r} holds no number; write a range from low to high.")
    low = read_as(first)[0] if opens == "[" else _after(read_as(first)[1])
    high = read_as(last)[1] if closes == "]" else _before(read_as(last)[0])
    said = f"{opens}{written(first)}..{written(last)}{closes}"
    if match[1] == "not in":
        outside = [(-math.inf, _before(low)), (_after(high), math.inf)]
        return outside, False, [f"not in {said}"]
    return [(low, high)], False, [said]


def _listed(is_not: bool, words: Sequence[str]) -> tuple[list[Span], bool, list[str]] | None:
    """`[1, 2, null]`: alternatives; `not in [1, 2]`: what lies below, between and above."""
    items = [_WORDS.get(word, word) for word in words]
    if items == [""]:
        raise BadInput("an empty list holds no number; write the numbers as in [1, 2].")
    if any(word != "null" and not re.fullmatch(NUMBER, word) for word in items):
        return None
    numbers = sorted({bound(word) for word in items if word != "null"})
    if not is_not:
        spans = [read_as(number) for number in numbers]
        return spans, "null" in items, [written(number) for number in numbers]
    if not numbers:
        return [EVERYTHING], False, ["!= null"]
    said = [written(number) for number in numbers]
    edges = [-math.inf, *(edge for n in numbers for edge in read_as(n)), math.inf]
    spans = [
        (low if math.isinf(low) else _after(low), high if math.isinf(high) else _before(high))
        for low, high in zip(edges[::2], edges[1::2], strict=True)
    ]
    between = [f"({a}..{b})" for a, b in pairwise(said)]
    return spans, False, [f"< {said[0]}", *between, f"> {said[-1]}"]


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The same floats in as few spans as can be, in order."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= _after(merged[-1][1]):
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _before(number: float) -> float:
    return math.nextafter(number, -math.inf)


def _after(number: float) -> float:
    return math.nextafter(number, math.inf)


def _check_expression(field: str, text: str) -> None:
    """BadInput for what the engine cannot read: it would take such a cell as never hit."""
    advice = "write it as in > 5, [1..5), not in [1, 2] or null; an empty cell hits everything"
    if text == "-":
        raise BadInput(f"{field}: the cell is '-'; leave it empty to hit everything.")
    if re.search(r"[\"'`]", text):
        raise BadInput(f"{field}: {text!r} compares with text, but columns are numbers; {advice}.")
    if text[0] == "]" or re.search(r"\.\.[^,\])]*\[", text):
        raise BadInput(f"{field}: {text!r} is no range; leave an end out as in (1..5).")
    import zen

    try:
        zen.compile_unary_expression(text)
    except RuntimeError as error:
        found = re.search(r'"source":"([^"]*)"', str(error))
        why = found[1] if found else "no expression"
        raise BadInput(f"{field}: {text!r} cannot be read ({why}); {advice}.") from None
