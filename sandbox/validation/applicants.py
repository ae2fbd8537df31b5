"""Applicants accepted and rejected, checked once; and the rejected by approvals at random."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, probabilities, same_length, vector


@dataclass(frozen=True)
class Applicants:
    """All who applied: those accepted with their outcomes, the rejected without."""

    #: n PDs by the model of the accepted
    score: Vector
    #: n flags
    accepted: npt.NDArray[np.bool_]
    #: n outcomes, NaN of the rejected and of accepted ones not observed
    target: Vector
    #: n probabilities of being accepted, if known or estimated
    propensity: Vector | None = None

    @classmethod
    def of(
        cls,
        score: npt.ArrayLike,
        accepted: npt.ArrayLike,
        target: npt.ArrayLike,
        propensity: npt.ArrayLike | None = None,
    ) -> "Applicants":
        """Check four columns of n applicants; outcomes of the rejected are refused."""
        s, flags = probabilities("score", score), vector("accepted", accepted)
        y = vector("target", target)
        same_length(score=s, accepted=flags, target=y)
        e = None if propensity is None else probabilities("propensity", propensity)
        if e is not None:
            same_length(score=s, propensity=e)
        if not np.isin(flags, (0, 1)).all():
            raise BadInput("accepted holds something other than 0 and 1; give a flag an applicant.")
        seen = ~np.isnan(y)
        if not np.isin(y[seen], (0, 1)).all():
            raise BadInput("target holds something other than 0, 1 and empty; give outcomes.")
        if (seen & (flags == 0)).any():
            row = int(np.argmax(seen & (flags == 0)))
            raise BadInput(f"Row {row} was rejected and has an outcome; a bank never sees one.")
        if not 0 < y[seen].sum() < seen.sum() or flags.all():
            raise BadInput(
                f"{int(y[seen].sum())} bad of {int(seen.sum())} outcomes and "
                f"{int((flags == 0).sum())} rejected; give outcomes of both classes and at least "
                "one rejected applicant."
            )
        return cls(s, flags == 1, y, e)

    @property
    def observed(self) -> npt.NDArray[np.bool_]:
        """n flags: accepted, and the outcome is known."""
        return ~np.isnan(self.target)


def by_random_approvals(of: Applicants, random: npt.ArrayLike) -> tuple[float, float, float]:
    """Bad rate of the rejected from approvals given at random, with its 95% interval.

    `random` are n flags of applicants decided without regard to their risk. Those among them
    who were accepted have the bad rate R of all applicants; with a share a accepted at a bad rate
    A, the rejected have (R − a·A) / (1 − a). No assumption about scores, but a wide interval.
    """
    flags = vector("random", random) == 1
    same_length(random=flags.astype(float), score=of.score)
    drawn, seen = of.target[flags & of.observed], of.target[of.observed]
    if len(drawn) < 2:
        raise BadInput(f"{len(drawn)} approvals at random have an outcome; give at least 2.")
    share = float(of.accepted.mean())
    rate = float((drawn.mean() - share * seen.mean()) / (1 - share))
    # the two samples overlap; treated as apart, since the one is small in the other
    spread = drawn.var(ddof=1) / len(drawn) + share**2 * seen.var(ddof=1) / len(seen)
    half = float(norm.ppf(0.975) * np.sqrt(spread)) / (1 - share)
    return rate, rate - half, rate + half
