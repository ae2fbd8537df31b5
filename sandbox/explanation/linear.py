"""Linear models in closed form: a weight times how far a feature is from the background's mean.

The interventional Shapley values of a sum of functions of one feature each; no sampling, and
correlation of features changes nothing (Strumbelj and Kononenko, 2014, section 3.3).
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sandbox.explanation.recipe import (
    Matrix,
    Recipe,
    Vector,
    as_fitted,
    is_a,
    package_of,
    second_class,
)

#: bases of scikit-learn's linear models, whose decision function or prediction is x·w + b
_CLASSIFIERS = ("LinearClassifierMixin",)
_REGRESSORS = ("LinearModel", "SGDRegressor", "LinearSVR")
_LOG_ODDS = ("LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis")


def linear_recipe(model: Any) -> Recipe | None:
    """How a linear model of scikit-learn is explained; None for anything else."""
    if package_of(model) != "sklearn" or getattr(model, "coef_", None) is None:
        return None
    classifier = is_a(model, *_CLASSIFIERS)
    weights = np.asarray(
        model.coef_.toarray() if hasattr(model.coef_, "toarray") else model.coef_, dtype=np.float64
    )
    if not (classifier or is_a(model, *_REGRESSORS)) or weights.size != weights.shape[-1]:
        return None
    return Recipe(
        output=_output(model) if classifier else "prediction",
        method="closed form, linear",
        margin=partial(_margin, model, classifier),
        values=partial(_values, weights.reshape(-1)),
        columns=None,
        linear=True,
    )


def _output(model: Any) -> str:
    if is_a(model, *_LOG_ODDS) or getattr(model, "loss", "") == "log_loss":
        return f"log-odds of {second_class(model)}"
    return f"decision function of {second_class(model)}"


def _margin(model: Any, classifier: bool, table: pd.DataFrame) -> Vector:
    given = as_fitted(model, table)
    said = model.decision_function(given) if classifier else model.predict(given)
    return np.asarray(said, dtype=np.float64).reshape(len(table))


def _values(weights: Vector, rows: pd.DataFrame, background: pd.DataFrame) -> Matrix:
    mean = background.to_numpy(dtype=np.float64).mean(axis=0)
    values: Matrix = (rows.to_numpy(dtype=np.float64) - mean) * weights
    return values
