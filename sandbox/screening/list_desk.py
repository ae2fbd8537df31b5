"""The lists as the service holds them: a matcher, and the change of the store that it knows."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from sandbox.lists.clock import world_time
from sandbox.lists.entries import LISTS
from sandbox.lists.matching import ListHit, Matcher
from sandbox.lists.precedence import Settled, settled
from sandbox.screening.verdict import Application

if TYPE_CHECKING:
    from sandbox.lists.store import ListStore

#: columns that a matcher needs of the store
_NEEDED = ("entry_id", "list", "kind", "value", "reason", "valid_from", "valid_until")
#: kinds of identifier that the columns `list_black`, `list_grey` and `list_white` count
COUNTED = ("device", "phone", "address", "account")


class ListDesk:
    """Matches applications against the lists as they were after the change `known`."""

    def __init__(self, matcher: Matcher, known: int) -> None:
        self.matcher, self.known = matcher, known

    @classmethod
    def of(cls, store: "ListStore", when: datetime | None = None, known: int | None = None) -> Self:
        """The lists in force at `when` (now), or as they were known after the change `known`."""
        change = store.last_change() if known is None else known
        return cls(Matcher.of(store.as_of(when, known=change, columns=_NEEDED)), change)

    @classmethod
    def empty(cls) -> Self:
        """No lists at all."""
        return cls(Matcher.of([]), 0)

    def match(self, application: Application) -> tuple[ListHit, ...]:
        """What the application's identifiers hit at its time."""
        return self.matcher.match(application.identifiers, world_time(application.time))

    def settled(self, hits: Iterable[ListHit]) -> Settled:
        """What the lists decide, by the documented precedence."""
        return settled(hits)


def list_columns(hits: Iterable[ListHit]) -> dict[str, float]:
    """`list_black`, `list_grey`, `list_white`: how many identifiers stand on each list.

    Exact hits on devices, phones, addresses and accounts, each identifier once, as
    `sandbox.lists.hits.list_hits_as_of` counts them.

    >>> list_columns([ListHit("grey", "device", "9", 1.0, 7, ""),
    ...               ListHit("grey", "device", "9", 1.0, 8, "")])["list_grey"]
    1.0
    """
    stands = {(h.list, h.kind, h.value) for h in hits if h.similarity == 1.0 and h.kind in COUNTED}
    return {f"list_{name}": float(sum(each[0] == name for each in stands)) for name in LISTS}
