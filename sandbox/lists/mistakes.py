"""What is wrong with an entry or with a row of a file, in parts that make a sentence or a line.

No value is told in the clear: at most its last two characters, see `masked`.
"""

import difflib
from collections.abc import Sequence

from sandbox.errors import BadInput

#: how many characters of a value a message may show
SHOWN = 2


class Mistake(BadInput):
    """One thing wrong with one column of an entry.

    >>> print(Mistake("kind", "the kind is 'fone'", "phone, device, ...", "correct it"))
    The kind is 'fone'; allowed: phone, device, ...; correct it.
    """

    def __init__(self, column: str, what: str, allowed: str, remedy: str) -> None:
        self.column, self.what, self.allowed, self.remedy = column, what, allowed, remedy
        super().__init__(f"{what[:1].upper()}{what[1:]}; allowed: {allowed}; {remedy}.")


class DuplicateEntry(Mistake):
    """The same value of the same kind stands on the same list already, as `entry_id`."""

    def __init__(self, entry_id: int, list_name: str, kind: str, value: str) -> None:
        self.entry_id = entry_id
        super().__init__(
            "value",
            f"the {kind} {masked(value)} stands on the {list_name} list already, "
            f"as entry {entry_id}",
            "one standing entry a list, kind and value",
            f"change or withdraw entry {entry_id}, or leave this one out",
        )


def masked(value: str) -> str:
    """A value as it may be shown: its last two characters, none of a value of four or fewer.

    >>> masked("13800138000"), masked("王芳")
    ('***00', '***')
    """
    return f"***{value[-SHOWN:] if len(value) > 2 * SHOWN else ''}"


def recognisable(word: str, known: Sequence[str]) -> str:
    """What may be said of a word that is none of `known`: itself if it is nearly one of them.

    A row that slipped by a column puts a name or a number where a word is expected.

    >>> recognisable("blakc", ("black", "white")), recognisable("13800138000", ("black", "white"))
    ("'blakc'", '***00')
    """
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return repr(word) if near else masked(word)
