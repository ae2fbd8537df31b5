"""The rows a model may learn from: those whose outcome was observed."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput


def labelled_rows(
    features: pd.DataFrame, labels: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Features and 0/1 targets of the rows whose `target` is not NaN.

    `features` is n × d; `labels` has n rows and a float column `target` (1 default or fraud,
    0 neither, NaN never observed, as for a rejected applicant). Raises BadInput when one of
    the two classes is missing among the observed rows, for tables of unlike length, and for
    targets other than 0, 1 and NaN.

    >>> rows, target = labelled_rows(
    ...     pd.DataFrame({"a": [1.0, 2.0, 3.0]}), pd.DataFrame({"target": [0.0, np.nan, 1.0]})
    ... )
    >>> rows["a"].tolist(), target.tolist()
    ([1.0, 3.0], [0.0, 1.0])
    """
    check_labels(labels)
    if len(labels) != len(features):
        raise BadInput(
            f"There are {len(features):,} rows of features and {len(labels):,} of labels; give "
            "one label a row."
        )
    target = labels["target"].to_numpy(dtype=np.float64, na_value=np.nan)
    seen = ~np.isnan(target)
    odd = target[seen & ~np.isin(target, (0.0, 1.0))]
    if len(odd):
        raise BadInput(f"A target is {odd[0]:g}; it is 0, 1 or NaN where it was not observed.")
    positives = int((target[seen] == 1).sum())
    if positives in {0, int(seen.sum())}:
        raise BadInput(
            f"Of {int(seen.sum()):,} labelled rows {positives:,} have target 1; "
            "a model needs rows of both classes to learn from."
        )
    return features.loc[seen], target[seen]


def check_labels(labels: pd.DataFrame) -> None:
    """BadInput unless the labels are a table with targets.

    >>> check_labels(pd.DataFrame({"default": [0.0, 1.0]}))
    Traceback (most recent call last):
    sandbox.errors.BadInput: The labels are no table with a column target (0, 1 or NaN); give one.
    """
    if not isinstance(labels, pd.DataFrame) or "target" not in labels:
        raise BadInput("The labels are no table with a column target (0, 1 or NaN); give one.")
