"""Cash events: what happens to an account besides paying and not paying, one row each."""

from typing import TYPE_CHECKING, Any

import numpy as np

from data_generators.replay import Columns
from data_generators.rows import category, together
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Residents

#: kinds in the order of their codes
KINDS = (
    "early_settlement", "refund", "extension", "restructuring", "promise_to_pay",
    "lease_exit", "cancellation", "collection_contact", "write_off", "recovery",
)  # fmt: skip
#: days of a month on book, and until an event is known
MONTH, KNOWN_AFTER = 30.4375, 1.0


def of_accounts(
    residents: "Residents",
    accounts: Columns,
    arrears: Columns,
    events: Columns | object,
    outcomes: Columns,
    applied: Floats,
) -> Columns:
    """Events of a block's accounts, by customer and time; amounts in RMB.

    `arrears`: overdue by age, a row for each late row of `accounts`; `events`: code of the
    month's event for each of them; `outcomes`: totals a customer; `applied`: day of each
    application.
    """
    code = np.asarray(events)
    start = residents.block.start
    late = np.flatnonzero(accounts["months_late"] > 0)
    # The arrears ledger has a row for each of these, in the same order.
    overdue = np.zeros(len(accounts["mob"]))
    overdue[late] = sum(arrears[name] for name in arrears if name.startswith("overdue_"))
    known_as = _returned_as(residents)
    parts: list[tuple[Any, ...]] = []
    for code_of_kind, amount in (
        (1, accounts["paid"]),
        (2, accounts["refunded"]),
        (3, accounts["fee"]),
        (4, accounts["closing"]),
        (5, overdue),
    ):
        rows = np.flatnonzero(code == code_of_kind)
        who = accounts["customer_id"][rows]
        returned = code_of_kind == 2
        kinds = known_as[who - start] if returned else np.full(len(rows), code_of_kind - 1)
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


def _returned_as(residents: "Residents") -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Code of a return in each customer's market: refund, lease exit or cancellation."""
    parts = [
        np.full(len(m.typology), KINDS.index(m.scenario.events.returned_as))
        for m in residents.markets
    ]
    return together(parts, residents.rows)


def _recoveries(residents: "Residents", outcomes: Columns) -> tuple[Floats, ...]:
    """Monthly recoveries after a default, until the world's last month."""
    months = residents.markets[0].months
    speed = together(
        [np.full(len(m.typology), m.scenario.economics.recovery_speed) for m in residents.markets],
        residents.rows,
    )
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
