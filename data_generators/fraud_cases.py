"""Truth about fraud: one row a case by application or by account."""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.partners import NEVER
from data_generators.rows import Columns, stacked
from data_generators.typologies import BUST_OUT, RING, TYPOLOGIES

if TYPE_CHECKING:
    from data_generators.residents import Market, Residents

#: names by code of `Market.typology`, and the bust-out after them
_NAMES = np.array(["", *(t.name for t in TYPOLOGIES), BUST_OUT.name], dtype=object)


def cases_of(residents: "Residents") -> Columns:
    """`schema.FRAUD_CASES` of a block, by customer."""
    cases = stacked([_of_market(market) for market in residents.markets])
    order = np.argsort(cases["customer_id"], kind="stable")
    return {name: values[order] for name, values in cases.items()}


def _of_market(market: "Market") -> Columns:
    code = np.where(market.intent.bust_out, len(_NAMES) - 1, market.typology)
    who = np.flatnonzero(code)
    code, stops = code[who], market.intent.stops[who]
    ring_id = np.full(len(who), -1, dtype=np.int64)
    strategy = np.full(len(who), "", dtype=object)
    in_ring = np.flatnonzero(code == 1 + TYPOLOGIES.index(RING))
    members = RING.members(who[in_ring], market.scenario.fraud, market.streams)
    ring_id[in_ring] = members.ring_id
    strategy[in_ring] = members.strategy
    by_account = code == len(_NAMES) - 1
    return {
        "customer_id": market.streams.ids[who],
        "typology": _NAMES[code],
        "denominator": np.where(by_account, "accounts", "applications").astype(object),
        "ring_id": ring_id,
        "strategy": strategy,
        "stops_month": np.where(stops < NEVER, stops, np.nan),
    }
