"""Boosted PD and exposure: what most banks run, a PD that does not know the limit.

Credit conversion factor and balance model follow the Basel notion of exposure at default
(ead = balance + ccf · undrawn). Optimised without caps, the largest limit looks best: balance
and interest grow with it and the PD does not.
"""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models import limit_grid
from sandbox.models.limit_features import LimitFeatures
from sandbox.models.limit_grid import LIMITS
from sandbox.models.limit_log import LimitLog, check_amounts
from sandbox.models.limit_trees import Used, held_balance
from sandbox.models.table_model import column_names, numbers
from sandbox.models.trees import TreeModel

Floats = NDArray[np.float64]


class BoostedExposure(TreeModel):
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
        super().__init__(
            trees=trees,
            depth=depth,
            learning_rate=learning_rate,
            smallest_leaf=smallest_leaf,
            random_state=random_state,
        )
        #: share of the undrawn line that is drawn on the way to default [W]
        self.ccf = ccf

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and labels; rows never observed are left out.

        Raises BadInput for negative incomes or limits, mixed currencies, and a ccf outside 0
        to 1.
        """
        if not 0 <= self.ccf <= 1:
            raise BadInput(f"ccf is {self.ccf:g}; it is a share from 0 to 1.")
        columns = column_names(features)
        log = LimitLog.of(features, labels, propensities=False)
        trees = self._trees()
        self.columns_ = columns
        self.described_ = LimitFeatures.of(log.features[log.seen])
        self.ensemble_ = trees.classifier(self._rows(log.features[log.seen]), log.target[log.seen])
        self.used_ = Used.learned(log, self.described_, trees)
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 29 matrix of `outputs`; raises BadInput for negative incomes."""
        features = self._given(features)
        check_amounts(features)
        pd_of_row = 1.0 / (1.0 + np.exp(-self.margin(features)))
        pd_at = np.repeat(pd_of_row[:, None], len(LIMITS), axis=1)
        used = held_balance(self.used_.utilisation(features))
        undrawn = np.maximum(1.0 - used, 0.0)
        ead = (used + self.ccf * undrawn) * LIMITS
        return limit_grid.matrix(pd_at, used, ead, self.used_.take_up(features))

    def _rows(self, features: pd.DataFrame) -> pd.DataFrame:
        """`columns_` as numbers; 0 in those that taught nothing, so that no tree splits them."""
        rows = self._given(features)
        dull = [name for name in self.columns_ if name not in self.described_.columns]
        return numbers(rows.assign(**dict.fromkeys(dull, 0.0)))
