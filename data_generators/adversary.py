"""Rings that adapt to what is deployed: strategies, payoffs, imitation.

Each ring plays one strategy a period: how many applications go through one device, and how far it
hides. What a ring earns moves its weights, rings copy those who earn more, and the next period's
strategies are drawn from the weights. A ring knows what became of its own applications and what
others earned; it sees no label and no model. A step is pure: nothing but the seed, the period and
what happened decides it.

A simulation makes one call a period::

    world = World(foe.scenario(market), customers, seed=...)
    ...                                       # decide: who is blocked, who is caught in time
    foe = foe.step(*foe.outcome_of(world, blocked, caught))
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data_generators.errors import InvalidInput
from data_generators.incentives import STRATEGIES, Incentives
from data_generators.scenarios import Scenario
from data_generators.scenarios.bounds import check_whole
from data_generators.streams import Block, Floats, Ints, Streams

if TYPE_CHECKING:
    import pandas as pd

    from data_generators.world import World

#: most rings that one adversary has
_MOST_RINGS = 100_000


@dataclass(frozen=True)
class Turn:
    """What became of one period; one entry a ring."""

    #: position in `STRATEGIES`
    played: tuple[int, ...]
    #: share of the ring's applications that was declined
    blocked: tuple[float, ...]
    #: share that was approved, but caught before the money was out
    caught: tuple[float, ...]
    #: RMB an application
    payoff: tuple[float, ...]


@dataclass(frozen=True)
class Adversary:
    """Rings, the strategies they play this period, and the weights they draw them from.

    >>> foe = Adversary.of(rings=3, seed=7)
    >>> after = foe.step(blocked=[0.9, 0.2, 0.0], caught=[0.0, 0.1, 0.0])
    >>> after == foe.step([0.9, 0.2, 0.0], [0.0, 0.1, 0.0]), after.period
    (True, 1)
    >>> after.history().round(2)[["ring", "blocked", "caught"]].values.tolist()
    [[0.0, 0.9, 0.0], [1.0, 0.2, 0.1], [2.0, 0.0, 0.0]]
    """

    #: any non-negative integer
    seed: int
    #: log of the odds of playing each of `STRATEGIES`, ring by ring
    weights: tuple[tuple[float, ...], ...]
    #: position in `STRATEGIES` of what each ring plays this period
    played: tuple[int, ...]
    #: periods that are over
    period: int = 0
    #: with False, strategies stay what they are
    adaptive: bool = True
    incentives: Incentives = field(default_factory=Incentives)
    #: what became of each period that is over
    past: tuple[Turn, ...] = ()

    def __post_init__(self) -> None:
        check_whole("seed", self.seed, 0)
        check_whole("period", self.period, 0)
        if not isinstance(self.adaptive, bool):
            raise InvalidInput(f"adaptive is {self.adaptive!r}; it must be True or False.")
        if not isinstance(self.incentives, Incentives):
            raise InvalidInput(f"incentives is {self.incentives!r:.60}; it must be Incentives.")
        if len(self.weights) != len(self.played) or not self.played:
            raise InvalidInput(
                f"There are weights of {len(self.weights)} rings and strategies of "
                f"{len(self.played)}; give one of each for every ring: see Adversary.of."
            )
        if any(len(each) != len(STRATEGIES) for each in self.weights):
            raise InvalidInput(f"A ring has {len(STRATEGIES)} weights, one a strategy.")
        if not set(self.played) <= set(range(len(STRATEGIES))):
            raise InvalidInput(
                f"A ring plays one of the strategies 0 to {len(STRATEGIES) - 1}, not "
                f"{sorted(set(self.played))[-1]}."
            )

    @classmethod
    def of(
        cls,
        *,
        rings: int = 40,
        seed: int = 0,
        adaptive: bool = True,
        incentives: Incentives | None = None,
    ) -> Self:
        """Rings that know nothing yet: all strategies are as likely.

        Raises InvalidInput unless `rings` is a whole number from 1 to 100,000 and `seed` one
        from 0 up.
        """
        check_whole("rings", rings, 1)
        check_whole("seed", seed, 0)
        if rings > _MOST_RINGS:
            raise InvalidInput(f"rings is {rings:,}; it must be {_MOST_RINGS:,} or fewer.")
        weights = ((0.0,) * len(STRATEGIES),) * rings
        played = _drawn(np.array(weights), _noise(seed, "adversary_plays", rings, 0))
        return cls(seed, weights, played, 0, adaptive, incentives or Incentives())

    @property
    def rings(self) -> int:
        """Number of rings."""
        return len(self.played)

    @property
    def strategies(self) -> tuple[tuple[int, float], ...]:
        """(applications per device, camouflage) that each ring plays this period."""
        return tuple(STRATEGIES[k] for k in self.played)

    @property
    def chances(self) -> Floats:
        """Chance of each strategy, rings × 9; rows add up to 1."""
        return _softmax(np.array(self.weights))

    def payoff(self, blocked: ArrayLike, caught: ArrayLike) -> Floats:
        """What each ring earned, RMB an application: gain × what was not stopped, less cost."""
        stopped = self._share("blocked", blocked) + self._share("caught", caught)
        if (stopped > 1 + 1e-9).any():
            ring = int(np.argmax(stopped))
            raise InvalidInput(
                f"blocked and caught of ring {ring} add up to {stopped[ring]:.3g}; what is blocked "
                "cannot be caught later: together they must be 1 or less."
            )
        per_device, camouflage = np.array(self.strategies).T
        return self.incentives.gain * (1 - stopped) - self.incentives.cost(per_device, camouflage)

    def step(self, blocked: ArrayLike, caught: ArrayLike) -> Self:
        """The next period's adversary; one entry a ring of both.

        `blocked`: share of the ring's applications that was declined. `caught`: share that was
        approved, but caught before the money was out. The strategy played gains
        `learning · payoff / gain / max(its chance, least_chance)` in weight.
        Raises InvalidInput unless both are shares, one a ring, that add up to 1 or less.
        """
        payoff = self.payoff(blocked, caught)
        turn = Turn(self.played, _told(blocked), _told(caught), _told(payoff))
        after = replace(self, period=self.period + 1, past=(*self.past, turn))
        if not self.adaptive:
            return after
        weights = self._imitated(self._learnt(payoff), payoff)
        played = _drawn(weights, self._noise("adversary_plays", after.period))
        return replace(after, weights=tuple(map(_told, weights)), played=played)

    def scenario(self, scenario: Scenario) -> Scenario:
        """The market with its rings playing what this adversary's rings play this period."""
        return scenario.replace(fraud__ring_strategies=self.strategies)

    def outcome_of(
        self, world: "World", blocked: ArrayLike, caught: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Shares of each ring's applications that were blocked and caught, for `step`.

        `blocked` and `caught` are flags, one a customer of the `world` that this period's
        `scenario` made. Who is blocked is not caught. A world with more rings than the adversary
        has several for one; a ring without an application hears what the average ring met.
        """
        stopped = _flags(world, "blocked", blocked)
        late = _flags(world, "caught", caught) & ~stopped
        count = np.zeros((3, self.rings))
        for who, ring in self._applications(world):
            for row, flags in zip(count, (np.ones(len(who)), stopped[who], late[who]), strict=True):
                row += np.bincount(ring, weights=flags, minlength=self.rings)
        usual = count.sum(axis=1) / max(count[0].sum(), 1.0)
        applied = count[0] > 0
        shares = count[1:] / np.where(applied, count[0], 1.0)
        return (
            np.where(applied, shares[0], usual[1]),
            np.where(applied, shares[1], usual[2]),
        )

    def history(self) -> "pd.DataFrame":
        """A row a period that is over and ring, to be drawn.

        Columns: `period`, `ring`, `per_device` (applications), `camouflage` (share), `blocked`
        and `caught` (shares of its applications), `payoff` (RMB an application).
        """
        import pandas as pd

        strategies = np.array(STRATEGIES)[
            np.array([t.played for t in self.past], dtype=int).ravel()
        ]
        columns: dict[str, NDArray[np.generic]] = {
            "period": np.repeat(np.arange(len(self.past)), self.rings),
            "ring": np.tile(np.arange(self.rings), len(self.past)),
            "per_device": strategies[:, 0].astype(int),
            "camouflage": strategies[:, 1],
        }
        for name in ("blocked", "caught", "payoff"):
            columns[name] = np.array([getattr(t, name) for t in self.past], dtype=float).ravel()
        return pd.DataFrame(columns)

    def _learnt(self, payoff: Floats) -> Floats:
        """Weights, rings × 9, after each ring has met its own fate."""
        rows, played = np.arange(self.rings), np.array(self.played)
        chance = np.maximum(self.chances[rows, played], self.incentives.least_chance)
        weights = np.array(self.weights)
        weights[rows, played] += self.incentives.learning * payoff / self.incentives.gain / chance
        return weights

    def _imitated(self, weights: Floats, payoff: Floats) -> Floats:
        """Weights after some rings have copied those of a ring that was paid better."""
        if self.rings == 1:
            return weights
        looks = self._noise("adversary_looks", self.period) < self.incentives.imitation
        step = 1 + np.floor(self._noise("adversary_at_whom", self.period) * (self.rings - 1))
        model = (np.arange(self.rings) + step.astype(int)) % self.rings
        copies = looks & (payoff[model] > payoff)
        return np.where(copies[:, None], weights[model], weights)

    def _applications(self, world: "World") -> Iterator[tuple[Ints, Ints]]:
        """Customers of rings and the ring of each, block by block."""
        from data_generators.typologies import RING, TYPOLOGIES

        for residents in world.residents():
            for market in residents.markets:
                mix = market.scenario.fraud
                if mix.ring_strategies != self.strategies:
                    raise InvalidInput(
                        "The world's rings do not play what this adversary's rings play this "
                        f"period ({self.period}); make the world from adversary.scenario(...)."
                    )
                who = np.flatnonzero(market.typology == 1 + TYPOLOGIES.index(RING))
                members = RING.members(who, mix, market.streams)
                yield market.streams.ids[who], members.turn % self.rings

    def _share(self, name: str, given: ArrayLike) -> Floats:
        try:
            shares = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            raise InvalidInput(f"{name} is {given!r:.60}; it must be shares, one a ring.") from None
        if shares.shape != (self.rings,):
            raise InvalidInput(
                f"{name} has shape {shares.shape}; there are {self.rings} rings: give one share "
                "for each, in order."
            )
        bad = ~((shares >= 0) & (shares <= 1))
        if bad.any():
            raise InvalidInput(
                f"{name} of ring {int(np.argmax(bad))} is {shares[bad][0]:g}; it is a share of "
                "the ring's applications, from 0 to 1."
            )
        return shares

    def _noise(self, purpose: str, period: int) -> Floats:
        return _noise(self.seed, purpose, self.rings, period)


def _noise(seed: int, purpose: str, rings: int, period: int) -> Floats:
    """One uniform a ring: the same for a ring whatever their number."""
    return Streams(seed, Block(0, 0, 1)).shared(purpose, rings, month=period)


def _softmax(weights: Floats) -> Floats:
    odds = np.exp(weights - weights.max(axis=1, keepdims=True))
    chances: Floats = odds / odds.sum(axis=1, keepdims=True)
    return chances


def _drawn(weights: Floats, uniform: Floats) -> tuple[int, ...]:
    """A strategy a ring, by inverse CDF of its chances."""
    edges = np.cumsum(_softmax(weights), axis=1)[:, :-1]
    return tuple((uniform[:, None] >= edges).sum(axis=1).tolist())


def _told(values: ArrayLike) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=float).tolist())


def _flags(world: "World", name: str, given: ArrayLike) -> NDArray[np.bool_]:
    flags = np.asarray(given)
    if flags.dtype != np.bool_ or flags.shape != (world.customers,):
        raise InvalidInput(
            f"{name} has shape {flags.shape} and type {flags.dtype}; it must be {world.customers} "
            "flags (True or False), one a customer, in order."
        )
    return flags
