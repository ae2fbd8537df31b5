"""Isolation forest: what is unlike the rest, whatever fraud has looked like so far."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.features.families import FAMILIES
from sandbox.models.boosted_fraud import read_columns
from sandbox.models.labelled import labelled_rows
from sandbox.models.rising_line import RisingLine, logistic
from sandbox.models.table_model import TableModel, numbers

Floats = NDArray[np.float64]

#: least that a cut less to isolate a row adds to the log-odds: odd rows are never less suspicious
LEAST_SLOPE = 1e-3


class IsolationForestFraud(TableModel):
    """Applications ranked by how few random cuts isolate them (Liu, Ting and Zhou, 2008).

    The forest is grown without labels; they only give level and slope of the line that makes a
    probability of the mean depth, the slope never below 0, so that the order is the forest's own.
    Missing values take the median of the rows it was grown on.

    Exactly explained: the margin is linear in the mean depth, which is a sum over trees.
    """

    name = "isolation forest"
    family = "forest"
    role = "fraud"
    outputs = ("score",)
    explained = "log-odds of confirmed fraud"

    def __init__(
        self,
        *,
        trees: int = 100,
        rows: int = 256,
        families: Sequence[str] = FAMILIES,
        random_state: int = 0,
    ) -> None:
        #: trees of the forest
        self.trees = trees
        #: rows that each tree is grown on, at most
        self.rows = rows
        #: families of columns that it reads
        self.families = families
        #: seed of rows and cuts
        self.random_state = random_state

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Grow the forest on the rows whose outcome was observed; then fit level and slope."""
        from sklearn.ensemble import IsolationForest

        names = read_columns(features, self.families)
        known, target = labelled_rows(features, labels)
        rows = numbers(known[names])
        self.median_ = np.nan_to_num(rows.median().to_numpy())
        self.columns_ = names
        self.forest_ = IsolationForest(
            n_estimators=self.trees,
            max_samples=min(self.rows, len(rows)),
            random_state=self.random_state,
        ).fit(self._filled(rows))
        odd = self._oddness(self._filled(rows)).reshape(-1, 1)
        self.line_ = RisingLine.fitted(odd, target, np.ones(1), penalty=0.0, least=LEAST_SLOPE)
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 1 matrix of fraud probabilities."""
        return logistic(self.margin(features)).reshape(-1, 1)

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds of confirmed fraud, falling with the mean depth."""
        odd = self._oddness(self._filled(numbers(self._given(features))))
        return self.line_.margin(odd.reshape(-1, 1))

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Floats, Floats]:
        """Contributions n × d and base n: interventional Shapley values of the mean depth."""
        from sandbox.explanation.contributions import tree_values

        own, usual = (self._filled(numbers(self._given(table))) for table in (features, background))
        values = np.zeros(features.shape)
        places = features.columns.get_indexer(pd.Index(self.columns_))
        values[:, places] = -self.line_.slopes[0] * tree_values(self.forest_, own, usual)
        return values, np.full(len(features), self.margin(background).mean())

    def _filled(self, rows: pd.DataFrame) -> Floats:
        """Without missing values, at the precision at which trees compare."""
        known = rows.to_numpy()
        filled = np.where(np.isnan(known), self.median_, known)
        return np.clip(filled, -1e38, 1e38).astype(np.float32).astype(np.float64)

    def _oddness(self, rows: Floats) -> Floats:
        """Cuts less than none: the mean depth at which a row is alone, negative."""
        if not len(rows):
            return np.empty(0)
        grown = self.forest_.max_samples_
        odd: Floats = np.log2(-self.forest_.score_samples(rows)) * _usual_depth(grown)
        return odd


def _usual_depth(rows: int) -> float:
    """Mean depth at which a row of so many is alone in a random tree (Liu et al., equation 1)."""
    if rows <= 2:
        return float(max(rows - 1, 0))
    return float(2.0 * (np.log(rows - 1.0) + np.euler_gamma) - 2.0 * (rows - 1.0) / rows)
