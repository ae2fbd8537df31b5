"""What errors cost: over all costs and shares of bad cases, and where a bank stands.

Cost curves after Drummond and Holte (2006), Machine Learning 65.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import both_classes
from sandbox.validation.roc import steps

#: probability costs at which a curve is read
POINTS = 101


def cost_curve(target: npt.ArrayLike, score: npt.ArrayLike, points: int = POINTS) -> pd.DataFrame:
    """The lower envelope of all thresholds' costs.

    Columns: `probability_cost`, from 0 to 1: share of bad cases times what one costs, over the
    same for both kinds; `cost`, from 0 to ½: (1 − tpr) · pc + fpr · (1 − pc) at the best
    threshold, of the cost of deciding always wrongly; `trivial`, the better of refusing all and
    refusing none; `threshold`, the best one (refused at or above; infinite to refuse none).
    """
    thresholds, bad, good = steps(target, score)
    fpr = np.concatenate([[0.0], good / good[-1]])
    tpr = np.concatenate([[0.0], bad / bad[-1]])
    where = np.concatenate([[np.inf], thresholds])
    share = np.linspace(0.0, 1.0, points)
    best = np.empty(points, dtype=np.intp)
    cost = np.empty(points)
    for i, pc in enumerate(share):
        line = (1.0 - tpr) * pc + fpr * (1.0 - pc)
        best[i] = int(np.argmin(line))
        cost[i] = line[best[i]]
    trivial = np.minimum(share, 1.0 - share)
    return pd.DataFrame(
        {"probability_cost": share, "cost": cost, "trivial": trivial, "threshold": where[best]}
    )


def cost_saved(curve: pd.DataFrame) -> float:
    """Share of the trivial decisions' area that the score's curve saves: 0 nothing, 1 all.

    >>> cost_saved(cost_curve([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]))
    1.0
    """
    at = curve["probability_cost"].to_numpy()
    area = np.trapezoid(curve["cost"].to_numpy(), at)
    return float(1.0 - area / np.trapezoid(curve["trivial"].to_numpy(), at))


@dataclass(frozen=True)
class OperatingLoss:
    """What refusing at a threshold costs a case."""

    #: mean loss a case, in the unit of the costs
    loss: float
    #: 95% interval over cases
    low: float
    high: float
    #: the better of refusing all and refusing none
    trivial: float


def operating_loss(
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    threshold: float,
    *,
    cost_accepted_bad: float,
    cost_refused_good: float,
) -> OperatingLoss:
    """Mean loss where cases at or above `threshold` are refused.

    An accepted bad case costs `cost_accepted_bad`, a refused good one `cost_refused_good` (RMB,
    or any unit), both above 0. The interval is that of a mean over n cases.

    >>> operating_loss([0, 1], [0.2, 0.4], 0.5, cost_accepted_bad=10, cost_refused_good=1).loss
    5.0
    """
    for name, cost in (("accepted_bad", cost_accepted_bad), ("refused_good", cost_refused_good)):
        if not (np.isfinite(cost) and cost > 0):
            raise BadInput(f"cost_{name}={cost:g}; an error costs more than 0.")
    scored = both_classes(target, score)
    refused = scored.score >= threshold
    bad = scored.target == 1
    loss = np.where(bad & ~refused, cost_accepted_bad, 0.0)
    loss += np.where(~bad & refused, cost_refused_good, 0.0)
    half = float(norm.ppf(0.975) * loss.std(ddof=1) / np.sqrt(scored.n))
    mean = float(loss.mean())
    share = scored.events / scored.n
    trivial = min(share * cost_accepted_bad, (1 - share) * cost_refused_good)
    return OperatingLoss(mean, max(mean - half, 0.0), mean + half, trivial)
