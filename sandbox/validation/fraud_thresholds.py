"""Whom to alert: thresholds by expected cost, by capacity, by false-positive rate."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, probabilities, same_length
from sandbox.validation.stakes import flags, not_negative


@dataclass(frozen=True)
class AlertCosts:
    """What an alert costs, and what it does."""

    #: an analyst's work on one alert, RMB
    review: float = 30.0
    #: share of alerted frauds that are stopped, 0 to 1
    caught: float = 1.0
    #: share of alerted honest applicants that are lost as customers, 0 to 1
    lost: float = 1.0

    def __post_init__(self) -> None:
        if not (isfinite(self.review) and self.review >= 0):
            raise BadInput(f"review={self.review:g} RMB an alert is no cost; give 0 or more.")
        for name in ("caught", "lost"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInput(f"{name}={getattr(self, name):g} is no share; give 0 to 1.")


def worth_of_alert(
    fraud: npt.ArrayLike, loss: npt.ArrayLike, profit: npt.ArrayLike, costs: AlertCosts
) -> Vector:
    """What alerting each of n applications is worth, RMB, knowing which are fraud.

    `caught · loss − review` of a fraud, `−review − lost · profit` of an honest applicant. `loss`
    and `profit` (RMB, 0 or more) are those of letting it through.
    """
    is_fraud = flags("fraud", fraud)
    return expected_worth(is_fraud.astype(np.float64), loss, profit, costs)


def expected_worth(
    probability: npt.ArrayLike, loss: npt.ArrayLike, profit: npt.ArrayLike, costs: AlertCosts
) -> Vector:
    """What alerting each of n applications is expected to be worth, RMB; alert where above 0.

    `p · caught · loss − (1 − p) · lost · profit − review`, with the loss if it is fraud and the
    profit if it is honest. The probabilities must be calibrated: a score that only ranks needs
    `threshold_by_cost`. Elkan (2001), IJCAI 17, The foundations of cost-sensitive learning.

    >>> expected_worth([0.02, 0.10], [5_000, 5_000], [150, 150], AlertCosts(review=30)).tolist()
    [-77.0, 335.0]
    """
    p = probabilities("probability", probability)
    lost, earned = finite("loss", loss), finite("profit", profit)
    same_length(probability=p, loss=lost, profit=earned)
    not_negative("loss", lost)
    not_negative("profit", earned)
    return p * costs.caught * lost - (1.0 - p) * costs.lost * earned - costs.review


def threshold_by_cost(
    score: npt.ArrayLike,
    fraud: npt.ArrayLike,
    loss: npt.ArrayLike,
    profit: npt.ArrayLike,
    costs: AlertCosts | None = None,
) -> float:
    """The score at or above which alerts saved most on n applications with known outcomes.

    Exact over all thresholds; tied scores are alerted together. Where two save the same, the
    one with fewer alerts. Infinite where no alert pays. Set it on past applications and use it
    on later ones: on the same ones it is hindsight.

    >>> threshold_by_cost([0.9, 0.5, 0.4], [1, 0, 1], [800, 0, 100], [0, 200, 0])
    0.9
    """
    s = probabilities("score", score)
    worth = worth_of_alert(fraud, loss, profit, costs or AlertCosts())
    same_length(score=s, fraud=worth)
    values, last, order = _descending(s)
    saved = np.cumsum(worth[order])[last]
    # Sums of cents in another order differ by rounding: what looks the same is the same.
    best = int(np.argmax(saved >= saved.max() - 1e-6)) if len(saved) else 0
    return float(values[best]) if len(saved) and saved[best] > 1e-6 else float("inf")


def threshold_by_capacity(score: npt.ArrayLike, day: npt.ArrayLike, capacity: float) -> float:
    """The lowest score at or above which there are at most `capacity` alerts a day on average.

    Over the days from the first application to the last, days without one included. Tied scores
    are alerted together. Infinite where even the highest score is too many.

    >>> threshold_by_capacity([0.9, 0.5, 0.4, 0.1], [0.5, 0.6, 1.2, 1.9], 1)
    0.5
    """
    s, when = probabilities("score", score), finite("day", day)
    same_length(score=s, day=when)
    if not (isfinite(capacity) and capacity > 0):
        raise BadInput(f"capacity={capacity:g} alerts a day; give more than 0.")
    if not len(s):
        raise BadInput("There are no applications to set a threshold by; give at least one.")
    days = float(np.floor(when.max()) - np.floor(when.min()) + 1)
    values, last, _ = _descending(s)
    within = int(np.searchsorted(last + 1, capacity * days * (1 + 1e-12), side="right"))
    return float(values[within - 1]) if within else float("inf")


def threshold_by_fpr(fraud: npt.ArrayLike, score: npt.ArrayLike, fpr: float) -> float:
    """The lowest score at or above which at most `fpr` (0 to 1) of the honest are alerted.

    One of the scores given; infinite where even the highest alerts too many.
    """
    s = probabilities("score", score)
    is_fraud = flags("fraud", fraud, len(s))
    honest = np.sort(s[~is_fraud])[::-1]
    if not len(honest):
        raise BadInput("All applications are fraud; a false-positive rate needs an honest one.")
    refused = first_refused(honest, fpr)
    above = s[s > refused]
    return float(above.min()) if len(above) else float("inf")


def first_refused(honest: Vector, fpr: float) -> float:
    """The highest score that can not be alerted; `honest` scores descend. −1: all can be."""
    if not 0 <= fpr <= 1:
        raise BadInput(f"fpr={fpr:g} is not a rate; give a number from 0 to 1.")
    allowed = allowed_alerts(len(honest), fpr)
    return float(honest[allowed]) if allowed < len(honest) else -1.0


def allowed_alerts(honest: int, fpr: float) -> int:
    """How many of so many honest applicants may be alerted; 0.29 · 100 is 29, not 28.999…"""
    return int(np.floor(fpr * honest + 1e-9))


def _descending(score: Vector) -> tuple[Vector, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Distinct scores from the highest, the last place of each, and the order of rows."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.flatnonzero(np.append(np.diff(ranked) != 0, np.ones(min(len(ranked), 1), bool)))
    return ranked[last], last, order
