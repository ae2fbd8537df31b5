"""What the built-in models share as estimators: features by name, refusals in a sentence."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sandbox.errors import BadInput


class TableModel(BaseEstimator):  # type: ignore[misc]
    """A scikit-learn estimator whose features are a table with named columns.

    Columns are found by name: their order carries nothing and further columns are left alone;
    one that is missing is refused. `predict` gives a matrix of probabilities and amounts, not
    classes, so it is no classifier in scikit-learn's sense.
    """

    #: names of the columns it was fitted on, in their order; set by `fit`
    columns_: list[str]

    @property
    def n_features_in_(self) -> int:
        """How many columns it was fitted on."""
        return len(self.columns_)

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Names of the columns it was fitted on."""
        return np.asarray(self.columns_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Labels are needed, missing values are welcome."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.allow_nan = True
        return tags

    def _given(self, features: pd.DataFrame) -> pd.DataFrame:
        """The columns of the fit; NotFittedError before a fit, BadInput for one that is missing."""
        check_is_fitted(self)
        return chosen(features, self.columns_)


def column_names(features: pd.DataFrame) -> list[str]:
    """Names of the columns of a table; BadInput for what is no table or names one twice.

    >>> column_names(pd.DataFrame({"income": [1.0], "rent": [0.0]}))
    ['income', 'rent']
    """
    if not isinstance(features, pd.DataFrame):
        raise BadInput(
            f"The features are of type {type(features).__name__}; give a pandas DataFrame with "
            "named columns, not an array or a sparse matrix."
        )
    nameless = [name for name in features.columns if not isinstance(name, str)]
    if nameless:
        raise BadInput(f"A column of the features is named {nameless[0]!r}; names are strings.")
    if not len(features.columns):
        raise BadInput(
            f"0 feature(s) (shape={features.shape}) while a minimum of 1 is required; give columns."
        )
    twice = features.columns[features.columns.duplicated()]
    if len(twice):
        raise BadInput(f"The features have more than one column {twice[0]}; keep one of them.")
    return list(features.columns)


def chosen(features: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Some columns of a table, by name; BadInput lists those that are missing.

    >>> chosen(pd.DataFrame({"income": [1.0]}), ["income", "rent"])
    Traceback (most recent call last):
    sandbox.errors.BadInput: The features have no column rent, which the model was fitted on.
    """
    there = set(column_names(features))
    missing = [name for name in names if name not in there]
    if missing:
        many = "s" if len(missing) > 1 else ""
        raise BadInput(
            f"The features have no column{many} {', '.join(missing)}, which the model was fitted "
            "on."
        )
    return features[names]


def numbers(features: pd.DataFrame) -> pd.DataFrame:
    """The table as float64, NaN where missing; BadInput names a column that is not numeric.

    >>> numbers(pd.DataFrame({"city": ["Hangzhou"]}))
    Traceback (most recent call last):
    sandbox.errors.BadInput: Column city of the features is not numeric (it has 'Hangzhou'); \
encode it as numbers.
    """
    for name, kind in features.dtypes.items():
        if getattr(kind, "kind", "") == "c":
            raise BadInput(f"Complex data not supported: column {name} of the features has it.")
    try:
        return features.astype(np.float64)
    except (TypeError, ValueError):
        for name in features:
            known = features[name].dropna()
            wrong = known[pd.to_numeric(known, errors="coerce").isna()]
            if len(wrong):
                raise BadInput(
                    f"Column {name} of the features is not numeric (it has {wrong.iloc[0]!r}); "
                    "encode it as numbers."
                ) from None
        raise
