"""States of a credit line, aggregated: what a decision process about its limit tells apart.

A state is a row (grade × band of limit over monthly income) and a condition (band of utilisation
× months late × class of conduct). Decisions move the row at once and the condition with it;
time moves the condition.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.limit_ladder import rungs_beside

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: what can be decided at a month's end
ACTIONS = ("keep", "increase", "decrease", "freeze")
#: months late that an account can be without being in default (90 days)
LATE = 4
#: utilisation from which a line counts as full: how much more was wanted is not seen
_FULL = 0.97


@dataclass(frozen=True)
class AccountStates:
    """Bands and classes, and where actions lead.

    >>> states = AccountStates((2e3, 5e3), (0.5, 1.0), (0.5,), (0.2, 0.8), grades=1, conducts=1)
    >>> states.shape
    (1, 2, 2, 4, 1)
    >>> states.granted(np.array([2e3]), np.array([1e3]))[1].tolist()
    [5000.0]
    """

    #: limits that can be granted, RMB, rising
    ladder: tuple[float, ...]
    #: middles of the bands of limit over monthly income, rising
    ratios: tuple[float, ...]
    #: between bands of balance over limit
    utilisation_edges: tuple[float, ...]
    #: mean of balance over limit in each band
    utilisations: tuple[float, ...]
    #: number of grades, and of classes of conduct
    grades: int
    conducts: int

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Grades, limits over income; utilisations, months late, conducts."""
        bands = len(self.utilisation_edges) + 1
        return self.grades, len(self.ratios), bands, LATE, self.conducts

    @property
    def conditions(self) -> int:
        """How many conditions there are."""
        return (len(self.utilisation_edges) + 1) * LATE * self.conducts

    def row(self, ratio: Floats, grade: NDArray[Any]) -> Ints:
        """Position among grades × limits over income; bands meet at geometric means."""
        middles = np.asarray(self.ratios)
        band = np.searchsorted(np.sqrt(middles[1:] * middles[:-1]), ratio, side="right")
        known = np.clip(np.nan_to_num(grade), 0, self.grades - 1).astype(np.int64)
        return np.asarray(known * len(self.ratios) + band, dtype=np.int64)

    def condition(self, used: Floats, late: NDArray[Any], conduct: NDArray[Any]) -> Ints:
        """Position among utilisations × months late × conducts."""
        band = np.searchsorted(np.asarray(self.utilisation_edges), used, side="right")
        behind = np.clip(np.nan_to_num(late), 0, LATE - 1).astype(np.int64)
        known = np.clip(np.nan_to_num(conduct), 0, self.conducts - 1).astype(np.int64)
        return np.asarray((band * LATE + behind) * self.conducts + known, dtype=np.int64)

    def granted(self, limit: Floats, balance: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The limit after each of `ACTIONS`, RMB; a line hardly used is not frozen."""
        up, down = rungs_beside(self.ladder, limit, balance)
        frozen = np.where(balance > self.ladder[0] / 4, np.minimum(balance, limit), limit)
        return limit, up, down, frozen

    def after(self) -> Ints:
        """Where each action leads from the middle of each state: states × actions."""
        grade, band, u, late, conduct = np.indices(self.shape).reshape(5, -1)
        ratios = np.asarray(self.ratios)
        ratio, used = ratios[band], np.asarray(self.utilisations)[u]
        balance = used * ratio
        up = ratios[np.minimum(band + 1, len(ratios) - 1)]
        down = np.minimum(np.maximum(ratios[np.maximum(band - 1, 0)], balance), ratio)
        frozen = np.where(balance > ratios[0] / 2, np.minimum(balance, ratio), ratio)
        columns = [
            self.row(given, grade) * self.conditions
            + self.condition(used_after(used, ratio / given, late), late, conduct)
            for given in (ratio, up, down, frozen)
        ]
        return np.column_stack(columns)


def used_after(used: Floats, over: Floats, late: NDArray[Any]) -> Floats:
    """Utilisation that a line goes to when its limit becomes 1 / `over` of what it was.

    Customers who are not late want a balance D and hold L (1 - exp(-D / L)) of it, so
    1 - u is raised to L / L'. Those who are late keep their balance.

    >>> used_after(np.array([0.75, 0.4]), np.array([0.5, 0.5]), np.array([0, 1])).tolist()
    [0.5, 0.2]
    """
    wanted = 1.0 - (1.0 - np.minimum(used, _FULL)) ** over
    moved = np.where(late > 0, used * over, wanted)
    return np.where(over == 1.0, used, moved)


def middles(used: Floats, edges: tuple[float, ...]) -> tuple[float, ...]:
    """Mean of each band of `used` between `edges`; a band's lower edge where nobody is in it.

    >>> middles(np.array([0.1, 0.3]), (0.5,))
    (0.2, 0.5)
    """
    band = np.searchsorted(np.asarray(edges), used, side="right")
    lower = np.array([0.0, *edges])
    count = np.bincount(band, minlength=len(lower))
    total = np.bincount(band, weights=used, minlength=len(lower))
    return tuple(np.where(count > 0, total / np.maximum(count, 1), lower).tolist())
