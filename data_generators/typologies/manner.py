"""The manner of a case of money moving: how much, how fast, how disguised, through whom.

Fraud and the honest patterns that look like it go through the same machinery; only the numbers
here differ. A case of fraud takes over an honest manner, its cover, and shows a random part of
the signs of its typology; an honest pattern shows a few of them by chance. So no single sign
tells, and what tells is how many come together, and who is tied to whom.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from data_generators.errors import InvalidInput
from data_generators.streams import Floats, Streams

#: share of the signs of fraud that an honest pattern shows by chance (assumed)
BY_CHANCE = 0.15

#: what people write, by name of the habit: weights in the order of
#: `fund_flows.movements.REFERENCES`
WORDS: dict[str, tuple[float, ...]] = {
    "ordinary": (0.62, 0.14, 0.10, 0.02, 0.01, 0.03, 0.01, 0.07),
    "family": (0.45, 0.40, 0.03, 0.01, 0.00, 0.03, 0.00, 0.08),
    "goods": (0.45, 0.05, 0.38, 0.01, 0.01, 0.02, 0.01, 0.07),
    "rent": (0.45, 0.05, 0.03, 0.40, 0.00, 0.01, 0.00, 0.06),
    "wages": (0.45, 0.03, 0.06, 0.01, 0.36, 0.01, 0.00, 0.08),
    "investment": (0.45, 0.08, 0.12, 0.01, 0.01, 0.06, 0.17, 0.10),
    "loan": (0.48, 0.10, 0.04, 0.01, 0.01, 0.26, 0.02, 0.08),
}


@dataclass(frozen=True)
class Manner:
    """How a case goes; all medians and shares (assumed)."""

    #: what the first to pay place, together, median, months of their income
    placed: float = 0.2
    #: days until money that has arrived is passed on, median
    wait: float = 1.5
    #: days over which the first payments of a case are spread
    spread: float = 6.0
    #: share that each hop keeps, mean
    kept: float = 0.0
    #: further parts that a payment is split into, mean, at most two
    parts: float = 0.3
    #: log standard deviation of what is paid to each of several
    uneven: float = 0.5
    #: share of payments at any hour of the day, not when people are up
    by_night: float = 0.04
    #: share of those who pay from a device that is not theirs
    strange_device: float = 0.05
    #: share of those involved who are not of each other's circle
    strangers: float = 0.4
    #: share of those involved whose account is among the younger ones
    young: float = 0.1
    #: what is written on payments between people, a name of `WORDS`
    words: str = "ordinary"

    def __post_init__(self) -> None:
        shares = ("kept", "by_night", "strange_device", "strangers", "young")
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; give a share from 0 to 1.")
        for name in ("placed", "wait", "spread"):
            if not getattr(self, name) > 0:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; give a number above 0.")
        if not 0 <= self.parts <= 2 or not 0 <= self.uneven <= 2:
            raise InvalidInput(f"parts {self.parts!r}, uneven {self.uneven!r}: give 0 to 2.")
        if self.words not in WORDS:
            raise InvalidInput(f"words is {self.words!r}; give one of {', '.join(WORDS)}.")


@dataclass(frozen=True)
class Manners:
    """The manner of each of a batch of cases: arrays of cases × 1."""

    placed: Floats
    wait: Floats
    spread: Floats
    kept: Floats
    parts: Floats
    uneven: Floats
    by_night: Floats
    strange_device: Floats
    strangers: Floats
    young: Floats
    #: cases × references, cumulative weights
    words: Floats

    @classmethod
    def drawn(cls, signs: Manner, covers: Sequence[Manner], shown: float, u: Floats) -> Self:
        """Covers, all as likely, each with the share `shown` of the signs; `u` cases × fields + 1.

        >>> u = np.full((1, 12), 0.5)
        >>> Manners.drawn(Manner(wait=0.1), [Manner()], 0.6, u).wait.tolist()
        [[0.1]]
        """
        cover = (u[:, -1] * len(covers)).astype(np.intp)
        columns: dict[str, Floats] = {}
        for at, field in enumerate(dataclasses.fields(Manner)):
            read = _words if field.name == "words" else _number
            mine = np.array([read(getattr(c, field.name)) for c in covers])[cover]
            shows = u[:, [at]] < shown
            columns[field.name] = np.where(shows, read(getattr(signs, field.name)), mine)
        return cls(**columns)


def _number(value: float) -> list[float]:
    return [value]


def _words(name: str) -> list[float]:
    weights = np.cumsum(WORDS[name])
    edges: list[float] = (weights / weights[-1]).tolist()
    return edges


#: uniforms that `Manners.drawn` takes for each case
MANNER_DRAWS = len(dataclasses.fields(Manner)) + 1


@dataclass(frozen=True)
class Dice:
    """Uniforms of a batch of cases: case number i sees the same ones however many there are."""

    streams: Streams
    #: whose they are
    purpose: str
    count: int

    def throw(self, what: str, width: int) -> Floats:
        """`count` × `width` uniforms in [0, 1)."""
        drawn = self.streams.shared(f"{self.purpose}_{what}", self.count * width)
        return drawn.reshape(self.count, width)
