"""Histogram gradient boosting (Ke et al., LightGBM, 2017), as every tree model here grows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.models.table_model import TableModel, numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trees:
    """How an ensemble is grown; the number of trees is fixed, none are stopped early."""

    trees: int
    depth: int
    learning_rate: float
    smallest_leaf: int
    random_state: int
    #: weight of the squared leaf values
    ridge: float = 1.0

    def classifier(self, x: pd.DataFrame, event: Floats, rising: list[int] | None = None) -> Any:
        """Fitted to 0/1 events."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(**self._settings(), monotonic_cst=rising)
        return model.fit(binnable(x), event)

    def regressor(self, x: pd.DataFrame, amount: Floats, rising: list[int] | None = None) -> Any:
        """Fitted to means of amounts."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        model = HistGradientBoostingRegressor(**self._settings(), monotonic_cst=rising)
        return model.fit(binnable(x), amount)

    def _settings(self) -> dict[str, Any]:
        return {
            "max_iter": self.trees,
            "max_depth": self.depth,
            "learning_rate": self.learning_rate,
            "min_samples_leaf": self.smallest_leaf,
            "l2_regularization": self.ridge,
            "early_stopping": False,
            "random_state": self.random_state,
        }


class TreeModel(TableModel):
    """A model made of boosted trees: how they are grown, and the margin of the one explained."""

    #: trees over `columns_`, whose raw output is the margin; set by `fit`
    ensemble_: Any

    def __init__(
        self,
        *,
        trees: int = 120,
        depth: int = 4,
        learning_rate: float = 0.06,
        smallest_leaf: int = 20,
        random_state: int = 0,
    ) -> None:
        #: boosting rounds of each ensemble, each one tree
        self.trees = trees
        #: splits from root to leaf at most: 4 lets four features interact
        self.depth = depth
        #: shrinkage of each tree's step
        self.learning_rate = learning_rate
        #: rows in a leaf at least
        self.smallest_leaf = smallest_leaf
        #: seed; ties between splits and nothing else depend on it
        self.random_state = random_state

    @property
    def ensemble(self) -> Any:
        """The fitted trees that explanations read; no such attribute before a fit."""
        return self.ensemble_

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds that contributions add up to."""
        rows = self._rows(features)
        return of_rows(self.ensemble_.decision_function, rows)

    def _rows(self, features: pd.DataFrame) -> pd.DataFrame:
        """What `ensemble` reads: `columns_` as numbers."""
        return numbers(self._given(features))

    def _trees(self, ridge: float = 1.0) -> Trees:
        return Trees(
            self.trees,
            self.depth,
            self.learning_rate,
            self.smallest_leaf,
            self.random_state,
            ridge,
        )


def binnable(x: pd.DataFrame) -> pd.DataFrame:
    """The table with 0 in columns without any value: trees cannot bin them, nor split a constant.

    >>> binnable(pd.DataFrame({"known": [1.0, np.nan], "never": [np.nan, np.nan]})).values.tolist()
    [[1.0, 0.0], [nan, 0.0]]
    """
    unknown = x.columns[x.isna().all()]
    return x.assign(**dict.fromkeys(map(str, unknown), 0.0)) if len(unknown) else x


def probability(model: Any, x: pd.DataFrame) -> Floats:
    """Of the event, by a fitted classifier; n."""
    return of_rows(lambda rows: model.predict_proba(rows)[:, 1], x)


def of_rows(answer: Callable[[pd.DataFrame], Any], x: pd.DataFrame) -> Floats:
    """One number a row; none for a table without rows, which scikit-learn refuses."""
    return np.asarray(answer(x), dtype=np.float64) if len(x) else np.empty(0)
