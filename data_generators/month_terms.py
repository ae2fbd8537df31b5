"""What decides each month of each account: the terms of the log-odds of not wanting to pay.

Nothing is drawn or modelled anew here: the terms come from the functions that the ledger uses,
and the months are those of a replay (replica 0).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data_generators.decisions import Decisions, numbers
from data_generators.errors import InvalidInput
from data_generators.partners import Fates
from data_generators.repayment import CENTS, Group, Happened, Ledger, groups
from data_generators.repayment.events import KINDS
from data_generators.repayment.ledger import till
from data_generators.repayment.willingness import inclination, pressure
from data_generators.rows import Columns
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Market
    from data_generators.world import World

#: terms of the log-odds, in the order of the columns
TERMS = ("intercept", "willingness", "service", "lateness", "burden", "promise", "partner")


def monthly_contributions(
    world: "World", limit: ArrayLike, price: float | None, customers: ArrayLike | None
) -> pd.DataFrame:
    """See `Truth.monthly_contributions`."""
    decisions = decisions_of(world, limit, price)
    wanted = chosen(world, customers)
    parts = [pd.DataFrame({"customer_id": np.zeros(0, np.int64)})]
    for residents in world.residents("monthly contributions"):
        block = residents.block
        mine = wanted[(wanted >= block.start) & (wanted < block.stop)]
        if len(mine) == 0:
            continue
        inside = slice(block.start, block.stop)
        granted, charged = decisions.limit[inside], decisions.price[inside]
        for market in residents.markets:
            offer = market.offer(market.part_of(granted), market.part_of(charged))
            fates = market.fates(offer)
            months = market.lives(fates)
            ids = market.streams.ids
            asked = np.isin(ids, mine)
            for group in groups(market.scenario, market.traits, market.intent.stops, months, offer):
                rows = slice(None) if group.rows is None else group.rows
                found = _of_group(market, fates, group, asked[rows])
                parts += [
                    pd.DataFrame({"customer_id": ids[rows][columns.pop("row")], **columns})
                    for columns in found
                ]
    table = pd.concat(parts[1:] or parts, ignore_index=True)
    return table.sort_values(["customer_id", "mob"], ignore_index=True) if len(parts) > 1 else table


def decisions_of(world: "World", limit: ArrayLike, price: float | None) -> Decisions:
    """One decision a customer; a single limit holds for all."""
    limits = numbers("limit", limit)
    if limits.ndim == 0:
        limits = np.full(world.customers, limits)
    if len(limits) != world.customers:
        raise InvalidInput(
            f"There are {len(limits)} limits for {world.customers} customers; give one for each, "
            "in customer order, or one number for all."
        )
    return Decisions.of(limits, price=world.scenario.economics.apr if price is None else price)


def chosen(world: "World", customers: ArrayLike | None) -> NDArray[np.int64]:
    """Ids of the customers asked for; None for all of them."""
    if customers is None:
        return np.arange(world.customers)
    ids = np.atleast_1d(np.asarray(customers))
    if not ids.size:
        raise InvalidInput("customers is []; give one id or more, or None for all where it may be.")
    if not np.issubdtype(ids.dtype, np.integer):
        raise InvalidInput(
            f"customers are {ids.dtype}; give customer ids, which are whole numbers."
        )
    bad = (ids < 0) | (ids >= world.customers)
    if bad.any():
        raise InvalidInput(
            f"There is no customer {ids[np.argmax(bad)]}; ids lie from 0 to {world.customers - 1}."
        )
    if len(np.unique(ids)) < len(ids):
        raise InvalidInput("customers names one more than once; give each id once.")
    return ids.astype(np.int64)


def _of_group(
    market: "Market", fates: Fates, group: Group, asked: NDArray[np.bool_]
) -> Iterator[Columns]:
    """Columns of each month of the asked customers whose account is open; `row`: in the group."""
    terms, months = group.terms, group.terms.months
    r = terms.scenario.repayment
    own = inclination(terms.scenario, terms.traits, market.partners)
    shock = fates.shock[terms.traits.partner]
    before: Ledger | None = None
    for t, (state, happened, _) in enumerate(group.lives()):
        rows = np.flatnonzero(asked & happened.was_open)
        late = np.zeros(len(rows), np.int8) if before is None else before.months_late[rows]
        balance = (state.balance + happened.paid + happened.written_off)[rows]
        event = np.zeros(len(rows), np.int8) if happened.event is None else happened.event[rows]
        promised = event == 1 + KINDS.index("promise")
        state_terms = pressure(r, late, balance > terms.heavy[rows], promised)
        fallen = np.where(months.collapse[rows] <= t, shock[rows], 0.0)
        brought = [np.broadcast_to(term, shock.shape)[rows] for term in own]
        values = dict(zip(TERMS, (*brought, *state_terms, fallen), strict=True))
        cash = _cash(group, t, before, happened)[rows]
        owed = _owed(before, happened, balance, event, rows)
        cannot = cash < r.nothing_below * owed
        refuses = months.reluctance[t, rows] < state_terms[0] + state_terms[1] + state_terms[2]
        yield {
            "row": rows,
            "mob": np.full(len(rows), t + 1, np.int16),
            **values,
            "log_odds": sum(values.values(), np.zeros(len(rows))),
            "unwilling": refuses,
            "never_pays": terms.stops[rows] <= t,
            "cash": cash / CENTS,
            "owed": owed / CENTS,
            "short": cash < owed,
            "cannot": cannot,
            "paid": (happened.paid - happened.refunded)[rows] / CENTS,
        }
        before = state


def _cash(group: Group, t: int, before: Ledger | None, happened: Happened) -> Floats:
    """Cash at hand in month `t`, cents, as the ledger has it."""
    exogenous: Floats = group.terms.months.cash[t]
    if group.terms.buffer_cap is None:
        return exogenous
    buffer = np.rint(CENTS * group.terms.traits.buffer) if before is None else before.buffer
    assert buffer is not None, "businesses have a buffer in every month"
    cash = till(group.terms, t, buffer, happened.drawn)
    pocket = group.terms.pocket
    return cash if pocket is None else np.maximum(cash, pocket)


def _owed(
    before: Ledger | None,
    happened: Happened,
    balance: Floats,
    event: NDArray[np.int8],
    rows: NDArray[np.intp],
) -> Floats:
    """What the customer was asked for: dues, fees and arrears, less what the partner paid back."""
    owed = (happened.due + happened.fee)[rows]
    if before is not None:
        kept = event != 1 + KINDS.index("restructuring")
        for unpaid in before.unpaid:
            owed = owed + unpaid[rows] * kept
    owed = np.minimum(owed, balance)
    rest: Floats = owed - np.minimum(happened.refunded[rows], owed)
    return rest
