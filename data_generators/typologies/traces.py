"""Traces: what a fraud looks like in the columns, each shown by some cases only.

No trace is common to all cases of a typology, and most go either way (a device brand new or
suspiciously old), so that no column and no pair of columns tells: what gives a case away is that
several traces come together. Honest people show each of them too, a few times as often as the
frauds do, but one at a time: the legitimate look-alikes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.profiles import Columns
from data_generators.scenarios import FraudMix
from data_generators.streams import Floats, Streams
from data_generators.typologies.contract import at, shows

#: RMB, the unit of an amount that is written down
CENT = 0.01
#: share of cases that show a trace, without camouflage (assumed)
SHARE = 0.80
#: share of all applicants who show one trace of a typology for honest reasons (assumed)
LOOK_ALIKES = 0.010


class Change(Protocol):
    """How one trace changes columns."""

    def of(self, columns: Columns, purpose: str, streams: Streams) -> Columns:
        """The changed columns, for all customers; `purpose` names the noise it may use."""
        ...


@dataclass(frozen=True)
class Trace:
    """One trace of a typology."""

    #: a word, for the noise
    name: str
    change: Change
    #: share of cases that show it, without camouflage
    share: float = SHARE


@dataclass(frozen=True)
class Scaled:
    """A column times one of two factors, as likely each: it is off, one way or the other."""

    column: str
    #: one way and the other; the same for one way only
    down: float
    up: float
    #: what the column is counted in, where it is written down already; 0 where it is not yet
    unit: float = 0.0
    #: column that it may not fall under, "" for none
    least: str = ""

    def of(self, columns: Columns, purpose: str, streams: Streams) -> Columns:
        """The column, rounded up to its unit."""
        factor = np.where(streams.uniform(f"{purpose}_way") < 0.5, self.down, self.up)
        scaled = columns[self.column].astype(float) * factor
        if self.unit:
            # Less a hair: what is exact already stays as it is.
            scaled = np.ceil(scaled / self.unit - 1e-9) * self.unit
        if self.unit == CENT:
            scaled = np.round(scaled, 2)
        if self.least:
            scaled = np.maximum(scaled, columns[self.least].astype(float))
        return {self.column: scaled}


@dataclass(frozen=True)
class ToEnds:
    """A share close to nothing or to all of it: `kept` of the distance to either stays."""

    column: str
    kept: float
    #: share of cases at the upper end
    upper: float = 0.5

    def of(self, columns: Columns, purpose: str, streams: Streams) -> Columns:
        """The column, to three decimals as the sources deliver shares."""
        value = columns[self.column].astype(float)
        high = streams.uniform(f"{purpose}_way") < self.upper
        moved = np.where(high, 1.0 - self.kept * (1.0 - value), self.kept * value)
        return {self.column: np.round(moved, 3)}


@dataclass(frozen=True)
class More:
    """Counts that are higher by one Poisson draw, the same for all of them."""

    columns: tuple[str, ...]
    mean: float
    #: column that none of them may pass, "" for no such limit
    within: str = ""

    def of(self, columns: Columns, purpose: str, streams: Streams) -> Columns:
        """The columns; what is missing stays so."""
        more = streams.poisson(f"{purpose}_more", np.full(streams.size, self.mean))
        most = columns[self.within].astype(float) if self.within else np.inf
        return {name: np.minimum(columns[name].astype(float) + more, most) for name in self.columns}


@dataclass(frozen=True)
class AtHours:
    """An application around one of two hours of the day."""

    first: float
    second: float
    #: standard deviation, hours
    spread: float

    def of(self, columns: Columns, purpose: str, streams: Streams) -> Columns:
        """The hour."""
        centre = np.where(streams.uniform(f"{purpose}_way") < 0.5, self.first, self.second)
        hour = centre + self.spread * streams.normal(f"{purpose}_hour")
        return {"apply_hour": np.floor(hour) % 24}


@dataclass(frozen=True)
class Cleared:
    """Counts that are 0: a spotless record."""

    columns: tuple[str, ...]

    def of(self, columns: Columns, purpose: str, streams: Streams) -> Columns:
        """The columns; times zero, not zero: a thin file stays a thin file."""
        return {name: columns[name].astype(float) * 0.0 for name in self.columns}


def leave(
    typology: str,
    traces: Sequence[Trace],
    columns: Columns,
    who: NDArray[np.intp],
    mix: FraudMix,
    streams: Streams,
) -> Columns:
    """Columns in which each of `who` shows a random part of the traces."""
    for trace in traces:
        purpose = f"{typology}_{trace.name}"
        rows = who[shows(purpose, mix, streams, trace.share)[who]]
        columns = at(columns, rows, trace.change.of(columns, purpose, streams))
    return columns


def look_alikes(typology: str, streams: Streams) -> Flags:
    """Truth: customers who, honest or not, show one trace of the typology for other reasons."""
    return _look_alike(typology, streams) < LOOK_ALIKES


def resemble(typology: str, traces: Sequence[Trace], columns: Columns, streams: Streams) -> Columns:
    """Columns in which a few of all customers show one of the traces, for reasons of their own."""
    drawn = _look_alike(typology, streams) * (len(traces) / LOOK_ALIKES)
    for number, trace in enumerate(traces):
        rows = np.flatnonzero(np.floor(drawn) == number)
        purpose = f"{typology}_{trace.name}_look_alike"
        columns = at(columns, rows, trace.change.of(columns, purpose, streams))
    return columns


def _look_alike(typology: str, streams: Streams) -> Floats:
    return streams.uniform(f"{typology}_look_alike")
