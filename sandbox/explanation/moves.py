"""The values that an action may move each row to, and what a move costs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.explanation.actions import Action, Actions

Floats = NDArray[np.float64]

#: steps from the own value to the end of what is allowed
STEPS = 24


@dataclass(frozen=True)
class Move:
    """An action in one direction, with the values that each row may be moved to."""

    action: Action
    #: n × STEPS, the nearest first; NaN where there is no such step
    values: Floats
    #: cost of one unit of the feature
    price: float


def moves_of(known: Actions, features: pd.DataFrame, background: pd.DataFrame) -> tuple[Move, ...]:
    """Every action on a feature that is there, one move a direction."""
    return tuple(
        move
        for action in known.actions
        if action.feature in features
        for sign in {"down": (-1,), "up": (1,), "either": (-1, 1)}[action.direction]
        for move in _moves(action, sign, features, background)
    )


def _moves(
    action: Action, sign: int, features: pd.DataFrame, background: pd.DataFrame
) -> Iterator[Move]:
    """The move of an action in one direction; none where the background does not vary."""
    own = features[action.feature].to_numpy(dtype=np.float64, na_value=np.nan)
    there = background[action.feature].to_numpy(dtype=np.float64, na_value=np.nan)
    there = there[~np.isnan(there)]
    seen = np.unique(there)
    if len(seen) < 2:
        return
    low, high = np.quantile(there, (0.25, 0.75))
    spread = float(high - low) or float(there.std())
    bound = np.maximum(seen[0], action.least * own) if sign < 0 else action.most * own
    end = bound if sign < 0 else np.minimum(seen[-1], bound)
    levels = seen if action.seen else None
    end = _whole(end, action.unit, -sign, levels)
    share = np.arange(1, STEPS + 1) / STEPS
    way = own[:, None] + (end - own)[:, None] * share
    values = _whole(way, action.unit, sign, levels)
    # steps towards the end only, and nothing that nobody in the background has
    fits = (sign * (end - own) > 0)[:, None] & (sign * (values - own[:, None]) > 0)
    fits &= (sign * (end[:, None] - values) >= 0) & (values >= seen[0]) & (values <= seen[-1])
    yield Move(action, np.where(fits, values, np.nan), action.effort / spread)


def _whole(values: Floats, unit: float, sign: int, levels: Floats | None) -> Floats:
    """The next multiple of the unit, or the next level, below (sign -1) or above (1)."""
    if levels is None:
        turned = np.floor if sign < 0 else np.ceil
        whole: Floats = np.round(turned(values / unit - sign * 1e-9) * unit, 10)
        return whole
    above = np.searchsorted(levels, values, side="right" if sign < 0 else "left")
    level: Floats = levels[np.clip(above - (sign < 0), 0, len(levels) - 1)]
    return np.where(np.isnan(values), np.nan, level)
