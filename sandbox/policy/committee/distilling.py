"""A policy as a few questions: a small tree that imitates its limits, and how well it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.policy.committee.book import Book, Flags, Floats

#: leaves hold at least this share of the applications that the tree is grown on
LEAST = 0.02
#: every third application is kept back to measure the fidelity on
HELD_OUT = 3


@dataclass(frozen=True)
class Leaf:
    """Where the questions end."""

    #: RMB that most of these applications get; 0 declines
    limit: float


@dataclass(frozen=True)
class Question:
    """Is `feature` at most `threshold`? Rounded, so that a person can ask it."""

    feature: str
    threshold: float
    #: whether a missing value counts as yes
    missing_is_yes: bool
    yes: "Node"
    no: "Node"

    def text(self) -> str:
        """The question as a condition.

        >>> Question("pd", 0.034, False, Leaf(0.0), Leaf(0.0)).text()
        'pd ≤ 3.4%'
        """
        return f"{self.feature.replace('_', ' ')} {self.bound('≤')}"

    def bound(self, sign: str) -> str:
        """The threshold after a sign, PD as per cent."""
        value = self.threshold
        if self.feature == "pd":
            return f"{sign} {100 * value:.3g}%"
        return f"{sign} {value:,.0f}" if abs(value) >= 100 else f"{sign} {value:.3g}"

    def says_yes(self, features: pd.DataFrame) -> Flags:
        """The answers of n applications."""
        values = features[self.feature].to_numpy(dtype=float)
        answer: Flags = np.where(np.isnan(values), self.missing_is_yes, values <= self.threshold)
        return answer.astype(bool)


Node = Leaf | Question


@dataclass(frozen=True)
class StrategyTree:
    """The tree with its fidelity, measured on applications that it was not grown on."""

    root: Node
    #: a row a leaf, best limit first: `rule`, `limit` (RMB), `customers`, `share`, `agreement`
    #: (share whose limit is the leaf's) and `mean_pd`, on all applications
    rules: pd.DataFrame
    #: share of held-out applications to whom the tree gives exactly the policy's limit
    fidelity: float
    #: the same for approve or decline
    approval_fidelity: float
    #: what giving everyone the most frequent limit would reach: a tree is worth what it adds
    baseline: float

    def limit(self, features: pd.DataFrame) -> Floats:
        """The tree's limits, n, RMB."""
        return _limits(self.root, features)


def strategy_tree(book: Book, features: pd.DataFrame, depth: int = 3) -> StrategyTree:
    """Distil the book's limits into at most `depth` questions one after another.

    `features` has a row an application; the policy's `pd` joins them. Two of three applications
    grow the tree, every third measures its fidelity. Thresholds are rounded to two digits before
    they are measured. Raises BadInput for other lengths and depths outside 1 to 5.
    """
    from sklearn.tree import DecisionTreeClassifier

    if not 1 <= depth <= 5:
        raise BadInput(f"depth is {depth}; a tree that can be read has 1 to 5 questions in a row.")
    if len(features) != len(book.decisions):
        raise BadInput(
            f"There are {len(features)} rows of features for {len(book.decisions)} decisions; "
            "give one for each, in the same order."
        )
    if len(features) < 2 * HELD_OUT:
        raise BadInput(f"There are {len(features)} applications; give at least {2 * HELD_OUT}.")
    table = features.select_dtypes("number").reset_index(drop=True)
    table = table.assign(pd=book.decisions["pd"].to_numpy(dtype=float))
    limit, held = book.limit, np.arange(len(table)) % HELD_OUT == 0
    grown = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=LEAST, random_state=0)
    grown.fit(table[~held].to_numpy(dtype=float), limit[~held])
    root = _merged(_node(grown, list(table.columns), 0))
    given = _limits(root, table[held])
    usual = pd.Series(limit[~held]).mode().iloc[0]
    return StrategyTree(
        root,
        _rules(root, table, limit),
        fidelity=float((given == limit[held]).mean()),
        approval_fidelity=float(((given > 0) == (limit[held] > 0)).mean()),
        baseline=float((limit[held] == usual).mean()),
    )


def _node(grown: Any, names: list[str], place: int) -> Node:
    tree = grown.tree_
    if tree.children_left[place] < 0:
        return Leaf(float(grown.classes_[np.argmax(tree.value[place][0])]))
    return Question(
        names[tree.feature[place]],
        float(f"{tree.threshold[place]:.2g}"),
        bool(tree.missing_go_to_left[place]),
        _node(grown, names, tree.children_left[place]),
        _node(grown, names, tree.children_right[place]),
    )


def _merged(node: Node) -> Node:
    """Questions whose answers change nothing are not asked."""
    if isinstance(node, Leaf):
        return node
    yes, no = _merged(node.yes), _merged(node.no)
    if isinstance(yes, Leaf) and yes == no:
        return yes
    return Question(node.feature, node.threshold, node.missing_is_yes, yes, no)


def _limits(node: Node, features: pd.DataFrame) -> Floats:
    if isinstance(node, Leaf):
        return np.full(len(features), node.limit)
    answer = node.says_yes(features)
    limit = np.empty(len(features))
    limit[answer] = _limits(node.yes, features[answer])
    limit[~answer] = _limits(node.no, features[~answer])
    return limit


def leaves(
    node: Node, features: pd.DataFrame, who: Flags, path: tuple[str, ...] = ()
) -> Iterator[tuple[Leaf, Flags, tuple[str, ...]]]:
    """Each leaf from the first yes to the last no, who comes to it, and the way there."""
    if isinstance(node, Leaf):
        yield node, who, path
        return
    answer, name = node.says_yes(features), node.feature.replace("_", " ")
    yield from leaves(node.yes, features, who & answer, (*path, node.text()))
    yield from leaves(node.no, features, who & ~answer, (*path, f"{name} {node.bound('>')}"))


def _rules(root: Node, features: pd.DataFrame, limit: Floats) -> pd.DataFrame:
    rows = []
    for leaf, who, path in leaves(root, features, np.ones(len(features), dtype=bool)):
        some = who.any()
        rows.append(
            {
                "rule": " and ".join(path) or "everyone",
                "limit": leaf.limit,
                "customers": int(who.sum()),
                "share": float(who.mean()),
                "agreement": float((limit[who] == leaf.limit).mean()) if some else np.nan,
                "mean_pd": float(features["pd"][who].mean()) if some else np.nan,
            }
        )
    return pd.DataFrame(rows)
