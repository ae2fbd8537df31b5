"""Analysts' reviews: some of the approved applications, read by people, who err."""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.rows import Columns, category
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Residents

#: verdicts by code
VERDICTS = ("honest", "fraud")


def reviews_of(residents: "Residents", applied: Floats) -> Columns:
    """`schema.FRAUD_REVIEWS` of a block; `applied` is the time of each application, days.

    A review is a draw of the customer's own: it knows neither models nor labels. What was
    blocked is not reviewed. An analyst takes a fraud for honest, and the other way round, with
    the chances of `FraudMix`; the errors are in the truth by comparison with `fraud_cases`.
    """
    streams, by = residents.streams, residents.by_market
    read = streams.uniform("reviewed") < by(lambda scenario: scenario.fraud.reviewed)
    rows = np.flatnonzero(read & (residents.logged.limit > 0))
    sees = by(lambda scenario: scenario.fraud.review_sensitivity)
    clears = by(lambda scenario: scenario.fraud.review_specificity)
    right = streams.uniform("review_right") < np.where(residents.frauds, sees, clears)
    verdict = np.where(right, residents.frauds, ~residents.frauds)
    wait = by(lambda scenario: scenario.fraud.review_days)
    done = applied - wait * np.log1p(-streams.uniform("review_days"))
    return {
        "customer_id": streams.ids[rows],
        "event_time": applied[rows],
        "known_at": done[rows],
        "verdict": category(verdict[rows], VERDICTS),
    }
