"""Would the same model, trained again under another seed, decide alike?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.inputs import Scored, Vector, probabilities, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.robustness import cut_off
from sandbox.validation.roc import auc

#: why there is nothing to compare, unless one knows better
NO_REFITS = "the model was trained once; ask for refits: --refits 3, or Study(refits=3)"
TESTS = tuple(f"robustness.seed_{t}" for t in ("pd", "decisions", "auc"))


@dataclass(frozen=True)
class Spread:
    """How far the scores of k refits lie apart."""

    refits: int
    #: standard deviation over refits, mean over rows
    deviation: float
    #: the same over the mean score; NaN where that is nil
    deviation_share: float
    #: share of decisions in which two refits differ, mean over all pairs of refits
    flipped: float


def score_matrix(scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """n rows × k refits of scores within [0, 1]; BadInput otherwise."""
    try:
        matrix = np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"scores hold something that is not a number ({error}).") from error
    if matrix.ndim != 2 or matrix.shape[1] < 2 or not len(matrix):
        raise BadInput(
            f"scores have shape {matrix.shape}; give a row a case and a column a refit, at least "
            "two of them."
        )
    for refit in range(matrix.shape[1]):
        probabilities(f"score of refit {refit + 1}", matrix[:, refit])
    return matrix


def spread(scores: npt.ArrayLike, cut: float | None = None) -> Spread:
    """Deviation and flipped decisions of n rows under k refits.

    `cut` is the score at or above which a case is refused (None: the riskiest tenth by mean score).

    >>> spread([[0.1, 0.1], [0.2, 0.6]], cut=0.5).flipped
    0.5
    """
    matrix = score_matrix(scores)
    k = matrix.shape[1]
    line = cut_off(matrix.mean(axis=1)) if cut is None else cut
    refusing = (matrix >= line).sum(axis=1)
    pairs = k * (k - 1) / 2
    deviation = float(matrix.std(axis=1, ddof=1).mean())
    mean = float(matrix.mean())
    return Spread(
        k,
        deviation,
        deviation / mean if mean > 0 else float("nan"),
        float((refusing * (k - refusing)).mean() / pairs),
    )


def seed_table(target: npt.ArrayLike, scores: npt.ArrayLike) -> pd.DataFrame:
    """A row a refit: `refit` (from 1), `mean_score`, `auc` (of the rows with an outcome)."""
    matrix, y = score_matrix(scores), vector("target", target)
    if len(y) != len(matrix):
        raise BadInput(f"target has {len(y)} and scores have {len(matrix)} rows; give as many.")
    seen = ~np.isnan(y)
    areas = [auc(y[seen], column[seen]) for column in matrix.T]
    return pd.DataFrame(
        {
            "refit": np.arange(1, matrix.shape[1] + 1),
            "mean_score": matrix.mean(axis=0),
            "auc": areas,
        }
    )


def validate_seeds(
    target: npt.ArrayLike,
    scores: npt.ArrayLike | None,
    policy: Policy,
    cut: float | None = None,
    reason: str = NO_REFITS,
) -> tuple[ValidationResult, ...]:
    """Deviation of PDs, flipped decisions and spread of AUC over refits under other seeds.

    `scores` is n × k; None: the model was trained once, or `reason` says what else stood against.
    """
    y = vector("target", target)
    if scores is None:
        return tuple(not_evaluated(t, reason, n=len(y), policy=policy) for t in TESTS)
    matrix = score_matrix(scores)
    n = len(matrix)
    if n < policy.minimum_rows:
        reason = f"{n} rows; at least {policy.minimum_rows} needed"
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    if (np.ptp(matrix, axis=0) == 0).all():
        reason = "the scores of every refit are constant"
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    found = spread(matrix, cut)
    note = f"{found.refits} refits"
    return (
        judge(
            TESTS[0],
            found.deviation_share,
            n=n,
            policy=policy,
            note=f"{note}; {found.deviation:.4f} on average where the mean is {matrix.mean():.4f}",
        ),
        judge(TESTS[1], found.flipped, n=n, policy=policy, note=f"{note}, mean over their pairs"),
        _of_ranking(y, matrix, policy, note),
    )


def _of_ranking(
    y: Vector, matrix: npt.NDArray[np.float64], policy: Policy, note: str
) -> ValidationResult:
    seen = ~np.isnan(y)
    n = int(seen.sum())
    if short := Scored(y[seen], matrix[seen, 0]).shortfall(policy):
        return not_evaluated(TESTS[2], short, n=n, policy=policy)
    table = seed_table(y, matrix)
    low, high = float(table["auc"].min()), float(table["auc"].max())
    return judge(
        TESTS[2],
        high - low,
        n=n,
        policy=policy,
        note=f"{note}; AUC from {low:.3f} to {high:.3f}",
        table=table,
    )
