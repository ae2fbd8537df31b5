"""The bank's own loans as they move: paid out, paid back, given back by a partner.

For each account and month the sums are those of the accounts table, to the cent: disbursements
`drawn`, repayments `paid` less `refunded`, refunds into the loan book `refunded`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_generators.fund_flows.accounts import LOANS
from data_generators.fund_flows.movements import Movements
from data_generators.fund_flows.people import People
from data_generators.fund_flows.times import hour_of
from data_generators.identifiers import opaque
from data_generators.replay import MONTH
from data_generators.rows import Columns
from data_generators.streams import Floats, Ints
from data_generators.typologies import TYPOLOGIES

#: parts in which a month's draw on a line is paid out, at most
PARTS = 3
#: days from the approval to the first disbursement, at most; until a due is paid before its day
_PAID_OUT_WITHIN, _PAID_BEFORE = 1.5, 3.0
#: share of draws on a line in one part, and in two (assumed)
_ONE, _TWO = 0.6, 0.85
#: typologies by application whose money is paid to the partner, and to the customer's account
DIRECT, INDIRECT = ("inflated_price",), ("purpose_misuse", "cash_out")


@dataclass(frozen=True)
class AccountMonths:
    """Months of accounts in a block in which money moved, one entry each; cents."""

    #: position of the customer in the block
    who: Ints
    #: month on book, from 1
    mob: Ints
    drawn: Floats
    #: by the customer
    repaid: Floats
    #: by the partner
    refunded: Floats
    late: NDArray[np.bool_]
    #: start of the month, days
    start: Floats

    @classmethod
    def of(cls, people: People, accounts: Columns, end: float) -> "AccountMonths":
        """From a block's accounts table, months that begin before day `end`."""
        who = accounts["customer_id"] - people.streams.block.start
        mob = accounts["mob"].astype(np.int64)
        rows = np.flatnonzero(people.applied[who] + MONTH * (mob - 1.0) < end)
        who, mob = who[rows], mob[rows]
        cents = {n: np.rint(100.0 * accounts[n][rows]) for n in ("drawn", "paid", "refunded")}
        return cls(
            who=who,
            mob=mob,
            drawn=cents["drawn"],
            repaid=cents["paid"] - cents["refunded"],
            refunded=cents["refunded"],
            late=accounts["months_late"][rows] > 0,
            start=people.applied[who] + MONTH * (mob - 1.0),
        )

    def repaid_in(self, size: int, starts: Ints) -> Floats:
        """What customers pay back in each calendar month, months × customers, cents."""
        months = len(starts) - 1
        month = np.searchsorted(starts, self.start + MONTH, side="right") - 1
        inside = (month >= 0) & (month < months) & (self.who < size)
        cell = month[inside] * size + self.who[inside]
        sums = np.bincount(cell, self.repaid[inside], minlength=months * size)
        return sums.astype(np.float64).reshape(months, size)


def noise(people: People, purpose: str, account: AccountMonths, rows: Ints) -> Floats:
    """A uniform for each of these account-months, by customer and month on book."""
    most = int(account.mob.max(initial=1))
    wide = np.stack([people.streams.uniform(purpose, mob) for mob in range(1, most + 1)])
    return wide[account.mob[rows] - 1, account.who[rows]]


@dataclass(frozen=True)
class Told:
    """Movements with the ids of their transfers."""

    movements: Movements
    ids: Ints

    @classmethod
    def together(cls, parts: "list[Told]") -> "Told":
        """Several as one."""
        ids = [p.ids for p in parts] or [np.zeros(0, dtype=np.int64)]
        return cls(Movements.together([p.movements for p in parts]), np.concatenate(ids))

    def take(self, rows: NDArray[Any]) -> "Told":
        """Some of them."""
        return Told(self.movements.take(rows), self.ids[rows])


def numbered(people: People, sort: int, who: Ints, number: Ints) -> Ints:
    """Opaque ids of transfers: by sort (of 64), customer and number (below 2^20) of theirs."""
    block = people.streams.block.index
    plain = ((np.int64(sort) << 28) | np.int64(block)) << 14 | who
    return opaque((plain << 20) | number, f"{people.streams.seed}/transfer_id")


def disbursements(people: People, account: AccountMonths) -> Told:
    """What is paid out: to the partner for a purchase, or to the customer; lines in some parts."""
    rows = np.flatnonzero(account.drawn > 0)
    who, first = account.who[rows], account.mob[rows] == 1
    loan = people.traits.product[who] == 0
    share = people.streams.uniform("paid_to_partner")[who] < people.flows.to_partner
    direct = loan & share
    typology = people.residents.typology[who]
    for name in DIRECT:
        direct |= typology == 1 + _code(name)
    for name in INDIRECT:
        direct &= typology != 1 + _code(name)
    u = noise(people, "parts_of_draw", account, rows)
    parts = np.where(loan | (u < _ONE), 1, np.where(u < _TWO, 2, PARTS))
    amount = _in_parts(account.drawn[rows], parts, noise(people, "draw_shares", account, rows))
    batches = []
    for part in range(PARTS):
        some = np.flatnonzero(amount[part] > 0)
        day = noise(people, f"draw_day_{part}", account, rows)[some]
        # Loans and the first draw come with the approval; later draws when they are needed.
        within = np.where(loan[some], _PAID_OUT_WITHIN, np.where(first[some], 6.0, MONTH - 4.0))
        hour = hour_of(noise(people, f"draw_hour_{part}", account, rows)[some])
        time = _awake(account.start[rows[some]] + 0.02 + within * day, hour)
        number = account.mob[rows[some]] * PARTS + part
        moved = Movements.of(
            time=time,
            source=np.full(len(some), LOANS),
            target=np.where(direct[some], people.platform[who[some]], people.paid_into[who[some]]),
            amount=amount[part, some],
            kind="disbursement",
            channel="standing_order",
            reference="loan",
            loan=who[some],
            case=-1,
            use=np.where(direct[some], 1, 0),
        )
        batches.append(Told(moved, numbered(people, 1, who[some], number)))
    return Told.together(batches)


def repayments(people: People, account: AccountMonths) -> Told:
    """What is paid back: by customers near the due day, by partners for what was returned."""
    batches = []
    for purpose, cents in (("repays", account.repaid), ("gives_back", account.refunded)):
        rows = np.flatnonzero(cents > 0)
        who, u = account.who[rows], noise(people, purpose, account, rows)
        # Who is late pays when there is money, others on the last days.
        before = np.where(account.late[rows], 25.0, _PAID_BEFORE) * u**2
        own = purpose == "repays"
        hour = hour_of(noise(people, f"{purpose}_hour", account, rows))
        standing = own & (people.streams.uniform("pays_by_order")[who] < 0.5)
        by_app = own & ~standing
        due = account.start[rows] + MONTH
        time = np.minimum(np.floor(due - before) + hour / 24.0, due - 0.01)
        moved = Movements.of(
            time=np.maximum(time, account.start[rows] + 0.1),
            source=who if own else people.platform[who],
            target=np.full(len(rows), LOANS),
            amount=cents[rows],
            kind="repayment" if own else "refund",
            channel=np.where(by_app, 0, 3),
            reference="loan" if own else "none",
            loan=who,
            device=np.where(by_app, who, -1),
        )
        ids = numbered(people, 2 if own else 3, who, account.mob[rows])
        batches.append(Told(moved, ids))
    return Told.together(batches)


def _code(name: str) -> int:
    return [t.name for t in TYPOLOGIES].index(name)


def _in_parts(cents: Floats, parts: Ints, u: Floats) -> Floats:
    """Cents of up to `PARTS` parts, parts × rows, which add up; the first ones in hundreds."""
    left, amount = cents.copy(), np.zeros((PARTS, len(cents)))
    for part in range(PARTS - 1):
        share = np.where(parts > part + 1, 0.25 + 0.4 * u, 0.0)
        amount[part] = np.floor(share * left / 10_000.0) * 10_000.0
        left -= amount[part]
    amount[PARTS - 1] = left
    return amount


def _awake(time: Floats, hour: Floats) -> Floats:
    """Times; those outside 7 to 23 o'clock are put off to an hour when people are up."""
    day = np.floor(time)
    at = 24.0 * (time - day)
    later = np.where(at >= 23.0, day + 1.0, day) + hour / 24.0
    return np.where((at < 7.0) | (at >= 23.0), np.maximum(later, time), time)
