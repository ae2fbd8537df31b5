"""One block of a world under one decision vector: a row a customer, a row an account's month."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data_generators.limit_reviews import LimitPath, Review
from data_generators.repayment import CENTS, Group, groups
from data_generators.residents import Market, Residents
from data_generators.rows import Columns, Rows, category, columns_together, stacked
from data_generators.streams import Floats

#: days of a month on book
MONTH = 30.4375
#: days past due, as buckets of the arrears ledger
DPD_BUCKETS = ("1-30", "31-60", "61-90", "90+")
#: money that flows in a month, as fields of `Happened`
FLOWS = ("drawn", "interest", "fee", "due", "paid", "refunded", "written_off")
#: those summed over an account's life, by name of the total
TOTALS = {"drawn": "drawn", "interest": "interest", "fee": "fee", "paid": "paid",
          "refunded": "refunded", "ead": "written_off"}  # fmt: skip


class Replayed(NamedTuple):
    """A block under one decision vector; the last two are empty unless accounts are asked for."""

    #: a row a customer
    customers: Columns
    #: a row an account's open month, by customer and month on book
    accounts: Columns
    #: a row an account's late month, in the same order
    arrears: Columns


def replay_block(
    residents: Residents,
    limit: Floats,
    price: Floats,
    *,
    accounts: bool,
    review: Review | None = None,
) -> Replayed:
    """`World.replay` for one block."""
    parts = [
        _replay_market(market, market.part_of(limit), market.part_of(price), accounts, review)
        for market in residents.markets
    ]
    rows = residents.rows
    customers = columns_together([p[0] for p in parts], rows)
    if not accounts:
        return Replayed(customers, {}, {})
    flows = columns_together([p[1] for p in parts], rows)
    late = [_moved(p[2], where) for p, where in zip(parts, rows, strict=True)]
    return Replayed(customers, _open_months(residents, limit, flows), _late_months(residents, late))


def _replay_market(
    market: Market, limit: Floats, price: Floats, accounts: bool, review: Review | None
) -> tuple[Columns, Columns, Columns]:
    offer = market.offer(limit, price)
    months = market.lives(market.fates(offer))
    summaries, flows, late, rows = [], [], [], []
    for group in groups(market.scenario, market.traits, market.intent.stops, months, offer):
        ids = market.streams.ids if group.rows is None else market.streams.ids[group.rows]
        path = None if review is None else LimitPath(group, ids, review)
        summary, flow, arrears = _replay_group(group, accounts, path)
        summaries.append(summary)
        flows.append(flow)
        late.append(_moved(arrears, group.rows))
        rows.append(group.rows)
    return columns_together(summaries, rows), columns_together(flows, rows), stacked(late)


def _replay_group(
    group: Group, accounts: bool, path: LimitPath | None
) -> tuple[Columns, Columns, Columns]:
    """Totals of each customer of a group, months × n of every flow, and its late months."""
    terms = group.terms
    n, months = len(terms.price), terms.months.count
    total: Columns = {name: np.zeros(n) for name in TOTALS}
    profit, used, held = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64)
    default_month = np.full(n, np.nan)
    flow: Columns = {}
    late = [_late_rows(np.zeros(0, dtype=np.intp), 0, (np.zeros(0),) * 3, np.zeros(0))]
    if accounts:
        flow = _empty_flow(months, n, path)
    closing = np.zeros(n)
    lives = group.lives(None if path is None else path.after)
    for t, (state, happened, earned) in enumerate(lives):
        profit += earned
        for name, source in TOTALS.items():
            total[name] += getattr(happened, source)
        default_month[happened.was_open & state.defaulted] = t + 1
        closing = state.balance
        used += closing if path is None else path.used(closing)
        held += happened.was_open
        if accounts:
            for name in FLOWS:
                flow[name][t] = getattr(happened, name)
            flow["closing"][t] = closing
            if path is not None:
                flow["credit_limit"][t] = path.limit
            flow["was_open"][t] = happened.was_open
            flow["months_late"][t] = state.months_late
            behind = np.flatnonzero(happened.was_open & (state.months_late > 0))
            late.append(_late_rows(behind, t + 1, state.unpaid, happened.written_off))
            if happened.event is not None:
                flow["event"][t] = happened.event
    with np.errstate(divide="ignore", invalid="ignore"):
        utilisation = used / held / terms.limit
    opened = terms.opened
    summary = {
        "limit": terms.limit / CENTS,
        "taken": opened,
        "default": ~np.isnan(default_month),
        "default_month": default_month,
        **{name: amount / CENTS for name, amount in total.items()},
        "balance": closing / CENTS,
        "utilisation": np.where(opened, utilisation, np.nan),
        "profit": profit,
    }
    if path is not None:
        summary["final_limit"] = np.where(opened, path.limit, terms.limit) / CENTS
    return summary, flow, stacked(late)


def _empty_flow(months: int, n: int, path: LimitPath | None) -> Columns:
    """Room for every flow, months × n, to be filled month by month."""
    # One large allocation: the system hands it over in large pages.
    recorded = (*FLOWS, "closing", *(() if path is None else ("credit_limit",)))
    flow: Columns = dict(zip(recorded, np.empty((len(recorded), months, n)), strict=True))
    flow["was_open"] = np.zeros((months, n), dtype=bool)
    flow["months_late"] = np.zeros((months, n), dtype=np.int8)
    flow["event"] = np.zeros((months, n), dtype=np.int8)
    return flow


def _late_rows(
    rows: Rows, mob: int, unpaid: tuple[Floats, Floats, Floats], written_off: Floats
) -> Columns:
    """One month of the accounts that are late in it, by position; cents.

    On default the whole balance is called due, and written off.
    """
    amounts = {f"unpaid_{age}": each[rows] for age, each in enumerate(unpaid, start=1)}
    return {
        "row": rows,
        "mob": np.full(len(rows), mob, dtype=np.int16),
        **amounts,
        "called": written_off[rows],
    }


def _moved(late: Columns, rows: Rows | None) -> Columns:
    """Late months with positions in a part turned into positions in the whole."""
    return late if rows is None else {**late, "row": rows[late["row"]]}


def _late_months(residents: Residents, parts: Sequence[Columns]) -> Columns:
    """Rows of the months in which an account was late, customer by customer, RMB."""
    late = stacked(parts)
    order = np.lexsort((late["mob"], late["row"]))
    late = {name: values[order] for name, values in late.items()}
    overdue = {
        f"overdue_{bucket}": late[f"unpaid_{age}"] / CENTS
        for age, bucket in enumerate(("1_30", "31_60", "61_90"), start=1)
    }
    called = late["called"] / CENTS
    worst = np.select([called > 0, late["unpaid_3"] > 0, late["unpaid_2"] > 0], [3, 2, 1], 0)
    return {
        "customer_id": residents.block.start + late["row"],
        "mob": late["mob"],
        "dpd_bucket": category(worst, DPD_BUCKETS),
        **overdue,
        "overdue_90_plus": called,
    }


def _open_months(residents: Residents, limit: Floats, flows: Columns) -> Columns:
    """Rows of the months in which an account was open, customer by customer, RMB.

    An account is open from its first month on without a gap, so what is true of the month
    before stands in the row before.
    """
    is_open = flows["was_open"].T
    count = is_open.sum(axis=1)
    first = np.cumsum(count) - count
    mob = np.arange(1, int(count.sum()) + 1) - np.repeat(first, count)
    columns: Columns = {
        "customer_id": np.repeat(residents.streams.ids, count),
        "mob": mob.astype(np.int16),
        "credit_limit": np.repeat(limit, count),
        "opening": np.empty(0),
    }
    amounts = ("drawn", "interest", "fee", "paid", "refunded", "written_off", "closing", "due")
    # Again one allocation, and one list of places: by customer, out of month by month.
    money = np.empty((1 + len(amounts), len(mob)))
    place = (mob - 1) * is_open.shape[0] + (columns["customer_id"] - residents.block.start)
    for row, name in enumerate(amounts, start=1):
        np.take(flows[name].reshape(-1), place, out=money[row], mode="clip")
    if "credit_limit" in flows:
        columns["credit_limit"] = flows["credit_limit"].reshape(-1)[place] / CENTS
    money[1:] /= CENTS
    columns |= dict(zip(("opening", *amounts), money, strict=True))
    columns["opening"][1:] = columns["closing"][:-1]
    columns["opening"][first[count > 0]] = 0.0
    columns["months_late"] = flows["months_late"].T[is_open]
    columns["event"] = flows["event"].T[is_open]
    return columns
