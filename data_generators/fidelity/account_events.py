"""When events happen on bank accounts, and how round cash is.

Events are all that is posted on a customer's account, in and out: salary, card payments, bills,
cash, transfers, loans; as in the Czech bank's data (PKDD'99), which has card payments, cash,
transfers and standing orders of an account too. Times are cut to whole days, as they are there.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.streams import Floats, Ints

Flags = NDArray[np.bool_]
#: RMB to whose multiples people round cash
ROUND_TO = 100.0


def gaps(account: Ints, day: Ints) -> Ints:
    """Days between events that follow one another on an account, in any order of accounts.

    >>> gaps(np.array([1, 2, 1, 1]), np.array([0, 5, 3, 3])).tolist()
    [3, 0]
    """
    order = np.lexsort((day, account))
    between = np.diff(day[order])
    same: Ints = between[np.diff(account[order]) == 0]
    return same


def same_day(account: Ints, day: Ints) -> float:
    """Share of events on the same day as the one before; NaN without two on an account.

    >>> same_day(np.array([1, 1, 1]), np.array([0, 3, 3]))
    0.5
    """
    between = gaps(account, day)
    return float((between == 0).mean()) if len(between) else float("nan")


def gap_cv(account: Ints, day: Ints) -> float:
    """Standard deviation of the days between events over their mean; NaN without any.

    >>> gap_cv(np.array([1, 1, 1]), np.array([0, 3, 6]))
    0.0
    """
    between = gaps(account, day)
    return float(between.std() / between.mean()) if between.any() else float("nan")


def month_end(day: Ints, start: str) -> float:
    """Share of events on the 30th or 31st of a month, for days since `start`.

    >>> month_end(np.array([0, 29, 30, 31]), "2025-01-01")
    0.5
    """
    dates = np.datetime64(start, "D") + day
    of_month = (dates - dates.astype("datetime64[M]")).astype(int) + 1
    return float((of_month >= 30).mean()) if len(day) else float("nan")


def round_cash(amount: Floats) -> float:
    """Share of amounts (RMB) that are multiples of `ROUND_TO`.

    >>> round_cash(np.array([300.0, 250.0]))
    0.5
    """
    cents = np.rint(100.0 * amount)
    return float((cents % (100.0 * ROUND_TO) == 0).mean()) if len(amount) else float("nan")
