"""A loan's money followed from account to account, transfer by transfer, in exact cents.

An account that the loan's money reaches becomes a queue of lots: money that arrived, with its
time and whether it is the loan's. A transfer out takes from lots that arrived strictly before it,

* `fifo`: the oldest first (Clayton's Case, 1816; for payment graphs Anderson, Shumailov and
  Ahmed, "Making Bitcoin legal", 2018);
* `pro_rata`: the same share of each (the "haircut" of Möser, Böhme and Breuker, "Towards risk
  scoring of Bitcoin transactions", 2014).

What lay in the account before the loan's first money came leaves last. A bank sees few balances,
and by the other order savings would hide any use of a loan. Where the payments of thousands
mix, both would be wrong: money ends in `POOLS`, and what a shop pays out for its own running
(`TURNOVER`) is not taken from one customer's payment.
"""

import heapq
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from data_generators.fund_flows.account_rows import Moves, Side

#: holders where money is at its end: so much of others' runs through that no part is a loan's
POOLS = ("bank", "lender", "broker", "property", "platform", "public", "employer", "landlord")
#: holders who pay their running costs from what they turn over; of another's loan they hand on
#: only what they send by `HANDED_ON` (cash-out comes back that way). The borrower is not meant.
TURNOVER = ("merchant", "business")
#: kinds of transfer by which a shop hands one customer's money on
HANDED_ON = ("transfer", "refund")


class Lot:
    """Money that arrived at an account at one time; `node` is -1 where it is not the loan's."""

    __slots__ = ("cents", "node", "since")

    def __init__(self, since: float, cents: int, node: int) -> None:
        self.since, self.cents, self.node = since, cents, node


Queue = deque[Lot]
#: (node, cents) of money that leaves together
Taken = list[tuple[int, int]]


def fifo(lots: Queue, time: float, cents: int) -> Taken:
    """Take `cents` from the lots that arrived before `time`, oldest first, as far as they reach."""
    taken = []
    while cents and lots and lots[0].since < time:
        lot = lots[0]
        part = min(cents, lot.cents)
        taken.append((lot.node, part))
        cents -= part
        lot.cents -= part
        if not lot.cents:
            lots.popleft()
    return taken


def pro_rata(lots: Queue, time: float, cents: int) -> Taken:
    """Take `cents` from all lots that arrived before `time`, the same share of each.

    Cents that do not divide go by cumulated rounding, so parts sum to the whole exactly.
    """
    there = sum(lot.cents for lot in lots if lot.since < time)
    given, reached, taken = min(cents, there), 0, []
    for lot in lots:
        if lot.since >= time or not given:
            break
        part = (reached + lot.cents) * given // there - reached * given // there
        reached += lot.cents
        lot.cents -= part
        if part:
            taken.append((lot.node, part))
    _one_lot_of_others(lots, time)
    return taken


def _one_lot_of_others(lots: Queue, time: float) -> None:
    """Put all money that is not the loan's into one lot: a shop has thousands of them."""
    own = [lot for lot in lots if lot.cents and (lot.node >= 0 or lot.since >= time)]
    others = sum(lot.cents for lot in lots if lot.node < 0 and lot.since < time)
    lots.clear()
    if others:
        lots.append(Lot(-np.inf, others, -1))
    lots.extend(own)


RULES: dict[str, Callable[[Queue, float, int], Taken]] = {"fifo": fifo, "pro_rata": pro_rata}


class Reached:
    """An account from the moment when the loan's money first came."""

    __slots__ = ("lots", "merged", "next_out", "out", "stop_out", "waits")

    def __init__(self, out: Side, account: int, row: int, end: int) -> None:
        self.lots: Queue = deque()
        self.out = out
        #: positions in `out` of the next payment to look at, and of the end
        self.next_out, self.stop_out = out.between(account, row + 1, end)
        #: what others paid in is in the lots up to, not including, this row
        self.merged = row + 1
        #: its next payment is among those to be looked at
        self.waits = False

    def next_payment(self) -> int:
        """The row of the next payment out, -1 if there is none."""
        return self.out.rows.item(self.next_out) if self.next_out < self.stop_out else -1


class Nodes(NamedTuple):
    """A loan's money wherever it arrived; a path runs from a node up its parents."""

    parent: list[int]
    row: list[int]
    hop: list[int]
    #: day after which the money is followed no further
    deadline: list[float]
    #: cents that stayed there
    rest: list[int]
    #: place of the loan among those asked for
    loan: list[int]

    def add(self, parent: int, row: int, cents: int, deadline: float, loan: int) -> int:
        """A new node with all its cents still there."""
        self.parent.append(parent)
        self.row.append(row)
        self.hop.append(self.hop[parent] + 1 if parent >= 0 else 0)
        self.deadline.append(deadline)
        self.rest.append(cents)
        self.loan.append(loan)
        return len(self.row) - 1


class Following:
    """Follows one loan after another under one rule; what it finds gathers in `nodes`.

    Only payments of accounts that hold money of the loan are looked at. What others pay in
    between two of them is one lot, so that an account with thousands of payers costs no more.
    """

    def __init__(self, moves: Moves, method: str, days: float, least: int, most_hops: int) -> None:
        self.moves, self.days, self.least, self.most_hops = moves, days, least, most_hops
        self._take = RULES[method]
        self.nodes = Nodes([], [], [], [], [], [])

    def follow(self, loan: int, customer: int, disbursements: list[int]) -> None:
        """Follow the loan in place `loan` from its rows of disbursement, in order of time."""
        moves, reached = self.moves, dict[int, Reached]()
        starts = set(disbursements)
        last_day = moves.time.item(disbursements[-1]) + self.days
        end = int(moves.time.searchsorted(last_day, side="right"))
        waiting = list(disbursements)
        while waiting:
            row = heapq.heappop(waiting)
            time, cents = moves.time.item(row), moves.cents.item(row)
            source, target = moves.source.item(row), moves.target.item(row)
            if row in starts:
                came = [(self.nodes.add(-1, row, cents, time + self.days, loan), cents)]
            else:
                payer = reached[source]
                came = self._pay(payer, source, row, time, cents)
                self._wait(payer, time, waiting)
            if all(node < 0 for node, _ in came):
                continue
            if target not in reached:
                if moves.ends.item(row):
                    continue
                shop = moves.turns_over.item(row) and moves.customer.item(row) != customer
                out = moves.handed_on if shop else moves.paid
                reached[target] = Reached(out, target, row, end)
            payee = reached[target]
            if not payee.waits:
                self._catch_up(payee, target, row)
            self._merge(payee, target, row, time)
            payee.merged = row + 1
            payee.lots.extend(Lot(time, part, node) for node, part in came if part)
            if not payee.waits:
                self._wait(payee, time, waiting)

    def _pay(self, payer: Reached, account: int, row: int, time: float, cents: int) -> Taken:
        """Pay out of the lots: (node of arrival, -1 where not the loan's, cents), in order."""
        payer.next_out += 1
        self._merge(payer, account, int(self.moves.time.searchsorted(time)), -np.inf)
        taken = self._take(payer.lots, time, cents)
        came = [(self._onward(node, row, time, part), part) for node, part in taken]
        return [*came, (-1, cents - sum(part for _, part in taken))]

    def _merge(self, account: Reached, place: int, row: int, now: float) -> None:
        """Add what others paid in before `row`; what came at the time `now` is a lot by itself."""
        moves = self.moves
        if row <= account.merged:
            return
        before = int(moves.time.searchsorted(now)) if np.isfinite(now) else row
        for start, end in ((account.merged, before), (max(account.merged, before), row)):
            low, high = moves.received.between(place, start, end) if start < end else (0, 0)
            cents = moves.received_cents.item(high) - moves.received_cents.item(low)
            if cents:
                lots, since = account.lots, moves.time.item(moves.received.rows.item(high - 1))
                # any payment from here on is later than both, so that they are one
                if end == before and lots and lots[-1].node < 0:
                    lots[-1].cents += cents
                    lots[-1].since = since
                else:
                    lots.append(Lot(since, cents, -1))
        account.merged = row

    def _holds(self, payer: Reached, time: float) -> bool:
        """Whether any lot there can be followed on."""
        nodes = self.nodes
        return any(
            lot.node >= 0
            and lot.cents >= self.least
            and nodes.hop[lot.node] < self.most_hops
            and time <= nodes.deadline[lot.node]
            for lot in payer.lots
        )

    def _wait(self, payer: Reached, time: float, waiting: list[int]) -> None:
        """Look at the next payment only while there is something to follow."""
        row = payer.next_payment()
        payer.waits = row >= 0 and self._holds(payer, time)
        if payer.waits:
            heapq.heappush(waiting, row)

    def _catch_up(self, payer: Reached, account: int, row: int) -> None:
        """Payments before `row` at which nobody looked: none of the loan's money left by them.

        What is there is then one sum P, of which P ← max(P + paid in − paid out, 0): from before
        comes what it lacks. Over many payments that is the sum less its lowest point under 0.
        """
        moves = self.moves
        _, stop = payer.out.between(account, 0, row)
        out = payer.out.rows[payer.next_out : min(stop, payer.stop_out)]
        latest = payer.lots[-1].since if payer.lots else -np.inf
        at_once = int(moves.time[out].searchsorted(latest, side="right"))
        for each in out[:at_once].tolist():  # at the very time of an arrival: not all is free
            self._take(payer.lots, moves.time.item(each), moves.cents.item(each))
        payer.next_out += len(out)
        out = out[at_once:]
        if not len(out):
            return
        edge = np.maximum(moves.time.searchsorted(moves.time[out]), payer.merged)
        low, high = moves.received.between(account, payer.merged, row)
        place = low + moves.received.rows[low:high].searchsorted(edge)
        paid_in = moves.received_cents[place] - moves.received_cents[low]
        there = sum(lot.cents for lot in payer.lots) + paid_in - np.cumsum(moves.cents[out])
        rest = int(there[-1]) - min(0, int(there.min()))
        payer.lots.clear()
        payer.lots.append(Lot(-np.inf, rest, -1))
        payer.merged = int(edge[-1])

    def _onward(self, node: int, row: int, time: float, cents: int) -> int:
        """The node where this part of a node's money arrives, or -1 if it is followed no more."""
        nodes = self.nodes
        if node < 0 or cents < self.least or nodes.hop[node] >= self.most_hops:
            return -1
        if time > nodes.deadline[node]:
            return -1
        nodes.rest[node] -= cents
        return nodes.add(node, row, cents, nodes.deadline[node], nodes.loan[node])
