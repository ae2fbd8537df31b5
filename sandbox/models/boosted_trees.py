"""Histogram gradient boosting as a model: what the boosted PD and fraud models share."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from sandbox.models.labelled import labelled_rows


class BoostedTrees(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probability of an event by histogram gradient boosting (Ke et al., LightGBM, 2017).

    Missing values are a branch of their own in every tree. Categories come as codes and are
    split as numbers: native categorical splits break the additivity of explanations. The
    number of trees is fixed, so a fit depends on nothing but its rows and `random_state`.
    """

    name: str
    family = "hgb"
    outputs: tuple[str, ...]
    explained: str

    def __init__(
        self,
        *,
        trees: int = 120,
        depth: int = 4,
        learning_rate: float = 0.06,
        smallest_leaf: int = 20,
        random_state: int = 0,
    ) -> None:
        #: boosting rounds, each one tree
        self.trees = trees
        #: splits from root to leaf at most: 4 lets four features interact
        self.depth = depth
        #: shrinkage of each tree's step
        self.learning_rate = learning_rate
        #: rows in a leaf at least
        self.smallest_leaf = smallest_leaf
        #: seed; ties between splits and nothing else depend on it
        self.random_state = random_state

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and `labels.target` (0, 1 or NaN); NaN rows are left out."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        rows, target = labelled_rows(features, labels)
        self.columns_ = [str(c) for c in rows.columns]
        self.classes_ = np.array([0.0, 1.0])
        self.ensemble = HistGradientBoostingClassifier(
            max_iter=self.trees,
            max_depth=self.depth,
            learning_rate=self.learning_rate,
            min_samples_leaf=self.smallest_leaf,
            early_stopping=False,
            random_state=self.random_state,
        ).fit(rows.astype(np.float64), target)
        return self

    def predict(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """The n × 1 matrix of probabilities."""
        probability = self.ensemble.predict_proba(self._rows(features))[:, 1]
        return np.asarray(probability, dtype=np.float64).reshape(-1, 1)

    def margin(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """The n log-odds that contributions add up to."""
        return np.asarray(self.ensemble.decision_function(self._rows(features)), dtype=np.float64)

    def _rows(self, features: pd.DataFrame) -> pd.DataFrame:
        return features[self.columns_].astype(np.float64)
