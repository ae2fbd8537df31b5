"""Finite-horizon dynamic programming where a decision comes first and chance after it.

States lie on K ladder steps (limits) times X conditions. A decision moves a state, at once and
for certain, to another step and condition; chance then moves the condition alone and pays the
reward. So what is learnt (reward and transition after a decision) knows no actions.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def values_after_decision(
    reward: Floats,
    transition: Floats,
    after: Ints,
    kinds: Sequence[int],
    discount: float = 1.0,
    decides: Sequence[bool] | None = None,
) -> Floats:
    """Expected discounted sum of rewards from each stage on, for each state after a decision.

    `reward` (M × K × X) and `transition` (M × K × X × X; rows add up to at most 1, the rest has
    ended) are those of M kinds of stages; `kinds` says the kind of each of T stages. `after`
    (K·X × A) lists the positions, in the flattened K × X, that each state's A actions lead to.
    `discount` applies from a stage to the next. `decides` flags the stages before which a
    decision is taken (None: all); before the others the first action is. Returns T × K × X.
    Bellman's equation:

        W_t = reward + discount · transition · V_{t+1},  V_t(s) = max_a W_t(after(s, a)),  V_T = 0

    >>> stay_or_leave = np.array([[0, 1], [1, 1]])
    >>> chain = np.array([[[[1.0]], [[0.5]]]])
    >>> values_after_decision(np.array([[[1.0], [3.0]]]), chain, stay_or_leave, [0, 0]).squeeze()
    array([[4. , 4.5],
           [1. , 3. ]])
    """
    _check(reward, transition, after, discount)
    shape = reward.shape[1:]
    found = np.zeros((len(kinds), *shape))
    later = np.zeros(shape)
    for t in reversed(range(len(kinds))):
        carried = np.einsum("kxy,ky->kx", transition[kinds[t]], later)
        found[t] = reward[kinds[t]] + discount * carried
        choices = after if decides is None or decides[t] else after[:, :1]
        later = found[t].reshape(-1)[choices].max(axis=1).reshape(shape)
    return found


def _check(reward: Floats, transition: Floats, after: Ints, discount: float) -> None:
    if reward.ndim != 3 or transition.shape != (*reward.shape, reward.shape[-1]):
        raise BadInput(
            f"reward has shape {reward.shape} and transition {transition.shape}; they must be "
            "M × K × X and M × K × X × X."
        )
    states = reward.shape[1] * reward.shape[2]
    if after.ndim != 2 or len(after) != states or after.min() < 0 or after.max() >= states:
        raise BadInput(
            f"after has shape {after.shape}; it must list positions from 0 to {states - 1} for "
            f"each of {states} states."
        )
    sums = transition.sum(axis=-1)
    if (transition < 0).any() or (sums > 1 + 1e-9).any():
        raise BadInput(
            f"Transition rows add up to {sums.max():g} at most; they must be shares that add up "
            "to 1 or less."
        )
    if not 0 <= discount <= 1:
        raise BadInput(f"discount is {discount:g}; it must lie from 0 to 1.")
