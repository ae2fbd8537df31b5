"""Card precision at k a day: how many of those analysts look at first are compromised."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.fraud_alerts import check_capacity, lots, ranked_in_days
from sandbox.validation.fraud_metrics import Z
from sandbox.validation.inputs import Vector, finite, probabilities
from sandbox.validation.stakes import flags


@dataclass(frozen=True)
class CardPrecision:
    """Precision among the customers that analysts look at first, averaged over days."""

    #: mean over days of compromised customers among the top k, divided by k
    value: float
    #: 95% interval of it over days; NaN when there is one day
    low: float
    high: float
    #: what no score can exceed: there are only so many compromised customers a day
    ceiling: float
    days: int
    #: days with fewer than k customers, where the share of k can not be reached
    short_days: int


@dataclass(frozen=True)
class Cards:
    """Customers of each day, by day and from the highest score."""

    #: first row of each day, and the end of the last
    edge: npt.NDArray[np.intp]
    customer: npt.NDArray[np.intp]
    compromised: npt.NDArray[np.bool_]


def card_precision(
    fraud: npt.ArrayLike,
    score: npt.ArrayLike,
    day: npt.ArrayLike,
    customer: npt.ArrayLike,
    k: int = 100,
) -> CardPrecision:
    """Card precision at `k` a day (CP@k) of n rows; `day` in days, any number of rows a customer.

    Each day a customer counts once, by its highest score, and is compromised if one of its rows
    is fraud. A compromised customer among the top k is detected, and is left out of later days.
    Days without rows do not count. Le Borgne, Siblini, Lebichot and Bontempi (2022), Reproducible
    Machine Learning for Credit Card Fraud Detection: Practical Handbook, chapter 4, Precision
    top-k metrics; they divide by k also where a day has fewer customers. Ties across the k-th
    place are broken by a lot that hangs on the customer alone.

    >>> found = card_precision([1, 0, 1, 0], [0.9, 0.4, 0.2, 0.6], [0, 0, 1, 1], [7, 8, 9, 8], k=1)
    >>> found.value, found.ceiling
    (0.5, 1.0)
    """
    check_capacity(k)
    return precision_of(daily_cards(fraud, score, day, customer), k)


def daily_cards(
    fraud: npt.ArrayLike, score: npt.ArrayLike, day: npt.ArrayLike, customer: npt.ArrayLike
) -> Cards:
    """The rows of `card_precision` put together by day and customer, for any number of k."""
    s, when = probabilities("score", score), np.floor(finite("day", day))
    is_fraud, who = flags("fraud", fraud, len(s)), np.asarray(customer)
    if len(when) != len(s) or who.shape != s.shape:
        raise BadInput(
            f"score has {len(s)}, day {len(when)} and customer {len(who)} rows; give one a row."
        )
    if not is_fraud.any() or is_fraud.all():
        raise BadInput(
            f"There are {int(is_fraud.sum())} frauds among {len(s)} rows; give at least one fraud "
            "and one honest row."
        )
    return _daily(is_fraud, s, when, who)


def _daily(
    fraud: npt.NDArray[np.bool_], score: Vector, day: Vector, who: npt.NDArray[np.generic]
) -> Cards:
    """Rows put together by day and customer, then sorted."""
    ids, code = np.unique(who, return_inverse=True)
    if len(ids) < len(code):
        key = (day - day.min()).astype(np.int64) * len(ids) + code
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.diff(key[order], prepend=-1) != 0)
        score = np.maximum.reduceat(score[order], first)
        fraud = np.logical_or.reduceat(fraud[order], first)
        day, code = day[order][first], code[order][first]
    ranked = ranked_in_days(score, day, lots(ids)[code])
    edge = np.append(np.flatnonzero(np.diff(day[ranked], prepend=np.nan) != 0), len(ranked))
    return Cards(edge, code[ranked], fraud[ranked])


def precision_of(cards: Cards, k: int) -> CardPrecision:
    """`card_precision` at `k` of customers that are already ranked within their days."""
    days = len(cards.edge) - 1
    detected = np.zeros(int(cards.customer.max()) + 1, dtype=bool)
    found, present = np.zeros(days), np.zeros(days)
    for d in range(days):
        part = slice(cards.edge[d], cards.edge[d + 1])
        who, compromised = cards.customer[part], cards.compromised[part]
        present[d] = compromised.sum()
        left = np.flatnonzero(~detected[who])[:k]
        caught = left[compromised[left]]
        found[d] = len(caught)
        detected[who[caught]] = True
    # Nobody is detected twice, nor more than k a day: a bound that one application each attains.
    victims = len(np.unique(cards.customer[cards.compromised]))
    most = min(float(victims), float(np.minimum(present, k).sum()))
    value = float(found.mean()) / k
    half = Z * float(found.std(ddof=1)) / k / np.sqrt(days) if days > 1 else float("nan")
    short = int((np.diff(cards.edge) < k).sum())
    low, high = float(np.maximum(value - half, 0.0)), float(np.minimum(value + half, 1.0))
    return CardPrecision(value, low, high, most / (k * days), days, short)
