"""How many of an applicant's identifiers stood on promoted lists, for all applications at once."""

import numpy as np
import pandas as pd

from sandbox.lists.entries import LISTS
from sandbox.lists.grounds import Grounds, Promotion, grounds_of
from sandbox.lists.ties import Flags, Floats, Ints, Observed

#: the columns, by `LISTS`
COLUMNS = tuple(f"list_{name}" for name in LISTS)


def list_hits_as_of(observed: Observed, rules: Promotion | None = None) -> pd.DataFrame:
    """`list_black`, `list_grey` and `list_white` of each application, float64, as counts.

    Counted are devices, phones, addresses and accounts that the applicant was known with by then
    (`links.known_at` up to `event_time`) and that stood on the list as it was just before the
    application: what came with the application itself, or in the same moment, is not on it yet.
    The rules are those of `sandbox.lists.promotion.promote`, and replaying its entries through a
    matcher gives the same counts. `observed` has the tables applications, links, decisions,
    fraud_labels and fraud_reviews; nothing known later is looked at. BadInput for missing columns.

    >>> from types import SimpleNamespace
    >>> labels = pd.DataFrame({"customer_id": [1], "known_at": [20.0]})
    >>> tables = SimpleNamespace(
    ...     applications=pd.DataFrame({"customer_id": [1, 2], "event_time": [3.0, 30.0]}),
    ...     links=pd.DataFrame({"source_id": [1, 2], "target_kind": "device", "target_id": [9, 9],
    ...                         "known_at": [3.0, 30.0]}),
    ...     decisions=pd.DataFrame({"customer_id": [1, 2], "credit_limit": [5e3, 0.0]}),
    ...     fraud_labels=labels, fraud_reviews=labels[:0].assign(verdict=""))
    >>> list_hits_as_of(tables)["list_black"].tolist()
    [0.0, 1.0]
    """
    known, ties, grounds = grounds_of(observed, rules or Promotion())
    asked = np.flatnonzero(ties.known <= known.applied[ties.customer])
    node, row = ties.node[asked], known.row[ties.customer[asked]]
    time = known.applied[ties.customer[asked]]
    rows = len(observed.applications)
    columns = {}
    for code, name in enumerate(COLUMNS):
        hit = _stood(grounds, grounds.list_code == code, node, time)
        columns[name] = np.bincount(row[hit], minlength=rows).astype(np.float64)
    return pd.DataFrame(columns, index=observed.applications.index)


def _stood(grounds: Grounds, some: Flags, node: Ints, time: Floats) -> Flags:
    """Whether any of some grounds was in force on each node at a time, as known just before."""
    # A withdrawal in the same moment is not known yet, as an addition is not.
    end = np.minimum(grounds.until, np.nextafter(grounds.gone, np.inf))[some]
    at, first, last = _stretches(grounds.node[some], grounds.start[some], end)
    if not len(at):
        return np.zeros(len(node), dtype=bool)
    times = np.unique(first)
    keys = at * (len(times) + 1) + np.searchsorted(times, first, side="left")
    asked = node * (len(times) + 1) + np.searchsorted(times, time, side="left")
    place = np.searchsorted(keys, asked, side="left") - 1
    there = place >= 0
    place = np.maximum(place, 0)
    stood: Flags = there & (at[place] == node) & (time < last[place])
    return stood


def _stretches(node: Ints, start: Floats, end: Floats) -> tuple[Ints, Floats, Floats]:
    """Times in which any ground was in force on a node, joined where they touch or overlap."""
    order = np.lexsort((start, node))
    node, start, end = node[order], start[order], end[order]
    if not len(node):
        return node, start, end
    # The latest end so far within a node, as ranks so that one running maximum serves all nodes.
    ends = np.unique(end)
    number = np.cumsum(np.append(True, node[1:] != node[:-1])) - 1
    reach = np.maximum.accumulate(number * len(ends) + np.searchsorted(ends, end))
    latest = ends[reach - number * len(ends)]
    begins = np.ones(len(node), dtype=bool)
    begins[1:] = (node[1:] != node[:-1]) | (start[1:] > latest[:-1])
    first = np.flatnonzero(begins)
    return node[first], start[first], latest[np.append(first[1:], len(node)) - 1]
