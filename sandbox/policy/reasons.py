"""Why a limit is what it is: one reason, and every cap that stood against more."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Positions = NDArray[np.intp]
Words = NDArray[np.object_]

#: reasons where no cap had a part
BEST, NOTHING_PAYS = "expected profit", "no limit pays"


def reasons(
    chosen: Positions,
    room: Mapping[str, Positions],
    against: Mapping[str, Flags],
    budgets: Sequence[str],
) -> tuple[Words, Words]:
    """`reason` and `caps` of n decisions.

    `room` holds, by cap, the largest option it leaves; `against` which caps and budgets stood
    against the option that profit alone would choose. The reason is a budget where one moved the
    customer, since that came last; else the tightest cap; else a cap on price; else profit.

    >>> at, no = np.array([1, 2]), np.array([False, False])
    >>> reasons(at, {"law": at}, {"law": np.array([True, False])}, [])[0].tolist()
    ['law', 'expected profit']
    """
    names = list(against)
    reason = np.where(chosen > 0, 0, 1)
    labels = np.array([BEST, NOTHING_PAYS, *names], dtype=object)
    place = {name: i + 2 for i, name in enumerate(names)}
    for name in names:
        if name not in room and name not in budgets:
            reason = np.where(against[name], place[name], reason)
    tightest = np.full(len(chosen), np.iinfo(np.intp).max)
    for name, most in room.items():
        tighter = against[name] & (most < tightest)
        reason = np.where(tighter, place[name], reason)
        tightest = np.where(tighter, most, tightest)
    # backwards, so that the first budget that moved a customer has the last word
    for name in reversed(budgets):
        reason = np.where(against[name], place[name], reason)
    return labels[reason], _joined(against, len(chosen))


def _joined(against: Mapping[str, Flags], n: int) -> Words:
    """Names of all that stood against a customer, joined; as few strings as combinations."""
    code = np.zeros(n, dtype=np.int64)
    for i, flags in enumerate(against.values()):
        code |= flags.astype(np.int64) << i
    which, codes = pd.factorize(code)
    names = list(against)
    words = ["; ".join(name for i, name in enumerate(names) if c >> i & 1) for c in codes.tolist()]
    return np.array(words, dtype=object)[which] if n else np.zeros(0, dtype=object)
