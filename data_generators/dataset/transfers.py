"""What a block's transfers must keep to before they are written."""

from collections.abc import Iterator, Mapping

import numpy as np

from data_generators.customers import Flags
from data_generators.dataset.columns import Columns
from data_generators.fund_flows.movements import KINDS
from data_generators.streams import Block, Floats, Ints

#: days of a month on book, as in `replay`
MONTH = 30.4375
#: kinds that move loans, and the column of accounts whose sum they are
LOANS = {"disbursement": ("drawn",), "repayment": ("paid", "refunded"), "refund": ("refunded",)}


def broken_transfers(
    block: Block, tables: Mapping[str, Columns]
) -> Iterator[tuple[str, Flags, str]]:
    """Table, rows that break a rule, and what they do; for each rule.

    Ids are there once; money leaves one account and arrives in another, in whole cents above
    nothing; a customer's account is always the same, and the customer of this block; labels are
    of transfers; and what loans moved in the months is what the accounts table says, to the
    cent: double entry across two tables.
    """
    moved = tables["transfers"]
    ids = moved["transfer_id"]
    ordered = np.sort(ids)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    yield "transfers", np.isin(ids, twice) if len(twice) else _none(ids), "is there twice"
    cents = 100.0 * moved["amount"]
    yield "transfers", ~(np.abs(cents - np.rint(cents)) < 1e-4), "is not in whole cents"
    yield "transfers", ~(cents > 0.5), "moves nothing"
    yield "transfers", moved["from_account"] == moved["to_account"], "goes to where it comes from"
    account = np.zeros(block.size + 1, dtype=np.int64)
    for end in ("from", "to"):
        who = moved[f"{end}_customer_id"] - block.start
        outside = ((who < 0) | (who >= block.size)) & (moved[f"{end}_customer_id"] != -1)
        yield "transfers", outside, f"names a customer who is not of block {block.index}"
        who = np.where(moved[f"{end}_customer_id"] == -1, block.size, who)
        known = account[who]
        account[who] = moved[f"{end}_account"]
        changed = (account[who] != moved[f"{end}_account"]) & (who < block.size)
        changed |= (known != 0) & (known != moved[f"{end}_account"]) & (who < block.size)
        yield "transfers", changed, "names another account of a customer than others do"
    labels = tables["transfer_labels"]
    strange = ~np.isin(labels["transfer_id"], ids)
    yield "transfer_labels", strange, "is of a transfer that is not there"
    yield from _loans(block, moved, tables["accounts"], tables["applications"])


def _loans(
    block: Block, moved: Columns, accounts: Columns, applications: Columns
) -> Iterator[tuple[str, Flags, str]]:
    """Sums of a customer's loan against the months of the account that began, and that ended."""
    rows = np.flatnonzero(moved["loan_id"] != -1)
    loan, cents = moved["loan_id"][rows] - block.start, 100.0 * moved["amount"][rows]
    kind = _codes(moved["kind"])[rows]
    end = np.floor(moved["event_time"].max(initial=0.0))
    who = accounts["customer_id"] - block.start
    start = applications["event_time"][who] + MONTH * (accounts["mob"] - 1.0)
    began, ended = start <= end + 1.0, start + MONTH <= end - 1.0
    for name, parts in LOANS.items():
        each: Floats = 100.0 * accounts[parts[0]]
        if len(parts) > 1:
            each = each - 100.0 * accounts[parts[1]]
        mine = kind == KINDS.index(name)
        total = np.bincount(loan[mine], cents[mine], minlength=block.size)
        most = np.bincount(who[began], each[began], minlength=block.size)
        least = np.bincount(who[ended], each[ended], minlength=block.size)
        wrong = (total > most + 0.5) | (total < least - 0.5)
        broken = np.zeros(len(moved["loan_id"]), dtype=bool)
        broken[rows[mine & wrong[loan]]] = True
        yield "transfers", broken, f"is a {name} that the accounts table does not have"


def _codes(column: object) -> Ints:
    """Codes of a column of words."""
    codes: Ints = column.indices.to_numpy()  # type: ignore[attr-defined]
    return codes


def _none(ids: Ints) -> Flags:
    return np.zeros(len(ids), dtype=bool)
