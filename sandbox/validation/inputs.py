"""Arrays checked once, where they come in: 0/1 outcomes and scores within [0, 1]."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Outcomes and scores of the rows whose outcome was observed."""

    #: n outcomes, 1 bad (default, fraud) and 0 good
    target: Vector
    #: n scores within [0, 1], higher is riskier
    score: Vector
    #: rows whose outcome was never observed, left out
    unobserved: int = 0

    @property
    def n(self) -> int:
        """Rows with an observed outcome."""
        return len(self.target)

    @property
    def events(self) -> int:
        """Bad cases among them."""
        return int(self.target.sum())

    def shortfall(self, policy: Policy) -> str:
        """Why too little was observed to evaluate anything; empty when enough was."""
        if self.n < policy.minimum_rows:
            return f"{self.n} rows with an observed outcome; at least {policy.minimum_rows} needed"
        fewer, kind = min((self.events, "bad"), (self.n - self.events, "good"))
        if fewer == 0:
            return f"one class only: no {kind} case among {self.n} rows"
        if fewer < policy.minimum_events:
            return (
                f"{fewer} {kind} case{'s' if fewer > 1 else ''} among {self.n} rows; "
                f"at least {policy.minimum_events} needed"
            )
        return ""

    @property
    def constant(self) -> bool:
        """Whether all scores are the same."""
        return bool(self.n == 0 or np.ptp(self.score) == 0)


def observed(target: npt.ArrayLike, score: npt.ArrayLike) -> Scored:
    """Check n outcomes (0, 1, or NaN when never observed) and n scores; keep the observed rows.

    >>> observed([0, 1, float("nan")], [0.1, 0.7, 0.3]).unobserved
    1
    """
    outcomes = vector("target", target)
    scores = probabilities("score", score)
    same_length(target=outcomes, score=scores)
    seen = ~np.isnan(outcomes)
    wrong = outcomes[seen & (outcomes != 0) & (outcomes != 1)]
    if len(wrong):
        raise BadInput(
            f"target holds {wrong[0]:g}; outcomes are 1 (bad), 0 (good) or empty (not observed)."
        )
    return Scored(outcomes[seen], scores[seen], int(np.count_nonzero(~seen)))


def both_classes(target: npt.ArrayLike, score: npt.ArrayLike) -> Scored:
    """As `observed`, and BadInput when there is only one class."""
    scored = observed(target, score)
    if scored.events in (0, scored.n):
        raise BadInput(
            f"target holds {scored.events} bad and {scored.n - scored.events} good cases; "
            "give at least one of each."
        )
    return scored


def vector(name: str, values: npt.ArrayLike) -> Vector:
    """One column of numbers as float64; BadInput otherwise."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{name} holds something that is not a number ({error}).") from error
    if array.ndim != 1:
        raise BadInput(f"{name} has shape {array.shape}; give one column of numbers.")
    return array


def finite(name: str, values: npt.ArrayLike) -> Vector:
    """As `vector`, refusing NaN and infinity."""
    array = vector(name, values)
    wrong = np.flatnonzero(~np.isfinite(array))
    if len(wrong):
        raise BadInput(
            f"{name} is {array[wrong[0]]} in row {wrong[0]} ({len(wrong)} such rows); "
            "give a finite number in every row."
        )
    return array


def probabilities(name: str, values: npt.ArrayLike) -> Vector:
    """As `finite`, refusing what lies outside [0, 1]."""
    array = finite(name, values)
    wrong = np.flatnonzero((array < 0) | (array > 1))
    if len(wrong):
        raise BadInput(
            f"{name} is {array[wrong[0]]:g} in row {wrong[0]} ({len(wrong)} such rows); values "
            "lie within [0, 1] and higher means riskier: convert points to a probability first."
        )
    return array


def same_length(**arrays: Vector) -> None:
    """BadInput when the named arrays differ in length."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        said = " and ".join(f"{name} has {length}" for name, length in lengths.items())
        raise BadInput(f"{said} rows; give one value a row in each.")
