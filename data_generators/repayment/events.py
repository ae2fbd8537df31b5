"""Cash events that change what is due: early settlement, returns, extension, restructuring.

One uniform a customer and month says which event may happen; the state of the account says
whether it does. Events touch few accounts, so only those are computed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.repayment.products import Terms
from data_generators.repayment.state import Ledger
from data_generators.streams import Floats

#: kinds that change what is due, in the order of their codes from 1 and of their bands
KINDS = ("early_settlement", "returned", "extension", "restructuring", "promise")


@dataclass(frozen=True)
class Relief:
    """What events leave of a month's dues; whole arrays, cents."""

    due: Floats
    unpaid: tuple[Floats, Floats, Floats]
    refunded: Floats
    fee: Floats
    #: relief of the log-odds of not wanting to pay, by a fresh promise
    promised: Floats | float
    event: NDArray[np.int8] | None


def apply_events(
    terms: Terms, t: int, state: Ledger, balance: Floats, due: Floats, cash: Floats
) -> Relief:
    """Dues of month `t` after its events; `balance` before payment, `cash` at hand, cents."""
    e = terms.scenario.events
    chances = np.array([getattr(e, kind) for kind in KINDS])
    edges = np.cumsum(chances)
    chance = terms.months.chance[t]
    rows = np.flatnonzero(chance < edges[-1])
    none = np.zeros_like(due)
    if len(rows) == 0 or t == 0:
        return Relief(due, state.unpaid, none, none, 0.0, None)
    kind = np.searchsorted(edges, chance[rows], side="right")
    late = state.months_late[..., rows]
    here, owed = balance[..., rows], due[..., rows]
    now = np.broadcast_to(cash, due.shape)[..., rows]
    live = (here > 0) & ~state.defaulted[..., rows] & ~terms.never_pays[rows]

    # Who is not in the mood to pay a due is not in the mood to pay everything.
    burden = terms.scenario.repayment.unwilling_burden * (here > terms.heavy[rows])
    willing = terms.months.reluctance[t, rows] >= burden
    settled = live & willing & (kind == 0) & (late == 0) & (now >= here)
    stands = (terms.months.collapse[rows] > t) & (t < e.returned_until)
    returned = live & (kind == 1) & (late == 0) & stands
    extended = live & (kind == 2) & (late <= 1) & (now < owed) & (owed > 0)
    restructured = live & (kind == 3) & (late >= 2)
    promised = live & (kind == 4) & (late >= 1)

    refund, fee = none, none.copy()
    refund[..., rows] = np.where(returned, np.rint(e.returned_share * here), 0.0)
    fee[..., rows] = np.where(extended, np.rint(e.extension_fee * owed), 0.0)
    new_due = due.copy()
    new_due[..., rows] = np.where(settled, here, np.where(extended | restructured, 0.0, owed))
    unpaid = state.unpaid
    if restructured.any():
        unpaid = tuple(_cleared(old, rows, restructured) for old in unpaid)  # type: ignore[assignment]
    relief = np.zeros_like(due)
    relief[..., rows] = terms.scenario.repayment.promise_relief * promised
    event = np.zeros(due.shape, np.int8)
    happened = settled | returned | extended | restructured | promised
    event[..., rows] = np.where(happened, kind + 1, 0)
    return Relief(new_due, unpaid, refund, fee, relief, event)


def _cleared(unpaid: Floats, rows: NDArray[np.intp], where: NDArray[np.bool_]) -> Floats:
    new = unpaid.copy()
    new[..., rows] = np.where(where, 0.0, new[..., rows])
    return new
