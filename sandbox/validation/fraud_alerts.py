"""A budget of alerts a day: whom analysts get to, and how many that is."""

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, probabilities, same_length

Flags = npt.NDArray[np.bool_]


def alerts_by_capacity(
    score: npt.ArrayLike, day: npt.ArrayLike, capacity: int, customer: npt.ArrayLike
) -> Flags:
    """The `capacity` highest scores of each day, n flags: a queue that is worked off at its end.

    Ties across the last place are broken by a lot that hangs on `customer` alone, so the order
    of rows does not matter.
    """
    s, when = probabilities("score", score), finite("day", day)
    who = np.asarray(customer)
    same_length(score=s, day=when)
    if who.shape != s.shape:
        raise BadInput(f"customer has {len(who)} and score has {len(s)} rows; give one a row.")
    return top_of_day(s, when, capacity, lots(who))


def top_of_day(value: Vector, day: Vector, capacity: int, lot: npt.NDArray[np.uint64]) -> Flags:
    """Flags of the `capacity` highest values of each day; equal ones by the lower lot."""
    check_capacity(capacity)
    whole = np.floor(day)
    order = ranked_in_days(value, whole, lot)
    chosen = np.zeros(len(value), dtype=bool)
    chosen[order[place_in_day(whole[order]) < capacity]] = True
    return chosen


def ranked_in_days(
    value: Vector, whole: Vector, lot: npt.NDArray[np.uint64]
) -> npt.NDArray[np.intp]:
    """Rows by day, from the highest value, equal ones by lot: a fast `lexsort` of the three."""
    order = np.argsort(-value)
    ranked = value[order]
    if (ranked[1:] == ranked[:-1]).any():
        order = np.lexsort((lot, -value))
    day = whole - whole.min(initial=np.inf)
    # numpy sorts 16-bit numbers by radix: several times faster than anything wider.
    narrow = day.astype(np.int16 if day.max(initial=0.0) < 2**15 else np.int64)
    rows: npt.NDArray[np.intp] = order[np.argsort(narrow[order], kind="stable")]
    return rows


def place_in_day(whole: Vector) -> npt.NDArray[np.intp]:
    """Place from 0 of each row within its day; the days are sorted."""
    first = np.flatnonzero(np.diff(whole, prepend=np.nan) != 0)
    size = np.diff(np.append(first, len(whole)))
    place: npt.NDArray[np.intp] = np.arange(len(whole)) - np.repeat(first, size)
    return place


def lots(customer: npt.NDArray[np.generic]) -> npt.NDArray[np.uint64]:
    """A number for each customer that says nothing of it: the finaliser of SplitMix64.

    Steele, Lea and Flood (2014), OOPSLA, Fast splittable pseudorandom number generators. Ids
    that are no whole numbers are numbered in sorted order first.
    """
    whole = customer.dtype.kind in "iu"
    codes = customer if whole else np.unique(customer, return_inverse=True)[1]
    mixed = codes.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def capacity_of_share(day: npt.ArrayLike, share: float = 0.02) -> int:
    """The alerts a day that are this share (0 to 1) of applications a day; at least 1.

    >>> capacity_of_share([0.1, 0.2, 0.3, 0.4], share=0.5)
    2
    """
    when = finite("day", day)
    if not 0 < share <= 1:
        raise BadInput(f"share={share:g} of applications; give more than 0, at most 1.")
    if not len(when):
        raise BadInput("There are no applications to take a share of; give at least one.")
    days = float(np.floor(when.max()) - np.floor(when.min()) + 1)
    return max(1, round(share * len(when) / days))


def check_capacity(capacity: int) -> None:
    """BadInput unless it is a whole number of alerts a day, at least 1."""
    is_whole = isinstance(capacity, int | np.integer) and not isinstance(capacity, bool)
    if not is_whole or capacity < 1:
        raise BadInput(f"capacity={capacity} alerts a day; give a whole number, at least 1.")
