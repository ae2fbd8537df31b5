"""A stack: points of rules, hits on lists and boosted trees, weighed by a line that only rises."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.features.families import FAMILIES, columns_of
from sandbox.models.boosted_fraud import BoostedFraud, read_columns
from sandbox.models.fraud_rules import FraudRules
from sandbox.models.labelled import labelled_rows
from sandbox.models.rising_line import RisingLine, logistic
from sandbox.models.table_model import TableModel, numbers
from sandbox.rules.reading import default_rules

Floats = NDArray[np.float64]

#: the list whose hits may only speak for an applicant
WHITE = "list_white"


class FraudStack(TableModel):
    """Probability of confirmed fraud from three voices: rules, lists and boosted trees.

    The trees speak for themselves on rows that they were not grown on (`folds` of them; Wolpert,
    "Stacked generalization", 1992), and a logistic line learns how far to believe each voice.
    No slope has the wrong sign: more points, more hits on black and grey lists and a higher score
    of the trees never lower the result, hits on white ones never raise it. The shipped rules take
    part as far as the table has their columns, lists where it has columns `list_*`.

    Explained exactly: Shapley values of a sum are the sums of those of its parts.
    """

    name = "fraud stack"
    family = "stack"
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
        folds: int = 3,
        penalty: float = 1.0,
        random_state: int = 0,
    ) -> None:
        #: boosting rounds, each one tree
        self.trees = trees
        #: splits from root to leaf at most
        self.depth = depth
        #: shrinkage of each tree's step
        self.learning_rate = learning_rate
        #: rows in a leaf at least
        self.smallest_leaf = smallest_leaf
        #: families of columns that the trees read; rules and lists find their own
        self.families = families
        #: parts that the rows are divided into, so that trees speak on rows they were not grown on
        self.folds = folds
        #: weight of the squared slopes of the line
        self.penalty = penalty
        #: seed of the division into folds, and of the trees
        self.random_state = random_state

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Grow trees fold by fold, fit the line to what they said, and grow them once on all.

        Raises BadInput for fewer than 2 folds.
        """
        if self.folds < 2:
            raise BadInput(f"folds is {self.folds}; trees that are stacked need 2 or more.")
        read = read_columns(features, self.families)
        known, target = labelled_rows(features, labels)
        rows, event = numbers(known), pd.DataFrame({"target": target})
        rows = rows.reset_index(drop=True)
        usable = _has_rules(rows)
        self.rules_ = FraudRules().fit(rows, event) if usable else None
        self.listed_ = columns_of(list(rows.columns), ("lists",))
        own = self.rules_.columns_ if self.rules_ else []
        self.columns_ = list(dict.fromkeys([*read, *own, *self.listed_]))
        said = self._out_of_fold(rows, event)
        self.boosted_ = self._trees().fit(rows, event)
        signs = [1.0, *([1.0] if usable else []), *(_sign(name) for name in self.listed_)]
        parts = self._parts(rows, said)
        self.line_ = RisingLine.fitted(parts, target, np.array(signs), penalty=self.penalty)
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 1 matrix of fraud probabilities."""
        return logistic(self.margin(features)).reshape(-1, 1)

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds of confirmed fraud."""
        rows = numbers(self._given(features))
        return self.line_.margin(self._parts(rows, self.boosted_.margin(rows)))

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Floats, Floats]:
        """Contributions n × d and base n: those of trees, rules and lists by their slopes."""
        from sandbox.explanation.contributions import attribute

        slopes = list(self.line_.slopes)
        values = slopes.pop(0) * attribute(self.boosted_, features, background)[0]
        if self.rules_ is not None:
            values += slopes.pop(0) * self.rules_.contributions(features, background)[0]
        for name, slope in zip(self.listed_, slopes, strict=True):
            hits = _hits(features[name]) - _hits(background[name]).mean()
            values[:, features.columns.get_loc(name)] += slope * hits
        return values, np.full(len(features), self.margin(background).mean())

    def _trees(self) -> BoostedFraud:
        return BoostedFraud(
            trees=self.trees,
            depth=self.depth,
            learning_rate=self.learning_rate,
            smallest_leaf=self.smallest_leaf,
            families=self.families,
            random_state=self.random_state,
        )

    def _out_of_fold(self, rows: pd.DataFrame, event: pd.DataFrame) -> Floats:
        """What trees say of rows that they were not grown on; n log-odds."""
        target = event["target"].to_numpy()
        said = np.empty(len(rows))
        for fold in _folds(target, self.folds, self.random_state):
            rest = np.setdiff1d(np.arange(len(rows)), fold)
            # the only case of a class leaves nothing to learn from: trees speak of it from memory
            learnt = rest if 0 < target[rest].sum() < len(rest) else np.arange(len(rows))
            trees = self._trees().fit(rows.iloc[learnt], event.iloc[learnt])
            said[fold] = trees.margin(rows.iloc[fold])
        return said

    def _parts(self, rows: pd.DataFrame, trees: Floats) -> Floats:
        """n × k: what the trees say, the rules' log-odds, and hits by list."""
        parts = [trees]
        if self.rules_ is not None:
            parts.append(self.rules_.margin(rows))
        parts += [_hits(rows[name]) for name in self.listed_]
        return np.column_stack(parts)


def _folds(target: Floats, folds: int, seed: int) -> list[NDArray[np.intp]]:
    """Positions by fold, each class dealt out evenly; as many folds as there are rows at most."""
    rng = np.random.default_rng(seed)
    mixed = [rng.permutation(np.flatnonzero(target == outcome)) for outcome in (1.0, 0.0)]
    dealt = np.concatenate(mixed)
    return [np.sort(dealt[k::folds]) for k in range(min(folds, len(dealt)))]


def _has_rules(rows: pd.DataFrame) -> bool:
    there = set(rows.columns)
    return any(there.issuperset(rule.fields) for rule in default_rules().rules)


def _hits(column: pd.Series) -> Floats:
    """Hits on a list, none where nothing is known."""
    hits: Floats = np.nan_to_num(column.to_numpy(dtype=np.float64))
    return hits


def _sign(name: str) -> float:
    return -1.0 if name == WHITE else 1.0
