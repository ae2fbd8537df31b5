"""Where a log can speak of a limit: granted at random, or likely enough for such a customer.

Beyond that a model would tell of customers it has never seen: the incumbent gives its largest
limits to a few, and trees carry their utilisation over to everybody. There the balance is held
at that of the largest limit that the log speaks of, while pd and exposure go on rising: a larger
limit then earns nothing and may cost. It is pessimism in the face of missing overlap (Y. Jin,
Z. Yang and Z. Wang, "Is pessimism provably efficient for offline RL?", ICML 2021).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.models.limit_features import LimitFeatures
from sandbox.models.limit_grid import LIMITS
from sandbox.models.limit_log import LimitLog
from sandbox.models.trees import Trees, probability

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: rows that a limit must have been granted to, to be spoken of at all (assumed)
LEAST_GRANTED = 100


@dataclass(frozen=True)
class Positivity:
    """Which limits a log speaks of, customer by customer."""

    described: LimitFeatures
    #: limits that were granted at random
    at_random: tuple[bool, ...]
    #: probability of a limit at least as large, for limits granted by judgement alone
    likely: dict[int, Any]
    #: probability that such a limit needs
    least: float

    @classmethod
    def learned(
        cls, log: LimitLog, described: LimitFeatures, trees: Trees, least: float
    ) -> "Positivity":
        """From granted limits; one small ensemble for each limit that was not randomised."""
        customer, at_random = described.customer(log.features), log.overlap()
        likely = {}
        for place in np.flatnonzero(~at_random):
            granted = (log.places() >= place).astype(np.float64)
            if LEAST_GRANTED <= granted.sum() < len(granted):
                likely[int(place)] = trees.classifier(customer, granted)
        return cls(described, tuple(bool(each) for each in at_random), likely, least)

    def spoken_of(self, features: pd.DataFrame) -> Flags:
        """n × K: limits up to which, without a gap above the smallest, the log speaks."""
        customer = self.described.customer(features)
        spoken = np.tile(np.array(self.at_random), (len(features), 1))
        for place, model in self.likely.items():
            spoken[:, place] = probability(model, customer) >= self.least
        # a gap below a limit that the log speaks of is bridged from both sides
        reached = np.maximum.accumulate(spoken[:, ::-1], axis=1)[:, ::-1]
        reached[:, 0] = True
        return np.asarray(reached, dtype=np.bool_)

    def held(self, utilisation: Floats, take_up: Floats, spoken: Flags) -> tuple[Floats, Floats]:
        """Utilisation and take-up with balance and take-up held where the log does not speak."""
        last = (spoken.sum(axis=1) - 1)[:, None]
        balance = np.take_along_axis(utilisation * LIMITS, last, axis=1) / LIMITS
        taken = np.take_along_axis(take_up, last, axis=1)
        return np.where(spoken, utilisation, balance), np.where(spoken, take_up, taken)
