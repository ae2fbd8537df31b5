"""How transfers are booked: kind, channel and reference as one code, and the shares of each."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_generators.fund_flows.levels import WORDS
from data_generators.fund_flows.movements import CHANNELS, KINDS, REFERENCES
from data_generators.streams import Ints

#: bookings there are
BOOKINGS = len(KINDS) * len(CHANNELS) * len(REFERENCES)


def booking(kind: str, channel: str, reference: str = "none") -> int:
    """The code of one way to book."""
    code = KINDS.index(kind) * len(CHANNELS) + CHANNELS.index(channel)
    return code * len(REFERENCES) + REFERENCES.index(reference)


def booking_of(kind: NDArray[Any], channel: NDArray[Any], reference: NDArray[Any]) -> Ints:
    """The same for columns of codes."""
    code = kind.astype(np.int64) * len(CHANNELS) + channel
    coded: Ints = code * len(REFERENCES) + reference
    return coded


_CODES = np.arange(BOOKINGS)
#: kind, channel and reference of each booking
KIND_OF: NDArray[np.int32] = (_CODES // (len(CHANNELS) * len(REFERENCES))).astype(np.int32)
CHANNEL_OF: NDArray[np.int32] = (_CODES // len(REFERENCES) % len(CHANNELS)).astype(np.int32)
REFERENCE_OF: NDArray[np.int32] = (_CODES % len(REFERENCES)).astype(np.int32)
BY_APP: NDArray[np.bool_] = np.equal(CHANNEL_OF, CHANNELS.index("app"))


@lru_cache(maxsize=64)
def booking_levels(*shares: tuple[str, str, str, float], levels: int = WORDS) -> NDArray[np.int16]:
    """A booking for each level of a uniform, from (kind, channel, reference, share) each.

    >>> len(set(booking_levels(("bill", "app", "none", 0.5), ("bill", "card", "none", 0.5))))
    2
    """
    codes = np.array([booking(*each[:3]) for each in shares])
    edges = np.cumsum([each[3] for each in shares])
    middle = (np.arange(levels) + 0.5) / levels
    which = np.minimum(np.searchsorted(edges / edges[-1], middle), len(codes) - 1)
    return codes[which].astype(np.int16)


def by_channel(kind: str, reference: str = "none") -> tuple[tuple[str, str, str, float], ...]:
    """One kind through its channels, as everybody orders it."""
    from data_generators.typologies.payments import CHANNEL_SHARES

    return tuple(
        (kind, channel, reference, share)
        for channel, share in zip(CHANNELS, CHANNEL_SHARES[kind], strict=True)
        if share > 0
    )


@lru_cache(maxsize=4)
def between_people(bought: str = "spending") -> NDArray[np.int16]:
    """Payments between people: by transfer with what people write, or to a collection code.

    `bought`: the kind that payments to a code are booked as.
    """
    from data_generators.typologies.manner import WORDS as HABITS
    from data_generators.typologies.payments import BY_CODE

    shares = [
        (kind, channel, word, (1 - BY_CODE) * share * weight)
        for kind, channel, _, share in by_channel("transfer")
        for word, weight in zip(REFERENCES, HABITS["ordinary"], strict=True)
        if weight > 0
    ]
    shares += [
        (kind, channel, word, BY_CODE * share) for kind, channel, word, share in by_channel(bought)
    ]
    return booking_levels(*shares, levels=1 << 15)
