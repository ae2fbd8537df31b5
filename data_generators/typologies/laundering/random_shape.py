"""Random: money that wanders among a few accounts, back and forth.

Mechanism: a sum goes four to eight times to any other of four to six accounts, whoever had it
before. Traces: the same few accounts pay each other, soon and nearly whole. Look-alikes: friends
who travel together and settle up as they go, a circle of players. Labels: an alert on any of
them, checked by an analyst.
"""

from dataclasses import replace

import numpy as np

from data_generators.streams import Floats, Ints
from data_generators.typologies.laundering.shape import Shape, walk, width
from data_generators.typologies.laundering.signs import SIGNS
from data_generators.typologies.manner import Manner
from data_generators.typologies.pattern import Pattern

#: accounts of a case, and payments, from and to
_ACCOUNTS, _PAYMENTS = (4, 6), (4, 8)


def _wander(u: Floats) -> Shape:
    accounts = width(_ACCOUNTS, u[:, 0])
    payments = width(_PAYMENTS, u[:, 1])
    # Each digit of one uniform says how far on, in the circle of roles, the next one sits.
    path, digits = [np.zeros_like(accounts)], u[:, 2].copy()
    for stop in range(1, _PAYMENTS[1] + 1):
        digits = digits * (accounts - 1)
        onward = np.floor(digits)
        digits = digits - onward
        at = (np.abs(path[-1]) + 1 + onward.astype(np.int64)) % accounts
        path.append(np.where(stop <= payments, at, -1))
    return walk(_numbered(np.stack(path, axis=1)))


def _numbered(path: Ints) -> Ints:
    """The same walk with roles numbered as they are met, so that none is left out."""
    numbered, met = np.full_like(path, -1), np.zeros(len(path), dtype=np.int64)
    for stop in range(path.shape[1]):
        before = (path[:, :stop] == path[:, [stop]]) & (path[:, [stop]] >= 0)
        seen = before.any(axis=1)
        old = numbered[np.arange(len(path)), np.argmax(before, axis=1)] if stop else met
        fresh = ~seen & (path[:, stop] >= 0)
        numbered[:, stop] = np.where(seen, old, np.where(fresh, met, -1))
        met = met + fresh
    return numbered


RANDOM = Pattern(
    name="random",
    shape=_wander,
    transfers_a_case=7.5,
    signs=replace(SIGNS, wait=1.4, spread=1.0),
    covers=(
        Manner(placed=0.07, wait=6.0),
        Manner(placed=0.1, wait=8.0, words="family"),
    ),
    outside=0.9,
)
