"""What passing, reviewing and declining an application are expected to cost, and the thresholds.

With p the probability of fraud (the model's, of confirmed fraud, over the share `found` that is
ever confirmed; at most 1), L the loss if it is one and G the profit if it is not, RMB:

    pass      p L
    review    review + p (1 - caught) L + (1 - p) lost G
    decline   (1 - p) G

Review is the cheapest between two probabilities, from (review + lost G) / (caught L + lost G) up
to ((1 - lost) G - review) / ((1 - caught) L + (1 - lost) G); as scores, both times `found`. When
analysts are short, their time has a price on top of `review`: the band gets narrower from both
sides, and what falls out of it is passed below p = G / (L + G) and declined above. That price is
what `AlertBudget` finds.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.validation.fraud_thresholds import AlertCosts

Floats = NDArray[np.float64]


class Band(NamedTuple):
    """Scores, probabilities of confirmed fraud, between which an application is reviewed."""

    review_from: float
    decline_from: float


@dataclass(frozen=True)
class ScreeningCosts:
    """What decisions cost. All figures are assumed; put the bank's own in their place.

    >>> band = ScreeningCosts().band(10_000.0)
    >>> round(band.review_from, 4), round(band.decline_from, 3)
    (0.0082, 0.148)
    """

    #: an analyst's look at one alert, RMB
    review: float = 30.0
    #: share of the fraud that is reviewed which a review stops; that of the worlds' analysts
    caught: float = 0.65
    #: share of the honest who are reviewed whom a review stops; that of the worlds' analysts
    lost: float = 0.03
    #: of the amount asked for, the share that a fraud takes away
    loss: float = 0.9
    #: of the amount asked for, the share that an honest applicant earns the bank
    profit: float = 0.06
    #: share of fraud that is ever confirmed, which models learn from: a score over this is the
    #: probability of fraud; 1 takes scores as they are
    found: float = 1.0

    def __post_init__(self) -> None:
        shares = {name: getattr(self, name) for name in ("caught", "lost", "loss", "profit")}
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise BadInput(f"{name} is {value}; give a share from 0 to 1.")
        if not 0 < self.found <= 1:
            raise BadInput(f"found is {self.found}; give a share above 0, up to 1.")
        if not 0 <= self.review < math.inf:
            raise BadInput(f"review is {self.review}; give RMB from 0 up.")
        if not self.loss > 0:
            raise BadInput("loss is 0; fraud that loses nothing needs no screening.")

    @property
    def digest(self) -> str:
        """16 hexadecimal digits of all figures."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]

    @property
    def of_alerts(self) -> AlertCosts:
        """The part that figures of the field are judged by, see `sandbox.validation`."""
        return AlertCosts(self.review, self.caught, self.lost)

    def expected(self, probability: ArrayLike, amount: ArrayLike) -> Floats:
        """3 × n, RMB: what pass, review and decline are expected to cost.

        `probability` (n) is a model's, of confirmed fraud; `amount` (n) is asked for, RMB.

        >>> ScreeningCosts(found=0.5).expected(0.1, 10_000.0).round().tolist()
        [1800.0, 674.0, 480.0]
        """
        p, asked = np.asarray(probability, float), np.asarray(amount, float)
        p = np.minimum(p / self.found, 1.0)
        loss, profit = p * self.loss * asked, (1 - p) * self.profit * asked
        review = self.review + (1 - self.caught) * loss + self.lost * profit
        return np.stack([loss, review, profit])

    def band(self, amount: float, price: float = 0.0) -> Band:
        """Between which scores a review is the cheapest, with analysts' time at a price.

        `price` (RMB an alert) comes on top of `review`. The band is empty, and both ends are
        where passing and declining cost the same, when the price is too high for the amount.
        """
        loss, profit, cost = self.loss * amount, self.profit * amount, self.review + price
        same = profit / (loss + profit) if amount > 0 else 1.0
        above, below = self.caught * loss + self.lost * profit, (1 - self.caught) * loss
        below += (1 - self.lost) * profit
        low = (cost + self.lost * profit) / above if above > 0 else math.inf
        high = ((1 - self.lost) * profit - cost) / below if below > 0 else math.inf
        low, high = (low, min(high, 1.0)) if low < high else (same, same)
        return Band(low * self.found, high * self.found)
