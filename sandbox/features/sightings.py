"""Who was known on which device, phone, address or account by when, laid out for searching."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.numbering import Floats, Ints, codes_of, positions
from sandbox.features.side_by_side import each

#: kinds of nodes that tie customers to one another; a merchant's thousands of customers are no tie
TIES = ("device", "phone", "address", "account")
#: columns of the table links that are used
_COLUMNS = ("source_id", "target_kind", "target_id", "known_at")


@dataclass(frozen=True)
class Seen:
    """Who was known on what, as columns of the same length, in no order."""

    #: position among the customers
    customer: Ints
    #: position in `TIES`
    kind: Ints
    #: days
    known: Floats


@dataclass(frozen=True)
class Sightings:
    """Customers on nodes, each pair once as first known; in order of node, time and customer.

    Nodes that only one row of the links names tie nobody and are set aside in `alone`.
    """

    #: ids of all customers, ascending; elsewhere customers are positions in it
    customers: Ints
    customer: Ints
    #: number of the node; numbers of one kind follow one another
    node: Ints
    #: position in `TIES`
    kind: Ints
    #: days
    known: Floats
    alone: Seen

    @classmethod
    def of(cls, links: pd.DataFrame, customers: Ints, threads: int = 1) -> "Sightings":
        """From the table links; `customers` are ids of further customers (any order).

        Raises BadInput for missing columns and times that are not finite.
        """
        missing = [name for name in _COLUMNS if name not in links]
        if missing:
            raise BadInput(f"links lack {', '.join(missing)}; pass the observed table links.")
        kind = codes_of(links["target_kind"], TIES)
        source = links["source_id"].to_numpy(dtype=np.int64)
        target = links["target_id"].to_numpy(dtype=np.int64)
        known = links["known_at"].to_numpy(dtype=np.float64)
        if not np.isfinite(known[kind >= 0]).all():
            raise BadInput("links.known_at has rows without a time; every edge needs one, in days.")
        # mostly in order: nothing to sort, nothing twice
        in_order = bool((customers[1:] > customers[:-1]).all())
        everyone = customers if in_order else np.unique(customers)
        if (positions(source, everyone) < 0).any():
            everyone = np.unique(np.concatenate([source, customers]))

        def of_kind(code: int) -> tuple[Ints, Ints, Ints, int]:
            mine = np.flatnonzero(kind == code)
            node, names = pd.factorize(target[mine])
            shared = np.bincount(node, minlength=1)[node] > 1
            return mine[shared], node[shared].astype(np.int64), mine[~shared], len(names)

        parts = each(of_kind, range(len(TIES)), threads)
        row = np.concatenate([part[0] for part in parts])
        first = np.cumsum([0, *(part[3] for part in parts)])
        node = np.concatenate([part[1] + first[k] for k, part in enumerate(parts)])
        lone = np.concatenate([part[2] for part in parts])
        alone = Seen(positions(source[lone], everyone), kind[lone], known[lone])
        who = positions(source[row], everyone)
        kept = _first_of_pairs(who, node, known[row], len(everyone))
        return cls(everyone, who[kept], node[kept], kind[row[kept]], known[row[kept]], alone)

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
    known = np.full(len(customers), np.inf)
    place = positions(ids, customers)
    there = place >= 0
    np.minimum.at(known, place[there], part["known_at"].to_numpy(dtype=np.float64)[there])
    return known


def _first_of_pairs(who: Ints, node: Ints, known: Floats, everyone: int) -> Ints:
    """Rows in order of node, time and customer, of each pair the first alone."""
    order = np.lexsort((who, known, node))
    pair = node * everyone + who
    # First of each pair: a stable sort by pair of what is sorted by time.
    by_pair = order[np.argsort(pair[order], kind="stable")]
    first = np.ones(len(by_pair), dtype=bool)
    first[1:] = pair[by_pair][1:] != pair[by_pair][:-1]
    if first.all():
        return order
    kept = np.zeros(len(node), dtype=bool)
    kept[by_pair[first]] = True
    return order[kept[order]]
