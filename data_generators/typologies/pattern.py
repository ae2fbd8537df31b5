"""A typology of transfers: a shape of money's way, the signs of fraud, and its honest covers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data_generators.errors import InvalidInput
from data_generators.fund_flows.movements import Movements
from data_generators.fund_flows.stage import Stage
from data_generators.scenarios.flows import OF_TRANSFERS
from data_generators.streams import BLOCK, Floats, Ints, Streams
from data_generators.typologies.casting import Cast, cast
from data_generators.typologies.laundering.shape import Flags, Shape, flow
from data_generators.typologies.manner import BY_CHANCE, MANNER_DRAWS, Dice, Manner, Manners
from data_generators.typologies.payments import booked, in_business, kind_of, unit_of
from data_generators.typologies.waking import later

#: parts of a payment at most, and edges of the largest shape
_PARTS, _EDGES = 3, 16
#: log standard deviation of what a case places, and of how long money waits (assumed)
_PLACED_NOISE, _WAIT_NOISE = 0.9, 1.2
#: days between parts of one payment, median (assumed)
_PART_GAP = 3.0
#: where fraud shows all its signs: share of those outside who are not, since it does not care to
#: pass for everyday payments; none where it shows half of them or less (assumed)
_OPENLY = 0.5
#: share of a business's monthly turnover that counts as a person's monthly income does (assumed)
_OF_TURNOVER = 0.5


@dataclass(frozen=True)
class Pattern:
    """One typology of transfers."""

    #: the name in the truth tables and of the share in `TransferFraud`
    name: str
    #: shapes of a batch of cases, from cases × 4 uniforms
    shape: Callable[[Floats], Shape]
    #: transfers of a case, mean: to know how many cases make a share of all transfers
    transfers_a_case: float
    #: what fraud shows when it hides nothing
    signs: Manner
    #: honest reasons to move money so
    covers: tuple[Manner, ...]
    #: share of the roles that are cast outside, where they may be
    outside: float = 0.75
    #: the first role is a customer who loses the money
    victim: bool = False
    #: what is placed is a share of the liquid buffer, not of monthly incomes
    of_buffer: bool = False
    #: whose money it counts against
    denominator: str = "transfers"

    def __post_init__(self) -> None:
        if self.name not in OF_TRANSFERS:
            raise InvalidInput(f"{self.name!r} is none of {', '.join(OF_TRANSFERS)}.")
        if not 0 <= self.outside <= 1 or not self.covers or not self.transfers_a_case > 0:
            raise InvalidInput(f"{self.name}: give a share outside from 0 to 1, and covers.")

    @property
    def code(self) -> int:
        """The code in `Movements.typology` and `Movements.look_alike`."""
        return 1 + OF_TRANSFERS.index(self.name)

    def cases(self, stage: Stage, count: int, streams: Streams) -> Movements:
        """Transfers of `count` cases of fraud; those after the window's end are left out.

        `stage.camouflage` 0: all signs are shown; towards 1: as many as honest money shows too.
        """
        shown = max(1.0 - stage.camouflage, BY_CHANCE)
        return self._played(stage, Dice(streams, self.name, count), shown).replace(
            typology=self.code
        )

    def look_alikes(self, stage: Stage, count: int, streams: Streams) -> Movements:
        """Transfers of `count` honest patterns of the same shape; they are no case."""
        dice = Dice(streams, f"like_{self.name}", count)
        return self._played(stage, dice, BY_CHANCE).replace(look_alike=self.code, case=-1, hop=0)

    def _played(self, stage: Stage, dice: Dice, shown: float) -> Movements:
        if dice.count == 0:
            return Movements.none()
        shape = self.shape(dice.throw("shape", 4))
        manners = Manners.drawn(self.signs, self.covers, shown, dice.throw("signs", MANNER_DRAWS))
        outside = self.outside * (1.0 - _OPENLY * max(2.0 * shown - 1.0, 0.0))
        who = cast(shape, manners, outside, self.victim, stage, dice)
        source, target = (np.maximum(ends, 0) for ends in (shape.source, shape.target))
        rows = np.arange(dice.count)[:, None]
        payer, payee = (np.maximum(who.account[rows, ends], 0) for ends in (source, target))
        kind = in_business(
            kind_of(
                who.kind[rows, source],
                who.kind[rows, target],
                _edge_noise(shape, dice, "kind"),
                who.trade[:, None],
            ),
            *(stage.business[ends % BLOCK] & (ends < BLOCK) for ends in (payer, payee)),
        )
        unit = unit_of(kind, _edge_noise(shape, dice, "unit"))
        amount = self._amounts(shape, who, manners, unit, stage, dice)
        parts = _parts(amount, unit, manners, shape, dice)
        time = _times(shape, parts > 0, manners, stage, dice)
        there = (parts > 0) & who.sound[:, None, None] & (time < stage.end)
        case, edge, _ = np.nonzero(there)
        u = dice.throw("booking", 2 * _EDGES * _PARTS).reshape(dice.count, _EDGES, _PARTS, 2)
        book = booked(
            kind[case, edge],
            payer[case, edge],
            _devices(who, source, manners, stage, dice)[case, edge],
            manners.words[case],
            u[:, : shape.step.shape[1]][there],
        )
        return Movements.of(
            time=time[there], source=payer[case, edge], target=payee[case, edge],
            amount=parts[there], kind=book.kind, channel=book.channel, reference=book.reference,
            device=book.device, case=case, hop=shape.step[case, edge],
        )  # fmt: skip

    def _amounts(
        self, shape: Shape, who: Cast, manners: Manners, unit: Floats, stage: Stage, dice: Dice
    ) -> Floats:
        """Cents of each edge."""
        pays_first = shape.pays & ~shape.paid
        # Where all are paid, money goes round, and starts with the first.
        pays_first[:, 0] |= ~pays_first.any(axis=1)
        noise = np.exp(_PLACED_NOISE * _normal(dice.throw("placed", 1)))
        placed = 100.0 * _means(who.account, stage, self.of_buffer) * manners.placed * noise
        if not self.of_buffer:  # what one payment is, not what all of them are
            placed = placed * (shape.step == 0).sum(axis=1, keepdims=True)
        share = np.exp(manners.uneven * _normal(dice.throw("starts", _EDGES)))
        share = np.where(pays_first, share[:, : shape.most_roles], 0.0)
        placed = placed * share / share.sum(axis=1, keepdims=True)
        weight = np.exp(manners.uneven * _normal(_edge_noise(shape, dice, "weight")))
        kept = 2.0 * manners.kept * dice.throw("kept", _EDGES)[:, : shape.most_roles]
        return flow(shape, placed, weight, np.minimum(kept, 0.9), unit)


def _edge_noise(shape: Shape, dice: Dice, what: str) -> Floats:
    """A uniform an edge."""
    return dice.throw(what, _EDGES)[:, : shape.step.shape[1]]


def _normal(u: Floats) -> Floats:
    """Near-normal noise of uniforms: a logistic variable of variance 1."""
    noise: Floats = 0.5513 * np.log((u + 1e-9) / (1.0 - u + 1e-9))
    return noise


def _means(account: Ints, stage: Stage, of_buffer: bool) -> Floats:
    """Income, or turnover, or buffer, of the first customer who plays; cases × 1."""
    customer = (account >= 0) & (account < BLOCK)
    first = account[np.arange(len(account)), np.argmax(customer, axis=1)]
    earned = np.where(stage.business, _OF_TURNOVER * stage.turnover, stage.income)
    own = stage.buffer if of_buffer else earned
    means = np.where(customer.any(axis=1), own[np.where(first < BLOCK, first, 0)], np.median(own))
    return means[:, None]


def _parts(amount: Floats, unit: Floats, manners: Manners, shape: Shape, dice: Dice) -> Floats:
    """Cents of the parts that each payment is made in, cases × edges × parts; they add up to it."""
    width = shape.step.shape[1]
    u = dice.throw("parts", 2 * _EDGES * _PARTS).reshape(dice.count, 2, _EDGES, _PARTS)
    u = u[:, :, :width]
    further = u[:, 0] < manners.parts[:, :, None] / (_PARTS - 1)
    further[..., 0] = True
    share = np.where(further, 0.3 + u[:, 1], 0.0)
    share = share / share.sum(axis=-1, keepdims=True)
    parts: Floats = np.floor(amount[..., None] * share / unit[..., None]) * unit[..., None]
    parts[..., 0] += amount - parts.sum(axis=-1)
    return parts


def _times(shape: Shape, there: Flags, manners: Manners, stage: Stage, dice: Dice) -> Floats:
    """Days of the parts of each payment, cases × edges × parts, each after the one before.

    A role pays when all that the steps before send it has arrived; `there`: parts that exist.
    """
    width = shape.step.shape[1]
    u = dice.throw("start", 2)
    start = stage.moment(u[:, :1], u[:, 1:])
    u = dice.throw("waits", _EDGES * (_PARTS + 1)).reshape(dice.count, _EDGES, _PARTS + 1)
    u = u[:, :width]
    by_night = u[..., 0] < manners.by_night
    first = later(start, manners.spread * _edge_noise(shape, dice, "spread"), by_night)
    pause = np.exp(_WAIT_NOISE * _normal(u[..., 1:]))
    time = np.zeros((*shape.step.shape, _PARTS))
    ready = np.zeros((dice.count, shape.most_roles))
    rows = np.arange(dice.count)[:, None]
    for step in range(shape.steps):
        now = shape.step == step
        source = np.maximum(shape.source, 0)
        waited = later(ready[rows, source], manners.wait * pause[..., 0], by_night)
        at = np.where(ready[rows, source] > 0, waited, first)
        for part in range(_PARTS):
            after = later(at, _PART_GAP * pause[..., part], by_night)
            at = np.where(there[..., part], after, at) if part else at
            time[..., part] = np.where(now, at, time[..., part])
        case, edge = np.nonzero(now)
        np.maximum.at(ready, (case, shape.target[case, edge]), at[case, edge])
    return time


def _devices(who: Cast, role: Ints, manners: Manners, stage: Stage, dice: Dice) -> Ints:
    """Position of the customer whose device pays each edge: the payer, or one who controls all."""
    stranger = stage.customers(dice.throw("controller", 1))
    strange = dice.throw("strange", _EDGES)[:, : who.account.shape[1]] < manners.strange_device
    device = np.where(strange, stranger, who.account)
    found: Ints = np.take_along_axis(device, role, axis=1)
    return found
