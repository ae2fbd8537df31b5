"""Cash events that change what is due: early settlement, returns, extension, restructuring.

One uniform a customer and month says which event may happen; the state of the account says
whether it does. Events touch few accounts, so only those are computed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.repayment.products import Terms
from data_generators.rows import Rows
from data_generators.streams import Floats

#: kinds that change what is due, in the order of their codes from 1 and of their bands
KINDS = ("early_settlement", "returned", "extension", "restructuring", "promise")
#: kinds from this position on happen only to accounts short of cash or with something overdue
NEEDS_TROUBLE = 2
#: days of the month over which returns spread, some of them within the cooling-off days
MONTH = 30.0


@dataclass(frozen=True)
class Relief:
    """What events leave of the dues of some accounts, one entry an account; cents."""

    due: Floats
    refunded: Floats
    fee: Floats
    #: arrears are added to the balance, and the clock starts again
    restructured: Flags
    #: a promise to pay is fresh
    promised: Flags
    #: months by which a loan's term gets longer
    longer: NDArray[np.int8]
    #: code of the event, 0 for none
    event: NDArray[np.int8]


def may_happen(terms: Terms, t: int) -> Flags:
    """Customers to whom something may happen in month `t` with nothing the matter."""
    if t == 0:
        return np.zeros(len(terms.price), dtype=bool)
    possible: Flags = terms.months.chance[t] < _edges(terms)[NEEDS_TROUBLE - 1]
    return possible


def apply_events(
    terms: Terms,
    t: int,
    who: Rows,
    late: NDArray[np.int8],
    balance: Floats,
    due: Floats,
    cash: Floats,
) -> Relief:
    """Dues of month `t` after its events, of accounts of the customers `who`.

    `late`: months; `balance` before fees and payment, `cash` at hand, cents.
    """
    e = terms.scenario.events
    kind = np.searchsorted(_edges(terms), terms.months.chance[t, who], side="right")
    live = (balance > 0) & (terms.stops[who] > t) & (t > 0)
    # Who is not in the mood to pay a due is not in the mood to pay everything.
    burden = terms.scenario.repayment.unwilling_burden * (balance > terms.heavy[who])
    willing = terms.months.reluctance[t, who] >= burden
    settled = live & willing & (kind == 0) & (late == 0) & (cash >= balance)
    stands = (terms.months.collapse[who] > t) & (t < e.returned_until)
    returned = live & (kind == 1) & (late == 0) & stands
    extended = live & (kind == 2) & (late <= 1) & (cash < due) & (due > 0)
    restructured = live & (kind == 3) & (late >= 2)
    promised = live & (kind == 4) & (late >= 1)
    share = np.where(_within_cooling_off(terms, t, who), 1.0, e.returned_share)
    happened = settled | returned | extended | restructured | promised
    return Relief(
        due=np.where(settled, balance, np.where(extended | restructured, 0.0, due)),
        refunded=np.where(returned, np.rint(share * balance), 0.0),
        fee=np.where(extended, np.rint(e.extension_fee * due), 0.0),
        restructured=restructured,
        promised=promised,
        longer=(extended + restructured * (late + 1)).astype(np.int8),
        event=np.where(happened, kind + 1, 0).astype(np.int8),
    )


def _within_cooling_off(terms: Terms, t: int, who: Rows) -> Flags:
    """Returns of the first month that come in the days in which they are free of charge."""
    days = terms.scenario.partners.cooling_off_days if t == 1 else 0
    e = terms.scenario.events
    free = e.early_settlement + e.returned * min(days / MONTH, 1.0)
    within: Flags = terms.months.chance[t, who] < free
    return within


def _edges(terms: Terms) -> Floats:
    e = terms.scenario.events
    edges: Floats = np.cumsum([getattr(e, kind) for kind in KINDS])
    return edges
