"""Who plays the roles of a case: customers, people elsewhere, and the trade that money hides in.

No two of those who play are both outside: each payment has a customer at one end, as every
transfer that a bank books has. Honest patterns are cast in the same way. A case plays among
persons or in trade, as the market's customers are persons or businesses: who hides money pays and
is paid as is usual there.
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
OUTSIDE = ("customer", "person", "merchant", "cash", "employer", "landlord", "public", "shop",
           "business", "staff")  # fmt: skip
#: share of each among those outside who are paid only, who pay only, and who pass money on
#: (assumed: in the proportions of ordinary transfers, so that the way of a payment tells little)
_SINKS = (0.0, 0.10, 0.56, 0.13, 0.0, 0.06, 0.15, 0.0, 0.0, 0.0)
_SOURCES = (0.0, 0.15, 0.05, 0.20, 0.55, 0.0, 0.0, 0.05, 0.0, 0.0)
_BETWEEN = (0.0, 0.22, 0.44, 0.14, 0.0, 0.06, 0.0, 0.14, 0.0, 0.0)
#: the same of cases in trade: suppliers, staff, clients (assumed, as businesses' transfers are)
_TRADE_SINKS = (0.0, 0.14, 0.02, 0.11, 0.0, 0.08, 0.14, 0.0, 0.44, 0.07)
_TRADE_SOURCES = (0.0, 0.26, 0.0, 0.10, 0.0, 0.0, 0.0, 0.0, 0.64, 0.0)
_TRADE_BETWEEN = (0.0, 0.30, 0.0, 0.10, 0.0, 0.0, 0.0, 0.0, 0.60, 0.0)
#: how much rarer it is that who pays only is outside (assumed): most transfers leave a customer,
#: fewer of them in trade
_RARER, _RARER_IN_TRADE = 0.35, 0.6
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
    #: cases in trade
    trade: Flags


def cast(
    shape: Shape, manners: Manners, outside: float, victim: bool, stage: Stage, dice: Dice
) -> Cast:
    """Accounts for all roles; `outside`: share of roles that are, where they may be.

    `victim`: the first role is a customer's.
    """
    near = _neighbours(shape)
    trade = dice.throw("trade", 1)[:, 0] < stage.business.mean()
    # Who deals with most is cast first, or hubs would never be outside.
    order = np.argsort(-near.sum(axis=2), axis=1, kind="stable")
    rarer = np.where(trade, _RARER_IN_TRADE, _RARER)[:, None]
    share = np.where(shape.paid, outside, rarer * outside)
    kind = _kinds(shape, near, order, share, victim, trade, dice)
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
            part = _Part(kind[still, at], trade[still], shape.paid[still, at])
            drawn = _drawn(part, u, friend_of, wants_young, stage)
            chosen[still] = drawn
            fits[still] = ~(account[still] == drawn[:, None]).any(axis=1) | (drawn == CASH)
        account[rows, role] = chosen
        sound &= fits
    return Cast(account, kind, sound, trade)


@dataclass(frozen=True)
class _Part:
    """One role each of some cases: who plays it, whether in trade, whether anybody pays it."""

    kind: NDArray[np.int8]
    trade: Flags
    paid: Flags


def _neighbours(shape: Shape) -> Flags:
    """Whether two roles deal with one another, cases × roles × roles."""
    roles = shape.most_roles
    near = np.zeros((len(shape.roles), roles, roles), dtype=bool)
    case, edge = np.nonzero(shape.there)
    one, other = shape.source[case, edge], shape.target[case, edge]
    near[case, one, other] = near[case, other, one] = True
    return near


def _kinds(
    shape: Shape, near: Flags, order: Ints, outside: Floats, victim: bool, trade: Flags, dice: Dice
) -> NDArray[np.int8]:
    """Who of the roles is outside, and what; never two who deal with one another."""
    rows = np.arange(dice.count)
    wants = dice.throw("wants_out", _WIDTH)[:, : shape.most_roles] < outside
    if victim:
        wants[:, 0] = False
    u = dice.throw("which", _WIDTH)[:, : shape.most_roles]
    usual = _which(shape, u, (_SINKS, _SOURCES, _BETWEEN))
    in_trade = _which(shape, u, (_TRADE_SINKS, _TRADE_SOURCES, _TRADE_BETWEEN))
    which = np.where(trade[:, None], in_trade, usual)
    kind = np.zeros(wants.shape, dtype=np.int8)
    for role in order.T:
        free = ~((kind > 0) & near[rows, role]).any(axis=1)
        kind[rows, role] = np.where(wants[rows, role] & free, which[rows, role], 0)
    return kind


def _which(shape: Shape, u: Floats, shares: tuple[tuple[float, ...], ...]) -> NDArray[np.int8]:
    """Who each role would be if it were outside, by whether it is paid, pays, or both."""
    tables = [np.cumsum(each) / np.sum(each) for each in shares]
    sink, source, between = (np.searchsorted(table, u, side="right") for table in tables)
    chosen = np.where(shape.pays, np.where(shape.paid, between, source), sink)
    return np.minimum(chosen, len(OUTSIDE) - 1).astype(np.int8)


def _host(account: Ints, beside: Flags) -> Ints:
    """A customer already cast whom the role deals with, -1 for none."""
    there = beside & (account >= 0) & (account < BLOCK)
    first = np.argmax(there, axis=1)
    return np.where(there.any(axis=1), account[np.arange(len(account)), first], -1)


def _drawn(part: _Part, u: Floats, host: Ints, young: Flags, stage: Stage) -> Ints:
    """An account of each one's kind; one whom the host knows where there is a host."""
    kind, known = part.kind, np.maximum(host, 0)
    customer = _one(_customers(part.trade, u, stage), young, stage)
    person = _one(stage.outsiders(u), young, stage)
    # Firms deal with those that deal with firms: the host's own, or somebody else's.
    deals = np.where(host >= 0, host, customer)
    business = stage.regulars(deals, u[:, 1], pays=~part.paid)
    by_kind = {
        "customer": customer,
        "person": person,
        "staff": person,
        "business": business,
        "merchant": stage.merchants(u[:, 0]),
        "shop": stage.of("merchant", u[:, 0]),
        "cash": np.full(len(u), CASH),
        **{name: stage.of(name, u[:, 0]) for name in ("employer", "landlord")},
        # Firms all pay their tax to the same office.
        "public": np.where(part.trade, RANGES["public"].first, stage.of("public", u[:, 0])),
    }
    drawn = np.select([kind == code for code in range(len(OUTSIDE))], [by_kind[n] for n in OUTSIDE])
    friend = stage.friends(known, u[:, 1])
    inside = (kind == OUTSIDE.index("customer")) & (friend < BLOCK)
    inside &= stage.business[friend % BLOCK] == part.trade
    elsewhere = (kind == OUTSIDE.index("person")) & (friend >= RANGES["person"].first)
    elsewhere &= friend < RANGES["person"].stop
    return np.where((host >= 0) & (inside | elsewhere), friend, drawn)


def _customers(trade: Flags, u: Floats, stage: Stage) -> Ints:
    """Customers of the block: businesses of cases in trade, persons of others."""
    chosen = np.zeros(u.shape, dtype=np.int64)
    for wanted in (False, True):
        among = np.flatnonzero(stage.business == wanted)
        if len(among):  # else no case is of that sort
            picked = among[(u * len(among)).astype(np.int64)]
            chosen = np.where(trade[:, None] == wanted, picked, chosen)
    return chosen


def _one(candidates: Ints, young: Flags, stage: Stage) -> Ints:
    """The first of the candidates, or the account opened last where a young one is wanted."""
    last = np.argmax(stage.accounts.opened_day[candidates], axis=1)
    chosen: Ints = candidates[np.arange(len(candidates)), np.where(young, last, 0)]
    return chosen
