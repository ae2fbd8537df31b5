"""Pipelines and scorecards: the last step is explained, column by column of the first table.

Shapley values belong to players. Where each column that the last step reads is made of one
column of the table, whatever the function, the players are the same and so are the values: a
scaled income is the income. Columns made of several (principal components, a ratio) have no such
values; a pipeline with them is explained like any model.
"""

from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from sandbox.explanation.recipe import Matrix, Recipe, is_a, package_of

#: transformers whose k-th column out is a function of the k-th column in
_COLUMN_BY_COLUMN = (
    "StandardScaler",
    "MinMaxScaler",
    "MaxAbsScaler",
    "RobustScaler",
    "QuantileTransformer",
    "PowerTransformer",
    "OrdinalEncoder",
)


def origins(transformer: Any, width: int) -> list[int] | None:
    """For each column out, the column in that it is a function of; None where there is no one."""
    if transformer is None or transformer == "passthrough":
        return list(range(width))
    if is_a(transformer, "Pipeline"):
        return _through([step for _, step in transformer.steps], width)
    if package_of(transformer) == "optbinning" and is_a(transformer, "BinningProcess"):
        return [int(place) for place in transformer.get_support(indices=True)]
    if package_of(transformer) != "sklearn":
        return None
    if is_a(transformer, *_COLUMN_BY_COLUMN):
        return list(range(width))
    if is_a(transformer, "FunctionTransformer"):
        return list(range(width)) if transformer.func is None else None
    if is_a(transformer, "SimpleImputer"):
        return _imputed(transformer, width)
    if is_a(transformer, "OneHotEncoder", "KBinsDiscretizer"):
        return _spread(transformer, width)
    if is_a(transformer, "ColumnTransformer"):
        return _side_by_side(transformer)
    return None


def _through(steps: list[Any], width: int) -> list[int] | None:
    """Of steps after each other."""
    found = list(range(width))
    for step in steps:
        own = origins(step, len(found))
        if own is None:
            return None
        found = [found[place] for place in own]
    return found


def _imputed(imputer: Any, width: int) -> list[int]:
    """Columns never known in training are dropped; flags of missing values come after."""
    statistics = np.asarray(imputer.statistics_)
    unknown = pd.isna(statistics) & (not imputer.keep_empty_features)
    flags = imputer.indicator_.features_ if imputer.add_indicator else []
    kept = [k for k in range(width) if not unknown[k]]
    return [*kept, *(int(k) for k in flags)]


def _spread(encoder: Any, width: int) -> list[int] | None:
    """Several columns for each: one a category or one a bin."""
    if getattr(encoder, "encode", "") == "ordinal":
        return list(range(width))
    counts = getattr(encoder, "_n_features_outs", getattr(encoder, "n_bins_", None))
    return None if counts is None else [int(k) for k in np.repeat(np.arange(width), counts)]


def _side_by_side(columns: Any) -> list[int] | None:
    """Transformers of some columns each, in the order of the table that comes out."""
    parts: list[list[int]] = []
    places = getattr(columns, "_transformer_to_input_indices", None)
    if places is None:
        return None
    for name, transformer, _ in columns.transformers_:
        if transformer == "drop" or not len(places.get(name, ())):
            continue
        own = origins(transformer, len(places[name]))
        if own is None:
            return None
        parts.append([int(places[name][k]) for k in own])
    return list(chain.from_iterable(parts))


def pipeline_recipe(model: Any, recipe_of: Any) -> Recipe | None:
    """How a pipeline or a scorecard of optbinning is explained; None where it cannot be so.

    `recipe_of` gives the recipe of the last step.
    """
    if package_of(model) == "sklearn" and is_a(model, "Pipeline"):
        last, transform = model.steps[-1][1], partial(_piped, model)
        made_of = partial(_through, [step for _, step in model.steps[:-1]])
    elif package_of(model) == "optbinning" and is_a(model, "Scorecard"):
        last, transform = model.estimator_, partial(_binned, model)
        made_of = partial(origins, model.binning_process_)
    else:
        return None
    inner = recipe_of(last)
    read = _names_read(model)
    width = len(read) if read is not None else getattr(model, "n_features_in_", None)
    found = made_of(width) if inner is not None and width is not None else None
    if inner is None or found is None or not (inner.linear or len(set(found)) == len(found)):
        return None

    def values(rows: pd.DataFrame, background: pd.DataFrame) -> Matrix:
        given = inner.values(transform(rows), transform(background))
        gathered = np.zeros(rows.shape)
        for place, column in zip(found, given.T, strict=True):
            gathered[:, place] += column
        return gathered

    return Recipe(
        output=inner.output,
        method=f"{inner.method}, through the steps before it",
        margin=lambda table: inner.margin(transform(table)),
        values=values,
        columns=tuple(read) if read is not None else None,
        linear=inner.linear,
        affordable=inner.affordable,
    )


def _names_read(model: Any) -> list[str] | None:
    """Names of the columns that the first step reads; None where it was fitted without."""
    first = model.binning_process_ if is_a(model, "Scorecard") else model.steps[0][1]
    names = getattr(first, "variable_names", getattr(first, "feature_names_in_", None))
    return None if names is None else [str(name) for name in names]


def _piped(pipeline: Any, table: pd.DataFrame) -> pd.DataFrame:
    out: Any = table if _names_read(pipeline) is not None else table.to_numpy()
    for _, step in pipeline.steps[:-1]:
        out = out if step is None or step == "passthrough" else step.transform(out)
    return _framed(out)


def _binned(scorecard: Any, table: pd.DataFrame) -> pd.DataFrame:
    """Weights of evidence, as the scorecard's own `predict_proba` makes them."""
    binning = scorecard.binning_process_
    special = getattr(scorecard, "_metric_special", 0)
    missing = getattr(scorecard, "_metric_missing", 0)
    out = binning.transform(
        table[list(binning.variable_names)], metric_special=special, metric_missing=missing
    )
    return _framed(out)


def _framed(out: Any) -> pd.DataFrame:
    if hasattr(out, "toarray"):
        out = out.toarray()
    return out if isinstance(out, pd.DataFrame) else pd.DataFrame(out)
