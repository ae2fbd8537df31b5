"""The rule matrix: expert points become a PD band, the band times income becomes a limit."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models.labelled import labelled_rows
from sandbox.models.limit_log import check_amounts
from sandbox.models.table_model import TableModel, column_names, numbers

Floats = NDArray[np.float64]

#: points (log-odds of default before calibration) by feature: value above which the step applies,
#: points added there; written by an analyst, not fitted
POINTS: dict[str, tuple[tuple[float, float], ...]] = {
    "bureau_overdue_24m": ((0.5, 0.9), (1.5, 0.6), (3.5, 0.6)),
    "bureau_inquiries_6m": ((1.5, 0.3), (3.5, 0.5)),
    "bureau_utilisation": ((0.3, 0.3), (0.5, 0.4), (0.75, 0.5)),
    "bureau_lenders": ((1.5, 0.3), (3.5, 0.4)),
    "shop_late_payments_12m": ((0.5, 0.4), (2.5, 0.4)),
    "social_risky_share": ((0.10, 0.3), (0.25, 0.5)),
    "court_enforcement": ((0.5, 1.5),),
    "bank_savings": ((2_000.0, -0.4), (10_000.0, -0.6)),
}
#: points where the feature is missing: a little worse than the average applicant
MISSING_POINTS = 0.3
#: what limits are a multiple of, RMB a month
INCOME = "declared_income"


class RuleMatrix(TableModel):
    """Points by hand, calibrated to the log by two numbers; limit = income × multiple of the band.

    Outputs `pd` and `limit` (RMB; 0 where the income is not known). It reads the features of
    `POINTS` and the income, and no others. Explained in closed form: the points themselves.
    """

    name = "rule matrix"
    family = "rules"
    role = "limit"
    outputs = ("pd", "limit")
    explained = "log-odds of default"

    def __init__(
        self,
        *,
        pd_bands: tuple[float, ...] = (0.01, 0.03, 0.06, 0.12),
        income_multiples: tuple[float, ...] = (3.0, 2.0, 1.2, 0.5),
    ) -> None:
        #: upper edges of the PD bands; above the last one the limit is 0
        self.pd_bands = pd_bands
        #: limit over declared monthly income, a band each
        self.income_multiples = income_multiples

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Calibrate level and slope of the points to observed outcomes (NaN targets left out)."""
        from sklearn.linear_model import LogisticRegression

        _check(features)
        rows, target = labelled_rows(features, labels)
        points = points_of(rows).sum(axis=1, keepdims=True)
        line = LogisticRegression(C=np.inf).fit(points, target)
        self.slope_, self.level_ = float(line.coef_[0, 0]), float(line.intercept_[0])
        self.columns_ = [*POINTS, INCOME]
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 2 matrix of pd and limit; raises BadInput for negative incomes."""
        own = self._given(features)
        check_amounts(own, (INCOME,))
        pd_of_row = 1.0 / (1.0 + np.exp(-self.margin(features)))
        multiples = np.array([*self.income_multiples, 0.0])
        band = np.searchsorted(np.asarray(self.pd_bands), pd_of_row, side="left")
        limit = multiples[band] * numbers(own)[INCOME].fillna(0.0).to_numpy()
        return np.column_stack([pd_of_row, limit])

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds of default."""
        self._given(features)
        margin: Floats = self.level_ + self.slope_ * points_of(features).sum(axis=1)
        return margin

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Floats, Floats]:
        """Contributions n × d and base n: calibrated points against the background's mean."""
        mean = points_of(background).mean(axis=0)
        values = self.slope_ * (points_of(features) - mean)
        base = np.full(len(features), self.level_ + self.slope_ * mean.sum())
        return values, base


def points_of(features: pd.DataFrame) -> Floats:
    """Points n × d, in the order of the features' columns; 0 for features without points."""
    points = np.zeros(features.shape)
    for name, steps in POINTS.items():
        value = numbers(features[[name]])[name].to_numpy()
        column = features.columns.get_loc(name)
        for above, worth in steps:
            points[:, column] += worth * (value > above)
        points[np.isnan(value), column] = MISSING_POINTS
    return points


def _check(features: pd.DataFrame) -> None:
    there = set(column_names(features))
    missing = [name for name in (*POINTS, INCOME) if name not in there]
    if missing:
        raise BadInput(f"The rule matrix needs the features {', '.join(missing)}; give them.")
