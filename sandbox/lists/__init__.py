"""Dynamic lists: black, grey and white entries with their whole history.

What the store keeps is personal: values stand in it as they were given, beside their normalised
form, because an audit has to see what was reported. Protect its file or its database as the bank's
own; messages, reports and logs show at most the last two characters of a value.

Names are imported when they are first asked for, so that `import sandbox.lists` stays light.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.lists.entries import Entry, NewEntry
    from sandbox.lists.exporting import export_csv
    from sandbox.lists.hits import list_hits_as_of
    from sandbox.lists.importing import import_csv
    from sandbox.lists.matching import ListHit, Matcher
    from sandbox.lists.mistakes import DuplicateEntry
    from sandbox.lists.precedence import Settled, settled
    from sandbox.lists.promotion import Promotion, promote, synchronise
    from sandbox.lists.store import ListStore

_HOMES = {
    "DuplicateEntry": "mistakes",
    "Entry": "entries",
    "ListHit": "matching",
    "ListStore": "store",
    "Matcher": "matching",
    "NewEntry": "entries",
    "Promotion": "promotion",
    "Settled": "precedence",
    "export_csv": "exporting",
    "import_csv": "importing",
    "list_hits_as_of": "hits",
    "promote": "promotion",
    "settled": "precedence",
    "synchronise": "promotion",
}

__all__ = [
    "DuplicateEntry",
    "Entry",
    "ListHit",
    "ListStore",
    "Matcher",
    "NewEntry",
    "Promotion",
    "Settled",
    "export_csv",
    "import_csv",
    "list_hits_as_of",
    "promote",
    "settled",
    "synchronise",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"sandbox.lists has no {name!r}; it has {', '.join(_HOMES)}.")
    return getattr(importlib.import_module(f"sandbox.lists.{_HOMES[name]}"), name)
