"""Who was known on which device, phone, address or account, as far as promotion can use it.

Of the millions of links few matter: those of nodes on which a confirmed or suspected fraud was
seen, of things of their neighbours, and of nodes with many customers. Everything here is laid out
for searching by node and time.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: kinds of identifier that are promoted; a merchant's thousands of customers prove nothing
TIES = ("device", "phone", "address", "account")
#: observed tables and the columns of them that are used
NEEDED = {
    "applications": ("customer_id", "event_time"),
    "links": ("source_id", "target_kind", "target_id", "known_at"),
    "decisions": ("customer_id", "credit_limit"),
    "fraud_labels": ("customer_id", "known_at"),
    "fraud_reviews": ("customer_id", "known_at", "verdict"),
}


class Observed(Protocol):
    """The observed tables of a world or of a bank."""

    @property
    def applications(self) -> pd.DataFrame:
        """One row a customer."""

    @property
    def links(self) -> pd.DataFrame:
        """Who was seen with what."""

    @property
    def decisions(self) -> pd.DataFrame:
        """What was granted."""

    @property
    def fraud_labels(self) -> pd.DataFrame:
        """Confirmed fraud, late."""

    @property
    def fraud_reviews(self) -> pd.DataFrame:
        """Analysts' verdicts."""


@dataclass(frozen=True)
class Known:
    """When what was known of each customer: days, infinity for never."""

    #: ids, ascending; elsewhere customers are positions in it
    ids: Ints
    #: row in applications, and when they applied
    row: Ints
    applied: Floats
    confirmed: Floats
    suspected: Floats
    cleared: Floats
    #: taken for honest from and until just before
    honest: Floats
    doubted: Floats

    @classmethod
    def of(cls, observed: Observed, seasoned_days: float) -> "Known":
        """From observed tables; BadInput for missing columns and a customer who applies twice."""
        _check(observed)
        applied = observed.applications["event_time"].to_numpy(dtype=np.float64)
        every = observed.applications["customer_id"].to_numpy(dtype=np.int64)
        row = np.argsort(every, kind="stable")
        ids = every[row]
        if (ids[1:] == ids[:-1]).any():
            raise BadInput("A customer_id stands twice in applications; pass one row a customer.")
        decided = observed.decisions
        approved = np.zeros(len(ids), dtype=bool)
        granted = decided["customer_id"].to_numpy(dtype=np.int64)[
            decided["credit_limit"].to_numpy(dtype=np.float64) > 0
        ]
        place, there = _places(ids, granted)
        approved[place[there]] = True
        verdict = observed.fraud_reviews["verdict"].astype(str).to_numpy()
        confirmed = _first(ids, observed.fraud_labels)
        suspected = _first(ids, observed.fraud_reviews[verdict == "fraud"])
        cleared = _first(ids, observed.fraud_reviews[verdict == "honest"])
        seasoned = np.where(approved, applied[row] + seasoned_days, np.inf)
        honest, doubted = np.minimum(cleared, seasoned), np.minimum(confirmed, suspected)
        return cls(ids, row, applied[row], confirmed, suspected, cleared, honest, doubted)


@dataclass(frozen=True)
class Ties:
    """Customers on nodes, each pair once as first known, in order of node, time and customer."""

    customer: Ints
    node: Ints
    known: Floats
    #: by node: position in `TIES`, and the identifier
    kind: NDArray[np.int8]
    target: Ints

    @classmethod
    def of(cls, links: pd.DataFrame, known: Known, crowd: int) -> "Ties":
        """The pairs that matter; nodes with at least `crowd` customers do in any case."""
        kinds = links["target_kind"].astype("category")
        place = np.array([TIES.index(k) if k in TIES else -1 for k in kinds.cat.categories] or [-1])
        code = place.astype(np.int8)[kinds.cat.codes.to_numpy()]
        source = links["source_id"].to_numpy(dtype=np.int64)
        target = links["target_id"].to_numpy(dtype=np.int64)
        frauds = known.ids[np.isfinite(known.doubted)]
        on_theirs = _among(target, target[_among(source, frauds) & (code >= 0)]) & (code >= 0)
        neighbours = _on_two_kinds(source[on_theirs], code[on_theirs])
        matter = on_theirs | _crowded(target, crowd)
        matter |= _among(target, target[_among(source, neighbours)])
        kept = np.flatnonzero(matter & (code >= 0))
        return cls._laid_out(
            known,
            source[kept],
            code[kept],
            target[kept],
            links["known_at"].to_numpy(dtype=np.float64)[kept],
        )

    @classmethod
    def _laid_out(
        cls, known: Known, source: Ints, code: NDArray[np.int8], target: Ints, time: Floats
    ) -> "Ties":
        if not np.isfinite(time).all():
            raise BadInput("links.known_at has rows without a time; every edge needs one, in days.")
        who, there = _places(known.ids, source)
        who, code, target, time = who[there], code[there], target[there], time[there]
        numbers, at, first = np.zeros(len(who), dtype=np.int64), [], 0
        for kind in range(len(TIES)):
            mine = np.flatnonzero(code == kind)
            codes, unique = pd.factorize(target[mine])
            numbers[mine] = first + codes
            at.append((np.full(len(unique), kind, dtype=np.int8), unique))
            first += len(unique)
        order = np.lexsort((time, numbers, who))
        same = (who[order][1:] == who[order][:-1]) & (numbers[order][1:] == numbers[order][:-1])
        once = order[np.concatenate([[True] * bool(len(order)), ~same]).astype(bool)]
        once = once[np.lexsort((who[once], time[once], numbers[once]))]
        by_node = (np.concatenate([each[k] for each in at]) for k in range(2))
        return cls(who[once], numbers[once], time[once], *by_node)

    @cached_property
    def turn(self) -> Ints:
        """Which customer of its node each pair is, from 0."""
        begins = np.ones(len(self.node), dtype=bool)
        begins[1:] = self.node[1:] != self.node[:-1]
        start = np.flatnonzero(begins)
        turn: Ints = np.arange(len(self.node)) - start[np.cumsum(begins) - 1]
        return turn


def _check(observed: Observed) -> None:
    for name, columns in NEEDED.items():
        missing = [column for column in columns if column not in getattr(observed, name)]
        if missing:
            raise BadInput(f"{name} lacks {', '.join(missing)}; pass the observed table {name}.")


def _among(values: Ints, some: Ints) -> Flags:
    flags: Flags = pd.Series(values).isin(np.unique(some)).to_numpy()
    return flags


def _on_two_kinds(source: Ints, code: NDArray[np.int8]) -> Ints:
    """Customers with two kinds of these nodes or more: others cannot share two kinds of tie."""
    kinds = pd.DataFrame({"source": source, "code": code}).drop_duplicates()
    count = kinds["source"].value_counts()
    return count.index[count.to_numpy() > 1].to_numpy(dtype=np.int64)


def _crowded(target: Ints, crowd: int) -> Flags:
    codes, unique = pd.factorize(target)
    flags: Flags = (np.bincount(codes, minlength=len(unique)) >= crowd)[codes]
    return flags


def _places(ids: Ints, wanted: Ints) -> tuple[Ints, Flags]:
    """Where each wanted id stands, and whether it is there at all."""
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, ids[place] == wanted


def _first(ids: Ints, table: pd.DataFrame) -> Floats:
    """When a row of each customer first became known."""
    first = np.full(len(ids), np.inf)
    place, there = _places(ids, table["customer_id"].to_numpy(dtype=np.int64))
    np.minimum.at(first, place[there], table["known_at"].to_numpy(dtype=np.float64)[there])
    return first
