"""How much each feature adds to a model's output. Runs inside the sandbox, on a fitted model.

Tree ensembles are explained by woodelf with interventional Shapley values (about 50 times
`shap.TreeExplainer`, whose interventional mode is wrong on scikit-learn's HistGradientBoosting
with float64 features, shap#5116). Linear models and models that know their own contributions give
them in closed form; pipelines of these through their steps. Any other model is asked by `shap`.
Missing values travel through the trees as the model itself sends them.
"""

from typing import Any

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.explanation import additivity
from sandbox.explanation.any_model import PATIENT, Budget, explained_by_asking
from sandbox.explanation.linear import linear_recipe
from sandbox.explanation.pipelines import pipeline_recipe
from sandbox.explanation.recipe import (
    Found,
    Matrix,
    Recipe,
    Vector,
    columns_read,
    package_of,
    refuse_many_classes,
)
from sandbox.explanation.tree_ensembles import METHOD, tree_recipe, tree_values

__all__ = ["MAX_BACKGROUND", "attribute", "found_in", "tree_values"]

#: rows of background that an explanation is measured against
MAX_BACKGROUND = 100

#: classes of `.ensemble` whose contributions are tested to add up, by name: importing
#: scikit-learn here would cost seconds where nothing is explained
ENSEMBLES = ("HistGradientBoostingClassifier",)


def attribute(
    model: Any, features: pd.DataFrame, background: pd.DataFrame
) -> tuple[Matrix, Vector, Vector]:
    """Contributions of each feature to the model's output, row by row.

    Parameters
    ----------
    model : a fitted `sandbox.models.protocol.Explainable`, or any fitted estimator
    features : n × d, the rows to explain, with the columns the model was fitted on
    background : m × d, 1 to 100 rows; the contributions compare each row with them

    Returns
    -------
    values : n × d, in units of `model.explained` (log-odds for classifiers)
    base : n, the mean output over the background
    margin : n, the model's own output; `values.sum(axis=1) + base` equals it

    Raises
    ------
    BadInput (a ValueError): a background that is empty, too long or of other columns; a model
        that says no one number of a row, or would have to be asked too often.
    AdditivityError: the contributions do not add up to the output.
    """
    found = found_in(model, features, background)
    return found.values, found.base, found.margin


def found_in(
    model: Any,
    features: pd.DataFrame,
    background: pd.DataFrame,
    seed: int = 0,
    budget: Budget = PATIENT,
) -> Found:
    """The same with what they add up to and how they were found.

    `seed` matters for models that shap has to ask; `budget` may leave out the last rows.
    """
    _check_tables(features, background)
    model = _unwrapped(model)
    in_trees = getattr(model, "ensemble", None) is not None
    if hasattr(model, "margin") and (in_trees or hasattr(model, "contributions")):
        found = _of_protocol(model, features, background, in_trees)
    else:
        refuse_many_classes(model)
        recipe = _recipe_of(model)
        if recipe is None:
            found = explained_by_asking(model, features, background, seed, budget)
        else:
            found = _of_recipe(model, recipe, features, background, budget)
    additivity.check(found.values, found.base, found.margin)
    return found


def _check_tables(features: pd.DataFrame, background: pd.DataFrame) -> None:
    for table, what in ((features, "features"), (background, "background")):
        if not isinstance(table, pd.DataFrame):
            raise BadInput(
                f"The {what} are of type {type(table).__name__}; give a pandas DataFrame with "
                "named columns."
            )
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
    if not features.columns.is_unique:
        twice = features.columns[features.columns.duplicated()][0]
        raise BadInput(f"The features have two columns {twice!r}; give each a name of its own.")
    if not len(features):
        raise BadInput("The features have 0 rows; give at least one row to explain.")


def _unwrapped(model: Any) -> Any:
    """The model that scores: of a search over parameters the best, of a wrapper what it holds."""
    if package_of(model) == "sklearn" and hasattr(model, "best_estimator_"):
        return model.best_estimator_
    if package_of(model) == "sandbox" and package_of(getattr(model, "booster", 0)) == "xgboost":
        return model.booster
    return model


def _recipe_of(model: Any) -> Recipe | None:
    return tree_recipe(model) or linear_recipe(model) or pipeline_recipe(model, _recipe_of)


def _of_recipe(
    model: Any, recipe: Recipe, features: pd.DataFrame, background: pd.DataFrame, budget: Budget
) -> Found:
    """Contributions of an estimator that is explained exactly."""
    names = list(recipe.columns or columns_read(model, list(features.columns)))
    missing = [name for name in names if name not in features.columns]
    if missing:
        raise BadInput(
            f"The features have no column {missing[0]}, which the {type(model).__name__} was "
            f"fitted on; it reads {len(names)} columns."
        )
    own, usual = features[names], background[names]
    if budget.explained is not None and recipe.affordable is not None:
        own = own.head(recipe.affordable)
    margin = _vector(recipe.margin(own), "margin", len(own))
    values = np.zeros((len(own), features.shape[1]))
    # columns that the model does not read give nothing
    values[:, features.columns.get_indexer(pd.Index(names))] = recipe.values(own, usual)
    base = _vector(recipe.margin(usual), "margin", len(usual)).mean()
    return Found(values, np.full(len(own), base), margin, recipe.output, recipe.method)


def _of_protocol(
    model: Any, features: pd.DataFrame, background: pd.DataFrame, in_trees: bool
) -> Found:
    """Contributions of a model that says itself what it is made of."""
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
    method = METHOD if in_trees else "closed form, the model's own"
    output = str(getattr(model, "explained", "") or "margin")
    return Found(values, base, margin, output, method)


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


def _vector(numbers: Any, what: str, rows: int) -> Vector:
    vector = np.asarray(numbers, dtype=np.float64)
    if vector.shape not in {(rows,), (rows, 1)}:
        raise BadInput(f"The model's {what} has shape {vector.shape}; ({rows},) is needed.")
    return vector.reshape(rows)
