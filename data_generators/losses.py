"""The border between fraud and credit loss: why each default happened.

One who was never going to pay and one who lost the job miss the same payments. The truth tells
them apart by what weighed in the month of the first miss of the spell that ended in default.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data_generators.customers import Flags
from data_generators.month_terms import monthly_contributions
from data_generators.repayment.months import job_state
from data_generators.rows import together
from data_generators.schema import LOSSES
from data_generators.streams import Ints
from data_generators.typologies import BUST_OUT, TYPOLOGIES

if TYPE_CHECKING:
    from data_generators.residents import Market
    from data_generators.world import World


def losses(world: "World") -> pd.DataFrame:
    """See `Truth.losses`."""
    logged = world.logged_decisions()
    customers = world.replay(logged, progress=False).customers
    gone = customers[customers["default"]].reset_index(names="customer_id")
    ids = gone["customer_id"].to_numpy()
    if not len(ids):
        return LOSSES.frame({c.name: np.zeros(0, dtype=_dtype(c.dtype)) for c in LOSSES.columns})
    missed = np.zeros(world.customers, dtype=np.int64)
    missed[ids] = gone["default_month"].to_numpy()
    names, stops, jobless = (np.empty(world.customers, dtype=d) for d in (object, int, bool))
    for residents in world.residents("losses"):
        part = slice(residents.block.start, residents.block.stop)
        kinds = np.array(["", *(t.name for t in TYPOLOGIES)], dtype=object)[residents.typology]
        names[part] = np.where(residents.intent.bust_out, BUST_OUT.name, kinds)
        stops[part] = residents.intent.stops
        late = residents.by_market(lambda scenario: scenario.repayment.default_months_late)
        missed[part] = np.maximum(missed[part] - late + 1, 1)
        states = [_jobless_in(m, m.part_of(missed[part]) - 1) for m in residents.markets]
        jobless[part] = together(states, residents.rows)
    first = missed[ids]
    months = monthly_contributions(world, logged.limit, None, ids).set_index(["customer_id", "mob"])
    at_miss = months.loc[list(zip(ids.tolist(), first.tolist(), strict=True))]
    fraud = stops[ids] < first
    unwilling = at_miss["unwilling"].to_numpy()
    cause = np.select(
        [
            fraud,
            unwilling & (at_miss["partner"].to_numpy() > 0),
            unwilling,
            jobless[ids],
        ],
        [names[ids], "partner_collapse", "willingness", "job_loss"],
        "cash",
    )
    return LOSSES.frame(
        {
            "customer_id": ids,
            "default_month": gone["default_month"].to_numpy(),
            "ead": gone["ead"].to_numpy(),
            "cause": cause.astype(object),
            "fraud": fraud,
        }
    )


def _jobless_in(market: "Market", month: Ints) -> Flags:
    """Who is without a job in that month on book, from 0, one a customer; businesses have none."""
    jobless = np.zeros(market.streams.size, dtype=bool)
    then = jobless.copy()
    for t in range(market.months):
        jobless = job_state(market.scenario, jobless, market.streams, t)
        then |= jobless & (month == t)
    return then & ~market.traits.business


def _dtype(name: str) -> type:
    return {"int64": int, "float64": float, "bool": bool}.get(name, object)
