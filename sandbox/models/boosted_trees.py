"""Boosted trees for one event: what the boosted PD and fraud models share."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.models.labelled import labelled_rows
from sandbox.models.table_model import column_names, numbers
from sandbox.models.trees import TreeModel, probability


class BoostedTrees(TreeModel):
    """Probability of an event by histogram gradient boosting.

    Missing values are a branch of their own in every tree. Categories come as codes and are
    split as numbers: native categorical splits break the additivity of explanations. The
    number of trees is fixed, so a fit depends on nothing but its rows and `random_state`.
    """

    name: str
    family = "hgb"
    outputs: tuple[str, ...]
    explained: str

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and `labels.target` (0, 1 or NaN); NaN rows are left out."""
        columns = column_names(features)
        rows, target = labelled_rows(features, labels)
        self.ensemble_ = self._trees(ridge=0.0).classifier(numbers(rows), target)
        self.columns_ = columns
        return self

    def predict(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """The n × 1 matrix of probabilities."""
        rows = self._rows(features)
        return probability(self.ensemble_, rows).reshape(-1, 1)
