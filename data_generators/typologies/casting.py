"""Who plays the roles of a case: customers, people elsewhere, and the trade that money hides in.

No two of those who play are both outside: each payment has a customer at one end, as every
transfer that a bank books has. Honest patterns are cast in the same way.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.fund_flows.accounts import CASH, RANGES
from data_generators.fund_flows.stage import Stage
from data_generators.streams import BLOCK, Floats, Ints
from data_generators.typologies.laundering.shape import Flags, Shape
from data_generators.typologies.manner import Dice, Manners

#: who is cast outside, by code; 0 is a customer of the block; a shop is a merchant whom few know
OUTSIDE = ("customer", "person", "merchant", "cash", "employer", "landlord", "public", "shop")
#: share of each among those outside who are paid only, who pay only, and who pass money on
#: (assumed: in the proportions of ordinary transfers, so that the way of a payment tells little)
_SINKS = (0.0, 0.06, 0.60, 0.13, 0.0, 0.06, 0.15, 0.0)
_SOURCES = (0.0, 0.15, 0.05, 0.20, 0.55, 0.0, 0.0, 0.05)
_BETWEEN = (0.0, 0.26, 0.30, 0.20, 0.0, 0.0, 0.0, 0.24)
#: how much rarer it is that who pays only is outside (assumed): most transfers leave a customer
_RARER = 0.35
#: roles of the largest shape there may be: noise of a role does not depend on who else plays
_WIDTH = 16
#: draws for who is not to be the same as somebody else of the case
_ROUNDS = 4
#: accounts of which the youngest is taken, for a young one
_CANDIDATES = 4


@dataclass(frozen=True)
class Cast:
    """Who plays: arrays of cases × roles."""

    #: account numbers; -1 where a case has fewer roles
    account: Ints
    #: position in `OUTSIDE`
    kind: NDArray[np.int8]
    #: cases in which no account plays twice
    sound: Flags


def cast(
    shape: Shape, manners: Manners, outside: float, victim: bool, stage: Stage, dice: Dice
) -> Cast:
    """Accounts for all roles; `outside`: share of roles that are, where they may be.

    `victim`: the first role is a customer's.
    """
    near = _neighbours(shape)
    # Who deals with most is cast first, or hubs would never be outside.
    order = np.argsort(-near.sum(axis=2), axis=1, kind="stable")
    kind = _kinds(shape, near, order, np.where(shape.paid, outside, _RARER * outside), victim, dice)
    account = np.full(kind.shape, -1, dtype=np.int64)
    sound = np.ones(dice.count, dtype=bool)
    rows = np.arange(dice.count)
    befriended = dice.throw("friendly", _WIDTH) >= manners.strangers
    young = dice.throw("wants_young", _WIDTH) < manners.young
    faces: list[Floats] = []
    for role in order.T:
        host = _host(account, near[rows, role])
        host = np.where(befriended[rows, role], host, -1)
        chosen = np.full(dice.count, -1, dtype=np.int64)
        fits = role >= shape.roles
        for turn in range(_ROUNDS):
            still = np.flatnonzero(~fits)  # after the first turn, hardly anybody
            if not len(still):
                break
            if turn == len(faces):
                thrown = dice.throw(f"face_{turn}", _WIDTH * _CANDIDATES)
                faces.append(thrown.reshape(dice.count, _WIDTH, _CANDIDATES))
            at = role[still]
            # A circle is soon used up; whoever is still missing is somebody else.
            friend_of = host[still] if turn < _ROUNDS // 2 else np.full(len(still), -1)
            u, wants_young = faces[turn][still, at], young[still, at]
            drawn = _drawn(kind[still, at], u, friend_of, wants_young, stage)
            chosen[still] = drawn
            fits[still] = ~(account[still] == drawn[:, None]).any(axis=1) | (drawn == CASH)
        account[rows, role] = chosen
        sound &= fits
    return Cast(account, kind, sound)


def _neighbours(shape: Shape) -> Flags:
    """Whether two roles deal with one another, cases × roles × roles."""
    roles = shape.most_roles
    near = np.zeros((len(shape.roles), roles, roles), dtype=bool)
    case, edge = np.nonzero(shape.there)
    one, other = shape.source[case, edge], shape.target[case, edge]
    near[case, one, other] = near[case, other, one] = True
    return near


def _kinds(
    shape: Shape, near: Flags, order: Ints, outside: Floats, victim: bool, dice: Dice
) -> NDArray[np.int8]:
    """Who of the roles is outside, and what; never two who deal with one another."""
    rows = np.arange(dice.count)
    wants = dice.throw("wants_out", _WIDTH)[:, : shape.most_roles] < outside
    if victim:
        wants[:, 0] = False
    which = _which(shape, dice.throw("which", _WIDTH)[:, : shape.most_roles])
    kind = np.zeros(wants.shape, dtype=np.int8)
    for role in order.T:
        free = ~((kind > 0) & near[rows, role]).any(axis=1)
        kind[rows, role] = np.where(wants[rows, role] & free, which[rows, role], 0)
    return kind


def _which(shape: Shape, u: Floats) -> NDArray[np.int8]:
    """Who each role would be if it were outside, by whether it is paid, pays, or both."""
    tables = [np.cumsum(shares) / np.sum(shares) for shares in (_SINKS, _SOURCES, _BETWEEN)]
    sink, source, between = (np.searchsorted(table, u, side="right") for table in tables)
    chosen = np.where(shape.pays, np.where(shape.paid, between, source), sink)
    return np.minimum(chosen, len(OUTSIDE) - 1).astype(np.int8)


def _host(account: Ints, beside: Flags) -> Ints:
    """A customer already cast whom the role deals with, -1 for none."""
    there = beside & (account >= 0) & (account < BLOCK)
    first = np.argmax(there, axis=1)
    return np.where(there.any(axis=1), account[np.arange(len(account)), first], -1)


def _drawn(kind: NDArray[np.int8], u: Floats, host: Ints, young: Flags, stage: Stage) -> Ints:
    """An account of each one's kind; of people, one of the host's circle where there is a host."""
    by_kind = {
        "customer": _one(stage.customers(u), young, stage),
        "person": _one(stage.outsiders(u), young, stage),
        "merchant": stage.merchants(u[:, 0]),
        "shop": stage.of("merchant", u[:, 0]),
        "cash": np.full(len(u), CASH),
        **{name: stage.of(name, u[:, 0]) for name in ("employer", "landlord", "public")},
    }
    drawn = np.select([kind == code for code in range(len(OUTSIDE))], [by_kind[n] for n in OUTSIDE])
    friend = stage.friends(np.maximum(host, 0), u[:, 1])
    inside = (kind == 0) & (friend < BLOCK)
    person = RANGES["person"]
    elsewhere = (kind == 1) & (friend >= person.first) & (friend < person.stop)
    return np.where((host >= 0) & (inside | elsewhere), friend, drawn)


def _one(candidates: Ints, young: Flags, stage: Stage) -> Ints:
    """The first of the candidates, or the account opened last where a young one is wanted."""
    last = np.argmax(stage.accounts.opened_day[candidates], axis=1)
    chosen: Ints = candidates[np.arange(len(candidates)), np.where(young, last, 0)]
    return chosen
