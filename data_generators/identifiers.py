"""Opaque numbers: devices, addresses and phones under a keyed permutation of all 64-bit numbers.

A Feistel network with keys that are hashed from the world's seed. Neither size, order nor any
number of known pairs tells what another number stands for; who holds the key can turn it round.
"""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data_generators.streams import BLOCK, Ints, Streams

#: columns that link one application to another
IDENTIFIERS = ("device_id", "address_id", "phone_id")
#: rounds; four would do against an attacker who only knows pairs
_ROUNDS = 6
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFF_FFFF)


def opaque(number: Ints, key: str) -> Ints:
    """Numbers, one to one, that look drawn.

    >>> len(set(opaque(np.arange(100), "7/device_id").tolist()))
    100
    """
    bits = number.astype(np.int64).view(np.uint64)
    left, right = bits >> _HALF, bits & _LOW
    for keys in _keys(key):
        left, right = right, left ^ _mixed(right, keys)
    return ((left << _HALF) | right).view(np.int64)


def plain(number: Ints, key: str) -> Ints:
    """What `opaque` was given.

    >>> plain(opaque(np.arange(3), "7/device_id"), "7/device_id").tolist()
    [0, 1, 2]
    """
    bits = number.view(np.uint64)
    left, right = bits >> _HALF, bits & _LOW
    for keys in reversed(_keys(key)):
        left, right = right ^ _mixed(left, keys), left
    return ((left << _HALF) | right).view(np.int64)


def hide(positions: Ints, name: str, streams: Streams) -> Ints:
    """Column `name` of `IDENTIFIERS` where each customer has the number of one in the block."""
    return opaque(streams.block.index * BLOCK + positions, f"{streams.seed}/{name}")


def owner(column: NDArray[np.generic], name: str, streams: Streams) -> Ints:
    """Position in the block of the customer whose own number it is: the inverse of `hide`."""
    number = plain(column.astype(np.int64), f"{streams.seed}/{name}")
    return number - streams.block.index * BLOCK


def _mixed(half: NDArray[np.uint64], keys: tuple[np.uint64, ...]) -> NDArray[np.uint64]:
    """32 bits out of 32, none of them linear in the input or the keys."""
    first, second, factor = keys
    with np.errstate(over="ignore"):
        z = (half ^ first) * factor
        z = (z ^ (z >> np.uint64(29)) ^ second) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(32))) * factor
    return z >> _HALF


@lru_cache(maxsize=64)
def _keys(key: str) -> tuple[tuple[np.uint64, ...], ...]:
    rounds = []
    for turn in range(_ROUNDS):
        digest = hashlib.sha256(f"{key}/{turn}".encode()).digest()
        first, second, factor = np.frombuffer(digest[:24], dtype="<u8")
        rounds.append((np.uint64(first), np.uint64(second), np.uint64(factor) | np.uint64(1)))
    return tuple(rounds)
