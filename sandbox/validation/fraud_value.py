"""What alerts save, in money, and how much of it an oracle of fraud would have saved."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.fraud_alerts import Flags, check_capacity, lots, top_of_day
from sandbox.validation.fraud_metrics import Estimate, Z, false_positive_ratio
from sandbox.validation.fraud_thresholds import AlertCosts, worth_of_alert
from sandbox.validation.inputs import Vector
from sandbox.validation.stakes import Stakes, flags


@dataclass(frozen=True)
class AlertValue:
    """What a set of alerts was worth; amounts in RMB."""

    alerts: int
    #: frauds among them
    frauds: int
    #: loss of the alerted frauds that are stopped
    loss_avoided: float
    #: analysts' work
    review_cost: float
    #: profit of honest applicants who were alerted and lost
    profit_forgone: float
    #: loss avoided less the two costs, with its interval over applications
    saved: Estimate
    #: what all frauds cost where nobody is alerted
    at_stake: float
    #: share of the money that frauds would have left with, 0 to 1; NaN where there was none
    money_stopped: float
    #: honest applicants alerted for each fraud alerted
    false_positive_ratio: float

    @property
    def share_saved(self) -> float:
        """Saved over at stake; NaN where nothing was at stake."""
        return self.saved.value / self.at_stake if self.at_stake > 0 else float("nan")


def value_of_alerts(
    alerted: npt.ArrayLike, stakes: Stakes, costs: AlertCosts | None = None
) -> AlertValue:
    """What alerting these of n applications at the time of application saved.

    `alerted` are n flags. The interval is normal over applications: it takes them as independent,
    and a few large losses make it rough.

    >>> stakes = Stakes([1, 2], [0.0, 0.0], ["ring", ""], [900.0, 0], [1000.0, 0], [0, 50.0])
    >>> value_of_alerts([True, True], stakes, AlertCosts(review=30)).saved.value
    790.0
    """
    costs = costs or AlertCosts()
    stopped = flags("alerted", alerted, stakes.n)
    parts = np.where(stopped, _worth(stakes, costs), 0.0)
    saved = float(parts.sum())
    half = Z * float(parts.std()) * float(np.sqrt(stakes.n)) if stakes.n else 0.0
    out = float(stakes.amount.sum())
    return AlertValue(
        alerts=int(stopped.sum()),
        frauds=int((stopped & stakes.fraud).sum()),
        loss_avoided=costs.caught * float(stakes.loss[stopped].sum()),
        review_cost=costs.review * int(stopped.sum()),
        profit_forgone=costs.lost * float(stakes.profit[stopped].sum()),
        saved=Estimate(saved, saved - half, saved + half),
        at_stake=stakes.at_stake,
        money_stopped=(
            costs.caught * float(stakes.amount[stopped].sum()) / out if out > 0 else float("nan")
        ),
        false_positive_ratio=false_positive_ratio(stakes.fraud, stopped),
    )


def oracle_alerts(
    stakes: Stakes, costs: AlertCosts | None = None, capacity: int | None = None
) -> Flags:
    """Whom one would alert who knows every fraud, its loss and every profit, n flags.

    The `capacity` frauds of each day (None: all) that are worth most, if worth the review. Days
    do not share their capacity, and an alert on an honest applicant is never worth anything, so
    no alerts within the capacity save more.
    """
    worth = _worth(stakes, costs or AlertCosts())
    pays = worth > 0
    if capacity is None:
        return pays
    chosen = np.zeros(stakes.n, dtype=bool)
    rows = np.flatnonzero(pays)
    lot = lots(stakes.customer)[rows]
    chosen[rows] = top_of_day(worth[rows], stakes.day[rows], capacity, lot)
    return chosen


@dataclass(frozen=True)
class FraudRegret:
    """Alerts against the oracle's under the same capacity, RMB."""

    model: float
    oracle: float
    #: oracle less model, with its interval over days
    regret: Estimate

    @property
    def share(self) -> float:
        """Model over oracle, at most 1; NaN where the oracle saves nothing."""
        return self.model / self.oracle if self.oracle > 0 else float("nan")


def against_oracle(
    alerted: npt.ArrayLike,
    stakes: Stakes,
    costs: AlertCosts | None = None,
    capacity: int | None = None,
) -> FraudRegret:
    """What the alerts saved, and what the oracle saves with the same `capacity` a day.

    The interval is normal over days, from the first to the last. Raises BadInput where there
    are more alerts on a day than the capacity allows: the comparison would not be one.
    """
    costs = costs or AlertCosts()
    stopped = flags("alerted", alerted, stakes.n)
    if not stakes.n:
        raise BadInput("There are no applications to compare on; give at least one.")
    day = (np.floor(stakes.day) - np.floor(stakes.day.min())).astype(np.intp)
    if capacity is not None:
        check_capacity(capacity)
        load = np.bincount(day, weights=stopped)
        if load.max() > capacity:
            raise BadInput(
                f"There are {int(load.max())} alerts on day {int(load.argmax())} and the "
                f"capacity is {capacity}; choose them by alerts_by_capacity."
            )
    worth = _worth(stakes, costs)
    best = oracle_alerts(stakes, costs, capacity)
    gap = np.bincount(day, weights=np.where(best, worth, 0.0) - np.where(stopped, worth, 0.0))
    regret = float(gap.sum())
    half = Z * float(gap.std(ddof=1)) * float(np.sqrt(len(gap))) if len(gap) > 1 else float("nan")
    return FraudRegret(
        model=float(worth[stopped].sum()),
        oracle=float(worth[best].sum()),
        regret=Estimate(regret, regret - half, regret + half),
    )


def _worth(stakes: Stakes, costs: AlertCosts) -> Vector:
    return worth_of_alert(stakes.fraud, stakes.loss, stakes.profit, costs)
