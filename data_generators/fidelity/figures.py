"""Published figures that a credible world is held against: data, read when asked for."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from data_generators.errors import InvalidInput

#: one number, or several that belong together (young and old, one year and the next)
Number = float | tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """One published figure: what it is, where it stands, and how far it binds.

    >>> by_id("limit.mpb.low").kind, by_id("roll.m0_m1").kind, by_id("vintage.peak").kind
    ('gate', 'guide', 'shape')
    """

    #: unique, dotted by family: "roll.m0_m1"
    id: str
    #: what is measured, in words
    quantity: str
    #: as published, in `unit`
    value: Number
    #: the world's own value lies from the first to the second; None: no more than a shape
    band: tuple[float, float] | None
    #: share, ratio, RMB per RMB, correlation, USD, share a year, month on book
    unit: str
    #: on whom it was measured
    population: str
    source: str
    #: how far the figure itself is to be trusted
    evidence: str
    #: a world must lie in the band where the figure applies
    gate: bool
    #: where it applies, in words; `applicability.APPLIES` turns them into a rule
    applies_to: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.gate and self.band is None:
            raise InvalidInput(f"{self.id} is a gate without a band; give it one, or gate=False.")
        if self.band is not None and not self.band[0] < self.band[1]:
            raise InvalidInput(f"{self.id} has the band {self.band}; its ends must rise.")

    @property
    def kind(self) -> str:
        """gate: must be met; guide: has a band; shape: printed side by side."""
        if self.gate:
            return "gate"
        return "shape" if self.band is None else "guide"

    def holds(self, value: float) -> bool:
        """Whether `value` lies in the band, its ends included."""
        if self.band is None:
            raise InvalidInput(f"{self.id} has no band; compare its shape.")
        return self.band[0] <= value <= self.band[1]


@cache
def figures() -> tuple[Figure, ...]:
    """All figures in the order of the file.

    >>> next(f for f in figures() if f.id == "roll.m0_m1").band
    (0.015, 0.04)
    """
    text = (resources.files(__package__) / "reference_figures.json").read_text(encoding="utf-8")
    return tuple(_figure(entry) for entry in json.loads(text)["figures"])


def by_id(name: str) -> Figure:
    """The figure of that id; InvalidInput if there is none."""
    for figure in figures():
        if figure.id == name:
            return figure
    raise InvalidInput(f"There is no figure {name!r}; `figures()` has them all.")


def _figure(entry: dict[str, object]) -> Figure:
    """A figure from its entry in the file; lists become tuples."""
    plain = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    return Figure(**plain)  # type: ignore[arg-type]  # a missing or odd field raises here
