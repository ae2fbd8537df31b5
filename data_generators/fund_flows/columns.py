"""Rows of the ledger as columns: what the bank sees of each, and the truth beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.fund_flows.accounts import ACCOUNTS, BANKS, HOLDERS
from data_generators.fund_flows.batch import Batch
from data_generators.fund_flows.block import BlockFlows
from data_generators.fund_flows.bookings import BY_APP, CHANNEL_OF, KIND_OF, REFERENCE_OF
from data_generators.fund_flows.movements import CHANNELS, KINDS, REFERENCES, USES
from data_generators.fund_flows.seen import session_seconds
from data_generators.rows import Columns, category, stacked
from data_generators.scenarios.flows import OF_TRANSFERS
from data_generators.streams import BLOCK, Floats, Ints

#: days until the bank knows of a transfer: its own at once, by wallet, through another bank
_LAG = (0.0, 1.0, 0.25)
#: categories of the table, by column
WORDS: dict[str, tuple[str, ...]] = {
    "kind": KINDS, "channel": CHANNELS, "reference": REFERENCES, "from_bank": BANKS,
    "to_bank": BANKS, "from_holder": HOLDERS, "to_holder": HOLDERS,
}  # fmt: skip
#: cases of a block have numbers from its index times this, those of a typology from its code
CASES, CASES_OF_ONE = 1 << 32, 1 << 28


@dataclass(frozen=True)
class Writing:
    """How the transfers of one block are written down: tables by account number."""

    flows: BlockFlows

    @cached_property
    def customer(self) -> Ints:
        """Customer who holds each account, -1 for none."""
        ids = np.full(ACCOUNTS, -1, dtype=np.int64)
        size = self.flows.people.size
        ids[:size] = self.flows.residents.block.start + np.arange(size)
        return ids

    @cached_property
    def bank(self) -> NDArray[np.int32]:
        """Where each account is held."""
        return self.flows.people.accounts.bank.astype(np.int32)

    @cached_property
    def holder(self) -> NDArray[np.int32]:
        """Who holds each account."""
        return self.flows.people.accounts.holder.astype(np.int32)

    @cached_property
    def device(self) -> Ints:
        """Opaque id of each customer's device; nobody's, at the end."""
        return np.append(self.flows.people.device, -1)

    def observed(self, batch: Batch) -> Columns:
        """The 20 columns of `schema.TRANSFERS` but for words, which are codes."""
        accounts, people = self.flows.people.accounts, self.flows.people
        source, target = batch.source, batch.target
        from_bank, to_bank = np.take(self.bank, source), np.take(self.bank, target)
        told = np.flatnonzero(batch.story >= 0)
        story, booking = batch.story[told], batch.booking.astype(np.intp)
        device = self._device(batch.source, np.take(BY_APP, booking), told, story)
        session = session_seconds(batch.ids, people.streams.seed)
        session[device == -1] = np.nan
        return {
            "transfer_id": batch.ids,
            "event_time": batch.time,
            "known_at": batch.time + np.take(_lags(), 3 * from_bank + to_bank),
            "from_account": np.take(accounts.ids, source),
            "to_account": np.take(accounts.ids, target),
            "amount": batch.amount / 100.0,
            "kind": np.take(KIND_OF, booking),
            "channel": np.take(CHANNEL_OF, booking),
            "from_bank": from_bank,
            "to_bank": to_bank,
            "from_holder": np.take(self.holder, source),
            "to_holder": np.take(self.holder, target),
            "from_customer_id": np.take(self.customer, source),
            "to_customer_id": np.take(self.customer, target),
            "loan_id": self._loan(batch.size, told, story),
            "reference": np.take(REFERENCE_OF, booking),
            "device_id": device,
            "session_seconds": session,
            "from_account_age_days": batch.time - np.take(accounts.opened_day, source),
            "to_account_age_days": batch.time - np.take(accounts.opened_day, target),
        }

    def _device(
        self, source: Ints, app: Flags, told: NDArray[np.intp], story: NDArray[np.int32]
    ) -> Ints:
        """Device of each transfer by app of a customer in the world: own, or as the story has."""
        by_app = app & (source < self.flows.people.size)
        position = np.where(by_app, source, BLOCK)
        # A story says whose device orders it; -1 picks nobody's.
        ordered = self.flows.stories.movements.device[story]
        position[told] = np.where(by_app[told], ordered, BLOCK)
        return np.take(self.device, position)

    def _loan(self, size: int, told: NDArray[np.intp], story: NDArray[np.int32]) -> Ints:
        """Loan of each transfer that the story says pays one out or back."""
        loan = np.full(size, -1, dtype=np.int64)
        of_story = self.flows.stories.movements.loan[story]
        inside = (of_story >= 0) & (of_story < self.flows.people.size)
        loan[told] = np.where(inside, self.flows.residents.block.start + of_story, -1)
        return loan

    def truth(self, batch: Batch) -> Columns:
        """The columns that the ledger has beside those, but for balances."""
        rows, moved = self.flows.told(batch)
        plain: Columns = {
            name: np.full(batch.size, empty, dtype=kind)
            for name, empty, kind in (
                ("typology", 0, np.int8), ("case_id", -1, np.int64), ("hop", 0, np.int16),
                ("look_alike", 0, np.int8), ("use", 0, np.int8),
            )
        }  # fmt: skip
        first = self.flows.residents.block.index * CASES
        case = first + moved.typology.astype(np.int64) * CASES_OF_ONE + moved.case
        plain["typology"][rows] = moved.typology
        plain["case_id"][rows] = np.where(moved.typology > 0, case, -1)
        plain["hop"][rows] = moved.hop
        plain["look_alike"][rows] = moved.look_alike
        plain["use"][rows] = moved.use
        return {"seen": self.flows.seen_of(batch), **plain}


def _lags() -> Floats:
    """Days until a transfer is known, by bank of the payer times three and of the payee."""
    return np.array([max(_LAG[a], _LAG[b]) for a in range(3) for b in range(3)])


def transfers_by_month(flows: BlockFlows) -> Iterator[Columns]:
    """The observed table `schema.TRANSFERS` of a block, month by month, in order of time.

    By month, since what most of the time goes into otherwise is the system's handing over of
    memory: a month's is used again for the next.
    """
    writing = Writing(flows)
    for batch in flows.batches(all_of_them=False):
        columns = writing.observed(batch)
        yield {**columns, **{name: category(columns[name], words) for name, words in WORDS.items()}}


def ledger_of(flows: BlockFlows) -> Columns:
    """The truth `schema.LEDGER` of a block: every transfer, in order of time, with balances."""
    writing = Writing(flows)
    batches = list(flows.batches(all_of_them=True))
    columns = stacked([{**writing.observed(b), **writing.truth(b)} for b in batches])
    balances = balances_of(flows.opening(), batches)
    columns["from_balance"], columns["to_balance"] = (each / 100.0 for each in balances)
    for name, words in WORDS.items():
        columns[name] = category(columns[name], words)
    for name, words in (
        ("typology", ("", *OF_TRANSFERS)),
        ("look_alike", ("", *OF_TRANSFERS)),
        ("use", USES),
    ):
        columns[name] = category(columns[name], words)
    return columns


def balances_of(opening: Floats, batches: list[Batch]) -> tuple[Floats, Floats]:
    """Balance of payer and of payee after each transfer, in order of time; whole cents.

    >>> one = Batch.plain(np.array([0.5]), np.array([0]), np.array([1]), np.array([30.0]), 0,
    ...     np.array([9]))
    >>> [each.tolist() for each in balances_of(np.array([100.0, 0.0]), [one])]
    [[70.0], [30.0]]
    """
    every = Batch.together(batches)
    size = every.size
    ends = np.stack([every.source, every.target], axis=1).reshape(-1)
    moved = np.stack([-every.amount, every.amount], axis=1).reshape(-1)
    order = np.argsort(ends, kind="stable")
    run, account = np.cumsum(moved[order]), ends[order]
    new = np.concatenate([[True], account[1:] != account[:-1]]) if size else np.zeros(0, bool)
    before = (run - moved[order])[new]
    within = run - np.repeat(before, np.diff(np.append(np.flatnonzero(new), 2 * size)))
    balance = np.empty(2 * size)
    balance[order] = opening[account] + within
    return balance[0::2].copy(), balance[1::2].copy()
