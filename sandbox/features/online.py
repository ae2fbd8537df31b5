"""The columns of fraud screening for one application at a time, from state that a service keeps.

State changes by events, in the order in which they became known; those of one moment in order of
customer_id. What an application is told is then what `screening_features` tells of it in a batch.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.application import flag_of
from sandbox.features.book import IDS, READ
from sandbox.features.families import family_of
from sandbox.features.loading import loaded
from sandbox.features.nearby import graph_of
from sandbox.features.numbering import NONE, Floats
from sandbox.features.purposes import cents_of
from sandbox.features.recent import number_of, velocity_of
from sandbox.features.screening import Tables
from sandbox.features.sightings import TIES
from sandbox.features.state import State, empty

#: columns that an application must have
NEEDED = ("customer_id", "event_time", "requested_amount", "declared_income", *IDS)


class OnlineFeatures:
    """Everything known until now, and the features of the next application.

    >>> online = OnlineFeatures(["request_to_income", "device_applications_7d"])
    >>> first = {"customer_id": 1, "event_time": 3.0, "partner_id": 0, "device_id": 9,
    ...     "address_id": 5, "phone_id": 6, "requested_amount": 900.0, "declared_income": 300.0}
    >>> online.add_application(first)
    >>> online.features({**first, "customer_id": 2, "event_time": 4.0}).tolist()
    [3.0, 1.0]
    """

    def __init__(self, columns: Sequence[str]) -> None:
        """Of nothing known yet; `columns` are those that a model was trained on, in order."""
        self._start(columns, empty(np.zeros(0, dtype=np.int64)), -math.inf)

    @classmethod
    def of(
        cls,
        observed: Tables,
        columns: Sequence[str],
        traced: pd.DataFrame | None = None,
        as_of: float | None = None,
    ) -> Self:
        """From observed tables, with what was known by a day (None: all of it)."""
        made = cls.__new__(cls)
        made._start(columns, *loaded(observed, traced, as_of))
        return made

    def _start(self, columns: Sequence[str], state: State, now: float) -> None:
        self.columns = list(columns)
        self._state = state
        #: the time of the latest event, days
        self.now = now
        families = {family_of(name) for name in columns}
        self._velocity = "velocity" in families
        self._graph = bool(families & {"graph", "purposes"})
        self._flags = [flag_of(name) if family_of(name) == "application" else None
                       for name in columns]  # fmt: skip

    @property
    def nbytes(self) -> int:
        """Bytes of the state that was loaded; what came later is not in it."""
        state = self._state
        timelines = sum(each.nbytes for each in (*state.nodes, *state.keys.values()))
        return state.book.nbytes + state.belongings.nbytes + timelines

    def add_application(self, application: Mapping[str, Any]) -> None:
        """An application came in: columns of `applications`, and of `profiles` if one likes.

        Raises BadInput for one that lacks a column, for a customer who applied before, and, as
        all events do, for a time that is no number or before the latest event.
        """
        _check(application)
        book, time = self._state.book, float(application["event_time"])
        number = book.find(int(application["customer_id"]))
        if book.applied(number):
            raise BadInput(
                f"Customer {application['customer_id']} applied before; customers apply once."
            )
        self._happens(time)
        number = book.number(int(application["customer_id"]))
        for name in READ:
            book.read[name][number] = number_of(application.get(name))
        for name in IDS:
            book.ids[name][number] = int(application[name])
        amount = number_of(application["requested_amount"])
        book.cents[number] = 0 if math.isnan(amount) else round(amount * 100)
        self._state.apply(number, time)

    def add_link(self, customer_id: int, kind: str, target_id: int, known_at: float) -> None:
        """A customer was seen with a device, phone, address or account; merchants tie nobody."""
        self._happens(known_at)
        if kind in TIES:
            number = self._state.book.number(int(customer_id))
            self._state.see(number, TIES.index(kind), int(target_id), float(known_at))

    def add_label(self, customer_id: int, known_at: float) -> None:
        """Fraud was confirmed."""
        self._happens(known_at)
        book = self._state.book
        book.tell("confirmed", book.number(int(customer_id)), float(known_at))

    def add_decision(self, customer_id: int, credit_limit: float, known_at: float) -> None:
        """An application was decided on; a limit of 0 is a decline."""
        self._happens(known_at)
        if credit_limit <= 0:
            book = self._state.book
            book.tell("declined", book.number(int(customer_id)), float(known_at))

    def add_traced(
        self, customer_id: int, known_at: float, traced: float, against: float, back: float
    ) -> None:
        """The money of a loan was followed: RMB that left, and shares of it from 0 to 1."""
        money = np.array([traced], dtype=np.float64)
        if not (np.isfinite(money[0]) and money[0] >= 0):
            raise BadInput(f"The traced amount is {traced}; give RMB from 0.")
        cents = [int(cents_of(money, np.array([share]))[0]) for share in (1.0, against, back)]
        self._happens(known_at)
        book = self._state.book
        number = book.number(int(customer_id))
        if not book.tell("traced", number, float(known_at)):
            raise BadInput(f"The loan of customer {customer_id} is traced twice.")
        self._state.lent(number, *cents)

    def features(self, application: Mapping[str, Any]) -> Floats:
        """The features of an application in order of `columns`; changes nothing.

        `application` has the columns of applications and profiles, and the list columns if any are
        among `columns`; what it lacks is NaN, and 0 in a flag. The links of the applicant, as known
        with the application, have been added before; the application itself may have been.
        Raises BadInput for a missing column of `NEEDED`, and for a time before the latest event.
        """
        _check(application)
        self._in_order(float(application["event_time"]), "event_time")
        customer = self._state.book.find(int(application["customer_id"]))
        found: dict[str, float] = {}
        if self._velocity:
            found |= velocity_of(self._state, application, customer)
        if self._graph:
            found |= graph_of(self._state, application, customer)
        row = np.empty(len(self.columns))
        for place, (name, flag) in enumerate(zip(self.columns, self._flags, strict=True)):
            if name in found:
                row[place] = found[name]
            elif flag is not None:
                row[place] = float(application.get(flag[0]) == flag[1])
            else:
                row[place] = number_of(application.get(name))
        return row

    def _happens(self, time: float) -> None:
        self._in_order(float(time), "known_at")
        self.now = float(time)

    def _in_order(self, time: float, name: str) -> None:
        if not math.isfinite(time):
            raise BadInput(f"{name} is {time}; give a time in days.")
        if time < self.now:
            raise BadInput(
                f"{name} is {time}, before {self.now}, the latest that is known; give events in "
                "the order in which they became known."
            )


def _check(application: Mapping[str, Any]) -> None:
    missing = [name for name in NEEDED if name not in application]
    if missing:
        raise BadInput(f"The application lacks {', '.join(missing)}; pass all its columns.")
    for name in ("customer_id", *IDS):
        # ids of 64 bits do not survive as a float
        if not isinstance(application[name], int | np.integer):
            raise BadInput(
                f"{name} is {application[name]!r}; give a whole number, {NONE} where there is none."
            )
