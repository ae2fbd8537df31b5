"""Honest customers who share: families, dormitories and friends, all over the block.

Shops, on whose terminals their customers apply, stand in `terminals`.

Groups are cut out of keyed permutations of the whole block's positions. Who lives with whom thus
neither follows from the order of customers nor changes with the size of the world: a customer's
family may have members who are not in it.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from data_generators.customers import Flags
from data_generators.streams import BLOCK, Block, Ints, Streams

#: shares of families of two, three, four and five applicants (assumed)
_FAMILIES = (0.45, 0.30, 0.17, 0.08)
#: applicants behind one dormitory address, from and to: as many as in a ring (assumed)
_DORMITORY = (4, 24)
#: share of customers who live in a dormitory (assumed)
_IN_DORMITORY = 0.06
#: shares of groups of two to nine who share a device only: friends (assumed)
_FRIENDS = (0.50, 0.20, 0.10, 0.06, 0.05, 0.04, 0.03, 0.02)
#: of those who share a device: share who do so with friends, and on a shop's terminal; the rest
#: do so with the family (assumed)
_WITH_FRIENDS, ON_TERMINALS = 0.10, 0.15
_OUTSIDE = _WITH_FRIENDS + ON_TERMINALS
#: families that share an address, a phone, and an account, for each that shares a device (assumed)
_ADDRESSES, _PHONES, _ACCOUNTS = 2.0, 0.2, 0.3


@dataclass(frozen=True)
class Households:
    """Whose device, address and phone each customer of a whole block uses, by position."""

    #: own position where not shared
    device: Ints
    address: Ints
    phone: Ints
    #: the account that a loan is paid into and repaid from
    account: Ints
    #: first member of the family, dormitory and circle of friends that one shares with, else -1
    family: Ints
    dormitory: Ints
    friends: Ints


def draw_households(streams: Streams, sharing: float) -> Households:
    """The block's households; `sharing` is the share of customers on a shared device."""
    return _households(streams.seed, streams.block.index, sharing)


def as_positions(streams: Streams, positions: Ints) -> Streams:
    """The noise of the customers at these positions of the whole block, in the world or not."""
    return replace(streams, block=streams.block.whole, rows=positions)


@lru_cache(maxsize=4)
def _households(seed: int, index: int, sharing: float) -> Households:
    # Whatever market they come from, members of a family are members of one family.
    streams = Streams(seed, Block(index, index * BLOCK, (index + 1) * BLOCK))
    own = np.arange(BLOCK)
    family, kin = _groups("families", _sizes("families", _FAMILIES, 2, streams), streams)
    alike = np.full(_DORMITORY[1] - _DORMITORY[0] + 1, 1.0)
    rooms, dormitory = _groups(
        "dormitories",
        _sizes("dormitories", tuple(alike / alike.sum()), _DORMITORY[0], streams),
        streams,
    )
    friend, circle = _groups("friends", _sizes("friends", _FRIENDS, 2, streams), streams)
    # One uniform a family: who shares a device shares the address, but not the other way round.
    close = streams.shared("family_shares", BLOCK)[kin]
    in_dormitory = streams.shared("dormitory_shares", BLOCK)[dormitory] < _IN_DORMITORY
    befriended = streams.shared("friends_share", BLOCK)[circle] < _WITH_FRIENDS * sharing
    one_device = close < (1 - _OUTSIDE) * sharing
    one_home = (close < _ADDRESSES * (1 - _OUTSIDE) * sharing) & ~in_dormitory
    address = np.where(one_home, family, np.where(in_dormitory, rooms, own))
    # A phone stays at home: with those who live there.
    at_home = (address == family) & (address[family] == family)
    one_phone = at_home & (close < _PHONES * (1 - _OUTSIDE) * sharing)
    one_account = at_home & (close < _ACCOUNTS * (1 - _OUTSIDE) * sharing)
    return Households(
        device=np.where(one_device, family, np.where(befriended, friend, own)),
        address=address,
        phone=np.where(one_phone, family, own),
        account=np.where(one_account, family, own),
        family=np.where(one_home | one_device, family, -1),
        dormitory=np.where(in_dormitory, rooms, -1),
        friends=np.where(befriended & ~one_device, friend, -1),
    )


def _sizes(purpose: str, shares: tuple[float, ...], least: int, streams: Streams) -> Ints:
    """Sizes of groups, at least enough of them for the block."""
    u = streams.shared(f"{purpose}_sizes", BLOCK // least)
    return least + np.searchsorted(np.cumsum(shares)[:-1], u, side="right")


def _groups(purpose: str, sizes: Ints, streams: Streams) -> tuple[Ints, Ints]:
    """Position of each customer's group's first member, and the number of the group."""
    order = np.argsort(streams.shared(purpose, BLOCK), kind="stable")
    group = np.repeat(np.arange(len(sizes)), sizes)[:BLOCK]
    starts = np.cumsum(sizes) - sizes
    first, number = np.empty((2, BLOCK), dtype=np.int64)
    first[order] = order[starts[group]]
    number[order] = group
    return first, number


def shares_phone(households: Households) -> Flags:
    """Customers whose own phone a family uses, by position."""
    used: Flags = np.zeros(BLOCK, dtype=bool)
    used[households.phone[households.phone != np.arange(BLOCK)]] = True
    return used
