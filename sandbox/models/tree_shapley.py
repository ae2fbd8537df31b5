"""Shapley values of a customer's features, where trees read columns that are made of them.

A limit model's trees read limit over income beside income. Libraries explain trees by the trees'
own columns; here income is one player, and the ratio of amount asked for to income follows both
of its own. Interventional values against a background (Lundberg et al., "From local explanations
to global understanding", 2020), exact, a leaf at a time: a leaf is reached when features of U
come from the row and those of V from the background row, and then a member of U gets
(u - 1)! v! / (u + v)! of its value and one of V gets -u! (v - 1)! / (u + v)!.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models.limit_features import LimitFeatures, purchase

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: features that one path may ask about: the work grows fourfold with each
MOST_FEATURES = 8
#: rows explained at a time: each is mixed with every row of the background
BLOCK = 4_000


@dataclass(frozen=True)
class _Asked:
    """What a path asks of one column: left or right of a threshold, where missing values go."""

    column: int
    threshold: float
    missing_left: bool
    left: bool

    def holds(self, values: Floats) -> Flags:
        goes_left = np.where(np.isnan(values), self.missing_left, values <= self.threshold)
        return np.asarray(goes_left == self.left, dtype=np.bool_)


@dataclass(frozen=True)
class _Leaf:
    value: float
    path: tuple[_Asked, ...]

    def holds(self, values: Floats, column: int) -> Flags:
        """Where all that is asked of a column holds."""
        found = np.ones(values.shape, dtype=np.bool_)
        for asked in self.path:
            if asked.column == column:
                found &= asked.holds(values)
        return found


@dataclass(frozen=True)
class _Rows:
    """Rows and background as the trees read them, and what mixing the two makes of a ratio."""

    x: Floats
    background: Floats
    #: positions of the features that each column is made of
    made_of: tuple[tuple[int, ...], ...]
    #: n × m, the first feature of a pair of the row (1) or the background (0), then the second
    mixed: dict[tuple[int, int], Floats]


def explained_trees(
    ensemble: Any,
    described: LimitFeatures,
    limit: float,
    features: pd.DataFrame,
    background: pd.DataFrame,
) -> Floats:
    """Contributions n × d of features to the trees' raw output at a limit (RMB).

    `ensemble` is a fitted histogram gradient boosting over the columns of `described.at`. With
    the mean output over the background (m rows) each row adds up to its output. Raises BadInput
    where a path asks about more than `MOST_FEATURES` features.
    """
    leaves = [leaf for (tree,) in ensemble._predictors for leaf in _leaves(tree.nodes)]
    values = np.zeros(features.shape)
    for start in range(0, len(features), BLOCK):
        block = slice(start, start + BLOCK)
        rows = _rows(described, limit, features.iloc[block], background)
        for leaf in leaves:
            _add(values[block], leaf, rows)
    return values


def _rows(
    described: LimitFeatures, limit: float, features: pd.DataFrame, background: pd.DataFrame
) -> _Rows:
    place = {str(name): i for i, name in enumerate(features.columns)}
    made_of = tuple(tuple(place[name] for name in names) for names in described.made_of())
    x, behind = described.at(features, limit), described.at(background, limit)
    mixed = {}
    if any(len(each) == 2 for each in made_of):
        asked, income = "requested_amount", "declared_income"
        for first, second in product((1, 0), repeat=2):
            requested = x[asked].to_numpy()[:, None] if first else behind[asked].to_numpy()
            earned = x[income].to_numpy()[:, None] if second else behind[income].to_numpy()
            mixed[first, second] = np.asarray(purchase(limit, requested, earned))
    return _Rows(x.to_numpy(), behind.to_numpy(), made_of, mixed)


def _leaves(nodes: NDArray[Any], at: int = 0, path: tuple[_Asked, ...] = ()) -> Iterator[_Leaf]:
    node = nodes[at]
    if node["is_leaf"]:
        yield _Leaf(float(node["value"]), path)
        return
    column, threshold = int(node["feature_idx"]), float(node["num_threshold"])
    for left in (True, False):
        step = _Asked(column, threshold, bool(node["missing_go_to_left"]), left)
        yield from _leaves(nodes, int(node["left" if left else "right"]), (*path, step))


def _add(values: Floats, leaf: _Leaf, rows: _Rows) -> None:
    """Add what one leaf contributes to `values`."""
    columns = sorted({asked.column for asked in leaf.path})
    players = sorted({player for c in columns for player in rows.made_of[c]})
    if len(players) > MOST_FEATURES:
        raise BadInput(
            f"A path of the trees asks about {len(players)} features; up to {MOST_FEATURES} can "
            "be explained: fit with a smaller depth."
        )
    x = np.ones((len(rows.x), len(players)), dtype=np.bool_)
    behind = np.ones((len(rows.background), len(players)), dtype=np.bool_)
    pair = None
    for column in columns:
        made_of = rows.made_of[column]
        if len(made_of) == 2:
            pair = column
        elif not made_of and not leaf.holds(rows.background[:1, column], column).all():
            return  # the limit itself leads elsewhere
        elif made_of:
            player = players.index(made_of[0])
            x[:, player] &= leaf.holds(rows.x[:, column], column)
            behind[:, player] &= leaf.holds(rows.background[:, column], column)
    if pair is None:
        values[:, players] += leaf.value * _alone(_codes(x), _codes(behind), len(players))
        return
    first, second = (players.index(player) for player in rows.made_of[pair])
    for of_row, mixed in rows.mixed.items():
        # a feature of the pair that comes from the row is in U or nowhere, else in V or nowhere
        side_x, side_behind = x.copy(), behind.copy()
        for player, from_row in zip((first, second), of_row, strict=True):
            (side_behind if from_row else side_x)[:, player] = False
        holds = np.broadcast_to(leaf.holds(mixed, pair), (len(x), len(behind)))
        codes = _codes(side_x), _codes(side_behind)
        values[:, players] += leaf.value * _together(*codes, len(players), holds)


def _alone(x: NDArray[np.intp], behind: NDArray[np.intp], players: int) -> Floats:
    """Shares of a leaf's value, n × players, averaged over the background."""
    often = np.bincount(behind, minlength=2**players) / len(behind)
    shares: Floats = np.einsum("abi,b->ai", _shares(players), often)[x]
    return shares


def _together(x: NDArray[np.intp], behind: NDArray[np.intp], players: int, holds: Flags) -> Floats:
    """The same where it depends on the pair of rows (n × m) as well."""
    codes, which = np.unique(behind, return_inverse=True)
    often = holds.astype(np.float64) @ np.eye(len(codes))[which] / len(behind)
    shares: Floats = np.einsum("nb,nbi->ni", often, _shares(players)[:, codes][x])
    return shares


def _codes(holds: Flags) -> NDArray[np.intp]:
    """Each row of n × p flags as one number."""
    return np.asarray(holds @ (1 << np.arange(holds.shape[1])), dtype=np.intp)


@lru_cache(maxsize=MOST_FEATURES + 1)
def _shares(players: int) -> Floats:
    """Share of a leaf for each player, by the codes of row and background: 2^p × 2^p × p."""
    holds = (np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1
    x, behind = holds[:, None, :], holds[None, :, :]
    mine, theirs = x & ~behind, behind & ~x
    u, v = mine.sum(axis=-1), theirs.sum(axis=-1)
    reached = (x | behind).all(axis=-1)
    table = np.zeros(reached.shape), np.zeros(reached.shape)
    for (i, j), there in np.ndenumerate(reached):
        if there and u[i, j] + v[i, j]:
            every = factorial(u[i, j] + v[i, j])
            table[0][i, j] = factorial(max(u[i, j] - 1, 0)) * factorial(v[i, j]) / every
            table[1][i, j] = factorial(u[i, j]) * factorial(max(v[i, j] - 1, 0)) / every
    shares: Floats = mine * table[0][..., None] - theirs * table[1][..., None]
    return shares
