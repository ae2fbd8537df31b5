"""How much each feature adds to a model's output. Runs inside the sandbox, on a fitted model.

Tree ensembles are explained by woodelf with interventional Shapley values (Nadel and Wettenstein,
"From Decision Trees to Boolean Logic: A Fast and Unified SHAP Algorithm"; about 50 times
`shap.TreeExplainer`, whose interventional mode is wrong on scikit-learn's HistGradientBoosting
with float64 features, shap#5116). Models that know their own contributions give them in closed
form. Missing values travel through the trees as the model itself sends them.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.explanation import additivity

#: rows of background that an explanation is measured against
MAX_BACKGROUND = 100

#: classes of `.ensemble` whose contributions are tested to add up, by name: importing
#: scikit-learn here would cost seconds where nothing is explained
ENSEMBLES = ("HistGradientBoostingClassifier",)

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def attribute(
    model: Any, features: pd.DataFrame, background: pd.DataFrame
) -> tuple[Matrix, Vector, Vector]:
    """Contributions of each feature to the model's margin, row by row.

    Parameters
    ----------
    model : a fitted `sandbox.models.protocol.Explainable`
    features : n × d, the rows to explain, with the columns the model was fitted on
    background : m × d, 1 to 100 rows; the contributions compare each row with them

    Returns
    -------
    values : n × d, in units of `model.explained` (log-odds for classifiers)
    base : n, the mean margin over the background
    margin : n, the model's own output; `values.sum(axis=1) + base` equals it

    Raises
    ------
    BadInput (a ValueError): a background that is empty, too long or of other columns; a model
        that offers neither a supported `ensemble` nor `contributions`.
    AdditivityError: the contributions do not add up to the margin.
    """
    _check_background(features, background)
    in_trees = getattr(model, "ensemble", None) is not None
    if not in_trees and not hasattr(model, "contributions"):
        raise BadInput(
            f"A {type(model).__name__} cannot be explained: it has neither `ensemble` "
            f"({' or '.join(ENSEMBLES)}) nor `contributions(features, background)`."
        )
    margin = _vector(model.margin(features), "margin", len(features))
    if in_trees:
        values, base = _of_ensemble(model, features, background)
    else:
        given, start = model.contributions(features, background)
        values = np.asarray(given, dtype=np.float64)
        base = _vector(start, "base", len(features))
    if values.shape != features.shape:
        raise BadInput(
            f"Contributions have shape {values.shape}; one column a feature, {features.shape}, "
            "is needed."
        )
    additivity.check(values, base, margin)
    return values, base, margin


def _check_background(features: pd.DataFrame, background: pd.DataFrame) -> None:
    if not 1 <= len(background) <= MAX_BACKGROUND:
        raise BadInput(
            f"The background has {len(background):,} rows; 1 to {MAX_BACKGROUND} are needed: "
            f"draw them with background.sample({MAX_BACKGROUND}, random_state=seed)."
        )
    if list(features.columns) != list(background.columns):
        raise BadInput(
            f"The background's columns {list(background.columns)} are not the features' "
            f"{list(features.columns)}; give both in the model's order."
        )


def _of_ensemble(
    model: Any, features: pd.DataFrame, background: pd.DataFrame
) -> tuple[Matrix, Vector]:
    """Interventional Shapley values of a tree ensemble, with the mean margin of the background."""
    name = type(model.ensemble).__name__
    if name not in ENSEMBLES:
        raise BadInput(
            f"An ensemble of class {name} cannot be explained yet; "
            f"{' and '.join(ENSEMBLES)} can, and so can models with `contributions`."
        )
    if model.ensemble.is_categorical_ is not None and model.ensemble.is_categorical_.any():
        raise BadInput(
            f"A {name} with native categorical features cannot be explained exactly; "
            "encode them as numbers in the model."
        )
    names = [str(name) for name in getattr(model, "columns_", features.columns)]
    values = np.zeros(features.shape)
    # columns that the trees were not grown on, of another family for instance, give nothing
    values[:, features.columns.get_indexer(pd.Index(names))] = tree_values(
        model.ensemble, features[names], background[names]
    )
    base = float(np.mean(_vector(model.margin(background), "margin", len(background))))
    return values, np.full(len(features), base)


def tree_values(
    ensemble: Any, rows: pd.DataFrame | Matrix, background: pd.DataFrame | Matrix
) -> Matrix:
    """Interventional Shapley values n × d of an ensemble's raw output, by its own columns."""
    from woodelf import WoodelfExplainer

    explainer = WoodelfExplainer(ensemble, _by_position(background))
    found = explainer.shap_values(_by_position(rows), verbose=False)
    return np.asarray(found, dtype=np.float64)


def _by_position(table: pd.DataFrame | Matrix) -> pd.DataFrame:
    """The numbers alone: woodelf looks columns up by name and rows up by index."""
    if isinstance(table, pd.DataFrame):
        table = table.to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.DataFrame(table)


def _vector(numbers: Any, what: str, rows: int) -> Vector:
    vector = np.asarray(numbers, dtype=np.float64)
    if vector.shape not in {(rows,), (rows, 1)}:
        raise BadInput(f"The model's {what} has shape {vector.shape}; ({rows},) is needed.")
    return vector.reshape(rows)
