"""The fund flows of one block, month by month in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.fund_flows.accounts import ACCOUNTS, LOANS
from data_generators.fund_flows.batch import Batch
from data_generators.fund_flows.calendar import TICKS, CalendarMonth, calendar_months
from data_generators.fund_flows.cases import cases
from data_generators.fund_flows.incomes import Incomes, draw_incomes
from data_generators.fund_flows.loans import AccountMonths, Told, disbursements, repayments
from data_generators.fund_flows.movements import Movements
from data_generators.fund_flows.people import People
from data_generators.fund_flows.personal import budget_of, persons_month
from data_generators.fund_flows.seen import seen
from data_generators.fund_flows.trade import trade_month
from data_generators.fund_flows.uses import uses
from data_generators.replay import replay_block
from data_generators.residents import Residents
from data_generators.rows import Columns
from data_generators.streams import BLOCK, Floats, Ints

#: share of a month's income that is left on the account on its first day, a day until payday
_LEFT_A_DAY = 0.9 / 30.4
#: share of a month's turnover on a business's account beside its buffer (assumed)
_TILL = 0.4


@dataclass(frozen=True)
class BlockFlows:
    """Fund flows of one block over some calendar months."""

    people: People
    #: of the customers in the world
    residents: Residents
    months: tuple[CalendarMonth, ...]
    #: monthly accounts of the whole block that came of the decisions
    accounts: Columns

    @cached_property
    def account_months(self) -> AccountMonths:
        """Months of loans that begin within the months."""
        return AccountMonths.of(self.people, self.accounts, self.months[-1].stop)

    @cached_property
    def incomes(self) -> Incomes:
        """What comes in."""
        return draw_incomes(self.residents, len(self.months))

    @cached_property
    def stories(self) -> Told:
        """Loans, what they set off, and cases: in order of time, within the months."""
        paid_out = disbursements(self.people, self.account_months)
        every = Told.together(
            [
                paid_out,
                repayments(self.people, self.account_months),
                uses(self.people, paid_out, self.account_months),
                cases(self.people, len(self.months)),
            ]
        )
        moved, size = every.movements, self.people.size
        # Money of a family or a ring may come from a loan of somebody beyond the world's end.
        inside = (moved.source < size) | (moved.target < size)
        inside |= (moved.loan >= 0) & (moved.loan < size)
        rows, _ = _in_order(moved.time, 0, self.months[-1].stop)
        return every.take(rows[inside[rows] & (moved.source != moved.target)[rows]])

    def opening(self) -> Floats:
        """Balance of every account on the first day, cents; others' count from nothing."""
        people, size = self.people, self.people.size
        traits, month = people.traits, self.months[0]
        wait = month.paydays[people.payday] + 1.0
        monthly = np.where(traits.business, _TILL * traits.turnover, 0.0)
        monthly += np.where(~traits.business, _LEFT_A_DAY * wait * traits.income, 0.0)
        balance = np.zeros(ACCOUNTS)
        cents = 100.0 * (people.flows.on_account * traits.buffer + monthly)
        balance[:size] = np.rint(cents)[:size]
        return balance

    def batches(self, *, all_of_them: bool) -> Iterator[Batch]:
        """Transfers month by month, in order of time: every one, or what the bank sees."""
        keep = None if all_of_them else self._sees
        stories = Batch.told(self.stories.movements, self.stories.ids)
        if not all_of_them:
            stories = stories.take(np.flatnonzero(self.story_seen))
        size = self.people.size
        starts = np.array([m.first for m in self.months] + [self.months[-1].stop])
        repaid = self.account_months.repaid_in(size, starts)
        first = np.searchsorted(stories.time, starts)
        spilled: list[Batch] = []
        for place, month in enumerate(self.months):
            earned = self.incomes.earned[place]
            budget = budget_of(self.people, earned, self.incomes.jobless[place], repaid[place])
            every = Batch.together(
                [
                    *persons_month(self.people, month, budget, keep),
                    *trade_month(self.people, month, earned, repaid[place], keep),
                    stories.take(np.arange(first[place], first[place + 1])),
                    *spilled,
                ]
            )
            order, later = _in_order(every.time, month.first, month.days)
            spilled = [every.take(later)]
            yield every.take(order)

    @cached_property
    def story_seen(self) -> Flags:
        """Which of the stories the bank sees: all that it executes, and a part of the others."""
        moved = self.stories.movements
        own = (moved.source == LOANS) | (moved.target == LOANS)
        visible: Flags = own | self._sees(self.stories.ids)
        return visible

    def _sees(self, ids: Ints) -> Flags:
        return seen(ids, self.people.streams.seed, self.people.flows.observability)

    def seen_of(self, batch: Batch) -> Flags:
        """Which of these the bank sees."""
        visible = self._sees(batch.ids)
        told = np.flatnonzero(batch.story >= 0)
        visible[told] = self.story_seen[batch.story[told]]
        return visible

    def told(self, batch: Batch) -> tuple[NDArray[np.intp], Movements]:
        """Rows of the batch with a story, and their movements."""
        rows = np.flatnonzero(batch.story >= 0)
        return rows, self.stories.movements.take(batch.story[rows])


def _in_order(time: Floats, first: int, days: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of so many days in order of time, and rows that come later."""
    ticks = ((time - first) * TICKS).astype(np.int64)
    # One sort of a packed number is thrice as fast as a sort of places.
    packed = np.sort((ticks << 32) | np.arange(len(ticks)))
    end = np.searchsorted(packed, np.int64(days * TICKS) << 32)
    rows = packed & 0xFFFF_FFFF
    return rows[:end], rows[end:]


def block_flows(residents: Residents, months: int, accounts: Columns | None = None) -> BlockFlows:
    """Fund flows of a block over `months` calendar months, under the incumbent's decisions.

    `accounts`: the accounts of the block's customers, where they are at hand, or came of other
    decisions; those of customers beyond the world's end are the incumbent's. Of a blend, the
    parameters of fund flows are those of its first market.
    """
    block, whole, scenario = residents.block, residents, residents.markets[0].scenario
    if block.size < BLOCK:
        whole = Residents(block.whole, tuple(m.redraw(block.whole) for m in residents.markets))
    if accounts is None or block.size < BLOCK:
        logged = whole.logged
        every = replay_block(whole, logged.limit, logged.price, accounts=True).accounts
        accounts = every if accounts is None else _with_those_beyond(accounts, every, block.stop)
    streams = replace(residents.streams, block=block.whole)
    people = People(scenario, block.size, whole, streams)
    return BlockFlows(people, residents, calendar_months(scenario.start, months), accounts)


def _with_those_beyond(accounts: Columns, every: Columns, stop: int) -> Columns:
    """The given accounts, and of all others those of customers from `stop` on."""
    rows = np.flatnonzero(every["customer_id"] >= stop)
    names = ("customer_id", "mob", "drawn", "paid", "refunded", "months_late")
    return {name: np.concatenate([accounts[name], every[name][rows]]) for name in names}
