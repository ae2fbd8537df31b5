"""The points scorecard: monotone bins, weight of evidence, logistic regression.

The construction is Siddiqi's (Credit Risk Scorecards, 2006), the one that credit committees read.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models import woe
from sandbox.models.labelled import labelled_rows
from sandbox.models.table_model import TableModel, column_names, numbers

Vector = NDArray[np.float64]


class Scorecard(TableModel):
    """Probability of default by logistic regression on the weight of evidence of each feature.

    A feature takes part when its information value is high enough and its coefficient says
    the same as its bins; features whose sign turns against their bins (they repeat what
    another one says better) are dropped one by one, the worst first.

    After `fit`, `bins_` is the scorecard: one row a bin with `feature`, `bin`, `count`,
    `defaults`, `default_rate`, `woe`, `coefficient`, `points`; the points of a row's bins add
    up to its score, `points(features)`.
    """

    name = "scorecard"
    family = "woe"
    outputs = ("pd",)
    explained = "log-odds of default"

    def __init__(
        self,
        *,
        max_bins: int = 8,
        smallest_share: float = 0.05,
        min_iv: float = 0.02,
        categories: Sequence[str] = (),
        penalty: float = 1.0,
        base_points: float = 600.0,
        base_odds: float = 50.0,
        pdo: float = 20.0,
        role: str = "pd",
    ) -> None:
        #: bins a feature at most, the one for missing values not counted
        self.max_bins = max_bins
        #: accounts in a bin at least, as a share of all (0 to 1)
        self.smallest_share = smallest_share
        #: information value a feature needs to take part (Siddiqi: under 0.02, no predictor)
        self.min_iv = min_iv
        #: names of features that are codes without an order
        self.categories = categories
        #: weight of the squared coefficients in the fit, as in a ridge regression
        self.penalty = penalty
        #: points at which the odds of good to bad are `base_odds`
        self.base_points = base_points
        #: odds of good to bad at `base_points`
        self.base_odds = base_odds
        #: points to double the odds
        self.pdo = pdo
        #: what it is judged as: "pd", or "limit" where a policy grants limits from its pd
        self.role = role

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and `labels.target` (0, 1 or NaN); NaN rows are left out.

        Raises BadInput when no feature has the information value asked for.
        """
        columns = column_names(features)
        known, target = labelled_rows(features, labels)
        rows = numbers(known)
        self.columns_ = columns
        self.cuts_ = {
            name: woe.cut(
                name,
                rows[name].to_numpy(dtype=np.float64),
                target,
                category=name in self.categories,
                max_bins=self.max_bins,
                smallest_share=self.smallest_share,
            )
            for name in self.columns_
        }
        self.intercept_, self.coefficients_ = self._fitted(self._evidence(rows), target)
        self.bins_ = self._table()
        return self

    def predict(self, features: pd.DataFrame) -> Vector:
        """The n × 1 matrix of pd."""
        pd_of_row: Vector = 1.0 / (1.0 + np.exp(-self.margin(features)))
        return pd_of_row.reshape(-1, 1)

    def margin(self, features: pd.DataFrame) -> Vector:
        """The n log-odds of default, what contributions add up to."""
        margin: Vector = self._evidence(features) @ self.coefficients_ + self.intercept_
        return margin

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Vector, Vector]:
        """Coefficient times the distance from the background's mean weight of evidence.

        Returns n × d contributions in the order of `features` and the n base values (the
        background's mean margin). These are the Shapley values of a model that is additive in
        its features (Lundberg and Lee, 2017, corollary 1).
        """
        reference = self._evidence(background).mean(axis=0)
        values = (self._evidence(features) - reference) * self.coefficients_
        base = float(reference @ self.coefficients_ + self.intercept_)
        order = [self.columns_.index(str(c)) for c in features.columns]
        return values[:, order], np.full(len(features), base)

    def points(self, features: pd.DataFrame) -> Vector:
        """The n scores: `base_points` at odds `base_odds`, `pdo` more for twice the odds."""
        factor = self.pdo / np.log(2.0)
        points: Vector = -factor * (np.log(self.base_odds) + self.margin(features))
        return points + self.base_points

    def _evidence(self, features: pd.DataFrame) -> Vector:
        """The n × d weights of evidence, in the order of `columns_`."""
        rows = numbers(self._given(features))
        return np.column_stack([self.cuts_[c].weights(rows[c].to_numpy()) for c in self.columns_])

    def _fitted(self, evidence: Vector, target: Vector) -> tuple[float, Vector]:
        """Intercept and d coefficients, 0 for features that take no part, none positive."""
        from sklearn.linear_model import LogisticRegression

        strong = [self.cuts_[c].information_value >= self.min_iv for c in self.columns_]
        taking_part = np.flatnonzero(strong)
        coefficients = np.zeros(len(self.columns_))
        while len(taking_part):
            # the tightest tolerance that lbfgs reaches: coefficients are printed as points
            fit = LogisticRegression(C=1.0 / self.penalty, tol=1e-8, max_iter=1000).fit(
                evidence[:, taking_part], target
            )
            # weight of evidence is positive for good accounts: a positive coefficient would
            # give points for a bin that defaults more
            worst = int(np.argmax(fit.coef_[0]))
            if fit.coef_[0][worst] < 0:
                coefficients[taking_part] = fit.coef_[0]
                return float(fit.intercept_[0]), coefficients
            taking_part = np.delete(taking_part, worst)
        best = max(self.columns_, key=lambda c: self.cuts_[c].information_value)
        raise BadInput(
            f"No feature has an information value of {self.min_iv} or more; the best is {best} "
            f"with {self.cuts_[best].information_value:.4f}: lower min_iv or give other features."
        )

    def _table(self) -> pd.DataFrame:
        factor = self.pdo / np.log(2.0)
        used = int((self.coefficients_ != 0).sum())
        # every feature carries its share of the offset, so that points read as a whole
        share = self.base_points - factor * (np.log(self.base_odds) + self.intercept_)
        parts = []
        for name, coefficient in zip(self.columns_, self.coefficients_, strict=True):
            if coefficient != 0:
                table = self.cuts_[name].table()
                table["coefficient"] = coefficient
                table["points"] = share / used - factor * coefficient * table["woe"]
                parts.append(table)
        return pd.concat(parts, ignore_index=True)
