"""What lists decide when several entries hit at once, and when they contradict each other.

Every black and grey hit asks for an outcome, by what it was hit through:

    through                                black      grey
    the person: id_number, customer        decline    review
    a thing: device, account, merchant     decline    review
    shared: phone, address, name           review     pass-through
    nearly: a similar name or address      review     pass-through

A white entry answers a hit, which lowers what that hit asks for by one step (decline to review,
review to pass-through). A white person answers every hit; a white entry of another kind answers
hits on the same identifier only: a white shop terminal says nothing about the account. A white
entry that is only nearly hit answers nothing, and two white entries lower no further than one.

The worst of what is then asked for is the outcome. Nothing that is on the black list through the
person or a thing therefore ever passes: contradictory black and white are seen by a person. The
order of hits has no say. `pass-through` means that the lists leave it to rules and model.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.errors import BadInput
from sandbox.lists.entries import KINDS, LISTS
from sandbox.lists.matching import ListHit

#: from the mildest to the worst
OUTCOMES = ("pass-through", "review", "decline")
PERSON = frozenset({"id_number", "customer"})
THING = frozenset({"device", "account", "merchant"})
_PASS, _REVIEW, _DECLINE = range(len(OUTCOMES))


@dataclass(frozen=True)
class Settled:
    """What the lists decide on one application."""

    #: one of `OUTCOMES`
    outcome: str
    #: one sentence, with lists, kinds and numbers of entries, without values
    reason: str
    #: the hit that decided, None without black and grey hits
    decisive: ListHit | None
    #: the white hit that answered it, None where none did
    answer: ListHit | None


def settled(hits: Iterable[ListHit]) -> Settled:
    """One outcome from all hits of one application; BadInput for a hit on an unknown list.

    >>> black = ListHit("black", "device", "d1", 1.0, 7, "confirmed fraud")
    >>> white = ListHit("white", "id_number", "x", 1.0, 9, "staff")
    >>> settled([white, black]).outcome, settled([black]).outcome, settled([white]).outcome
    ('review', 'decline', 'pass-through')
    >>> settled([white, black]).reason
    'Review: device on the black list (entry 7: confirmed fraud), answered by id_number on the \
white list (entry 9: staff).'
    """
    every = sorted(set(hits), key=_order)
    for hit in every:
        if hit.list not in LISTS or hit.kind not in KINDS:
            raise BadInput(
                f"A hit is on list {hit.list!r} by kind {hit.kind!r}; the lists are "
                f"{', '.join(LISTS)} and the kinds {', '.join(KINDS)}."
            )
    white = [hit for hit in every if hit.list == "white" and hit.similarity == 1.0]
    asked = []
    for hit in every:
        if hit.list != "white":
            answer = next((w for w in white if _answers(w, hit)), None)
            step = _asks(hit) - (answer is not None)
            asked.append((max(step, _PASS), hit, answer))
    if not asked:
        return Settled(OUTCOMES[_PASS], _of_white(white), None, white[0] if white else None)
    # The first of the worst, in the order of `_order`.
    step, hit, answer = max(asked, key=lambda each: each[0])
    answered = f", answered by {_told(answer)}" if answer else ""
    reason = f"{OUTCOMES[step].capitalize()}: {_told(hit)}{answered}."
    return Settled(OUTCOMES[step], reason, hit, answer)


def _asks(hit: ListHit) -> int:
    """The outcome a black or grey hit asks for, were it alone."""
    direct = hit.similarity == 1.0 and hit.kind in PERSON | THING
    if hit.list == "black":
        return _DECLINE if direct else _REVIEW
    return _REVIEW if direct else _PASS


def _answers(white: ListHit, hit: ListHit) -> bool:
    return white.kind in PERSON or (white.kind, white.value) == (hit.kind, hit.value)


def _order(hit: ListHit) -> tuple[bool, bool, bool, float, str, str, int, str, str]:
    """Black before grey before white, the person before things before what is shared."""
    rank = (hit.list == "grey", hit.kind not in PERSON, hit.kind not in PERSON | THING)
    return *rank, -hit.similarity, hit.list, hit.kind, hit.entry_id, hit.value, hit.reason


def _of_white(white: list[ListHit]) -> str:
    if not white:
        return "Pass-through: no entry decides."
    return f"Pass-through: {_told(white[0])}, and nothing against."


def _told(hit: ListHit) -> str:
    near = "" if hit.similarity == 1.0 else f" (similarity {hit.similarity:.2f})"
    return f"{hit.kind}{near} on the {hit.list} list (entry {hit.entry_id}: {hit.reason})"
