"""Fraud rules as a model: points by hand, a probability by two numbers."""

from collections.abc import Iterator
from itertools import combinations
from math import factorial
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models.labelled import labelled_rows
from sandbox.models.table_model import TableModel, column_names, numbers
from sandbox.rules.batch import cell_hits, evaluate
from sandbox.rules.reading import default_rules, parse
from sandbox.rules.rule import Rule
from sandbox.rules.rule_set import RuleSet

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: least that a point adds to the log-odds: more points are never less suspicious
LEAST_SLOPE = 1e-3


class FraudRules(TableModel):
    """Points of the rules hit, made a probability of confirmed fraud by a line on the log-odds.

    The rules and their points are written, not learnt; only level and slope of the line are
    fitted, and the slope is always above 0, so that applications rank by their points. The
    shipped rules are used as far as the table has their columns (`left_out_` names the others);
    rules of one's own have to find all of theirs. Verdicts do not count here: they are the
    screening's.

    Explained in closed form: Shapley values of each rule's product of conditions.
    """

    name = "fraud rules"
    family = "rules"
    role = "fraud"
    outputs = ("score",)
    explained = "log-odds of confirmed fraud"

    def __init__(self, *, rules: str | None = None) -> None:
        #: text of a rule set in YAML or JDM, as `sandbox.rules.to_jdm` writes it; None: the default
        self.rules = rules

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Check the rules against the columns; fit level and slope to observed outcomes."""
        from sklearn.linear_model import LogisticRegression

        columns = column_names(features)
        known, target = labelled_rows(features, labels)
        self.rules_, self.left_out_ = _usable(self.rules, columns)
        self.columns_ = list(self.rules_.fields)
        points = evaluate(self.rules_, numbers(known[self.columns_])).points
        line = LogisticRegression(C=1e6).fit(points.reshape(-1, 1), target)
        self.slope_ = max(float(line.coef_[0, 0]), LEAST_SLOPE)
        self.level_ = _level(self.slope_ * points, float(target.mean()))
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 1 matrix of fraud probabilities."""
        score: Floats = 1.0 / (1.0 + np.exp(-self.margin(features)))
        return score.reshape(-1, 1)

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds of confirmed fraud."""
        read = numbers(self._given(features))
        points = evaluate(self.rules_, read).points
        margin: Floats = self.level_ + self.slope_ * points
        return margin

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Floats, Floats]:
        """Contributions n × d and base n, against the background's rows.

        A rule of one condition gives all to its column. One of several is a product of
        conditions, whose Shapley values are summed over the subsets of its columns (at most 2^8).
        """
        values = np.zeros(features.shape)
        base = np.full(len(features), self.level_)
        for rule in self.rules_.rules:
            own, usual = _conditions(rule, features), _conditions(rule, background)
            worth = self.slope_ * rule.points
            base += worth * usual.all(axis=1).mean()
            for place, cell in enumerate(rule.cells):
                column = features.columns.get_loc(cell.field)
                values[:, column] += worth * _shapley(own, usual, place)
        return values, base


def _usable(text: str | None, columns: list[str]) -> tuple[RuleSet, tuple[str, ...]]:
    """The rules to evaluate, and the ids of those left out for want of their columns."""
    if text is None:
        shipped = default_rules()
        rules = shipped.within(columns)
        return rules, tuple(id for id in shipped.ids if id not in rules.ids)
    rules = parse(text, "rules", columns)
    for rule in rules.rules:
        if not rule.is_plain:
            raise BadInput(
                f"Rule {rule.id} has an expression, which needs zen-engine; a model in the sandbox "
                "has none: write it in plain cells, as a column of its own for instance."
            )
    return rules, ()


def _level(sloped: Floats, rate: float) -> float:
    """The level at which the mean probability is the rate observed."""
    low, high = -60.0 - float(sloped.max()), 60.0 - float(sloped.min())
    for _ in range(80):
        middle = (low + high) / 2
        if np.mean(1.0 / (1.0 + np.exp(-(middle + sloped)))) < rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _conditions(rule: Rule, features: pd.DataFrame) -> Bools:
    """n × m, which of the rule's m conditions are hit."""
    hit = [
        cell_hits(features[cell.field].to_numpy(dtype=np.float64), cell.test)
        for cell in rule.cells
        if cell.test is not None
    ]
    return np.column_stack(hit)


def _shapley(own: Bools, usual: Bools, place: int) -> Floats:
    """Shapley value of one condition in the product of all m, n rows against a background."""
    m = own.shape[1]
    others = [k for k in range(m) if k != place]
    value = np.zeros(len(own))
    for taken in _subsets(others):
        left = [k for k in others if k not in taken]
        weight = factorial(len(taken)) * factorial(len(left)) / factorial(m)
        elsewhere = usual[:, left].all(axis=1)
        with_it, without = elsewhere.mean(), (elsewhere & usual[:, place]).mean()
        value += weight * own[:, taken].all(axis=1) * (own[:, place] * with_it - without)
    return value


def _subsets(items: list[int]) -> Iterator[list[int]]:
    for size in range(len(items) + 1):
        yield from (list(chosen) for chosen in combinations(items, size))
