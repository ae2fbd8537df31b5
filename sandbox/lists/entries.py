"""What stands on a list: an entry as it is given, and as the store keeps it."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.lists.clock import microseconds
from sandbox.lists.mistakes import Mistake, masked, recognisable
from sandbox.lists.normalise import RULES, normalise

LISTS = ("black", "grey", "white")
#: kinds of identifier, each with its form in `sandbox.lists.normalise`
KINDS = tuple(RULES)
#: the longest text of each column, characters
LONGEST = {"value": 500, "reason": 500, "source": 200, "evidence": 20_000}


@dataclass(frozen=True)
class NewEntry:
    """An entry to add; `Mistake` (a BadInput) for what no entry can be.

    >>> NewEntry("black", "phone", "138 0013 8000", "confirmed fraud").normal
    '+8613800138000'
    >>> NewEntry("blakc", "phone", "13800138000", "confirmed fraud")
    Traceback (most recent call last):
        ...
    sandbox.lists.mistakes.Mistake: The list is 'blakc'; allowed: black, grey, white; correct it.
    """

    #: black, grey or white
    list: str
    #: kind of identifier, one of KINDS
    kind: str
    #: the identifier as given; personal
    value: str = field(repr=False)
    #: why it is on the list
    reason: str
    #: who reported it: a bureau, a department, a rule
    source: str = ""
    #: in force from here on; None: from when it is added
    valid_from: datetime | None = None
    #: in force until just before; None: open
    valid_until: datetime | None = None
    #: JSON, an address or words that prove it
    evidence: str = ""
    #: the identifier in its one form
    normal: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        texts = {"reason": self.reason, "source": self.source, "evidence": self.evidence}
        wrong = [
            *word_mistakes("list", self.list, LISTS),
            *word_mistakes("kind", self.kind, KINDS),
            *text_mistakes("value", self.value),
            *(m for column, text in texts.items() for m in text_mistakes(column, text)),
            *validity_mistakes(_count(self.valid_from), _count(self.valid_until)),
        ]
        if wrong:
            raise wrong[0]
        object.__setattr__(self, "normal", normalise(self.kind, self.value))


@dataclass(frozen=True)
class Entry:
    """An entry as the store has it; times are in UTC."""

    #: number of the entry, from 1 up, never used again
    entry_id: int
    list: str
    kind: str
    #: the identifier in its one form; personal
    value: str = field(repr=False)
    #: the identifier as it was given; personal
    given: str = field(repr=False)
    reason: str
    source: str
    valid_from: datetime
    valid_until: datetime | None
    evidence: str
    added_by: str
    added_at: datetime


#: the columns of tables of entries
COLUMNS = tuple(Entry.__dataclass_fields__)


def word_mistakes(column: str, word: str, known: tuple[str, ...]) -> tuple[Mistake, ...]:
    """What is wrong with a word that has to be one of `known`; nothing when it is."""
    if word in known:
        return ()
    what = f"the {column} is {recognisable(word, known)}" if word else f"the {column} is empty"
    return (Mistake(column, what, ", ".join(known), "correct it"),)


def text_mistakes(column: str, text: str) -> tuple[Mistake, ...]:
    """What is wrong with a text: empty where one is needed, too long, zero bytes."""
    longest = LONGEST[column]
    if len(text) > longest:
        what = f"the {column} has {len(text):,} characters"
        return (Mistake(column, what, f"up to {longest:,}", "shorten it"),)
    if "\0" in text:
        what = f"the {column} holds a zero character"
        return (Mistake(column, what, "text", "take it out"),)
    if column in ("value", "reason") and not text.strip():
        return (Mistake(column, f"the {column} is empty", "at least one character", "give it"),)
    return ()


def validity_mistakes(start: int | None, end: int | None) -> tuple[Mistake, ...]:
    """What is wrong with a validity, in microseconds: it ends before it begins."""
    if start is None or end is None or start < end:
        return ()
    what = "the end (valid_until) is not after the beginning (valid_from)"
    return (Mistake("valid_until", what, "an end after the beginning", "correct one of them"),)


def expired_mistake(what: str = "the end (valid_until) has passed") -> Mistake:
    """An entry that would never be in force."""
    remedy = "correct it, or leave the entry out: it would never be in force"
    return Mistake("valid_until", what, "a time to come, or nothing", remedy)


def described(entry: Entry) -> str:
    """An entry in words that may be shown.

    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> described(Entry(7, "black", "phone", "+8613800138000", "", "", "", at, None, "", "", at))
    'entry 7 (black, phone ***00)'
    """
    return f"entry {entry.entry_id} ({entry.list}, {entry.kind} {masked(entry.value)})"


def _count(when: datetime | None) -> int | None:
    return None if when is None else microseconds(when)
