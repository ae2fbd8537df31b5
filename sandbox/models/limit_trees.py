"""What a customer does at a limit, learned by boosted trees from a log; n × K tables out.

Every table is monotone in the limit where theory says so: pd, balance and exposure on default
do not fall, the take-up of an offer does not fall, utilisation does not rise by the trees.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.models.limit_features import LimitFeatures
from sandbox.models.limit_grid import LIMITS
from sandbox.models.limit_log import LimitLog
from sandbox.models.trees import Trees, of_rows

Floats = NDArray[np.float64]

#: balance over limit, at most: capitalised interest carries it past 1 (assumed)
MOST_USED = 1.3
#: exposure on default over limit, from and to (assumed)
EXPOSED = (0.02, 1.5)
#: defaults needed for a surface of their exposure; fewer give one mean ratio (assumed)
DEFAULTS_FOR_TREES = 100


@dataclass(frozen=True)
class Used:
    """Balance over limit, exposure on default over limit, and take-up, of customer and limit."""

    described: LimitFeatures
    used: Any
    #: None where too few defaulted: `mean_exposed` then
    exposed: Any | None
    mean_exposed: float
    #: None where every offer was taken
    taken: Any | None

    @classmethod
    def learned(cls, log: LimitLog, described: LimitFeatures, trees: Trees) -> "Used":
        """From the rows of a log with an outcome; take-up from all offers."""
        together = described.at(log.features, log.limit)
        seen, rising = log.seen, described.rising(together, 1)
        used = trees.regressor(together[seen], log.utilisation[seen])
        bad = log.target == 1
        share = log.ead[bad] / log.limit[bad]
        exposed = None
        if bad.sum() >= DEFAULTS_FOR_TREES:
            exposed = trees.regressor(together[bad], share)
        taken = None
        if len(np.unique(log.taken)) > 1:
            taken = trees.classifier(together, log.taken, rising)
        return cls(described, used, exposed, float(share.mean()), taken)

    def utilisation(self, features: pd.DataFrame) -> Floats:
        """n × K, before anything is made monotone."""
        return np.clip(self._table(self.used.predict, features), 0.0, MOST_USED)

    def ead(self, features: pd.DataFrame) -> Floats:
        """n × K, RMB, not falling in the limit."""
        share = np.full((len(features), len(LIMITS)), self.mean_exposed)
        if self.exposed is not None:
            share = self._table(self.exposed.predict, features)
        return not_falling(np.clip(share, *EXPOSED) * LIMITS)

    def take_up(self, features: pd.DataFrame) -> Floats:
        """n × K, not falling in the limit."""
        if self.taken is None:
            return np.ones((len(features), len(LIMITS)))
        return self._table(lambda x: self.taken.predict_proba(x)[:, 1], features)

    def _table(self, answer: Any, features: pd.DataFrame) -> Floats:
        return at_each_limit(answer, self.described, features)


def at_each_limit(
    answer: Any,
    described: LimitFeatures,
    features: pd.DataFrame,
    limits: tuple[int, ...] = LIMITS,
) -> Floats:
    """n × K answers of a function of customer and limit."""
    return np.column_stack([of_rows(answer, described.at(features, limit)) for limit in limits])


def not_falling(table: Floats) -> Floats:
    """The smallest table that is nowhere below this one and does not fall along a row.

    >>> not_falling(np.array([[1.0, 3.0, 2.0]])).tolist()
    [[1.0, 3.0, 3.0]]
    """
    risen: Floats = np.maximum.accumulate(table, axis=1)
    return risen


def held_balance(utilisation: Floats) -> Floats:
    """The same utilisation with a balance that does not fall as the limit rises."""
    balance: Floats = not_falling(utilisation * LIMITS) / LIMITS
    return balance
