"""The truth that explanations are held against: what moves the risk of some explained customers.

The first of the explained honest customers of the evaluation world, each at the limit that models
of every limit are explained at. Computed once a world and seed, before the cells, and kept beside
the potential outcomes. Two halves of the noise are lived through apart: their mean is the truth
that is used, and how far they differ says how well it is known.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.experiment.explained import positions_explained
from sandbox.experiment.plan import CellPlan, prepare
from sandbox.explanation.structure import noise_ceiling
from sandbox.models.limit_grid import REFERENCE_LIMIT
from sandbox.workspace import written_whole

Floats = NDArray[np.float64]

#: customers whose contributions are known
CUSTOMERS = 64
#: replicas of noise in each half, each with a stand-in of its own for the traits not set; fewer
#: where the study asks for fewer
REPLICAS = 64


@dataclass(frozen=True)
class ExplainedTruth:
    """True contributions to the log-odds of default, of the first explained customers."""

    players: tuple[str, ...]
    #: positions of the customers among the rows explained
    rows: NDArray[np.intp]
    #: customers × players, from two halves of the noise
    first: Floats
    second: Floats

    @property
    def values(self) -> pd.DataFrame:
        """Customers × players, a column each: the mean of the halves."""
        return pd.DataFrame((self.first + self.second) / 2, columns=list(self.players))

    @property
    def error(self) -> Floats:
        """Standard error of `values` over the noise, one a player."""
        error: Floats = np.sqrt(((self.first - self.second) ** 2).mean(axis=0)) / 2
        return error

    @property
    def ceiling(self) -> float:
        """The rank correlation that a perfect explanation has with `values`."""
        first, second = (pd.DataFrame(half) for half in (self.first, self.second))
        return noise_ceiling(first, second)

    def save(self, path: Path) -> None:
        """Write to one file (npz, readable without pickle)."""
        with path.open("wb") as file:
            np.savez(file, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            players = tuple(str(name) for name in stored["players"])
            return cls(players, stored["rows"], stored["first"], stored["second"])


def contributions_file(plan: CellPlan) -> Path:
    """Where the contributions of a limit cell's explained customers are kept."""
    name = f"{plan.evaluation.digest}-contributions-{CUSTOMERS}-{_half(plan)}"
    return plan.truth_folder / f"{name}-{plan.code[:12]}.npz"


def has_contributions(plan: CellPlan) -> bool:
    """Whether the truth knows what moves the risk that a cell's model is about."""
    return plan.role == "limit"


def truth_missing(plan: CellPlan) -> bool:
    """Whether a file is not there yet that a cell is sure to read."""
    if plan.role != "limit":
        return False
    missing = not plan.potential_file.exists()
    return missing or (_is_explained(plan) and not contributions_file(plan).exists())


def prepare_truth(plan: CellPlan) -> None:
    """Compute what of the truth a limit cell is sure to read and is not there yet."""
    prepare(plan)
    if _is_explained(plan):
        explained_truth(plan)


def explained_truth(plan: CellPlan) -> ExplainedTruth:
    """True contributions for a limit cell, from their file once they are there."""
    path = contributions_file(plan)
    if not path.exists():
        computed = _computed(plan)
        with written_whole(path) as partial:
            computed.save(partial)
    return ExplainedTruth.load(path)


def _is_explained(plan: CellPlan) -> bool:
    """Whether the model says what its explanation adds up to, so that there will be one."""
    return has_contributions(plan) and bool(plan.entrant.explained)


def _half(plan: CellPlan) -> int:
    return min(REPLICAS, plan.replicas)


def _computed(plan: CellPlan) -> ExplainedTruth:
    world = plan.evaluation
    honest = np.flatnonzero(world.truth.fraud() == "")
    if not len(honest):
        raise BadInput(f"There is no honest customer among {world.customers:,}; take more.")
    who = honest[positions_explained(len(honest))[:CUSTOMERS]]
    # the same people in a world that ends after the last of them
    few = world.reseeded(world.seed, customers=int(who[-1]) + 1)
    half = _half(plan)
    halves = [
        few.truth.contributions(
            float(REFERENCE_LIMIT),
            who,
            replicas=half,
            background=2 * half,
            first_replica=first,
            progress=False,
        )
        for first in (1, 1 + half)
    ]
    players = tuple(str(c) for c in halves[0] if c not in {"customer_id", "base", "log_odds"})
    first, second = (table[list(players)].to_numpy() for table in halves)
    # those who apply honestly and mean not to pay have no contributions
    rows = np.flatnonzero(np.isfinite(first + second).all(axis=1))
    return ExplainedTruth(players, rows, first[rows], second[rows])
