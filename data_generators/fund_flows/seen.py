"""Which transfers a bank sees, and their session, from a transfer's own id and nothing else."""

from functools import lru_cache
from hashlib import sha256

import numpy as np

from data_generators.customers import Flags
from data_generators.fund_flows.levels import lognormal_levels
from data_generators.streams import Floats, Ints

#: seconds of an app session with a transfer: mean, log spread, and levels (assumed)
_SESSION, _SESSION_SPREAD, _LEVELS = 75.0, 0.7, 1 << 13


def mixed(ids: Ints, seed: int, purpose: str) -> Ints:
    """64 bits out of each id, one to one, by a key: as good as drawn for each transfer."""
    first, second = _keys(seed, purpose)
    bits = ids.view(np.uint64) ^ first
    bits *= second
    bits ^= bits >> np.uint64(32)
    bits *= first | np.uint64(1)
    bits ^= bits >> np.uint64(29)
    return bits.view(np.int64)


def scattered(ids: Ints, seed: int, purpose: str) -> Ints:
    """The same, 63 bits from 0 up."""
    return (mixed(ids, seed, purpose).view(np.uint64) >> np.uint64(1)).view(np.int64)


def chance(ids: Ints, seed: int, purpose: str) -> Floats:
    """A uniform in [0, 1) for each id.

    >>> bool(0.4 < chance(np.arange(10_000), 7, "a").mean() < 0.6)
    True
    """
    bits = scattered(ids, seed, purpose) >> 10
    uniform: Floats = bits.astype(np.float64) * 2.0**-53
    return uniform


def seen(ids: Ints, seed: int, observability: float) -> Flags:
    """Which transfers the bank sees if it does not execute them itself.

    >>> bool(0.5 < seen(np.arange(10_000), 7, 0.6).mean() < 0.7)
    True
    """
    if observability >= 1:
        return np.ones(len(ids), dtype=bool)
    visible: Flags = scattered(ids, seed, "seen") < int(observability * (1 << 63))
    return visible


def session_seconds(ids: Ints, seed: int) -> Floats:
    """Length of the app session in which each is ordered, seconds to a tenth."""
    table = _sessions()
    seconds: Floats = table[scattered(ids, seed, "session") >> (63 - 13)]
    return seconds


@lru_cache(maxsize=1)
def _sessions() -> Floats:
    return np.round(_SESSION * lognormal_levels(_SESSION_SPREAD, _LEVELS), 1)


@lru_cache(maxsize=16)
def _keys(seed: int, purpose: str) -> tuple[np.uint64, np.uint64]:
    digest = sha256(f"{seed}/transfer/{purpose}".encode()).digest()
    first, second = np.frombuffer(digest[:16], dtype="<u8")
    return np.uint64(first), np.uint64(second) | np.uint64(1)
