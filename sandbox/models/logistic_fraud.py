"""Logistic regression for fraud: the baseline boosted trees have to beat."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.features.families import FAMILIES
from sandbox.models.boosted_fraud import read_columns
from sandbox.models.labelled import labelled_rows
from sandbox.models.table_model import TableModel, numbers

Floats = NDArray[np.float64]

#: from this largest value a column without negative ones is taken as a logarithm
LOG_FROM = 50.0


class LogisticFraud(TableModel):
    """Probability of confirmed fraud, linear in standardised features.

    Missing values take the training median (0 where nothing was known); amounts and ages, which
    are never negative and skewed, are taken as logarithms; features are standardised; classes are
    weighted by nothing, so that scores stay probabilities. Explained in closed form. `families`
    are the columns it reads, as `BoostedFraud` does.
    """

    name = "logistic fraud"
    family = "logistic"
    role = "fraud"
    outputs = ("score",)
    explained = "log-odds of confirmed fraud"

    def __init__(self, *, penalty: float = 1.0, families: Sequence[str] = FAMILIES) -> None:
        #: strength of the ridge penalty on standardised coefficients
        self.penalty = penalty
        #: families of columns that it reads
        self.families = families

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from rows whose target is 0 or 1; NaN targets are left out."""
        from sklearn.linear_model import LogisticRegression

        names = read_columns(features, self.families)
        known, target = labelled_rows(features, labels)
        rows = numbers(known[names])
        self.columns_ = names
        self.median_ = np.nan_to_num(rows.median().to_numpy())
        filled = np.where(rows.isna(), self.median_, rows.to_numpy())
        self.skewed_ = (filled.min(axis=0) >= 0) & (filled.max(axis=0) > LOG_FROM)
        filled = self._as_logarithms(filled)
        self.mean_, self.scale_ = filled.mean(axis=0), np.maximum(filled.std(axis=0), 1e-12)
        line = LogisticRegression(C=1.0 / self.penalty, max_iter=500)
        line.fit(self._standardised(rows), target)
        self.coef_, self.intercept_ = line.coef_[0], float(line.intercept_[0])
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 1 matrix of fraud probabilities."""
        score: Floats = 1.0 / (1.0 + np.exp(-self.margin(features)))
        return score.reshape(-1, 1)

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds of confirmed fraud."""
        standardised = self._standardised(features)
        margin: Floats = self.intercept_ + standardised @ self.coef_
        return margin

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Floats, Floats]:
        """Contributions n × d and base n: coefficient × (feature − background mean)."""
        mean = self._standardised(background).mean(axis=0)
        values = np.zeros(features.shape)
        places = features.columns.get_indexer(pd.Index(self.columns_))
        values[:, places] = self.coef_ * (self._standardised(features) - mean)
        return values, np.full(len(features), self.intercept_ + self.coef_ @ mean)

    def _standardised(self, features: pd.DataFrame) -> Floats:
        rows = numbers(self._given(features)).to_numpy()
        filled = self._as_logarithms(np.where(np.isnan(rows), self.median_, rows))
        standardised: Floats = (filled - self.mean_) / self.scale_
        return standardised

    def _as_logarithms(self, filled: Floats) -> Floats:
        """With log(1 + x) in skewed columns; what is below 0 there only now counts as 0."""
        logarithms: Floats = np.log1p(np.maximum(filled, 0.0))
        return np.where(self.skewed_, logarithms, filled)
