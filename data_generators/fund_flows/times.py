"""When people move money: hours of the day, paydays, working days, the end of the month."""

import numpy as np

from data_generators.streams import Floats

#: account events by hour of the day, 0 to 23, relative (assumed: awake from 7, lunch, evening)
HOURS = (3, 1, 1, 1, 1, 2, 6, 14, 30, 46, 52, 54, 60, 50, 46, 46, 48, 54, 60, 62, 56, 44, 26, 10)
_EDGES = np.concatenate([[0.0], np.cumsum(HOURS) / np.sum(HOURS)])


def hour_of(uniform: Floats) -> Floats:
    """Hours of the day, 0 to 24, as people keep them.

    >>> bool(11 < hour_of(np.array([0.5]))[0] < 17)
    True
    """
    hours: Floats = np.interp(uniform, _EDGES, np.arange(25.0))
    return hours
