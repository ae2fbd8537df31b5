"""Ordinary money of micro-businesses, one month: sales, suppliers, wages, rent, tax, the owner."""

import numpy as np

from data_generators.customers import Flags
from data_generators.fund_flows.accounts import CASH, RANGES
from data_generators.fund_flows.batch import Batch
from data_generators.fund_flows.bookings import booking, booking_levels, by_channel
from data_generators.fund_flows.calendar import CalendarMonth, hour_ticks
from data_generators.fund_flows.lanes import Events, drawn
from data_generators.fund_flows.levels import FACES, lognormal_levels
from data_generators.fund_flows.people import People
from data_generators.fund_flows.personal import HUNDRED, Keep, counts, kept, rounded, times
from data_generators.fund_flows.stage import client_of, supplier_of
from data_generators.streams import Floats, Ints

#: how costs divide: suppliers, wages, rent, tax (assumed)
_SUPPLIERS, _WAGES, _RENT, _TAX = 0.70, 0.20, 0.06, 0.04
#: share of the profit that the owner takes out (assumed)
_OWNER = 0.65
#: share of that in cash (assumed), of those who also have a private account: every other one
_OWNER_CASH = 0.4
#: of takings: share from businesses, from persons, and in notes, which are paid in at the bank;
#: the rest comes by platform (assumed)
_OF_BUSINESSES, _OF_PERSONS, _OF_NOTES = 0.56, 0.21, 0.08
#: log spread of sales and of supplier payments; those in hundreds (assumed)
_SPREAD, _ROUND = 0.8, 0.30
#: staff paid each month
_STAFF = 1


def trade_month(
    people: People, month: CalendarMonth, turnover: Floats, repaid: Floats, keep: Keep
) -> list[Batch]:
    """Everything that businesses in the world move in a month; `turnover` RMB, `repaid` cents."""
    firm = people.traits.business[: people.size]
    if not firm.any():
        return []
    profit = 100.0 * people.traits.income[: people.size] * firm
    mean = 100.0 * people.traits.turnover[: people.size]
    margin = profit / np.maximum(mean, 1.0)
    costs = np.maximum(100.0 * turnover * firm * (1.0 - margin), 0.0)
    owner = _OWNER * profit - 100.0 * people.traits.other_debt[: people.size] - repaid
    bought = np.maximum(_SUPPLIERS * costs + np.minimum(owner, 0.0), 0.2 * _SUPPLIERS * costs)
    return [
        _sales(people, month, 100.0 * turnover * firm, firm, keep),
        _suppliers(people, month, bought, firm, keep),
        *_monthly(people, month, costs, np.maximum(owner, 0.0), firm, keep),
        _cash(people, month, np.maximum(owner, 0.0), firm, keep),
    ]


def _shared_out(people: People, events: Events, total: Floats, keep: Keep) -> tuple[Events, Floats]:
    """The wanted events and their amounts, parts of each customer's `total`."""
    weight = np.take(lognormal_levels(_SPREAD), events.size)
    sums = np.bincount(events.who, weight, minlength=people.size)
    cents = weight * (total / np.maximum(sums, 1e-9))[events.who]
    amount = rounded(cents, events.word, _ROUND, HUNDRED)
    if keep is None:
        return events, amount
    rows = np.flatnonzero(keep(events.ids))
    return events.take(rows), amount[rows]


def _sales(
    people: People, month: CalendarMonth, turnover: Floats, firm: Flags, keep: Keep
) -> Batch:
    many = counts(people, "sales", month.number, people.flows.sales, firm)
    events, amount = _shared_out(
        people, drawn(people.streams, "sales", month.number, many), turnover, keep
    )
    edges = np.cumsum([_OF_BUSINESSES, _OF_PERSONS, _OF_NOTES])
    who_pays = np.searchsorted(edges, events.face / FACES, side="right")
    payer = np.choose(
        who_pays,
        [
            client_of(events.who, events.face),
            RANGES["person"].first + events.face * 4,
            np.full(len(events.who), CASH),
            people.platform[events.who],
        ],
    )
    time = times(month, month.busy_days[0], events.day, events.hour)
    code = np.where(
        who_pays == 2,
        booking_levels(*by_channel("deposit"))[events.word],
        booking_levels(*by_channel("sale"))[events.word],
    )
    return Batch.plain(time, payer, events.who, amount, code, events.ids)


def _suppliers(
    people: People, month: CalendarMonth, bought: Floats, firm: Flags, keep: Keep
) -> Batch:
    many = counts(people, "suppliers", month.number, people.flows.suppliers, firm)
    events, amount = _shared_out(
        people, drawn(people.streams, "suppliers", month.number, many), bought, keep
    )
    supplier = supplier_of(events.who, events.face)
    time = times(month, month.busy_days[3], events.day, events.hour)
    code = booking_levels(*by_channel("supplier"))[events.word]
    return Batch.plain(time, events.who, supplier, amount, code, events.ids)


def _cash(people: People, month: CalendarMonth, owner: Floats, firm: Flags, keep: Keep) -> Batch:
    """What the owner takes out at the machine."""
    mean = people.flows.withdrawals
    many = counts(people, "firm_cash", month.number, mean, firm & (owner > 0))
    events = kept(drawn(people.streams, "firm_cash", month.number, many), keep)
    in_notes = np.where(_private_account(events.who), _OWNER_CASH, 1.0)
    usual = in_notes * owner[events.who] / (max(mean, 0.1) * people.activity[events.who])
    cents = usual * lognormal_levels(0.5)[events.size]
    amount = rounded(cents, events.word, people.flows.cash_round)
    code = booking_levels(*by_channel("withdrawal"))[events.face % 128]
    till = np.full(len(events.who), CASH)
    time = times(month, month.busy_days[1], events.day, events.hour)
    return Batch.plain(time, events.who, till, amount, code, events.ids)


def _private_account(customer: Ints) -> Flags:
    """Owners who have one: the others take all they live on in notes."""
    private: Flags = customer % 2 == 0
    return private


def _monthly(
    people: People, month: CalendarMonth, costs: Floats, owner: Floats, firm: Flags, keep: Keep
) -> list[Batch]:
    """Wages, rent, tax, and what the owner lives on: once a month each."""
    person, staff = RANGES["person"], np.arange(people.size)
    takes = np.where(_private_account(staff), (1.0 - _OWNER_CASH) * owner, 0.0)
    any_day = month.days  # owners take their money when they need it
    plan: list[tuple[str, int, Floats, Ints, int, tuple[int, int]]] = [
        ("wages", _STAFF, _WAGES * costs / _STAFF, person.first + (staff * 5) % person.count,
         booking("wages", "app", "wages"), (9, 3)),
        ("firm_rent", 1, _RENT * costs, people.landlord[: people.size],
         booking("rent", "standing_order", "rent"), (2, 3)),
        ("tax", 1, _TAX * costs, np.full(people.size, RANGES["public"].first),
         booking("bill", "app", "none"), (14, 3)),
        ("owner", 1, takes, person.first + (staff * 3 + 1) % person.count,
         booking("transfer", "app", "none"), (0, any_day)),
        ("firm_debt", 1, 100.0 * people.traits.other_debt[: people.size],
         people.lender[: people.size], booking("bill", "standing_order", "loan"), (19, 3)),
    ]  # fmt: skip
    batches = []
    for purpose, times_a_month, cents, target, code, (day, days) in plan:
        due = firm & (cents >= 100.0)
        many = np.where(due, times_a_month, 0)
        events = kept(drawn(people.streams, purpose, month.number, many), keep)
        on = month.first + (day + events.day % days) % month.days
        time = on + hour_ticks()[events.hour] / (1 << 16)
        amount = rounded(cents[events.who], events.word, 0.25)
        who = target[events.who]
        if purpose == "wages":
            who = who + events.place // people.streams.block.whole.size
            who = person.first + (who - person.first) % person.count
        batches.append(Batch.plain(time, events.who, who, amount, code, events.ids))
    return batches
