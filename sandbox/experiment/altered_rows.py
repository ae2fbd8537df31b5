"""What a model is asked about rows that were altered: with noise, and along one feature at a time.

The rows are made here, outside the sandbox, and go in as one more table to score.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.isolation import Artefact, Outcome, Status, Worker
from sandbox.validation.monotonicity import Grid, grid
from sandbox.validation.robustness import LEVELS, noisy_tables

#: evaluation rows asked about with noise, at each level, and along each feature's grid
NOISY, ALONG = 1_000, 60
#: features asked about along a grid, the first that have an expected direction
DIRECTIONS = 10


@dataclass(frozen=True)
class AlteredRows:
    """The rows to ask about, and which evaluation rows they were made of."""

    #: positions of the evaluation rows that got noise
    positions: NDArray[np.intp]
    noisy: Mapping[float, pd.DataFrame]
    asked: Grid

    @classmethod
    def of(cls, trial: Trial, expected: Mapping[str, int]) -> "AlteredRows":
        """Rows of a trial, drawn by its key; `expected` directions by feature (1, -1, 0)."""
        order = trial.order()
        positions = np.sort(order[:NOISY])
        rows = trial.evaluation_features.iloc[positions].reset_index(drop=True)
        few = trial.evaluation_features.iloc[np.sort(order[:ALONG])].reset_index(drop=True)
        signs = {name: sign for name, sign in expected.items() if sign and name in few.columns}
        some = dict(list(signs.items())[:DIRECTIONS])
        asked = grid(few, some) if len(few) else Grid(few, {}, {}, 0)
        return cls(positions, noisy_tables(rows, LEVELS, seed=4), asked)

    @property
    def table(self) -> pd.DataFrame:
        """All of them, one under the other: noise by level, then the grid."""
        return pd.concat([*self.noisy.values(), self.asked.table], ignore_index=True)


@dataclass(frozen=True)
class Answered:
    """The rows that were asked about, and what came back."""

    rows: AlteredRows
    outputs: tuple[str, ...]
    scored: Outcome[Floats]

    @property
    def risk(self) -> Floats | None:
        """The scores that rank by risk, a row each of `rows.table`; None where none came."""
        if self.scored.status is not Status.OK or self.scored.value is None:
            return None
        matrix = self.scored.value
        return Scores({name: matrix[:, k] for k, name in enumerate(self.outputs)}, {}).risk()

    def with_noise(self) -> dict[float, Floats] | None:
        """The scores of the rows with noise, by level."""
        risk = self.risk
        if risk is None:
            return None
        n = len(self.rows.positions)
        return {level: risk[k * n : (k + 1) * n] for k, level in enumerate(self.rows.noisy)}

    def along(self) -> Floats | None:
        """The scores along the grid."""
        risk = self.risk
        return None if risk is None else risk[len(self.rows.noisy) * len(self.rows.positions) :]


def asked_altered(
    scoring: Worker,
    artefact: Artefact,
    outputs: tuple[str, ...],
    trial: Trial,
) -> Answered | None:
    """Ask the worker that scored the evaluation rows about altered ones.

    None where the worker is gone, as after an explanation that took too long.
    """
    rows = AlteredRows.of(trial, directions_expected(trial))
    if rows.table.empty:
        return None
    try:
        return Answered(rows, outputs, scoring.score(artefact, rows.table, outputs))
    except BadInput:
        return None


def directions_expected(trial: Trial) -> dict[str, int]:
    """What the names of the features lead one to expect of a trial of this role and market."""
    from sandbox.features.expected_directions import expected_sign

    return {
        str(name): expected_sign(str(name), trial.role, rent_is_need=trial.rent_is_need)
        for name in trial.evaluation_features
    }
