"""The grounds on which identifiers are promoted: from when, until when, and by which rule."""

from dataclasses import dataclass, replace

import numpy as np

from sandbox.errors import BadInput
from sandbox.lists.course import Course
from sandbox.lists.entries import LISTS
from sandbox.lists.keyed import ranges
from sandbox.lists.ties import TIES, Flags, Floats, Ints, Known, Observed, Ties

_BLACK, _GREY, _WHITE = (LISTS.index(name) for name in ("black", "grey", "white"))
#: the rules and what they say
RULES = {
    "confirmed": "used by a customer whose fraud is confirmed",
    "suspected": "used by a customer whom an analyst takes for a fraud",
    "neighbour": "used by a customer who shares two ties with a confirmed fraud",
    "hub": "shared by many customers who are honest so far",
}
_CONFIRMED, _SUSPECTED, _NEIGHBOUR, _HUB = range(len(RULES))


@dataclass(frozen=True)
class Promotion:
    """The rules of promotion; times in days, all limits assumed and to be set by the bank."""

    #: how long an entry stands after its latest ground
    black_days: float = 365.0
    grey_days: float = 90.0
    white_days: float = 180.0
    #: approved this long without a label or a verdict of fraud, a customer is honest so far
    seasoned_days: float = 120.0
    #: honest customers known on an identifier above which it is neither black nor grey, by `TIES`
    honest_at_most: tuple[int, int, int, int] = (2, 1, 2, 1)
    #: customers of a node, the first, whom it ties to one another
    tied: int = 12
    #: honest customers known on a device or an address from which it is a legitimate hub
    hub_honest: int = 8
    #: honest customers there must be on a hub for each confirmed fraud
    hub_honest_per_fraud: int = 20

    def __post_init__(self) -> None:
        for name in ("black_days", "grey_days", "white_days", "seasoned_days"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise BadInput(
                    f"{name} is {getattr(self, name)}; it is more than 0 days and finite."
                )
        for name, least in (("tied", 2), ("hub_honest", 2), ("hub_honest_per_fraud", 1)):
            if getattr(self, name) < least:
                raise BadInput(f"{name} is {getattr(self, name)}; it is {least} or more.")
        most = self.honest_at_most
        if len(most) != len(TIES) or min(most) < 0 or max(most) >= self.hub_honest:
            raise BadInput(
                f"honest_at_most is {most}; it has one limit for each of {', '.join(TIES)}, from 0 "
                f"to below hub_honest, {self.hub_honest}."
            )


@dataclass(frozen=True)
class Grounds:
    """One ground a row; it is in force from `start` until just before `end`."""

    #: positions in `LISTS`, `RULES`; number of the node; whose, as position in `Known.ids`
    list_code: Ints
    rule: Ints
    node: Ints
    customer: Ints
    #: days: from, until by the rule, and when it was withdrawn (infinity: never)
    start: Floats
    until: Floats
    gone: Floats

    @property
    def end(self) -> Floats:
        """Until when it is in force, days."""
        return np.minimum(self.until, self.gone)


def grounds_of(observed: Observed, rules: Promotion) -> tuple[Known, Ties, Grounds]:
    """All grounds that there ever are; each depends on what was known by its start alone.

    When one is withdrawn (`gone`) is known by then, and not before.
    """
    known = Known.of(observed, rules.seasoned_days)
    ties = Ties.of(observed.links, known, rules.hub_honest)
    course = Course.of(known, ties)
    limit = np.asarray(rules.honest_at_most)[ties.kind]
    shared = course.honest > limit[course.node]
    of_frauds = [
        _by_fraud(known.confirmed, ties, (_BLACK, _CONFIRMED), rules.black_days),
        _by_fraud(known.suspected, ties, (_GREY, _SUSPECTED), rules.grey_days),
        _by_neighbours(known, ties, rules),
    ]
    parts = [_while_not(each, course, shared) for each in of_frauds]
    parts.append(_of_hubs(known, ties, course, rules))
    columns = [
        np.concatenate([getattr(part, name) for part in parts])
        for name in Grounds.__dataclass_fields__
    ]
    return known, ties, Grounds(*columns)


def _made(
    what: tuple[int, int], node: Ints, customer: Ints, start: Floats, days: float, gone: Floats
) -> Grounds:
    rows = len(node)
    list_code, rule = (np.full(rows, code) for code in what)
    return Grounds(list_code, rule, node, customer, start, start + days, gone)


def _some(grounds: Grounds, rows: Flags) -> Grounds:
    return Grounds(*(getattr(grounds, name)[rows] for name in Grounds.__dataclass_fields__))


def _while_not(grounds: Grounds, course: Course, flag: Flags) -> Grounds:
    """Without the grounds that begin while a node is flagged; the others end when it becomes so."""
    kept = _some(grounds, ~course.at(grounds.node, grounds.start, flag))
    gone = np.minimum(kept.gone, course.next(kept.node, kept.start, flag))
    return replace(kept, gone=gone)


def _by_fraud(since: Floats, ties: Ties, what: tuple[int, int], days: float) -> Grounds:
    """What customers were known to use of whom something is known since a time."""
    mine = np.flatnonzero(np.isfinite(since[ties.customer]))
    who, node = ties.customer[mine], ties.node[mine]
    start = np.maximum(since[who], ties.known[mine])
    return _made(what, node, who, start, days, np.full(len(mine), np.inf))


def _by_neighbours(known: Known, ties: Ties, rules: Promotion) -> Grounds:
    """Devices, phones and accounts of those who share two kinds of tie with a confirmed fraud."""
    near, since = _neighbours(known, ties, rules.tied)
    things = np.flatnonzero(ties.kind[ties.node] != TIES.index("address"))
    order = things[np.argsort(ties.customer[things], kind="stable")]
    mine = ties.customer[order]
    low, high = (np.searchsorted(mine, near, side=side) for side in ("left", "right"))
    row, position = ranges(low, high)
    place = order[position]
    start = np.maximum(since[row], ties.known[place])
    gone = known.cleared[near[row]]
    what = (_GREY, _NEIGHBOUR)
    made = _made(what, ties.node[place], near[row], start, rules.grey_days, gone)
    return _some(made, made.gone > made.start)


def _neighbours(known: Known, ties: Ties, tied: int) -> tuple[Ints, Floats]:
    """Neighbours by two kinds of tie of each confirmed fraud, and since when that is known."""
    tying = np.flatnonzero(ties.turn < tied)
    fraud = tying[np.isfinite(known.confirmed[ties.customer[tying]])]
    nodes = ties.node[tying]
    low, high = (np.searchsorted(nodes, ties.node[fraud], side=side) for side in ("left", "right"))
    row, position = ranges(low, high)
    row, place = fraud[row], tying[position]
    strangers = ties.customer[place] != ties.customer[row]
    row, place = row[strangers], place[strangers]
    one, other = ties.customer[row], ties.customer[place]
    since = np.maximum(ties.known[row], ties.known[place])
    kind = ties.kind[ties.node[row]]
    # By pair and kind the first tie; of these the second kind's time.
    order = np.lexsort((since, kind, other, one))
    new = np.ones(len(order), dtype=bool)
    keys = np.stack([one, other, kind])[:, order]
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    first = order[new]
    first = first[np.lexsort((since[first], other[first], one[first]))]
    begins = np.ones(len(first), dtype=bool)
    begins[1:] = (one[first][1:] != one[first][:-1]) | (other[first][1:] != other[first][:-1])
    second = np.flatnonzero(begins[:-1] & ~begins[1:]) + 1 if len(first) else first
    pair = first[second]
    return other[pair], np.maximum(since[pair], known.confirmed[one[pair]])


def _of_hubs(known: Known, ties: Ties, course: Course, rules: Promotion) -> Grounds:
    """Devices and addresses with many honest customers: each that is known there is a ground."""
    hub = course.honest >= rules.hub_honest
    bad = course.frauds * rules.hub_honest_per_fraud > course.honest
    of_kind = np.isin(ties.kind[ties.node], [TIES.index("device"), TIES.index("address")])
    start = np.maximum(known.honest[ties.customer], ties.known)
    mine = np.flatnonzero(of_kind & (start < known.doubted[ties.customer]) & np.isfinite(start))
    node, who, start = ties.node[mine], ties.customer[mine], start[mine]
    made = _made((_WHITE, _HUB), node, who, start, rules.white_days, np.full(len(mine), np.inf))
    return _while_not(_some(made, course.at(node, start, hub)), course, bad)
