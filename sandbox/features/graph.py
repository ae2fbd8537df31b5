"""Features of the identity graph at application, from what was known by then and nothing else.

Of an application at time t only edges, labels and decisions with known_at <= t count, and never
its own decision. It therefore has the same features in a batch as alone on the day, and whatever
came later may be cut off. Merchants tie nobody.

Components grow by edges in the order in which they became known. A node ties its first `TIED`
customers only: terminals and dormitories would join everybody to everybody.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.components import Happening, components_at
from sandbox.features.neighbours import Asked, Pairs, neighbour_columns, neighbours_of
from sandbox.features.numbering import Floats, Ints
from sandbox.features.side_by_side import each
from sandbox.features.sightings import TIES, Sightings, first_known

#: days of the windows
WINDOWS = (7, 30)
#: customers of a node whom it ties to one component, the first
TIED = 12
#: columns, beside the means over neighbours
GRAPH = (
    *(
        f"{kind}_{what}"
        for kind in TIES
        for what in ("own", "customers", *(f"customers_{days}d" for days in WINDOWS))
    ),
    "neighbours", *(f"neighbours_{days}d" for days in WINDOWS), "neighbours_two_ties",
    "device_elsewhere", "device_addresses", "same_merchant_share", "confirmed_neighbours",
    "confirmed_share", "declined_neighbours", "declined_share", "nearest_days", "span_days",
    "component_size", "component_confirmed", "component_declined",
)  # fmt: skip
_NEEDED = ("customer_id", "event_time", "partner_id", "address_id")


def graph_features(
    applications: pd.DataFrame,
    links: pd.DataFrame,
    fraud_labels: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    rows: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Graph features of each application, float64, n × d in order of `applications`.

    The tables are observed ones. With `rows` (positions in `applications`) only these are
    computed, the newest for instance, and all others are history. Columns, for each kind of tie
    (device, phone, address, account): `{kind}_customers` (others known on the applicant's own,
    count), the same with `_7d` and `_30d` (first known there within the days), and `{kind}_own`
    (how many the applicant was seen with). Of neighbours, who share at least one of them, at
    most the latest 100 of each: `neighbours`, `neighbours_7d`, `neighbours_30d`,
    `neighbours_two_ties` (share two kinds or more), `device_elsewhere` (share a device and no
    address), `device_addresses` (different addresses, but the own, among those on the device),
    `same_merchant_share`, `confirmed_neighbours` (fraud confirmed by then), `confirmed_share`,
    `declined_neighbours`, `declined_share`, `nearest_days` and `span_days` (since the latest and
    the first of them was seen), and means `neighbours_{column}` of their applications. Of the
    component: `component_size`, `component_confirmed`, `component_declined`. Shares, days and
    means are NaN without neighbours. Without `decisions` nobody is known as declined.

    Raises BadInput for missing columns, a customer who applies twice, and `rows` out of range.

    >>> shop = pd.DataFrame({"customer_id": [1, 2], "event_time": [3.0, 5.0],
    ...                      "partner_id": [0, 0], "address_id": [7, 8]})
    >>> seen = pd.DataFrame({"source_id": [1, 2], "target_kind": "device", "target_id": [9, 9],
    ...                      "known_at": [3.0, 5.0]})
    >>> none = pd.DataFrame({"customer_id": [], "known_at": []})
    >>> graph_features(shop, seen, none)["device_customers"].tolist()
    [0.0, 1.0]
    """
    asked = asked_of(applications, links, fraud_labels, decisions, rows)
    row, pair = asked.sightings.of_customers(asked.customer, asked.time)
    columns = graph_columns(asked, row, pair, neighbours_of(asked, row, pair))
    index = applications.index if rows is None else applications.index[np.asarray(rows)]
    return pd.DataFrame(columns, index=index).astype(np.float64)


def graph_columns(
    asked: Asked, row: Ints, pair: Ints, pairs: Pairs, threads: int = 1
) -> dict[str, Floats]:
    """The columns of `graph_features`; `row` and `pair` say whose own is what, `pairs` who is near.

    The names are those of `GRAPH`, and after them the means of neighbours' columns.
    """
    pieces: list[Callable[[], dict[str, Floats]]] = [
        lambda: _components(asked),
        lambda: neighbour_columns(asked, pairs, WINDOWS),
        lambda: _counts(asked, row, pair),
    ]
    columns: dict[str, Floats] = {}
    for found in each(lambda piece: piece(), pieces, threads):
        columns |= found
    return {name: columns.pop(name) for name in GRAPH} | columns


def asked_of(
    applications: pd.DataFrame,
    links: pd.DataFrame,
    fraud_labels: pd.DataFrame,
    decisions: pd.DataFrame | None,
    rows: Sequence[int] | None = None,
    threads: int = 1,
) -> Asked:
    """The tables laid out for searching; refusals are those of `graph_features`."""
    _check("applications", applications, _NEEDED)
    _check("fraud_labels", fraud_labels, ("customer_id", "known_at"))
    ids = applications["customer_id"].to_numpy(dtype=np.int64)
    chosen = np.arange(len(ids)) if rows is None else np.asarray(rows, dtype=np.int64)
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < len(ids):
        raise BadInput(f"rows must be positions in applications, from 0 to {len(ids) - 1}.")
    sightings = Sightings.of(links, ids, threads)
    everyone = sightings.customers
    place = np.searchsorted(everyone, ids)
    row_of = np.full(len(everyone), -1, dtype=np.int64)
    row_of[place] = np.arange(len(ids))
    if int((row_of >= 0).sum()) != len(ids):
        raise BadInput("A customer_id stands twice in applications; pass one row a customer.")
    declined = np.full(len(everyone), np.inf)
    if decisions is not None:
        _check("decisions", decisions, ("customer_id", "known_at", "credit_limit"))
        declined = first_known(decisions[decisions["credit_limit"] <= 0], everyone)
    time = applications["event_time"].to_numpy(dtype=np.float64)
    if not np.isfinite(time).all():
        raise BadInput("applications.event_time has rows without a time; each needs one, in days.")
    confirmed = first_known(fraud_labels, everyone)
    return Asked(sightings, place[chosen], time[chosen], applications, row_of, confirmed, declined)


def _check(name: str, table: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise BadInput(f"{name} lacks {', '.join(missing)}; pass the observed table {name}.")


def _counts(asked: Asked, row: Ints, pair: Ints) -> dict[str, Floats]:
    """Others on the applicants' own nodes, by kind; `row` and `pair` say whose own is what."""
    seen, rows = asked.sightings, len(asked.customer)
    kind, time, known = seen.kind[pair], asked.time[row], seen.known[pair]
    stop = seen.until(pair, time)
    columns: dict[str, Floats] = {}
    # Who is on the node by then is the applicant, too.
    others = {"": stop - seen.start[pair] - 1}
    for days in WINDOWS:
        before = seen.until(pair, time - days)
        others[f"_{days}d"] = stop - before - (known > time - days)
    for code, name in enumerate(TIES):
        mine = kind == code
        own = np.bincount(row[mine], minlength=rows) + _alone(asked, code)
        columns[f"{name}_own"] = own.astype(np.float64)
        for suffix, count in others.items():
            total = np.bincount(row[mine], count[mine], minlength=rows)
            columns[f"{name}_customers{suffix}"] = total.astype(np.float64)
    return columns


def _alone(asked: Asked, kind: int) -> Ints:
    """Nodes of a kind on which nobody but the applicant was ever seen, known by then."""
    alone, by_customer = asked.sightings.alone, np.full(len(asked.sightings.customers), -np.inf)
    by_customer[asked.customer] = asked.time
    there = (alone.kind == kind) & (alone.known <= by_customer[alone.customer])
    counted = np.bincount(alone.customer[there], minlength=len(by_customer))
    return counted[asked.customer].astype(np.int64)


def _components(asked: Asked) -> dict[str, Floats]:
    """Component of each row's customer as it was then, less what is known of the row itself."""
    seen = asked.sightings
    tied = np.arange(len(seen.node)) - seen.start
    edge = np.flatnonzero((tied > 0) & (tied < TIED))
    first = seen.customer[seen.start[edge]]
    # Customers whom nothing ties to anybody need no place in the forest.
    nodes, at = np.unique(np.concatenate([seen.customer[edge], first]), return_inverse=True)
    ends = at[: len(edge)], at[len(edge) :], seen.known[edge]
    marks = tuple(_marks(known, nodes) for known in (asked.confirmed, asked.declined))
    place = np.searchsorted(nodes, asked.customer)
    there = np.flatnonzero(np.append(nodes, -1)[place] == asked.customer)
    question = Happening(place[there], asked.time[there])
    size, counts = components_at(ends, marks, question, len(nodes))
    sizes = np.ones(len(asked.customer))
    sizes[there] = size
    columns = {"component_size": sizes}
    for name, known, count in zip(
        ("confirmed", "declined"), (asked.confirmed, asked.declined), counts, strict=True
    ):
        of_others = np.zeros(len(asked.customer))
        of_others[there] = count - (known[asked.customer[there]] <= asked.time[there])
        columns[f"component_{name}"] = of_others
    return columns


def _marks(known: Floats, nodes: Ints) -> Happening:
    """Of nodes of the forest, those of which something is ever known."""
    time = known[nodes]
    ever = np.flatnonzero(np.isfinite(time))
    return Happening(ever, time[ever])
