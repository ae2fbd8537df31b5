"""What a block's transfers must keep to before they are written.

They come month by month; what spans months is kept until the block's end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.dataset.columns import Columns
from data_generators.dataset.integrity import refuse
from data_generators.errors import Defect
from data_generators.fund_flows.movements import KINDS
from data_generators.replay import MONTH
from data_generators.streams import Block, Floats, Ints

#: kinds that move loans
LOANS = ("disbursement", "repayment", "refund")
#: cents that float64 may be off
_OFF = 1e-4


@dataclass
class TransferChecks:
    """Rules for the transfers of one block; Defect with table, rule and row where one is broken."""

    block: Block
    #: what the accounts table says, and when each of its months begins: `drawn`, ...
    accounts: Mapping[str, Floats]
    #: account of each customer of the block, 0 where none was seen; the last is nobody's
    account: Ints
    #: cents that loans moved, a row each of `LOANS`, by customer
    moved: Floats
    #: ids of the months so far
    ids: list[Ints] = field(default_factory=list)
    last: float = 0.0

    @classmethod
    def of(cls, block: Block, tables: Mapping[str, Columns]) -> Self:
        """With the block's other tables, for what must agree with them."""
        rows, applied = tables["accounts"], tables["applications"]["event_time"]
        who = rows["customer_id"] - block.start
        kept = {name: 100.0 * rows[name] for name in ("drawn", "paid", "refunded")}
        start = applied[who] + MONTH * (rows["mob"] - 1.0)
        return cls(
            block=block,
            accounts={"who": who, "start": start, **kept},
            account=np.zeros(block.size + 1, dtype=np.int64),
            moved=np.zeros((len(LOANS), block.size)),
        )

    def check(self, tables: Mapping[str, Columns]) -> None:
        """One month's tables.

        Money leaves one account and arrives in another, in whole cents above nothing; it is known
        when it has moved; a customer's account is always the same, and the customer of this
        block; labels are of transfers.
        """
        moved, labels = tables["transfers"], tables["transfer_labels"]
        cents = 100.0 * moved["amount"]
        for broken, what in (
            (~(np.abs(cents - np.rint(cents)) < _OFF), "is not in whole cents"),
            (~(cents > 0.5), "moves nothing"),
            (moved["from_account"] == moved["to_account"], "goes to where it comes from"),
            (~(moved["known_at"] >= moved["event_time"]), "is known before it happened"),
        ):
            refuse("transfers", moved, broken, what)
        for end in ("from", "to"):
            self._holders(moved, end)
        ordered = np.sort(moved["transfer_id"])
        place = np.searchsorted(ordered, labels["transfer_id"]).clip(0, max(len(ordered) - 1, 0))
        strange = (
            ordered[place] != labels["transfer_id"]
            if len(ordered)
            else np.ones(len(labels["transfer_id"]), dtype=bool)
        )
        refuse("transfer_labels", labels, strange, "is of a transfer that is not there")
        early = ~(labels["known_at"] >= labels["event_time"])
        refuse("transfer_labels", labels, early, "is known before it happened")
        self.ids.append(ordered)
        self.last = max(self.last, float(moved["event_time"].max(initial=0.0)))
        rows = np.flatnonzero(moved["loan_id"] != -1)
        kind: NDArray[np.int32] = moved["kind"].indices.to_numpy()[rows]
        loan = moved["loan_id"][rows] - self.block.start
        for row, name in enumerate(LOANS):
            mine = kind == KINDS.index(name)
            self.moved[row] += np.bincount(loan[mine], cents[rows[mine]], minlength=self.block.size)

    def _holders(self, moved: Columns, end: str) -> None:
        """A customer has one account, and is of this block."""
        nobody = moved[f"{end}_customer_id"] == -1
        who = np.where(nobody, self.block.size, moved[f"{end}_customer_id"] - self.block.start)
        outside = (who < 0) | (who > self.block.size)
        refuse("transfers", moved, outside, f"names a customer not of block {self.block.index}")
        before = self.account[who]
        self.account[who] = moved[f"{end}_account"]
        self.account[-1] = 0
        other: Flags = (before != 0) & (before != moved[f"{end}_account"])
        other |= ~nobody & (self.account[who] != moved[f"{end}_account"])
        refuse("transfers", moved, other, "names another account of a customer than others do")

    def finish(self) -> None:
        """The whole block: no id twice, and loans moved what the accounts table says, to the cent.

        That is double entry across two tables: of a customer's months on book, all that ended
        within the transfers' months are there, and none that began after them.
        """
        ids = np.sort(np.concatenate(self.ids))
        if (ids[1:] == ids[:-1]).any():
            raise Defect(f"Transfers of block {self.block.index} have one id twice.")
        a, end = self.accounts, np.floor(self.last)
        who = a["who"].astype(np.int64)
        began, ended = a["start"] <= end + 1.0, a["start"] + MONTH <= end - 1.0
        for total, name, each in zip(
            self.moved, LOANS, (a["drawn"], a["paid"] - a["refunded"], a["refunded"]), strict=True
        ):
            most = np.bincount(who[began], each[began], minlength=self.block.size)
            least = np.bincount(who[ended], each[ended], minlength=self.block.size)
            wrong = (total > most + 0.5) | (total < least - 0.5)
            if wrong.any():
                raise Defect(
                    f"Transfers of customer {self.block.start + int(np.argmax(wrong))} have a "
                    f"{name} that the accounts table does not have, or lack one "
                    f"({int(wrong.sum()):,} customers). This is a defect of the generator, so "
                    "nothing was written; please report it with scenario and seed."
                )
