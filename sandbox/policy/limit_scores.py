"""What a model said of every limit, read from the columns of its scores."""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.policy.economics import Behaviour

Floats = NDArray[np.float64]

_AT = re.compile(r"(pd|utilisation|ead|take_up)_at_(\d+)")
#: columns -> smallest and largest value that makes sense; a balance can pass its limit
_RANGES = {"pd": (0, 1), "utilisation": (0, 10), "ead": (0, np.inf), "take_up": (0, 1)}


def behaviour_of(scores: pd.DataFrame) -> Behaviour:
    """Expectations by limit, from columns `pd_at_2000`, `utilisation_at_2000` and so on.

    `pd_at_L` and `utilisation_at_L` are needed, `ead_at_L` (RMB) and `take_up_at_L` optional,
    each for the same limits (RMB). BadInput for a missing column, NaN or a number out of range.

    >>> table = pd.DataFrame({"pd_at_2000": [0.01], "utilisation_at_2000": [0.4]})
    >>> behaviour_of(table).limits.tolist()
    [2000.0]
    """
    found: dict[str, dict[int, str]] = {name: {} for name in _RANGES}
    for column in map(str, scores.columns):
        match = _AT.fullmatch(column)
        if match:
            found[match[1]][int(match[2])] = column
    grid = sorted(found["pd"])
    if not grid:
        raise BadInput(
            "The scores have no column pd_at_2000 or the like; a policy by expected profit needs "
            "pd_at_ and utilisation_at_ every limit (or `held_fixed` for a model of pd alone)."
        )
    if 0 in grid:
        raise BadInput("pd_at_0 is no limit: without one there is no account; drop the column.")
    tables: dict[str, Floats] = {}
    for name, columns in found.items():
        if not columns and name in ("ead", "take_up"):
            continue
        missing = [limit for limit in grid if limit not in columns]
        if missing or len(columns) > len(grid):
            odd = missing[0] if missing else next(x for x in columns if x not in grid)
            raise BadInput(
                f"The scores have {'no ' if missing else ''}{name}_at_{odd}, unlike pd; give the "
                "same limits for both."
            )
        tables[name] = _checked(name, grid, scores[[columns[limit] for limit in grid]])
    return Behaviour(np.array(grid, dtype=float), **tables)


def held_fixed(
    risk: Floats, limits: tuple[float, ...], utilisation: float | Floats = 0.5
) -> pd.DataFrame:
    """Scores of a model that knows one pd: the same at every limit, and so the utilisation.

    The mistake that this makes is the point of having it: larger limits raise pd and exposure.

    >>> held_fixed(np.array([0.1]), (2e3, 5e3)).columns.tolist()
    ['pd', 'pd_at_2000', 'pd_at_5000', 'utilisation_at_2000', 'utilisation_at_5000']
    """
    columns = {"pd": risk}
    columns |= {f"pd_at_{limit:.0f}": risk for limit in limits}
    used = np.broadcast_to(np.asarray(utilisation, dtype=float), risk.shape)
    columns |= {f"utilisation_at_{limit:.0f}": used for limit in limits}
    return pd.DataFrame(columns)


def _checked(name: str, grid: list[int], table: pd.DataFrame) -> Floats:
    values = np.ascontiguousarray(table.to_numpy(dtype=float))
    low, high = _RANGES[name]
    # NaN makes both NaN, and fails the comparison
    if values.size and not (values.min() >= low and values.max() <= high):
        bad = np.argwhere(~((values >= low) & (values <= high)))[0]
        raise BadInput(
            f"{name}_at_{grid[bad[1]]} of row {bad[0]} is {values[tuple(bad)]:g}; it must lie "
            f"from {low:g} to {high:g}."
        )
    return values
