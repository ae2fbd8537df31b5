"""Overrides drawn: where a person decided against the policy, and what became of it."""

from typing import TYPE_CHECKING

import pandas as pd

from sandbox.exhibits.by_hand import DIRECTIONS, KEPT, override_reasons, overrides
from sandbox.exhibits.swaps import ALL
from sandbox.policy.committee.swaps import plot_swap_set

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DIRECTIONS", "KEPT", "override_reasons", "overrides", "plot_overrides"]


def plot_overrides(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """What overrides earned by direction, RMB; the table is that of `overrides`."""
    return plot_swap_set(table[~table["group"].isin([*KEPT, ALL])], ax)
