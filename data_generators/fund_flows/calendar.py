"""The calendar of fund flows: where months begin, which days are paydays, when people spend."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from data_generators.fund_flows.times import HOURS
from data_generators.streams import Floats, Ints

#: moments of a day: 1.3 seconds each, whole parts of a day in binary
TICKS = 65_536
#: paydays by code: the day of the month, 0 for the last one
PAYDAYS = (5, 10, 15, 25, 0)
#: share of employers with each (assumed)
PAYDAY_SHARES = (0.15, 0.30, 0.25, 0.15, 0.15)
#: how much busier than others Saturdays and Sundays, the month's last two days, its first day
#: and the three days from payday on are (assumed)
_WEEKEND, _MONTH_END, _FIRST, _AFTER_PAYDAY = 1.25, 1.7, 1.2, 1.6
#: the same for bills: most fall due as a month ends or begins (assumed)
_BILLS_END, _BILLS_BEGIN = 7.0, 3.0
#: entries of a table that maps uniforms to days
DAY_BITS = 13


@dataclass(frozen=True)
class CalendarMonth:
    """One month: its first day since the scenario's first, and its days."""

    number: int
    first: int
    days: int
    #: day of the week of its first day, 0 for Monday
    weekday: int
    #: day of the month of its first day, 1 where months are those of the calendar
    day_of_month: int

    @property
    def stop(self) -> int:
        """The day after the last."""
        return self.first + self.days

    @cached_property
    def paydays(self) -> Ints:
        """Day within the month of each of `PAYDAYS`: the working day on or before it."""
        days = []
        for wanted in PAYDAYS:
            on = self.days - 1 if wanted == 0 else (wanted - self.day_of_month) % self.days
            weekday = (self.weekday + on) % 7
            back = max(weekday - 4, 0)
            # A first day on a weekend has no working day before it in the month.
            days.append(on - back if on >= back else on + 7 - weekday)
        return np.array(days)

    @cached_property
    def busy_days(self) -> NDArray[np.int64]:
        """Day of the month for each entry of a uniform, paydays × entries: when people spend."""
        weight = np.where((self.weekday + np.arange(self.days)) % 7 >= 5, _WEEKEND, 1.0)
        weight[-2:] *= _MONTH_END
        weight[0] *= _FIRST
        tables = []
        for payday in self.paydays:
            own = weight.copy()
            own[payday : payday + 3] *= _AFTER_PAYDAY
            tables.append(_table(own))
        return np.stack(tables)

    @cached_property
    def bill_days(self) -> NDArray[np.int64]:
        """The same for bills, one table."""
        weight = np.ones(self.days)
        weight[-2:] *= _BILLS_END
        weight[:2] *= _BILLS_BEGIN
        return _table(weight)


def _table(weight: Floats) -> NDArray[np.int64]:
    edges = np.cumsum(weight) / weight.sum()
    middle = (np.arange(1 << DAY_BITS) + 0.5) / (1 << DAY_BITS)
    return np.searchsorted(edges, middle)


@lru_cache(maxsize=64)
def calendar_months(start: str, count: int) -> tuple[CalendarMonth, ...]:
    """The first `count` months from `start` on.

    >>> [(m.first, m.days) for m in calendar_months("2025-01-01", 2)]
    [(0, 31), (31, 28)]
    """
    first = date.fromisoformat(start)
    begins = np.datetime64(start, "M") + np.arange(count + 1)
    days = begins.astype("datetime64[D]") + (first.day - 1)
    offsets = (days - np.datetime64(start, "D")).astype(int)
    return tuple(
        CalendarMonth(
            number,
            int(offsets[number]),
            int(offsets[number + 1] - offsets[number]),
            (first.weekday() + int(offsets[number])) % 7,
            first.day,
        )
        for number in range(count)
    )


@lru_cache(maxsize=1)
def hour_ticks() -> NDArray[np.int64]:
    """Moment of the day, in ticks, for each of `TICKS` levels of a uniform: as people wake."""
    edges = np.concatenate([[0.0], np.cumsum(HOURS) / np.sum(HOURS)])
    middle = (np.arange(TICKS) + 0.5) / TICKS
    hours = np.interp(middle, edges, np.arange(25.0))
    ticks: Ints = np.minimum(hours / 24.0 * TICKS, TICKS - 1).astype(np.int64)
    return ticks


def on_tick(time: Floats) -> Floats:
    """Times as they are written down, for everybody alike.

    >>> float(on_tick(np.array([0.1]))[0] * TICKS)
    6553.0
    """
    ticked: Floats = np.floor(time * TICKS) / TICKS
    return ticked
