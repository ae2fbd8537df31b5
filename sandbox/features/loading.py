"""State of a service from observed tables: what was known by a day, in compact arrays."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.book import IDS, MONEY, READ, Book
from sandbox.features.families import KEYS
from sandbox.features.graph import TIED
from sandbox.features.numbering import NONE, Ints, codes_of, positions
from sandbox.features.purposes import Tracings
from sandbox.features.screening import Tables
from sandbox.features.sightings import TIES, first_known
from sandbox.features.state import Belongings, State
from sandbox.features.timelines import Timelines
from sandbox.features.velocity import accounts_at


def loaded(
    observed: Tables, traced: pd.DataFrame | None, as_of: float | None
) -> tuple[State, float]:
    """The state, and the time of the latest that is in it; refusals are those of the batch."""

    def known(table: pd.DataFrame, time: str = "known_at") -> pd.DataFrame:
        if as_of is None or not (table[time] > as_of).any():
            return table
        return table[table[time] <= as_of]

    applications = known(observed.applications, "event_time").sort_values(
        ["event_time", "customer_id"], kind="stable"
    )
    links, labels, decisions = map(
        known, (observed.links, observed.fraud_labels, observed.decisions)
    )
    declined = decisions[decisions["credit_limit"] <= 0]
    tracings = Tracings.of(None if traced is None else known(traced))
    ids = applications["customer_id"].to_numpy(dtype=np.int64)
    others = [links["source_id"], labels["customer_id"], declined["customer_id"]]
    book = Book(_everyone([ids, tracings.customer_id, *(o.to_numpy(np.int64) for o in others)]))
    if len(np.unique(ids)) < len(ids):
        raise BadInput("A customer_id stands twice in applications; pass one row a customer.")
    _applied(book, applications, links)
    nodes, belongings = _graph(book, links)
    for name, table in (("confirmed", labels), ("declined", declined)):
        _told(book, name, first_known(table, book.id[: book.count]))
    state = State(book, nodes, belongings, _keys(book, positions(ids, book.id[: book.count])))
    _lent(state, tracings)
    last = [
        float(table[time].max())
        for table, time in ((applications, "event_time"), (links, "known_at"),
                            (labels, "known_at"), (decisions, "known_at"))
        if len(table)
    ]  # fmt: skip
    if as_of is not None:
        return state, float(as_of)
    return state, max([*last, *tracings.known[-1:].tolist()], default=-np.inf)


def _everyone(parts: list[Ints]) -> Ints:
    first = np.unique(parts[0])
    more = [part[positions(part, first) < 0] for part in parts[1:]]
    strangers = np.concatenate(more)
    return np.unique(np.concatenate([first, strangers])) if len(strangers) else first


def _applied(book: Book, applications: pd.DataFrame, links: pd.DataFrame) -> None:
    ids = applications["customer_id"].to_numpy(dtype=np.int64)
    row = positions(ids, book.id[: book.count])
    for name in READ:
        if name in applications:
            book.read[name][row] = applications[name].to_numpy(dtype=np.float64)
    for name in IDS:
        book.ids[name][row] = applications[name].to_numpy(dtype=np.int64)
    amount = applications["requested_amount"].to_numpy(dtype=np.float64)
    book.cents[row] = np.rint(np.nan_to_num(amount) * 100)
    # of those who have not applied yet the first account of all is held
    time = np.full(book.count, np.inf)
    time[row] = applications["event_time"].to_numpy(dtype=np.float64)
    book.ids["account"][: book.count] = accounts_at(links, book.id[: book.count], time)


def _keys(book: Book, row: Ints) -> dict[str, Timelines]:
    """Applications by key; `row` are their customers in order of time."""
    keys = {}
    for key in KEYS:
        name = book.ids[key if key == "account" else f"{key}_id"][row]
        mine = row[name != NONE]
        time = book.read["event_time"][mine]
        keys[key] = Timelines(name[name != NONE], time, mine, book.cents[mine])
    return keys


def _graph(book: Book, links: pd.DataFrame) -> tuple[tuple[Timelines, ...], Belongings]:
    kind = codes_of(links["target_kind"], TIES)
    source = links["source_id"].to_numpy(dtype=np.int64)
    target = links["target_id"].to_numpy(dtype=np.int64)
    known = links["known_at"].to_numpy(dtype=np.float64)
    nodes, parts = [], []
    for code in range(len(TIES)):
        row = np.flatnonzero(kind == code)
        users = positions(source[row], book.id[: book.count])
        node, name = pd.factorize(target[row])
        # of each pair the first
        order = np.lexsort((users, known[row]))
        pair = node[order] * book.count + users[order]
        order = order[np.sort(np.unique(pair, return_index=True)[1])]
        row, users, node = row[order], users[order], node[order]
        nodes.append(Timelines(name[node], known[row], users))
        # a timeline numbers its identifiers in their order
        rank = np.argsort(np.argsort(name))
        parts.append((users, np.full(len(row), code), rank[node], known[row]))
        _tie(book, users, node)
    who, of_kind, number, since = map(np.concatenate, zip(*parts, strict=True))
    return tuple(nodes), Belongings(who, of_kind, number, since, book.count)


def _tie(book: Book, who: Ints, number: Ints) -> None:
    """Join the first customers of each node; rows are in order of time."""
    order = np.argsort(number, kind="stable")
    mine = number[order]
    begins = np.ones(len(mine), dtype=bool)
    begins[1:] = mine[1:] != mine[:-1]
    start = np.flatnonzero(begins)[np.cumsum(begins) - 1]
    tied = np.arange(len(mine)) - start
    edge = np.flatnonzero((tied > 0) & (tied < TIED))
    for one, other in zip(who[order[start[edge]]].tolist(), who[order[edge]].tolist(), strict=True):
        book.tie(one, other)


def _told(book: Book, name: str, known: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    for number in np.flatnonzero(np.isfinite(known)).tolist():
        book.tell(name, number, float(known[number]))


def _lent(state: State, tracings: Tracings) -> None:
    row = positions(tracings.customer_id, state.book.id[: state.book.count])
    state.book.known["traced"][row] = tracings.known
    cents = zip(*(getattr(tracings, name).tolist() for name in MONEY), strict=True)
    for customer, each in zip(row.tolist(), cents, strict=True):
        state.lent(customer, *each)
