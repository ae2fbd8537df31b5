"""Ordinary money of persons, one month: salary, shops, bills, rent, cash, other people.

What is spent follows what comes in: a month's payments share a budget, which is income less what
is saved and what rent, other lenders and the bank's own loan take.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.fund_flows.accounts import CASH, RANGES
from data_generators.fund_flows.batch import Batch
from data_generators.fund_flows.bookings import between_people, booking, booking_levels, by_channel
from data_generators.fund_flows.calendar import DAY_BITS, TICKS, CalendarMonth, hour_ticks
from data_generators.fund_flows.lanes import Events, drawn, set_off
from data_generators.fund_flows.levels import (
    DAYS,
    FACES,
    HOURS,
    SIZES,
    exponential_levels,
    lognormal_levels,
)
from data_generators.fund_flows.people import REGULARS, People
from data_generators.streams import BLOCK, Floats, Ints, inverse_poisson

#: which transfers are wanted, by id; None for all
Keep = Callable[[Ints], Flags] | None

#: parts of what is free to spend: at shops, as cash, for bills (assumed); the rest is slack
_SHOPS, _CASH, _BILLS = 0.70, 0.16, 0.13
#: least that is free to spend, share of permanent income (assumed)
_LEAST = 0.07
#: log spread of cash, of payments to people, of bills (assumed)
_CASH_SPREAD, _PEOPLE_SPREAD, _BILL_SPREAD = 0.5, 0.8, 0.5
#: a payment to a person, mean, share of permanent income, or of as much of a firm's turnover
#: (assumed)
_TO_PERSON, _OF_TURNOVER = 0.09, 0.4
#: eighths of payments to people that go to somebody outside the circle, of persons and of firms;
#: and of those from people elsewhere (assumed)
_ONCE, _ONCE_BY_FIRMS, _PAID_ONCE = 1, 3, 4
#: of payments to shops: share at regular ones (assumed)
_REGULAR = 0.5
#: a cash deposit, mean, share of permanent income (assumed)
_DEPOSIT = 0.12
#: parts in which people without a salary are paid a month
_PARTS = 3
HUNDRED = 10_000.0


class Budget(NamedTuple):
    """One month of the customers in the world, whole block's first; cents."""

    #: what comes in
    earned: Floats
    #: what is free to spend
    free: Floats
    jobless: Flags


def budget_of(people: People, earned: Floats, jobless: Flags, repaid: Floats) -> Budget:
    """What a month leaves to spend; `earned` in RMB, `repaid` to the bank in cents."""
    traits, size = people.traits, len(earned)
    perm = 100.0 * traits.income[:size]
    earned = np.rint(100.0 * earned)
    usual = 0.25 * perm + 0.75 * earned
    fixed = people.rent[:size] + 100.0 * traits.other_debt[:size] + repaid
    free = (1.0 - people.flows.saved) * usual - fixed
    return Budget(earned, np.maximum(free, _LEAST * perm), jobless)


def persons_month(people: People, month: CalendarMonth, budget: Budget, keep: Keep) -> list[Batch]:
    """Everything that persons in the world move in a month."""
    persons = ~people.traits.business[: people.size]
    return [
        *_incomes(people, month, budget, persons, keep),
        *_shops(people, month, budget, persons, keep),
        _bills(people, month, budget, persons, keep),
        *_fixed(people, month, persons, keep),
        *_cash(people, month, budget, persons, keep),
        *to_people(people, month, keep),
    ]


def counts(people: People, purpose: str, month: int, mean: float, who: Flags) -> Ints:
    """Events a customer in the world, Poisson around `mean` and the customer's own activity."""
    u = people.streams.uniform(purpose, month)[: len(who)]
    return inverse_poisson(u, mean * people.activity[: len(who)] * who, 40)


def times(month: CalendarMonth, table: NDArray[np.int64], day: Ints, hour: Ints) -> Floats:
    """Days since the scenario's first: day by a `table` of levels, hour as people wake."""
    ticks = (month.first + np.take(table, day)) * TICKS + np.take(hour_ticks(), hour)
    return ticks / TICKS


def busy(people: People, month: CalendarMonth, events: Events) -> Floats:
    """Times of events on days when people spend, more of them after their payday."""
    level = (people.payday[events.who] << DAY_BITS) + events.day
    return times(month, month.busy_days.reshape(-1), level, events.hour)


def rounded(cents: Floats, level: Ints, share: float, unit: float = HUNDRED) -> Floats:
    """Amounts of which a `share` (by level, of 128) is in multiples of `unit`, at least one."""
    whole = np.maximum(np.rint(cents / unit), 1.0) * unit
    return np.where(level < share * 128, whole, np.maximum(np.rint(cents), 100.0))


def kept(events: Events, keep: Keep) -> Events:
    """The events whose transfers are wanted."""
    return events if keep is None else events.take(np.flatnonzero(keep(events.ids)))


def _incomes(
    people: People, month: CalendarMonth, budget: Budget, persons: Flags, keep: Keep
) -> list[Batch]:
    size = people.size
    salaried = people.salaried[:size]
    paid = kept(drawn(people.streams, "salary", month.number, salaried.astype(np.int64)), keep)
    who = paid.who
    employer = people.employer[who]
    # An employer pays all its staff by one run, in the morning.
    run = (people.streams.shared("salary_run", RANGES["employer"].count) * 0.4 + 0.05) * TICKS
    start = run.astype(np.int64)[employer - RANGES["employer"].first] + (paid.hour >> 7)
    time = (month.first + month.paydays[people.payday[who]]) + start / TICKS
    out_of_work = budget.jobless[who]
    salary = booking("salary", "standing_order", "wages")
    benefit = booking("transfer", "standing_order", "other")
    source = np.where(out_of_work, RANGES["public"].first, employer)
    amount = np.maximum(budget.earned[who], 100.0)
    code = np.where(out_of_work, benefit, salary).astype(np.int16)
    wages = Batch.plain(time, source, who, amount, code, paid.ids)
    parts = np.where(persons & ~salaried, _PARTS, 0)
    every = drawn(people.streams, "odd_jobs", month.number, parts)
    weight = lognormal_levels(0.5)[every.size]
    share = weight / np.bincount(every.who, weight, minlength=size)[every.who]
    amount = np.maximum(np.rint(share * budget.earned[every.who]), 100.0)
    rows = np.arange(len(every.who)) if keep is None else np.flatnonzero(keep(every.ids))
    jobs = every.take(rows)
    by_people = jobs.word < 64
    u = jobs.face / FACES
    payer = np.where(by_people, RANGES["person"].pick(u), people.accounts.merchants(u))
    levels = between_people()[(jobs.word * 512 + (jobs.size & 511)) & (len(between_people()) - 1)]
    code = np.where(by_people, levels, salary).astype(np.int16)
    time = times(month, month.busy_days[0], jobs.day, jobs.hour)
    return [wages, Batch.plain(time, payer, jobs.who, amount[rows], code, jobs.ids)]


def _shops(
    people: People, month: CalendarMonth, budget: Budget, persons: Flags, keep: Keep
) -> list[Batch]:
    flows, streams = people.flows, people.streams
    first = drawn(
        streams, "shops", month.number,
        counts(people, "shops", month.number, flows.spending, persons),
    )  # fmt: skip
    second, of_first = set_off(first, streams.seed, "shops_2", flows.burst)
    third, of_second = set_off(second, streams.seed, "shops_3", flows.burst)
    wait = flows.burst_days * exponential_levels()
    start = busy(people, month, first.take(of_first))
    after = _awake(start + wait[second.size], second)
    later = _awake(after[of_second] + wait[third.size], third)
    every = Events(*(np.concatenate(columns) for columns in zip(first, second, third, strict=True)))
    weight = np.take(lognormal_levels(flows.spending_noise), every.size)
    total = np.bincount(every.who, weight, minlength=people.size)
    rows = np.arange(len(every.who)) if keep is None else np.flatnonzero(keep(every.ids))
    some = every.take(rows)
    alone = int(np.searchsorted(rows, len(first.who)))
    time = np.empty(len(rows))
    time[:alone] = busy(people, month, some.take(np.arange(alone)))
    time[alone:] = np.concatenate([after, later])[rows[alone:] - len(first.who)]
    each = _SHOPS * budget.free / np.maximum(total, 1e-9)
    amount = _ticket(each[some.who] * weight[rows], some)
    at = _shop(people, some)
    spent = booking_levels(*by_channel("spending"))[some.word]
    plain = Batch.plain(time, some.who, at, amount, spent, some.ids)
    return [plain, _refunds(people, month, first, each, weight, keep)]


def _ticket(cents: Floats, events: Events) -> Floats:
    """What is paid at a shop: prices to the cent, to ten cents or to the RMB."""
    unit = np.array([1.0, 10.0, 100.0, 100.0])[events.bits & 3]
    ticket: Floats = np.maximum(np.rint(cents / unit), 1.0) * unit
    return np.maximum(ticket, 100.0)


def _shop(people: People, events: Events) -> Ints:
    """A regular shop of the customer's, or any."""
    face = (events.bits >> 44) & 0x7FFF
    regular = np.take(people.regulars.reshape(-1), events.who * REGULARS + (face & 7))
    # The lowest bits choose the regular, the highest who goes to one: both are of one draw.
    anywhere = np.take(people.accounts.merchant_levels, (face << 1) & 0x7FFF)
    return np.where(face < _REGULAR * 0x8000, regular, anywhere)


def _refunds(
    people: People, month: CalendarMonth, bought: Events, each: Floats, weight: Floats, keep: Keep
) -> Batch:
    """Shops give some of it back within days: all or a part."""
    back, rows = set_off(bought, people.streams.seed, "given_back", people.flows.refunds)
    paid = bought.take(rows)
    paid_cents = _ticket(each[paid.who] * weight[rows], paid)
    days = 0.3 + 8.0 * (back.size / SIZES) ** 2
    time = _awake(busy(people, month, paid) + days, back)
    part = np.where(back.word < 70, 1.0, 0.15 + 0.8 * back.face / FACES)
    amount = np.maximum(np.rint(part * paid_cents), 100.0)
    batch = Batch.plain(
        time, _shop(people, paid), back.who, amount, booking("refund", "card"), back.ids
    )
    return batch if keep is None else batch.take(np.flatnonzero(keep(back.ids)))


def _awake(time: Floats, events: Events) -> Floats:
    """Times on a tick; those at night are put off to the day, mostly."""
    day = np.floor(time)
    hour = 24.0 * (time - day)
    asleep = ((hour < 7.0) | (hour > 23.0)) & (events.bits & 7 != 0)
    day = np.where(asleep & (hour > 23.0), day + 1.0, day)
    awake: Floats = day + np.take(hour_ticks(), events.hour) / TICKS
    ticked: Floats = np.floor(time * TICKS) / TICKS
    return np.maximum(np.where(asleep, awake, ticked), ticked)


def _bills(
    people: People, month: CalendarMonth, budget: Budget, persons: Flags, keep: Keep
) -> Batch:
    mean = people.flows.bills
    events = kept(
        drawn(
            people.streams, "bills", month.number,
            counts(people, "bills", month.number, mean, persons),
        ),
        keep,
    )  # fmt: skip
    time = times(month, month.bill_days, events.day, events.hour)
    cents = _BILLS * budget.free[events.who] / (max(mean, 0.1) * people.activity[events.who])
    cents = cents * lognormal_levels(_BILL_SPREAD)[events.size]
    target = RANGES["public"].first + 1 + events.face % (RANGES["public"].count - 1)
    amount = rounded(cents, events.word, 0.12)
    code = booking_levels(*by_channel("bill"))[events.word]
    return Batch.plain(time, events.who, target, amount, code, events.ids)


def _fixed(people: People, month: CalendarMonth, persons: Flags, keep: Keep) -> list[Batch]:
    """Rent, what other lenders take, and what is invested."""
    size, streams = people.size, people.streams
    traits = people.traits
    rents = kept(
        drawn(streams, "rent", month.number, (people.rent[:size] > 0).astype(np.int64)), keep
    )
    on = rents.face % 4
    rent_time = (month.first + on) + hour_ticks()[rents.hour] / TICKS
    rent_code = booking_levels(*by_channel("rent", "rent"))[rents.word]
    debts = (persons & (traits.other_debt[:size] > 1.0)).astype(np.int64)
    owed = kept(drawn(streams, "other_debt", month.number, debts), keep)
    due = month.paydays[people.payday[owed.who]] + 1 + owed.who % 5
    due_time = month.first + np.minimum(due, month.days - 1) + hour_ticks()[owed.hour] / TICKS
    service = np.rint(100.0 * traits.other_debt[owed.who])
    put = kept(drawn(streams, "invest", month.number, people.invests[:size].astype(np.int64)), keep)
    day = np.minimum(month.paydays[people.payday[put.who]] + 1 + put.face % 6, month.days - 1)
    put_time = month.first + day + hour_ticks()[put.hour] / TICKS
    saved = 100.0 * people.flows.saved * traits.income[put.who]
    invested = rounded(saved * lognormal_levels(0.4)[put.size], put.word, 0.8)
    return [
        Batch.plain(
            rent_time, rents.who, people.landlord[rents.who], people.rent[rents.who], rent_code,
            rents.ids,
        ),
        Batch.plain(
            due_time, owed.who, people.lender[owed.who], service,
            booking("bill", "standing_order", "loan"), owed.ids,
        ),
        Batch.plain(
            put_time, put.who, people.broker[put.who], invested,
            booking("transfer", "app", "investment"), put.ids,
        ),
    ]  # fmt: skip


def _cash(
    people: People, month: CalendarMonth, budget: Budget, persons: Flags, keep: Keep
) -> list[Batch]:
    flows, batches = people.flows, []
    perm = 100.0 * people.traits.income[: people.size]
    for purpose, kind, mean, cents in (
        ("withdrawals", "withdrawal", flows.withdrawals, _CASH * budget.free),
        ("deposits", "deposit", flows.deposits, _DEPOSIT * perm * flows.deposits),
    ):
        many = counts(people, purpose, month.number, mean, persons)
        events = kept(drawn(people.streams, purpose, month.number, many), keep)
        usual = cents[events.who] / (max(mean, 0.1) * people.activity[events.who])
        size = usual * lognormal_levels(_CASH_SPREAD)[events.size]
        amount = rounded(size, events.word, flows.cash_round)
        till = np.full(len(events.who), CASH)
        payer, paid = (events.who, till) if kind == "withdrawal" else (till, events.who)
        code = booking_levels(*by_channel(kind))[events.face % 128]
        batches.append(
            Batch.plain(busy(people, month, events), payer, paid, amount, code, events.ids)
        )
    return batches


def to_people(people: People, month: CalendarMonth, keep: Keep) -> list[Batch]:
    """Payments to people, and from people elsewhere: of the whole block, kept where one is inside.

    Whom a customer beyond the world's end pays may be inside it. Owners of businesses pay
    people, too: the private money of the smallest firms is in the same account.
    """
    flows, size = people.flows, people.size
    firms = people.traits.business
    pays = counts(people, "to_people", month.number, flows.to_people, ~firms)
    pays += counts(people, "firms_to_people", month.number, flows.firms_to_people, firms)
    sent = drawn(people.streams, "to_people", month.number, pays)
    friend = people.circle[sent.who, sent.face % flows.circle]
    # Who runs a firm pays more people once: helpers, agents, sellers, some of whom many pay.
    by_firm = firms[sent.who]
    met = np.where(by_firm, sent.face * sent.face // FACES, sent.face)
    stranger = RANGES["person"].first + met * 4 + sent.who % 4
    once = np.where(by_firm, _ONCE_BY_FIRMS, _ONCE)
    friend = np.where(sent.bits & 7 < once, stranger, friend)
    inside = (sent.who < size) | (friend < size)
    if keep is not None:
        inside &= keep(sent.ids)
    # Those outside send as much in as goes out to them.
    # Firms are paid by transfer, too, as often as they pay so.
    gets = counts(people, "from_people", month.number, 0.5 * flows.to_people, ~firms[:size])
    gets += counts(people, "firms_from_people", month.number, flows.firms_to_people, firms[:size])
    got = kept(drawn(people.streams, "from_people", month.number, gets), keep)
    known = people.circle[got.who, got.face % flows.circle]
    # Who sells second-hand or lays out for others is paid by people outside the circle.
    unknown = (known < BLOCK) | (got.bits & 7 < _PAID_ONCE)
    elsewhere = np.where(unknown, RANGES["person"].first + got.face * 4, known)
    rows = np.flatnonzero(inside)
    sent, friend = sent.take(rows), friend[rows]
    return [
        _between(people, month, sent, sent.who, friend),
        _between(people, month, got, elsewhere, got.who),
    ]


def _between(
    people: People, month: CalendarMonth, events: Events, source: Ints, target: Ints
) -> Batch:
    # Who pays more often pays less at a time.
    traits = people.traits
    means = np.where(traits.business, _OF_TURNOVER * traits.turnover, traits.income)
    usual = 100.0 * means[events.who] / people.activity[events.who]
    cents = _TO_PERSON * usual * lognormal_levels(_PEOPLE_SPREAD)[events.size]
    amount = rounded(cents, events.word, people.flows.people_round)
    level = (events.bits >> 20) & (len(between_people()) - 1)
    code = between_people()[level]
    business = people.traits.business
    if business.any():  # what a firm is paid by code is a sale, and what it buys a supply
        sells, buys = ((end < BLOCK) & business[end % BLOCK] for end in (target, source))
        named = [between_people(bought)[level] for bought in ("sale", "supplier")]
        code = np.select([sells, buys], named, code)
    time = busy(people, month, events)
    return Batch.plain(time, source, target, amount, code, events.ids)


assert (DAYS, HOURS) == (1 << DAY_BITS, TICKS)
