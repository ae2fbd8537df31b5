"""The best policy that observed features allow, as far as much truth and boosted trees find it.

No bank can have it, since it learns from outcomes at every limit. The distance from the oracle to
it is what the features do not say; the distance from it to a policy is what the policy misses.
"""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sandbox.errors import BadInput
from sandbox.policy.decision_log import Floats


class BestObservable:
    """Regression of true profit at each limit on observed features; limits by its largest value.

    Learns what each step up the grid adds: of two neighbouring limits most of the noise is
    common. Profit is heavy-tailed at large limits, so what the trees say of those is the noisiest:
    leaves grow with the step, and every fifth customer is held out to choose the `ceiling` above
    which nothing is granted. Give it another world than the one it decides for, and many
    customers: a few replicas of noise each are enough.
    """

    def __init__(self, *, trees: int = 300, depth: int = 5, smallest_leaf: int = 200) -> None:
        #: boosting rounds for each step of the grid
        self.trees = trees
        #: splits from root to leaf
        self.depth = depth
        #: customers in a leaf of a step of up to 10,000 RMB, at least; in proportion above it
        self.smallest_leaf = smallest_leaf

    def fit(self, features: pd.DataFrame, profit: ArrayLike, limits: ArrayLike) -> Self:
        """Learn from n × d features and n × k true profits (RMB) at k limits (RMB, 0 first)."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        table, grid = np.asarray(profit, dtype=float), np.asarray(limits, dtype=float)
        if table.shape != (len(features), len(grid)) or len(grid) < 2:
            raise BadInput(
                f"profit has shape {table.shape}; give a row for each of {len(features):,} rows "
                f"of features and a column for each of {len(grid)} limits (at least 2)."
            )
        if grid[0] != 0 or (np.diff(grid) <= 0).any():
            raise BadInput(f"limits are {grid.tolist()}; give 0 first, then increasing RMB.")
        self.limits, self.columns = grid, list(features.columns)
        rows, held = features.to_numpy(dtype=float), np.arange(len(features)) % 5 == 4
        self.steps = [
            HistGradientBoostingRegressor(
                max_iter=self.trees,
                max_depth=self.depth,
                learning_rate=0.06,
                min_samples_leaf=int(self.smallest_leaf * max(1.0, step / 1e4)),
                early_stopping=False,
                random_state=0,
            ).fit(rows[~held], added)
            for step, added in zip(np.diff(grid), np.diff(table[~held], axis=1).T, strict=True)
        ]
        self.ceiling = grid[-1]
        if held.any():
            expected, true = self.expected_profit(features[held]), table[held]
            chosen = [np.argmax(expected[:, :k], axis=1) for k in range(1, len(grid) + 1)]
            earned = [true[np.arange(len(true)), each].mean() for each in chosen]
            self.ceiling = grid[int(np.argmax(earned))]
        return self

    def expected_profit(self, features: pd.DataFrame) -> Floats:
        """n × k expected profit (RMB), 0 at the limit of 0."""
        rows = features[self.columns].to_numpy(dtype=float)
        added = np.column_stack([np.zeros(len(rows)), *(step.predict(rows) for step in self.steps)])
        total: Floats = np.cumsum(added, axis=1)
        return total

    def decide(self, features: pd.DataFrame) -> Floats:
        """The limit (RMB) with the largest expected profit up to the ceiling, n."""
        allowed = self.limits <= self.ceiling
        expected = np.where(allowed, self.expected_profit(features), -np.inf)
        best: Floats = self.limits[np.argmax(expected, axis=1)]
        return best
