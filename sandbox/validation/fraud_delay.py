"""How much earlier an alert on application finds a fraud than the bank would by itself."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.validation.stakes import Stakes, flags


@dataclass(frozen=True)
class Delay:
    """When frauds are found, with alerts on application and without; days and RMB."""

    frauds: int
    #: share of frauds alerted on application, or else confirmed later; and confirmed at all
    found: float
    found_without: float
    #: mean days from application to being found, of those found so; NaN where none is
    days: float
    days_without: float
    #: mean days won on frauds that are alerted and would have been confirmed; NaN where none
    days_saved: float
    #: alerted frauds that nobody would have confirmed
    only_by_alert: int
    #: money of alerted frauds that was gone by the day of confirmation, or was never missed, RMB:
    #: what a stop on application saves that freezing the account on confirmation does not
    money_before_confirmation: float
    #: the same over all money that alerted frauds would have left with, 0 to 1; NaN where none
    share_before_confirmation: float


def detection_delay(alerted: npt.ArrayLike, stakes: Stakes) -> Delay:
    """How the alerts (n flags) change when frauds are found.

    An alert is on the day of application: its delay is 0. Without it a fraud is found when it is
    confirmed, if it ever is. `days` falls both because alerts are at once and because they find
    what is confirmed late; `days_saved` compares the same frauds.

    >>> stakes = Stakes([1, 2], [0.0, 5.0], ["ring", "ring"], [9.0, 9.0], [9.0, 9.0], [0, 0],
    ...                 [60.0, 45.0])
    >>> found = detection_delay([True, False], stakes)
    >>> found.days, found.days_without, found.days_saved
    (20.0, 50.0, 60.0)
    """
    stopped = flags("alerted", alerted, stakes.n) & stakes.fraud
    later = stakes.confirmed - stakes.day
    confirmed = ~np.isnan(later)
    with_alerts = np.where(stopped, 0.0, later)[stakes.fraud]
    frauds = int(stakes.fraud.sum())
    amount = stakes.amount[stopped]
    out = np.asarray(stakes.out_when_confirmed)[stopped]
    gone = np.where(confirmed[stopped], np.minimum(out, amount), amount)
    return Delay(
        frauds=frauds,
        found=float((~np.isnan(with_alerts)).mean()) if frauds else float("nan"),
        found_without=float(confirmed[stakes.fraud].mean()) if frauds else float("nan"),
        days=_mean(with_alerts[~np.isnan(with_alerts)]),
        days_without=_mean(later[confirmed]),
        days_saved=_mean(later[confirmed & stopped]),
        only_by_alert=int((stopped & ~confirmed).sum()),
        money_before_confirmation=float(gone.sum()),
        share_before_confirmation=(
            float(gone.sum() / amount.sum()) if amount.sum() > 0 else float("nan")
        ),
    )


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
