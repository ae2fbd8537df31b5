"""Boosted PD and exposure: what most banks run, a PD that does not know the limit.

Credit conversion factor and balance model follow the Basel notion of exposure at default
(ead = balance + ccf · undrawn). Optimised without caps, the largest limit looks best: balance
and interest grow with it and the PD does not.
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from sandbox.errors import BadInput
from sandbox.models import limit_grid
from sandbox.models.limit_features import LimitFeatures
from sandbox.models.limit_grid import LIMITS
from sandbox.models.limit_log import LimitLog, check_amounts
from sandbox.models.limit_trees import Trees, Used, held_balance

Floats = NDArray[np.float64]


class BoostedExposure(BaseEstimator):  # type: ignore[misc]
    """PD by boosted trees, the same at every limit; balance by limit, EAD by a conversion factor.

    Outputs are those of `limit_grid.OUTPUTS`; labels as for `CausalPair`, without propensities.
    Explained: the log-odds of its one PD.
    """

    name = "boosted PD and exposure"
    family = "hgb"
    role = "limit"
    outputs = limit_grid.OUTPUTS
    explained = "log-odds of default"

    def __init__(
        self,
        *,
        ccf: float = 0.48,
        trees: int = 120,
        depth: int = 4,
        learning_rate: float = 0.06,
        smallest_leaf: int = 20,
        random_state: int = 0,
    ) -> None:
        #: share of the undrawn line that is drawn on the way to default [W]
        self.ccf = ccf
        #: boosting rounds of each ensemble
        self.trees = trees
        #: splits from root to leaf at most
        self.depth = depth
        #: shrinkage of each tree's step
        self.learning_rate = learning_rate
        #: rows in a leaf at least
        self.smallest_leaf = smallest_leaf
        #: seed; ties between splits and nothing else depend on it
        self.random_state = random_state

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and labels; rows never observed are left out.

        Raises BadInput for negative incomes or limits, mixed currencies, and a ccf outside 0
        to 1.
        """
        if not 0 <= self.ccf <= 1:
            raise BadInput(f"ccf is {self.ccf:g}; it is a share from 0 to 1.")
        log = LimitLog.of(features, labels, propensities=False)
        trees = Trees(
            self.trees, self.depth, self.learning_rate, self.smallest_leaf, self.random_state
        )
        self.described_ = LimitFeatures.of(log.features[log.seen])
        self.columns_ = list(self.described_.columns)
        customer = self.described_.customer(log.features)[log.seen]
        #: what explanations read: its columns are `columns_`
        self.ensemble: Any = trees.classifier(customer, log.target[log.seen])
        self.used_ = Used.learned(log, self.described_, trees)
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 29 matrix of `outputs`; raises BadInput for negative incomes."""
        check_amounts(features)
        pd_of_row = 1.0 / (1.0 + np.exp(-self.margin(features)))
        pd_at = np.repeat(pd_of_row[:, None], len(LIMITS), axis=1)
        used = held_balance(self.used_.utilisation(features))
        undrawn = np.maximum(1.0 - used, 0.0)
        ead = (used + self.ccf * undrawn) * LIMITS
        return limit_grid.matrix(pd_at, used, ead, self.used_.take_up(features))

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds that contributions add up to."""
        margin = self.ensemble.decision_function(self.described_.customer(features))
        return np.asarray(margin, dtype=np.float64)
