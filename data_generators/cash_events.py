"""Cash events: what happens to an account besides paying and not paying, one row each."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_generators.replay import MONTH
from data_generators.rows import Columns, category
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Residents

#: kinds by code; the first five are those of `repayment.events.KINDS`, whose codes are 1 higher
KINDS = (
    "early_settlement", "refund", "extension", "restructuring", "promise_to_pay",
    "lease_exit", "cancellation", "collection_contact", "write_off", "recovery",
)  # fmt: skip
#: a return, which each market calls by a name of its own
RETURNED = KINDS.index("refund")
#: days until an event is known
KNOWN_AFTER = 1.0


def of_accounts(
    residents: "Residents",
    accounts: Columns,
    arrears: Columns,
    events: NDArray[np.int8],
    outcomes: Columns,
    applied: Floats,
) -> Columns:
    """Events of a block's accounts, by customer and time; amounts in RMB.

    `arrears`: overdue by age, a row for each late row of `accounts`; `events`: code of the
    month's event, 0 for none, for each row of `accounts`; `outcomes`: totals a customer;
    `applied`: day of each application.
    """
    start = residents.block.start
    late = np.flatnonzero(accounts["months_late"] > 0)
    # The arrears ledger has a row for each of these, in the same order.
    overdue = np.zeros(len(accounts["mob"]))
    overdue[late] = sum(arrears[name] for name in arrears if name.startswith("overdue_"))
    known_as = residents.by_market(lambda scenario: KINDS.index(scenario.events.returned_as))
    parts: list[tuple[Any, ...]] = []
    amounts = (*(accounts[name] for name in ("paid", "refunded", "fee", "closing")), overdue)
    for kind_of_all, amount in enumerate(amounts):
        rows = np.flatnonzero(events == 1 + kind_of_all)
        who = accounts["customer_id"][rows]
        alike = np.full(len(rows), kind_of_all)
        kinds = known_as[who - start] if kind_of_all == RETURNED else alike
        parts.append((who, accounts["mob"][rows].astype(float), kinds, amount[rows]))
    rows = late[accounts["written_off"][late] == 0]
    contact = np.full(len(rows), KINDS.index("collection_contact"))
    when = accounts["mob"][rows] + 0.2
    parts.append((accounts["customer_id"][rows], when, contact, overdue[rows]))
    rows = np.flatnonzero(accounts["written_off"] > 0)
    lost = np.full(len(rows), KINDS.index("write_off"))
    written_off = accounts["written_off"][rows]
    parts.append((accounts["customer_id"][rows], accounts["mob"][rows] + 0.1, lost, written_off))
    parts.append(_recoveries(residents, outcomes))
    who, mob, kind, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((kind, mob, who))
    event_time = applied[who - start] + MONTH * mob
    return {
        "customer_id": who[order],
        "event_time": event_time[order],
        "known_at": event_time[order] + KNOWN_AFTER,
        "kind": category(kind[order], KINDS),
        "amount": np.round(amount[order], 2),
    }


def _recoveries(residents: "Residents", outcomes: Columns) -> tuple[Floats, ...]:
    """Monthly recoveries after a default, until the world's last month."""
    months = residents.months
    speed = residents.by_market(lambda scenario: scenario.economics.recovery_speed)
    who = np.flatnonzero(outcomes["default"])
    since = outcomes["default_month"][who]
    total = outcomes["ead"][who] * residents.traits.recovery[who]
    later = np.arange(1, months + 1)[:, None]
    paid = total * speed[who] * (1 - speed[who]) ** (later - 1)
    month = since + later
    within = (month <= months) & (paid >= 0.01)
    people = np.broadcast_to(who, within.shape)[within] + residents.block.start
    kind = np.full(int(within.sum()), KINDS.index("recovery"))
    return people, month[within] + 0.5, kind, paid[within]
