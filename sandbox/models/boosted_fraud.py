"""Boosted trees that predict confirmed fraud, from all families of columns or from some."""

from collections.abc import Sequence
from typing import Self

import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.families import FAMILIES, columns_of
from sandbox.models.boosted_trees import BoostedTrees
from sandbox.models.table_model import column_names


class BoostedFraud(BoostedTrees):
    """Probability of confirmed fraud at application, by histogram gradient boosting.

    Shallower and more heavily regularised than the PD model, because confirmed frauds are few:
    near one application in a hundred, and only those that were approved and found out.

    `families` are the columns it reads of those that it is given (`sandbox.features.family_of`):
    ("application", "velocity") leaves out the graph, traced money and lists.
    """

    name = "boosted fraud"
    role = "fraud"
    outputs = ("score",)
    explained = "log-odds of confirmed fraud"

    def __init__(
        self,
        *,
        trees: int = 120,
        depth: int = 3,
        learning_rate: float = 0.05,
        smallest_leaf: int = 30,
        families: Sequence[str] = FAMILIES,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            trees=trees,
            depth=depth,
            learning_rate=learning_rate,
            smallest_leaf=smallest_leaf,
            random_state=random_state,
        )
        #: families of columns that it reads
        self.families = families

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and `labels.target` (0, 1 or NaN); NaN rows are left out.

        Raises BadInput for a family that there is not, and where no column is of those asked for.
        """
        names = read_columns(features, self.families)
        return super().fit(features[names], labels)


def read_columns(features: pd.DataFrame, families: Sequence[str]) -> list[str]:
    """Names of the columns that are of some families; BadInput where there is none.

    >>> read_columns(pd.DataFrame({"age": [30.0], "neighbours": [2.0]}), ("graph",))
    ['neighbours']
    """
    columns = column_names(features)
    names = columns_of(columns, tuple(families))
    if not names:
        raise BadInput(
            f"None of the {len(columns)} columns is of {', '.join(families) or 'no family'}; "
            f"families are {', '.join(FAMILIES)}."
        )
    return names
