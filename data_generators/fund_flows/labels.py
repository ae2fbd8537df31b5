"""Labels of transfers: cases that are confirmed, late, as far as the bank saw and booked them."""

import numpy as np

from data_generators.fund_flows.block import BlockFlows
from data_generators.fund_flows.calendar import on_tick
from data_generators.fund_flows.columns import CASES, CASES_OF_ONE
from data_generators.fund_flows.seen import chance
from data_generators.rows import Columns

#: days before which nothing is confirmed: by then every transfer is known
KNOWN_AFTER = 1.0


def labels_of(flows: BlockFlows) -> Columns:
    """The observed table `schema.TRANSFER_LABELS` of a block, in order of time.

    Whether a case is found, and how long after each of its transfers, is the case's own: all
    that is seen of it is confirmed, or nothing.
    """
    fraud, seed = flows.people.scenario.transfer_fraud, flows.people.streams.seed
    moved = flows.stories.movements
    rows = np.flatnonzero((moved.typology > 0) & flows.story_seen)
    first = flows.residents.block.index * CASES
    case = first + moved.typology[rows].astype(np.int64) * CASES_OF_ONE + moved.case[rows]
    found = chance(case, seed, "case_found") < fraud.found
    rows, case = rows[found], case[found]
    time = on_tick(moved.time[rows])
    # Gamma with shape 2 is the sum of two exponentials.
    delay = (
        -0.5
        * fraud.label_delay_days
        * (
            np.log1p(-chance(case, seed, "case_delay_a"))
            + np.log1p(-chance(case, seed, "case_delay_b"))
        )
    )
    return {
        "transfer_id": flows.stories.ids[rows],
        "event_time": time,
        "known_at": time + KNOWN_AFTER + delay,
    }
