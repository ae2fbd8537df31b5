"""Waking time: days in which the hours that people keep all weigh the same.

Money that waits for hours is passed on when people are up. Adding the wait in waking time does
that, keeps the order of events, and leaves events in the hours in which everybody moves money.
"""

import numpy as np

from data_generators.fund_flows.times import HOURS
from data_generators.streams import Floats

_HOURS = np.arange(25.0)
_PASSED = np.concatenate([[0.0], np.cumsum(HOURS) / np.sum(HOURS)])


def waking(day: Floats) -> Floats:
    """Waking time, days, at a time in calendar days.

    >>> bool(waking(np.array([3.25]))[0] < 3.1)  # at six in the morning little is over
    True
    """
    whole = np.floor(day)
    passed: Floats = whole + np.interp(24.0 * (day - whole), _HOURS, _PASSED)
    return passed


def calendar(time: Floats) -> Floats:
    """Calendar days at a waking time: the inverse of `waking`.

    >>> float(calendar(waking(np.array([3.25]))).round(6)[0])
    3.25
    """
    whole = np.floor(time)
    days: Floats = whole + np.interp(time - whole, _PASSED, _HOURS) / 24.0
    return days


def later(
    day: Floats, wait: Floats, by_night: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> Floats:
    """A time `wait` days after `day`: in waking time, or by the clock where `by_night`."""
    return np.where(by_night, day + wait, calendar(waking(day) + wait))
