"""The one call that explains any fitted model, as shap's own `Explanation`."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from sandbox.explanation.attribution import Attribution
from sandbox.explanation.contributions import found_in

if TYPE_CHECKING:
    import shap


def explain(
    model: Any, features: pd.DataFrame, background: pd.DataFrame, seed: int = 0
) -> "shap.Explanation":
    """Contributions of each feature to what the model says of each row, as a `shap.Explanation`.

    Interventional Shapley values against the background: exact for trees (woodelf), linear
    models, scorecards and pipelines of these (closed form), and by asking the model (shap) for
    any other. The model runs in this process, so give it one that you trust; a study explains
    inside the sandbox.

    Parameters
    ----------
    model : a fitted built-in model or estimator (scikit-learn, XGBoost, LightGBM, optbinning, or
        anything with `predict_proba` or `predict`)
    features : n × d, the rows to explain; columns by the names that the model was fitted on
    background : m × d, 1 to 100 rows that they are compared with, such as a sample of training rows
    seed : of the random orders in which shap asks a model that is explained in no other way

    Returns
    -------
    `values` n × d and `base_values` n, which add up to the model's output in every row; `data`
    n × d (text as codes); `feature_names`; `output_names` says what they add up to, with its
    unit: "log-odds of class 1". shap's plots draw it.

    Raises
    ------
    BadInput (a ValueError): a background of 0 or more than 100 rows; several classes; no number a
        row; more rows than can be asked about in ten minutes. The sentence says what can be done.
    AdditivityError: the contributions do not add up to the output; names the worst row.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> x = pd.DataFrame({"rent": [0.0, 1.0, 2.0, 3.0], "age": [1.0, 0.0, 1.0, 0.0]})
    >>> found = explain(LogisticRegression().fit(x, [0, 0, 1, 1]), x, x)
    >>> found.output_names, found.values.shape
    ('log-odds of class 1', (4, 2))
    """
    found = found_in(model, features, background, seed)
    attribution = Attribution(
        values=found.values,
        base=found.base,
        features=features,
        output=found.output,
        method=found.method,
    )
    return attribution.to_shap()
