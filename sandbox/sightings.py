"""Who was known on which device, phone, address or account by when, laid out for searching."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: kinds of nodes that tie customers to one another; a merchant's thousands of customers are no tie
TIES = ("device", "phone", "address", "account")
#: columns of the table links that are used
_COLUMNS = ("source_id", "target_kind", "target_id", "known_at")


@dataclass(frozen=True)
class Sightings:
    """Customers on nodes, each pair once as first known; in order of node, time and customer."""

    #: ids of all customers, ascending; elsewhere customers are positions in it
    customers: Ints
    customer: Ints
    #: number of the node; numbers of one kind follow one another
    node: Ints
    #: position in `TIES`
    kind: Ints
    #: days
    known: Floats

    @classmethod
    def of(cls, links: pd.DataFrame, customers: Ints) -> "Sightings":
        """From the table links; `customers` are ids of further customers (any order).

        Raises BadInput for missing columns and times that are not finite.
        """
        missing = [name for name in _COLUMNS if name not in links]
        if missing:
            raise BadInput(f"links lack {', '.join(missing)}; pass the observed table links.")
        kinds = links["target_kind"].astype("category")
        place = np.array([TIES.index(k) if k in TIES else -1 for k in kinds.cat.categories] or [-1])
        kind = place[kinds.cat.codes.to_numpy()]
        ties = np.flatnonzero(kind >= 0)
        known = links["known_at"].to_numpy(dtype=np.float64)[ties]
        if not np.isfinite(known).all():
            raise BadInput("links.known_at has rows without a time; every edge needs one, in days.")
        source = links["source_id"].to_numpy(dtype=np.int64)[ties]
        everyone = np.unique(np.concatenate([source, customers]))
        who = np.searchsorted(everyone, source)
        node, of_kind = _numbered(kind[ties], links["target_id"].to_numpy(dtype=np.int64)[ties])
        order = np.lexsort((who, known, node))
        pair = node * len(everyone) + who
        # First of each pair: a stable sort by pair of what is sorted by time.
        by_pair = order[np.argsort(pair[order], kind="stable")]
        first = np.ones(len(by_pair), dtype=bool)
        first[1:] = pair[by_pair][1:] != pair[by_pair][:-1]
        kept = np.zeros(len(node), dtype=bool)
        kept[by_pair[first]] = True
        order = order[kept[order]]
        return cls(everyone, who[order], node[order], of_kind[node[order]], known[order])

    @cached_property
    def start(self) -> Ints:
        """Where each pair's node begins."""
        begins = np.ones(len(self.node), dtype=bool)
        begins[1:] = self.node[1:] != self.node[:-1]
        first: Ints = np.flatnonzero(begins)[np.cumsum(begins) - 1]
        return first

    @cached_property
    def size(self) -> Ints:
        """How many customers each pair's node ever has."""
        uses: Ints = np.bincount(self.node)[self.node] if len(self.node) else self.node
        return uses

    def of_customers(self, customer: Ints, until: Floats) -> tuple[Ints, Ints]:
        """What each of these customers was known to use by a time: query row and pair."""
        order = np.argsort(self.customer, kind="stable")
        mine = self.customer[order]
        low = np.searchsorted(mine, customer, side="left")
        row, place = ranges(low, np.searchsorted(mine, customer, side="right"))
        pair = order[place]
        known = self.known[pair] <= until[row]
        return row[known], pair[known]

    def until(self, pair: Ints, time: Floats) -> Ints:
        """Where, among the pairs of the same node, those end that were known by `time`."""
        place: Ints = np.searchsorted(self._keys, self._key(self.node[pair], time), side="left")
        return place

    @cached_property
    def _times(self) -> Floats:
        return np.unique(self.known)

    @cached_property
    def _keys(self) -> Ints:
        """One number a pair that rises with node and time."""
        rank = np.searchsorted(self._times, self.known, side="left")
        return self.node * (len(self._times) + 1) + rank

    def _key(self, node: Ints, time: Floats) -> Ints:
        rank: Ints = np.searchsorted(self._times, time, side="right")
        return node * (len(self._times) + 1) + rank


def ranges(first: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """All numbers from each `first` up to its `stop`, and the row that each belongs to.

    >>> ranges(np.array([5, 8]), np.array([7, 9]))
    (array([0, 0, 1]), array([5, 6, 8]))
    """
    count = np.maximum(stop - first, 0)
    row = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return row, np.arange(len(row)) - before[row] + first[row]


def first_known(table: pd.DataFrame, customers: Ints, rows: Sequence[bool] | None = None) -> Floats:
    """When a row of each customer first became known, days; infinity where there is none.

    `table` has customer_id and known_at; customers that are not in `customers` (ids, ascending)
    are left out, as are all but `rows`.
    """
    part = table if rows is None else table[np.asarray(rows)]
    ids = part["customer_id"].to_numpy(dtype=np.int64)
    known = np.full(len(customers) + 1, np.inf)
    place = np.searchsorted(customers, ids)
    there = customers[np.minimum(place, len(customers) - 1)] == ids
    np.minimum.at(known, place[there], part["known_at"].to_numpy(dtype=np.float64)[there])
    return known[:-1]


def _numbered(kind: Ints, target: Ints) -> tuple[Ints, Ints]:
    """A number for each node, and the kind of each number."""
    node, kinds, first = np.zeros(len(kind), dtype=np.int64), [np.zeros(0, dtype=np.int64)], 0
    for code in range(len(TIES)):
        mine = np.flatnonzero(kind == code)
        codes, unique = pd.factorize(target[mine])
        node[mine] = first + codes
        kinds.append(np.full(len(unique), code))
        first += len(unique)
    return node, np.concatenate(kinds)
