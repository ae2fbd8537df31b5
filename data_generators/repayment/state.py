"""State of the accounts between two months, and what happened in one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.streams import Floats


@dataclass(frozen=True)
class Ledger:
    """State of the accounts; arrays broadcast to limits × n or n, money in cents."""

    balance: Floats
    #: unpaid dues one, two and three months old
    unpaid: tuple[Floats, Floats, Floats]
    #: age of the oldest unpaid due, 0 to the months of default
    months_late: NDArray[np.int8]
    defaulted: Flags
    #: months by which extensions and restructuring lengthened a loan's term; None for lines
    longer: NDArray[np.int8] | None = None
    #: cash buffer of businesses; None for persons, whose cash is exogenous
    buffer: Floats | None = None

    @classmethod
    def opened(
        cls, shape: tuple[int, ...], *, closes: bool, buffer: Floats | None = None
    ) -> "Ledger":
        """Accounts with nothing drawn; `closes` for loans, whose term can be lengthened."""
        zero = np.zeros(shape)
        late, defaulted = np.zeros(shape, np.int8), np.zeros(shape, bool)
        start = None if buffer is None else np.broadcast_to(buffer, shape)
        longer = late if closes else None
        return cls(zero, (zero, zero, zero), late, defaulted, longer, start)


@dataclass(frozen=True)
class Happened:
    """One month of the ledger; money in cents.

    opening + drawn + interest + fee - paid - written_off = closing, to the cent.
    """

    drawn: Floats
    interest: Floats
    fee: Floats
    due: Floats
    #: by the customer, or by the partner where something was returned
    paid: Floats
    #: of `paid`: by the partner
    refunded: Floats
    #: written off on default, this month
    written_off: Floats
    #: accounts open at the start of the month
    was_open: Flags
    #: cash event of the month, code of `events.KINDS`, 0 for none; None when nobody had one
    event: NDArray[np.int8] | None
