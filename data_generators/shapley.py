"""Exact Shapley values of a game with few players, whose value is known for every coalition."""

from math import factorial

import numpy as np
from numpy.typing import NDArray

from data_generators.streams import Floats


def coalitions(players: int) -> NDArray[np.bool_]:
    """Who is in each coalition: 2^players × players, the empty one first, all of them last.

    >>> coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    each = np.arange(2**players)[:, None]
    inside: NDArray[np.bool_] = (each >> np.arange(players)) & 1 == 1
    return inside


def shapley_values(value: Floats) -> Floats:
    """Each player's mean gain on joining, over all orders; players × games.

    `value` is 2^players × games in the order of `coalitions`. The values of a game add up to
    what all players together gain over nobody (Shapley 1953).

    >>> shapley_values(np.array([[0.0], [1.0], [2.0], [5.0]])).ravel().tolist()
    [2.0, 3.0]
    """
    players = int(np.log2(len(value)))
    inside = coalitions(players)
    others = np.arange(players)
    weight = np.array([factorial(s) * factorial(players - s - 1) for s in others])
    weight = weight / factorial(players)
    shares = np.empty((players, *value.shape[1:]))
    for player in range(players):
        without = np.flatnonzero(~inside[:, player])
        # The difference first, so that a player who changes nothing gets exactly 0.
        gain = value[without + (1 << player)] - value[without]
        shares[player] = weight[inside[without].sum(axis=1)] @ gain
    return shares
