"""The two doors to fund flows: what the bank sees of them, and the whole ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data_generators.fund_flows.accounts import BANKS, HOLDERS
from data_generators.fund_flows.block import BlockFlows, block_flows
from data_generators.fund_flows.columns import ledger_of, transfers_by_month
from data_generators.fund_flows.labels import labels_of
from data_generators.fund_flows.months import check_months
from data_generators.observation import check_as_of
from data_generators.progress import shown
from data_generators.rows import Columns, category
from data_generators.scenarios.flows import OF_TRANSFERS
from data_generators.schema import (
    FLOW_ACCOUNTS,
    FUND_FLOWS,
    LEDGER,
    TRANSFER_CASES,
    TRANSFER_LABELS,
    TRANSFERS,
)
from data_generators.streams import Floats, Ints

if TYPE_CHECKING:
    from data_generators.residents import Residents
    from data_generators.world import World


@dataclass(frozen=True)
class FundFlows:
    """What the bank sees of transfers; columns as in `schema.FUND_FLOWS`."""

    transfers: pd.DataFrame
    #: confirmed fraud among them, late and a part only
    transfer_labels: pd.DataFrame


@dataclass(frozen=True)
class FundFlowsTruth:
    """Every transfer and what is behind it; columns as in `schema.FUND_FLOWS_TRUTH`."""

    ledger: pd.DataFrame
    #: accounts with their opening and closing balances
    accounts: pd.DataFrame
    #: cases of fraud in transfers
    cases: pd.DataFrame


def fund_flows(
    world: "World", months: int = 12, as_of: float | None = None, *, progress: bool = True
) -> FundFlows:
    """`World.fund_flows`."""
    check_as_of(as_of)
    check_months(world, months)
    parts = list(fund_flows_blocks(world, months, as_of, progress=progress))
    names = [table.name for table in FUND_FLOWS]
    return FundFlows(*(pd.concat([getattr(p, n) for p in parts], ignore_index=True) for n in names))


def fund_flows_blocks(
    world: "World", months: int = 12, as_of: float | None = None, *, progress: bool = True
) -> Iterator[FundFlows]:
    """The same in parts, a month of a block each, for writing without holding a world in memory."""
    check_as_of(as_of)
    check_months(world, months)
    for block in shown(world.blocks(), "fund flows", progress=progress):
        for part in flows_of_block(world.residents_of(block), months):
            frames = (table.frame(part[table.name]) for table in FUND_FLOWS)
            yield FundFlows(*(_known(frame, as_of) for frame in frames))


def flows_of_block(
    residents: "Residents", months: int, accounts: Columns | None = None
) -> Iterator[dict[str, Columns]]:
    """The observed tables of one block as columns, month by month, all that will ever be known.

    `accounts`: the block's accounts table, where it is at hand.
    """
    flows = block_flows(residents, months, accounts)
    labels = labels_of(flows)
    first = np.searchsorted(labels["event_time"], [month.first for month in flows.months])
    for start, stop, transfers in zip(
        first, [*first[1:], None], transfers_by_month(flows), strict=True
    ):
        part = {name: values[start:stop] for name, values in labels.items()}
        yield {TRANSFERS.name: transfers, TRANSFER_LABELS.name: part}


def fund_flows_truth(world: "World", months: int = 12, *, progress: bool = True) -> FundFlowsTruth:
    """`Truth.fund_flows`."""
    check_months(world, months)
    ledgers, accounts, cases = [], [], []
    for block in shown(world.blocks(), "fund flows", progress=progress):
        flows = block_flows(world.residents_of(block), months)
        ledger = LEDGER.frame(ledger_of(flows))
        ledgers.append(ledger)
        accounts.append(FLOW_ACCOUNTS.frame(_accounts(flows, ledger)))
        cases.append(TRANSFER_CASES.frame(_cases(ledger)))
    return FundFlowsTruth(*(pd.concat(p, ignore_index=True) for p in (ledgers, accounts, cases)))


def _known(table: pd.DataFrame, as_of: float | None) -> pd.DataFrame:
    kept = table if as_of is None else table.loc[table["known_at"] <= as_of]
    return kept.reset_index(drop=True)


def _accounts(flows: BlockFlows, ledger: pd.DataFrame) -> Columns:
    """Accounts with their totals; of those outside, the ones that moved."""
    drawn, ids = flows.people.accounts, flows.people.accounts.ids
    place = pd.Index(ids)
    cents = np.rint(100.0 * ledger["amount"].to_numpy())
    paid_in, paid_out = (
        np.bincount(place.get_indexer(pd.Index(ledger[name])), cents, minlength=len(ids))
        for name in ("to_account", "from_account")
    )
    size = flows.people.size
    rows: Ints = np.flatnonzero((paid_in > 0) | (paid_out > 0) | (np.arange(len(ids)) < size))
    opening: Floats = flows.opening()
    customer = np.where(rows < size, flows.residents.block.start + rows, -1)
    return {
        "account": ids[rows],
        "customer_id": customer,
        "holder": category(drawn.holder[rows], HOLDERS),
        "bank": category(drawn.bank[rows], BANKS),
        "opened_day": drawn.opened_day[rows],
        "opening": opening[rows] / 100.0,
        "paid_in": paid_in[rows] / 100.0,
        "paid_out": paid_out[rows] / 100.0,
        "closing": (opening + paid_in - paid_out)[rows] / 100.0,
    }


def _cases(ledger: pd.DataFrame) -> Columns:
    """Totals of each case."""
    part = ledger.loc[ledger["case_id"] != -1]
    by_case = part.groupby("case_id")
    codes = part["typology"].cat.codes.groupby(part["case_id"]).first().to_numpy()
    return {
        "case_id": np.array(list(by_case.groups), dtype=np.int64),
        "typology": category(codes, ("", *OF_TRANSFERS)),
        "first": by_case["event_time"].min().to_numpy(),
        "last": by_case["event_time"].max().to_numpy(),
        "transfers": by_case.size().to_numpy(dtype=float),
        "transfers_seen": by_case["seen"].sum().to_numpy(dtype=float),
        "amount": np.round(by_case["amount"].sum().to_numpy(), 2),
    }
