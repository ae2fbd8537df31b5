"""What every block must keep to before it is written: references, times and balances.

A block that does not is a defect of the generator, never the user's doing, and stops the write.
"""

from collections.abc import Mapping

import numpy as np

from data_generators.customers import Flags
from data_generators.dataset.columns import Columns
from data_generators.errors import Defect
from data_generators.streams import Block, Floats

#: tables about accounts: their customers have a limit
OF_ACCOUNTS = ("accounts", "arrears", "performance", "fraud_labels", "cash_events", "joint_lending")
#: what moves a balance up and down, RMB; `refunded` is a part of `paid`
CHARGED, SETTLED = ("drawn", "interest", "fee"), ("paid", "written_off")
#: books balance to the cent: half of one is the most that float64 may be off
HALF_A_CENT = 0.005
#: what a row of another table does, for messages
NOBODY = "belongs to nobody who applied"
NO_LIMIT = "belongs to a customer without a limit"


def check_block(block: Block, tables: Mapping[str, Columns]) -> None:
    """Raise Defect with table, rule and row for the first rule that a block breaks.

    `tables` holds every table of the block by name, not cut at any day. Customers are those of
    `applications`, each once and all of this block; other tables refer to them, and those about
    accounts to customers with a limit; partners that are referred to are in `partners`; nothing
    is known before it happens; and closing = opening + drawn + interest + fee - paid -
    written_off, to the cent.
    """
    applicants = _applicants(block, tables["applications"])
    decisions = tables["decisions"]
    refuse("decisions", decisions, ~_among(block, decisions, applicants), NOBODY)
    holders = np.zeros(block.size, dtype=bool)
    holders[decisions["customer_id"][decisions["credit_limit"] > 0] - block.start] = True
    for name, columns in tables.items():
        if "customer_id" in columns:
            refuse(name, columns, ~_among(block, columns, applicants), NOBODY)
            if name in OF_ACCOUNTS:
                refuse(name, columns, ~_among(block, columns, holders), NO_LIMIT)
        if "partner_id" in columns and "partners" in tables:
            known = np.isin(columns["partner_id"], tables["partners"]["partner_id"])
            refuse(name, columns, ~known, "names a partner that is not in partners")
        if "known_at" in columns:
            early = ~(columns["known_at"] >= columns["event_time"])
            refuse(name, columns, early, "is known before it happened")
        if "opening" in columns and "closing" in columns:
            gap = np.abs(_expected_closing(columns) - columns["closing"])
            refuse(name, columns, ~(gap < HALF_A_CENT), "does not balance to the cent")


def _applicants(block: Block, applications: Columns) -> Flags:
    """Who of the block applied; a customer outside it or with two applications is refused."""
    offset = applications["customer_id"] - block.start
    outside = (offset < 0) | (offset >= block.size)
    refuse("applications", applications, outside, f"is not of block {block.index}")
    times = np.bincount(offset, minlength=block.size)
    refuse("applications", applications, times[offset] > 1, "has an id that another row has")
    return times > 0


def _among(block: Block, columns: Columns, allowed: Flags) -> Flags:
    offset = columns["customer_id"] - block.start
    inside = (offset >= 0) & (offset < block.size)
    among: Flags = inside & allowed[np.where(inside, offset, 0)]
    return among


def _expected_closing(columns: Columns) -> Floats:
    balance: Floats = columns["opening"].copy()
    for name in CHARGED:
        balance += columns[name]
    for name in SETTLED:
        balance -= columns[name]
    return balance


def refuse(name: str, columns: Columns, broken: Flags, what: str) -> None:
    """Raise Defect with the first of the rows that are broken, and what is wrong with them."""
    if not broken.any():
        return
    row = int(np.argmax(broken))
    of_whom = f", customer {columns['customer_id'][row]}," if "customer_id" in columns else ""
    raise Defect(
        f"A row of {name}{of_whom} {what} ({int(broken.sum()):,} of {len(broken):,} rows). This "
        "is a defect of the generator, so nothing was written; please report it with scenario "
        "and seed."
    )
