"""Faithful to the model: does its output fall as the contributions say when features are removed?

What stands in for a removed feature are values of the background, which is what the interventional
Shapley value averages too. Two questions are asked of some rows:

- One feature removed at a time: do falls go with contributions? (Bhatt, Weller and Moura,
  "Evaluating and aggregating feature-based model explanations", 2020, with sets of one feature.)
- The strongest removed first: does the output fall faster than in a random order, and by as much
  as the contributions promise? (Samek et al., "Evaluating the visualization of what a deep neural
  network has learned", 2017: area over the perturbation curve.)

The rows that the model is asked about are planned and read by `removals`.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: resamples of the rows behind an interval
_RESAMPLES = 1_000


@dataclass(frozen=True)
class Faithfulness:
    """How a model's output falls when features are removed, against what was attributed."""

    #: rows tested
    rows: int
    #: of contribution and fall when the feature alone is removed, over all features of all rows
    #: tested: 1 faithful, 0 unrelated; NaN where the contributions are all the same
    correlation: float
    correlation_interval: tuple[float, float]
    #: area between the falls in order of contribution and in random order, over the area that
    #: the contributions promise: 1 as promised, 0 no better than random; NaN if they promise none
    deletion: float
    deletion_interval: tuple[float, float]
    #: columns `removed` (features), `promised`, `measured` and `at_random`: mean falls of the
    #: output in its unit
    curve: pd.DataFrame

    @classmethod
    def of(
        cls,
        contributions: Floats,
        fall: Floats,
        *,
        promised: Floats,
        promised_at_random: Floats,
        measured: Floats,
        at_random: Floats,
    ) -> Self:
        """From contributions and falls of features alone, r × a, and falls in order, r × k."""
        areas = np.stack([measured - at_random, promised - promised_at_random]).sum(axis=2)
        rng = np.random.default_rng(0)
        drawn = rng.integers(0, len(measured), (_RESAMPLES, len(measured)))
        curve = pd.DataFrame(
            {
                "removed": np.arange(1, measured.shape[1] + 1),
                "promised": promised.mean(axis=0),
                "measured": measured.mean(axis=0),
                "at_random": at_random.mean(axis=0),
            }
        )
        return cls(
            rows=len(measured),
            correlation=_correlation(contributions, fall),
            correlation_interval=_middle(
                [_correlation(contributions[some], fall[some]) for some in drawn]
            ),
            deletion=_ratio(areas),
            deletion_interval=_middle([_ratio(areas[:, some]) for some in drawn]),
            curve=curve,
        )


def on_the_margin(answers: ArrayLike, risk: ArrayLike, margin: ArrayLike) -> Floats:
    """Scores as the output that is explained, told by n rows for which both are known.

    Where the margin is a line of the scores or of their log-odds, as it is for most, that line;
    otherwise what lies between the nearest known scores, and beyond the outermost the outermost.

    >>> on_the_margin([0.5], risk=[0.2, 0.5, 0.8], margin=[-1.0, 1.0, 3.0]).round(6).tolist()
    [1.0]
    """
    output = np.asarray(margin, dtype=np.float64)
    asked, known = np.asarray(answers, dtype=np.float64), np.asarray(risk, dtype=np.float64)
    for scale in (_log_odds, _as_it_is):
        line = _line(scale(known), output)
        if line is not None:
            found: Floats = line[0] + line[1] * scale(asked)
            return found
    order = np.argsort(known, kind="stable")
    between: Floats = np.interp(_log_odds(asked), _log_odds(known)[order], output[order])
    return between


def _line(known: Floats, output: Floats) -> tuple[float, float] | None:
    """Level and slope of the line that the output is of what is known; None where it is none."""
    if np.ptp(known) == 0:
        return None
    slope, level = np.polyfit(known, output, 1)
    gap = np.abs(level + slope * known - output).max()
    return (level, slope) if gap <= 1e-6 * max(1.0, np.abs(output).max()) else None


def _as_it_is(score: Floats) -> Floats:
    return score


def _log_odds(score: Floats) -> Floats:
    """Log-odds of probabilities; of scores beyond 0 to 1, the scores themselves."""
    if ((score < 0) | (score > 1)).any():
        return score
    inside = np.clip(score, 1e-15, 1 - 1e-15)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def _correlation(contributions: Floats, fall: Floats) -> float:
    """Pearson's; NaN where contributions are all the same, 0 where falls alone are."""
    a, b = contributions.ravel(), fall.ravel()
    a, b = a - a.mean(), b - b.mean()
    size_a, size_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if size_a <= 1e-9:
        return float("nan")
    return float(a @ b) / (size_a * size_b) if size_b > 1e-9 else 0.0


def _ratio(areas: Floats) -> float:
    """Measured over promised area, summed over rows."""
    measured, promised = areas.sum(axis=1)
    return float(measured / promised) if promised > 1e-9 else float("nan")


def _middle(resampled: list[float]) -> tuple[float, float]:
    """The middle 95%."""
    known = [value for value in resampled if value == value]
    if not known:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
