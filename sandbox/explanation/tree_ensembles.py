"""Tree ensembles by woodelf: interventional Shapley values, exact, in the trees' own arithmetic.

Nadel and Wettenstein, "From Decision Trees to Boolean Logic: A Fast and Unified SHAP Algorithm".
Each library compares in its own precision (scikit-learn's forests and XGBoost in single, its
histogram boosting and LightGBM in double), so rows are rounded to it first; a value that lies
between the two would otherwise take another branch here than in the model.
"""

import copy
from collections.abc import Callable
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

METHOD = "woodelf, exact"
#: splits from root to leaf up to which woodelf keeps a table of all paths; deeper trees take it a
#: second for some 4,000 leaves, whatever the rows
_DEEP = 12
#: leaves times rows that a sandboxed cell affords for deep trees, and leaves at which it is not
#: worth it: 77,000 leaves (100 unlimited trees on 6,000 rows) take 21 s for 200 rows
_MOST_DEEP_WORK, _MOST_DEEP_LEAVES = 16_000_000, 200_000
_FORESTS = (
    "RandomForestClassifier",
    "ExtraTreesClassifier",
    "DecisionTreeClassifier",
    "ExtraTreeClassifier",
    "RandomForestRegressor",
    "ExtraTreesRegressor",
    "DecisionTreeRegressor",
    "ExtraTreeRegressor",
)
#: trees of XGBoost that are added up in single precision before they are in double
_TOGETHER = 25


def tree_recipe(model: Any) -> Recipe | None:
    """How an ensemble of trees is explained; None for anything else, and for trees that woodelf
    does not read as their library does (native categories, linear leaves, several outputs)."""
    makers = {"sklearn": _sklearn, "xgboost": _xgboost, "lightgbm": _lightgbm}
    maker = makers.get(package_of(model))
    return maker(model) if maker else None


def tree_values(
    ensemble: Any,
    rows: pd.DataFrame | Matrix,
    background: pd.DataFrame | Matrix,
    single: bool = False,
) -> Matrix:
    """Interventional Shapley values n × d of an ensemble's raw output, by its own columns.

    `single`: the ensemble compares in single precision. Of two classes, those of the second.
    """
    from woodelf import WoodelfExplainer
    from woodelf.core.trees.parse_models import load_decision_tree_ensemble_model

    own, usual = _by_position(rows, single), _by_position(background, single)
    trees = load_decision_tree_ensemble_model(
        _as_grown(ensemble), list(usual.columns), class_index=1
    )
    explainer = WoodelfExplainer(trees, usual)
    return np.asarray(explainer.shap_values(own, verbose=False), dtype=np.float64)


def _by_position(table: pd.DataFrame | Matrix, single: bool) -> pd.DataFrame:
    """The numbers alone: woodelf looks columns up by name and rows up by index."""
    if isinstance(table, pd.DataFrame):
        table = table.to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.DataFrame(table.astype(np.float32).astype(np.float64) if single else table)


def _as_grown(ensemble: Any) -> Any:
    """The ensemble, announcing as many trees as it has.

    treelite reads as many as `n_estimators` says: past the end where training stopped early.
    """
    grown = len(getattr(ensemble, "estimators_", ()))
    if not grown or getattr(ensemble, "n_estimators", grown) == grown:
        return ensemble
    announced = copy.copy(ensemble)
    announced.n_estimators = grown
    return announced


def _sklearn(model: Any) -> Recipe | None:
    if is_a(model, "HistGradientBoostingClassifier", "HistGradientBoostingRegressor"):
        categorical = model.is_categorical_
        if categorical is not None and categorical.any():
            return None
        return _recipe(model, *_boosted(model), single=False)
    if is_a(model, "GradientBoostingClassifier", "GradientBoostingRegressor"):
        if model.init not in (None, "zero"):  # a model of its own below the trees
            return None
        return _recipe(model, *_boosted(model), single=True)
    if is_a(model, *_FORESTS):
        if getattr(model, "n_outputs_", 1) != 1:
            return None
        deep = _leaves_if_deep(model)
        if deep > _MOST_DEEP_LEAVES:
            return None
        classifier = is_a(model, "ClassifierMixin")
        says = f"probability of {second_class(model)}" if classifier else "prediction"
        affordable = max(1, _MOST_DEEP_WORK // deep) if deep else None
        return _recipe(model, says, _probability if classifier else _prediction, True, affordable)
    if is_a(model, "IsolationForest"):
        return _recipe(model, "mean number of cuts that isolate a row", _cuts, single=True)
    return None


def _boosted(model: Any) -> tuple[str, Callable[[Any, Any], Any]]:
    """What a boosting of scikit-learn adds up, in its own words."""
    loss = model.loss
    if is_a(model, "ClassifierMixin"):
        scale = "half the log-odds" if loss == "exponential" else "log-odds"
        return f"{scale} of {second_class(model)}", lambda m, x: m.decision_function(x)
    if loss in ("poisson", "gamma"):
        return "logarithm of the prediction", lambda m, x: np.log(m.predict(x))
    return "prediction", _prediction


def _xgboost(model: Any) -> Recipe | None:
    import json

    if getattr(model, "missing", None) is not None and not np.isnan(model.missing):
        return None
    booster = model.get_booster() if hasattr(model, "get_booster") else model
    settings = json.loads(booster.save_config())["learner"]
    single_output = int(settings["learner_model_param"].get("num_class", 0)) < 2
    single_output &= int(settings["learner_model_param"].get("num_target", 1)) < 2
    trees_only = settings["gradient_booster"]["name"] in ("gbtree", "dart")
    categorical = "c" in (booster.feature_types or [])
    if not (trees_only and single_output) or categorical:
        return None
    best = getattr(model, "best_iteration", None) if booster is not model else None
    if best is not None:  # training stopped early, by a setting or by a callback
        booster = booster[: best + 1]  # the rounds that its predictions use
    objective = settings["objective"]["name"]
    names = getattr(booster, "feature_names", None)
    labels = model if hasattr(model, "classes_") else booster
    return Recipe(
        output=_of_objective(objective, labels),
        method=METHOD,
        margin=partial(_xgboost_margin, booster),
        values=lambda rows, background: tree_values(booster, rows, background, single=True),
        columns=tuple(names) if names else None,
    )


def _xgboost_margin(booster: Any, table: pd.DataFrame) -> Vector:
    """The raw output, added up in double precision from parts of a few trees each.

    XGBoost adds in single precision; over hundreds of trees its rounding alone would be more
    than the gate allows.
    """
    import xgboost

    given = table if booster.feature_names else table.to_numpy()
    matrix = xgboost.DMatrix(given)
    rounds = booster.num_boosted_rounds()

    def said(start: int, end: int) -> Vector:
        part = booster.predict(matrix, output_margin=True, iteration_range=(start, end))
        return np.asarray(part, dtype=np.float64)

    if rounds <= _TOGETHER:
        return said(0, 0)
    # what every prediction starts from: in two parts it is there twice, in the whole once
    start = float(np.mean(said(0, 1) + said(1, 2) - said(0, 2)))
    parts = (said(k, min(k + _TOGETHER, rounds)) - start for k in range(0, rounds, _TOGETHER))
    margin: Vector = sum(parts, np.full(len(table), start))
    return margin


def _lightgbm(model: Any) -> Recipe | None:
    booster = getattr(model, "booster_", model)
    text = booster.model_to_string()
    unreadable = ("num_cat=1", "is_linear=1", "average_output", "[zero_as_missing: 1]")
    plain = booster.num_model_per_iteration() == 1 and not any(s in text for s in unreadable)
    # a column of categories stays one where no tree splits on it
    if not plain or _has_categories(text) or getattr(booster, "pandas_categorical", None):
        return None
    objective = text.partition("objective=")[2].partition("\n")[0]
    names = booster.feature_name()
    named = names[0] != "Column_0"
    return Recipe(
        output=_of_objective(objective, model),
        method=METHOD,
        margin=lambda x: booster.predict(x if named else x.to_numpy(), raw_score=True),
        values=lambda rows, background: tree_values(booster, rows, background),
        columns=tuple(names) if named else None,
    )


def _has_categories(text: str) -> bool:
    counts = (line for line in text.splitlines() if line.startswith("num_cat="))
    return any(line != "num_cat=0" for line in counts)


def _of_objective(objective: str, model: Any) -> str:
    """What is added up under an objective, which LightGBM writes with settings behind its name."""
    objective, *settings = objective.split(" ")
    if any(s == "sqrt" or (s.startswith("sigmoid:") and s != "sigmoid:1") for s in settings):
        return f"raw score ({' '.join([objective, *settings])})"
    if objective in ("binary:logistic", "binary:logitraw", "reg:logistic", "binary"):
        return f"log-odds of {second_class(model)}"
    if objective in ("count:poisson", "poisson", "reg:gamma", "gamma", "reg:tweedie", "tweedie"):
        return "logarithm of the prediction"
    raw = ("reg:squarederror", "regression", "regression_l1", "reg:absoluteerror", "huber")
    return "prediction" if objective in raw else f"raw score ({objective})"


def _recipe(
    model: Any,
    output: str,
    said: Callable[[Any, Any], Any],
    single: bool,
    affordable: int | None = None,
) -> Recipe:
    """Of an estimator of scikit-learn."""
    return Recipe(
        output=output,
        method=METHOD,
        margin=lambda table: said(model, as_fitted(model, table)),
        values=lambda rows, background: tree_values(model, rows, background, single),
        columns=None,
        affordable=affordable,
    )


def _probability(model: Any, x: Any) -> Any:
    return model.predict_proba(x)[:, 1]


def _prediction(model: Any, x: Any) -> Any:
    return model.predict(x)


def _cuts(model: Any, x: Any) -> Vector:
    """Mean depth at which a row is alone (Liu, Ting and Zhou, 2008, equations 1 and 2)."""
    grown = model.max_samples_
    usual = float(max(grown - 1, 0))
    if grown > 2:
        usual = 2.0 * (np.log(grown - 1.0) + np.euler_gamma) - 2.0 * (grown - 1.0) / grown
    cuts: Vector = -np.log2(-model.score_samples(x)) * usual
    return cuts


def _leaves_if_deep(model: Any) -> int:
    """Leaves of all trees together; 0 where none is deeper than woodelf's tables go."""
    trees = [tree.tree_ for tree in getattr(model, "estimators_", [model])]
    if max(tree.max_depth for tree in trees) <= _DEEP:
        return 0
    return sum(int(tree.n_leaves) for tree in trees)
