"""Graph and purposes of one application, from the state of a service: as `graph` has them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sandbox.features.book import MONEY, Book
from sandbox.features.families import PURPOSES
from sandbox.features.graph import WINDOWS
from sandbox.features.neighbours import LOOKED_AT, OF_NEIGHBOURS
from sandbox.features.numbering import Floats, Ints
from sandbox.features.purposes import shares
from sandbox.features.sightings import TIES
from sandbox.features.state import State

_DEVICE, _ADDRESS = (1 << TIES.index(kind) for kind in ("device", "address"))
_ALONE = {
    **dict.fromkeys(
        ("neighbours", *(f"neighbours_{days}d" for days in WINDOWS), "neighbours_two_ties",
         "device_elsewhere", "device_addresses", "confirmed_neighbours", "declined_neighbours"),
        0.0,
    ),
    **dict.fromkeys(
        ("same_merchant_share", "confirmed_share", "declined_share", "nearest_days", "span_days",
         *(f"neighbours_{name}" for name in OF_NEIGHBOURS)),
        np.nan,
    ),
}  # fmt: skip


def graph_of(state: State, application: Mapping[str, Any], customer: int) -> dict[str, float]:
    """Graph columns and `families.PURPOSES` of an application; `customer` is a number or -1."""
    time = float(application["event_time"])
    own = state.belongings.of(customer)
    found = _counts(state, own, time)
    shared, since = _neighbours(state, own, customer)
    partner = state.partners.get(int(application["partner_id"]), np.zeros(4, dtype=np.int64))
    lent = np.zeros(4, dtype=np.int64)
    if shared:
        # sums are made in order of customers' ids, as they are in a batch
        who = np.array(list(shared), dtype=np.int64)
        order = np.argsort(state.book.id[who])
        who = who[order]
        bits = np.array(list(shared.values()), dtype=np.int64)[order]
        seen = np.array(list(since.values()))[order]
        found |= _described(state.book, application, who, bits, seen)
        loans = who[state.book.known["traced"][who] <= time]
        lent = np.array([len(loans), *(state.book.money[name][loans].sum() for name in MONEY)])
    else:
        found |= _ALONE
    columns = (float(each[0]) for sums in (partner, lent) for each in shares(*sums.reshape(4, 1)))
    return (
        found | _component(state.book, customer, time) | dict(zip(PURPOSES, columns, strict=True))
    )


def _counts(state: State, own: list[tuple[int, int, float]], time: float) -> dict[str, float]:
    """Others on the applicant's own nodes, by kind."""
    found = dict.fromkeys(
        [f"{kind}_{what}" for kind in TIES for what in
         ("own", "customers", *(f"customers_{days}d" for days in WINDOWS))],
        0.0,
    )  # fmt: skip
    for kind, number, known in own:
        name, nodes = TIES[kind], state.nodes[kind]
        found[f"{name}_own"] += 1
        others = nodes.count(number) - 1
        if not others:
            continue
        found[f"{name}_customers"] += others
        for days in WINDOWS:
            count = nodes.later(number, time - days)[0] - (known > time - days)
            found[f"{name}_customers_{days}d"] += count
    return found


def _neighbours(
    state: State, own: list[tuple[int, int, float]], customer: int
) -> tuple[dict[int, int], dict[int, float]]:
    """By customer who shares a node: which kinds, as bits, and when the latest was known."""
    shared: dict[int, int] = {}
    since: dict[int, float] = {}
    for kind, number, _ in own:
        if state.nodes[kind].count(number) < 2:
            continue
        for who, when in zip(*state.nodes[kind].latest(number, LOOKED_AT), strict=True):
            if who != customer:
                shared[who] = shared.get(who, 0) | 1 << kind
                since[who] = max(when, since.get(who, -np.inf))
    return shared, since


def _described(
    book: Book, application: Mapping[str, Any], who: Ints, bits: Ints, since: Floats
) -> dict[str, float]:
    """Counts, shares and means over the neighbours."""
    time, every = float(application["event_time"]), float(len(who))
    applied = book.read["event_time"][who] <= time
    device = (bits & _DEVICE) > 0
    home = int(application["address_id"])
    homes = set(book.ids["address_id"][who[device & applied]].tolist())
    same = book.ids["partner_id"][who] == int(application["partner_id"])
    found = {
        "neighbours": every,
        "neighbours_two_ties": float(np.count_nonzero(bits & (bits - 1))),
        "device_elsewhere": float(np.count_nonzero(device & ((bits & _ADDRESS) == 0))),
        "device_addresses": float(len(homes - {home})),
        "same_merchant_share": np.count_nonzero(applied & same) / every,
        "nearest_days": time - float(since.max()),
        "span_days": time - float(since.min()),
    }
    for days in WINDOWS:
        found[f"neighbours_{days}d"] = float(np.count_nonzero(since > time - days))
    for what in ("confirmed", "declined"):
        count = float(np.count_nonzero(book.known[what][who] <= time))
        found[f"{what}_neighbours"], found[f"{what}_share"] = count, count / every
    for name in OF_NEIGHBOURS:
        value = book.read[name][who]
        value = value[applied & (value == value)]
        # one after the other, as in a batch
        mean = float(np.cumsum(value)[-1]) / len(value) if len(value) else np.nan
        found[f"neighbours_{name}"] = mean
    return found


def _component(book: Book, customer: int, time: float) -> dict[str, float]:
    """Component of the applicant, less what is known of the applicant."""
    if customer < 0:
        return {"component_size": 1.0, "component_confirmed": 0.0, "component_declined": 0.0}
    size, confirmed, declined = book.held[book.root(customer)].tolist()
    return {
        "component_size": float(size),
        "component_confirmed": float(confirmed - (book.known["confirmed"][customer] <= time)),
        "component_declined": float(declined - (book.known["declined"][customer] <= time)),
    }
