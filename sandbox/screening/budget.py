"""A budget of alerts a day, kept while applications come in and the rest of the day is unknown.

Every application has a rank: what a review would save, RMB, or less than everything if nobody asks
for one. A review is granted to ranks at or above a threshold that moves with the day: with b
alerts left today and n more applications expected, the upper b / n of the ranks of the last days.
n is what came on those days after this time of day, times how busy today is (between half and
twice as many). Unspent alerts lower the threshold towards the evening; ties are broken by a lot
drawn from the application's id, so that equal ranks share what is left. Before there is a full day
to learn from, the budget is spent evenly over the clock.

`capacity` is a hard cap: beyond it no alert is granted that day. A case that must be reviewed (a
contradiction on the lists, no score) is held instead for the first day with room, within
`longest_wait` days; what is held counts for the day that it is held for.
"""

import hashlib
import math
from collections import Counter, deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sandbox.errors import BadInput

#: rank of what nobody asks to review, and of what must be reviewed
UNASKED, MUST = -math.inf, math.inf
#: of a day: what an application at the first hour may spend before there is a day to learn from
_HOUR = 1 / 24
#: applications that today's pace is shrunk by towards that of other days
_PRIOR = 5.0


class Key(NamedTuple):
    """What applications are ranked by: what a review saves, then the lot."""

    rank: float
    lot: float


#: nothing is granted; whatever asks is granted
CLOSED, OPEN = Key(math.inf, math.inf), Key(-math.inf, -math.inf)


@dataclass(frozen=True)
class Grant:
    """What the budget says to one application."""

    #: the day (whole number) whose alert it is; None: no alert
    day: int | None
    #: the rank from which alerts were granted at that moment, RMB; -inf: whatever asks
    threshold: float
    #: alerts left for today before this one
    left: int


class AlertBudget:
    """At most `capacity` alerts a day.

    >>> budget = AlertBudget(capacity=1)
    >>> [budget.ask(day, rank=5.0, lot=0.5).day for day in (0.1, 0.2, 1.9)]
    [0, None, 1]
    """

    def __init__(self, capacity: int, remembered: int = 14, longest_wait: int = 3) -> None:
        for name, value, least in (
            ("alert_capacity", capacity, 1),
            ("remembered", remembered, 1),
            ("longest_wait", longest_wait, 0),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise BadInput(f"{name} is {value!r}; give a whole number from {least} on.")
        self.capacity, self.longest_wait = capacity, longest_wait
        self._past: deque[list[tuple[float, Key]]] = deque(maxlen=remembered)
        self._today: int | None = None
        self._seen: list[tuple[float, Key]] = []
        self._alerts: Counter[int] = Counter()
        self._ranks: list[Key] = []
        self._hours = np.empty(0)

    def alerts(self, day: int) -> int:
        """Alerts granted for a day so far."""
        return self._alerts[day]

    def ask(self, time: float, rank: float, lot: float) -> Grant:
        """One application at `time` (days); `rank` is `UNASKED`, `MUST` or what a review saves.

        Applications come in order of their days; BadInput for one of a day that is over.
        """
        if math.isnan(rank) or not 0 <= lot < 1:
            raise BadInput(
                f"rank is {rank} and lot {lot}; a rank is a number, a lot within [0, 1)."
            )
        self._roll(time)
        today = self._day
        threshold, left = self._threshold(time), self.capacity - self._alerts[today]
        day: int | None = None
        if rank == MUST:
            days = range(today, today + self.longest_wait + 1)
            day = next((d for d in days if self._alerts[d] < self.capacity), None)
        elif rank > UNASKED and left > 0 and Key(rank, lot) >= threshold:
            day = today
        self._note(time, Key(rank, lot), day)
        return Grant(day, threshold.rank, left)

    def recall(self, time: float, rank: float, lot: float, day: int | None) -> None:
        """Take up what was granted before, as a decision log has it, in its order."""
        self._roll(time)
        self._note(time, Key(rank, lot), day)

    @property
    def _day(self) -> int:
        assert self._today is not None
        return self._today

    def _note(self, time: float, key: Key, day: int | None) -> None:
        self._seen.append((time - self._day, key))
        if day is not None:
            self._alerts[day] += 1

    def _roll(self, time: float) -> None:
        if not math.isfinite(time):
            raise BadInput(f"The time of the application is {time}; give days, such as 340.25.")
        day = math.floor(time)
        if self._today is None:
            self._today = day
        if day < self._today:
            raise BadInput(
                f"An application of day {day} came after day {self._today} had begun; screen "
                "applications in order of their days."
            )
        if day > self._today:
            self._past.append(self._seen)
            # a day without applications is one to learn from, too
            quiet = min(day - self._today - 1, self._past.maxlen or 0)
            self._past.extend([] for _ in range(quiet))
            self._today, self._seen = day, []
            self._alerts = Counter({d: n for d, n in self._alerts.items() if d >= day})
            self._ranks = sorted(key for each in self._past for _, key in each)
            self._hours = np.sort([hour for each in self._past for hour, _ in each])

    def _threshold(self, time: float) -> Key:
        """The key from which a review is granted now."""
        hour, spent = time - self._day, self._alerts[self._day]
        left = self.capacity - spent
        if left <= 0:
            return CLOSED
        if not self._ranks:
            allowed = math.ceil(self.capacity * min(hour + _HOUR, 1.0))
            return OPEN if spent < allowed else CLOSED
        before = int(np.searchsorted(self._hours, hour, side="left"))
        usual = before / len(self._past)
        pace = min(max((len(self._seen) + _PRIOR) / (usual + _PRIOR), 0.5), 2.0)
        more = max((len(self._hours) - before) / len(self._past) * pace, 1.0)
        kept = math.floor(len(self._ranks) * left / more)
        if kept >= len(self._ranks):
            return OPEN
        return self._ranks[-kept] if kept else Key(self._ranks[-1].rank, 1.0)


def lot_of(application_id: int | str) -> float:
    """A number in [0, 1) that an application has for good, and that says nothing about it.

    >>> lot_of(7) == lot_of("7"), 0 <= lot_of(7) < 1
    (True, True)
    """
    drawn = hashlib.blake2b(str(application_id).encode(), digest_size=6).digest()
    return int.from_bytes(drawn) / 2**48
