"""One block of a world under one decision vector: a row a customer, a row an account's month."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_generators.repayment import CENTS, Group, groups
from data_generators.residents import Market, Residents
from data_generators.rows import columns_together
from data_generators.streams import Floats

Columns = dict[str, NDArray[Any]]
#: money that flows in a month, as fields of `Happened`
FLOWS = ("drawn", "interest", "fee", "due", "paid", "refunded", "written_off")
#: those summed over an account's life
TOTALS = {"drawn": "drawn", "interest": "interest", "fee": "fee", "paid": "paid",
          "refunded": "refunded", "ead": "written_off"}  # fmt: skip


def replay_block(
    residents: Residents, limit: Floats, price: Floats, *, accounts: bool
) -> tuple[Columns, Columns]:
    """`World.replay` for one block: columns a customer, and columns an account's open month.

    The second is empty unless `accounts` asks for it; its rows are in the order of customer and
    month on book.
    """
    parts = [
        _replay_market(market, market.part_of(limit), market.part_of(price), accounts)
        for market in residents.markets
    ]
    rows = residents.rows
    summary = columns_together([p[0] for p in parts], rows)
    flows = columns_together([p[1] for p in parts], rows) if accounts else {}
    return summary, _open_months(residents, limit, flows) if accounts else {}


def _replay_market(
    market: Market, limit: Floats, price: Floats, accounts: bool
) -> tuple[Columns, Columns]:
    offer = market.offer(limit, price)
    months = market.lives(market.fates(offer))
    summaries, flows, rows = [], [], []
    for group in groups(market.scenario, market.traits, market.frauds, months, offer):
        summary, flow = _replay_group(group, accounts)
        summaries.append(summary)
        flows.append(flow)
        rows.append(group.rows)
    return columns_together(summaries, rows), columns_together(flows, rows)


def _replay_group(group: Group, accounts: bool) -> tuple[Columns, Columns]:
    """Totals of each customer of a group, and months × n of every flow."""
    terms = group.terms
    n, months = len(terms.price), terms.months.count
    total: Columns = {name: np.zeros(n) for name in TOTALS}
    profit, used, held = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64)
    default_month = np.full(n, np.nan)
    flow: Columns = {}
    if accounts:
        flow = {name: np.empty((months, n)) for name in (*FLOWS, "closing")}
        flow["was_open"] = np.zeros((months, n), dtype=bool)
        flow["months_late"] = np.zeros((months, n), dtype=np.int8)
        flow["event"] = np.zeros((months, n), dtype=np.int8)
    closing = np.zeros(n)
    for t, (state, happened, earned) in enumerate(group.lives()):
        profit += earned
        for name, source in TOTALS.items():
            total[name] += getattr(happened, source)
        default_month[happened.was_open & state.defaulted] = t + 1
        closing = state.balance
        used += closing
        held += happened.was_open
        if accounts:
            for name in FLOWS:
                flow[name][t] = getattr(happened, name)
            flow["closing"][t] = closing
            flow["was_open"][t] = happened.was_open
            flow["months_late"][t] = state.months_late
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
    return summary, flow


def _open_months(residents: Residents, limit: Floats, flows: Columns) -> Columns:
    """Rows of the months in which an account was open, customer by customer, RMB."""
    is_open = flows["was_open"].T
    months = is_open.shape[1]
    count = is_open.sum(axis=1)
    block = residents.block
    columns: Columns = {
        "customer_id": np.repeat(np.arange(block.start, block.stop), count),
        "mob": np.broadcast_to(np.arange(1, months + 1, dtype=np.int16), is_open.shape)[is_open],
        "credit_limit": np.repeat(limit, count),
    }
    closing = flows["closing"].T
    opening = np.concatenate([np.zeros((len(closing), 1)), closing[:, :-1]], axis=1)
    columns["opening"] = opening[is_open] / CENTS
    for name in ("drawn", "interest", "fee", "paid", "refunded", "written_off", "closing", "due"):
        columns[name] = flows[name].T[is_open] / CENTS
    columns["months_late"] = flows["months_late"].T[is_open]
    columns["event"] = flows["event"].T[is_open]
    return columns
