"""Truth about legitimate hubs: who shares a device, address, phone or account, and why."""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.customers import Flags
from data_generators.households import draw_households
from data_generators.identifiers import hide
from data_generators.rows import Columns, stacked
from data_generators.streams import BLOCK, Ints
from data_generators.terminals import terminals

if TYPE_CHECKING:
    from data_generators.residents import Market, Residents

#: kinds of hubs; an id is block × `BLOCK` × this many + number × this many + position here
HUBS = ("family", "dormitory", "friends", "terminal")


def hubs_of(residents: "Residents") -> Columns:
    """`schema.HUBS` for one block, in order of customer.

    A customer of a ring whose identifiers are the ring's shares nothing with the family.
    """
    table = stacked([_of_market(market) for market in residents.markets])
    order = np.lexsort((table["hub_id"], table["customer_id"]))
    return {name: values[order] for name, values in table.items()}


def _of_market(market: "Market") -> Columns:
    streams = market.streams
    here = streams.positions
    at = draw_households(streams, market.scenario.fraud.honest_sharing)
    number = terminals(market.scenario, streams)
    device = _still(market, "device_id", np.where(number >= 0, number, at.device)[here])
    address = _still(market, "address_id", at.address[here])
    # One who shares the device, the address or both with the family is in it.
    shares = (device & (at.device == at.family)[here]) | (address & (at.address == at.family)[here])
    parts = []
    for kind, group, holds in (
        ("family", at.family, shares),
        ("dormitory", at.dormitory, address),
        ("friends", at.friends, device),
        ("terminal", number, device),
    ):
        size = np.bincount(group[group >= 0], minlength=BLOCK)
        member = holds & (group[here] >= 0)
        member &= size[np.maximum(group[here], 0)] > 1
        who = np.flatnonzero(member)
        first = (streams.block.index * BLOCK + group[here[who]]) * len(HUBS)
        parts.append(
            {
                "customer_id": streams.ids[who],
                "kind": np.full(len(who), kind, dtype=object),
                "hub_id": first + HUBS.index(kind),
            }
        )
    return stacked(parts)


def _still(market: "Market", column: str, positions: Ints) -> Flags:
    """Whose application has the identifier that honest sharing gives it."""
    seen = market.applications.observed[column].astype(np.int64)
    same: Flags = seen == hide(positions, column, market.streams)
    return same
