"""Payments of a case as a bank books them: kind, channel, reference, device, as people pay."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.fund_flows.movements import CHANNELS, KINDS, NOBODY, REFERENCES
from data_generators.streams import BLOCK, Floats, Ints
from data_generators.typologies.casting import OUTSIDE

#: kind of a payment to each of `OUTSIDE`, and from each
_TO = ("transfer", "transfer", "spending", "withdrawal", "transfer", "rent", "bill", "spending",
       "supplier", "wages")  # fmt: skip
_FROM = ("transfer", "transfer", "refund", "deposit", "salary", "transfer", "transfer", "refund",
         "sale", "transfer")  # fmt: skip
#: channels of each kind, weights in the order of `CHANNELS` (assumed, as for ordinary transfers)
CHANNEL_SHARES: dict[str, tuple[float, ...]] = {
    "transfer": (0.94, 0.0, 0.04, 0.02, 0.0),
    "spending": (0.45, 0.55, 0.0, 0.0, 0.0),
    "withdrawal": (0.0, 0.0, 0.15, 0.0, 0.85),
    "deposit": (0.0, 0.0, 0.35, 0.0, 0.65),
    "sale": (0.9, 0.0, 0.0, 0.1, 0.0),
    "supplier": (0.9, 0.0, 0.0, 0.1, 0.0),
    "salary": (0.0, 0.0, 0.0, 1.0, 0.0),
    "refund": (0.0, 1.0, 0.0, 0.0, 0.0),
    "rent": (0.6, 0.0, 0.0, 0.4, 0.0),
    "bill": (0.5, 0.0, 0.0, 0.5, 0.0),
    "wages": (1.0, 0.0, 0.0, 0.0, 0.0),
}
#: share of payments between people that are made to the payee's collection code, as if something
#: were bought: how stalls and small services are paid, and how money is passed as trade (assumed)
BY_CODE = 0.45
#: the same in trade, where firms are mostly paid for a delivery, people mostly not (assumed)
BY_INVOICE, TO_PEOPLE_IN_TRADE = 0.82, 0.25
#: share of what shops pay out that is booked as wages; the rest is given back (assumed)
BY_SHOPS = 0.7
#: share of payments of a kind in hundreds; the others are to the cent (assumed, as ordinary)
ROUND_SHARES = {"transfer": 0.55, "withdrawal": 0.83, "deposit": 0.83}


@dataclass(frozen=True)
class Booking:
    """How payments are booked, codes as in `Movements`; arrays of the payments' shape."""

    kind: NDArray[np.int8]
    channel: NDArray[np.int8]
    reference: NDArray[np.int8]
    #: position of the customer whose device orders, -1 where not by app or by somebody outside
    device: Ints


def kind_of(
    source: NDArray[np.int8], target: NDArray[np.int8], u: Floats, trade: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Kind of a payment between two of `OUTSIDE`, at most one of whom is outside.

    `u`: a uniform each, under `BY_CODE` where people are paid by code, or other shares in `trade`.

    >>> who = np.array([0, 0, 3, 0], dtype=np.int8), np.array([1, 2, 0, 0], dtype=np.int8)
    >>> [KINDS[k] for k in kind_of(*who, np.array([0.5, 0.5, 0.5, 0.1]), np.zeros(4, bool))]
    ['transfer', 'spending', 'deposit', 'spending']
    """
    table = np.array(
        [
            [KINDS.index(_FROM[s] if s else _TO[t]) for t in range(len(OUTSIDE))]
            for s in range(len(OUTSIDE))
        ],
        dtype=np.int8,
    )
    found: NDArray[np.int8] = table[source, target]
    people = (source <= OUTSIDE.index("person")) & (target <= OUTSIDE.index("person"))
    in_trade = np.where(target == OUTSIDE.index("person"), TO_PEOPLE_IN_TRADE, BY_INVOICE)
    by_code = people & (u < np.where(trade, in_trade, BY_CODE))
    wage = (found == KINDS.index("refund")) & (u < BY_SHOPS)
    kinds = [KINDS.index("spending"), KINDS.index("salary")]
    return np.select([by_code, wage], kinds, found).astype(np.int8)


def in_business(
    kind: NDArray[np.int8], payer: NDArray[np.bool_], payee: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Kinds where the `payer` or the `payee` is a business customer: trade goes by other names.

    >>> bought = np.full(2, KINDS.index("spending"), dtype=np.int8)
    >>> yes, no = np.array([True]), np.array([False])
    >>> [KINDS[in_business(bought[:1], *who)[0]] for who in ((yes, no), (no, yes), (no, no))]
    ['supplier', 'sale', 'spending']
    """
    bought, salary = (kind == KINDS.index(name) for name in ("spending", "salary"))
    sold = payee & (bought | salary)
    codes = [KINDS.index("sale"), KINDS.index("supplier")]
    return np.select([sold, payer & bought], codes, kind).astype(np.int8)


def unit_of(kind: NDArray[np.int8], u: Floats) -> Floats:
    """Cents to whose multiple a payment of each kind is rounded: hundreds of RMB, or none."""
    shares = np.array([ROUND_SHARES.get(name, 0.0) for name in KINDS])
    return np.where(u < shares[kind], 10_000.0, 1.0)


def booked(kind: NDArray[np.int8], payer: Ints, device: Ints, words: Floats, u: Floats) -> Booking:
    """Channel, reference and device of payments; `u` has two uniforms each on the last axis.

    `device`: whose the payer uses. `words`: cumulative weights of the references that people
    write, one axis more than `kind`.
    """
    shares = np.array([CHANNEL_SHARES.get(name, (1.0, 0, 0, 0, 0)) for name in KINDS])
    edges = np.cumsum(shares, axis=1)
    channel = (u[..., :1] >= edges[kind]).sum(axis=-1)
    by_app = (channel == CHANNELS.index("app")) & (payer < BLOCK)
    written = np.minimum((u[..., 1:] >= words).sum(axis=-1), len(REFERENCES) - 1)
    reference = np.select(
        [kind == KINDS.index(name) for name in ("transfer", "rent", "salary", "wages")],
        [written, *(REFERENCES.index(word) for word in ("rent", "wages", "wages"))],
        REFERENCES.index("none"),
    )
    return Booking(
        kind=kind,
        channel=np.minimum(channel, len(CHANNELS) - 1).astype(np.int8),
        reference=reference.astype(np.int8),
        device=np.where(by_app, device, NOBODY),
    )
