"""Customers' options with what they are worth and use, worked on block by block."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from sandbox.policy.budgets import Codes, Floats, Side

_T = TypeVar("_T")

#: customers worked on at a time, so that a block's tables stay in the processor's cache
BLOCK = 8_192


@dataclass(frozen=True)
class Problem:
    """Values of n customers' options, and the bounds that couple them."""

    #: n × K, RMB; -inf where an option is not allowed
    value: Floats
    sides: tuple[Side, ...]
    #: threads; numpy lets go of the interpreter while it works
    workers: int = 1

    def blocks(self) -> Iterator[slice]:
        """Customers, a block at a time."""
        for start in range(0, len(self.value), BLOCK):
            yield slice(start, min(start + BLOCK, len(self.value)))

    def each(self, work: "Callable[[slice], _T]") -> "list[_T]":
        """`work` done on every block; results in order, whoever did them."""
        if self.workers == 1:
            return [work(part) for part in self.blocks()]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(work, self.blocks()))

    @cached_property
    def alike(self) -> tuple[int, ...]:
        """For each side the first that has the same weight: bounds often share what they count."""
        seen: dict[tuple[int, tuple[int, ...]], int] = {}
        return tuple(
            seen.setdefault((side.weight.ctypes.data, side.weight.strides), i)
            for i, side in enumerate(self.sides)
        )

    def priced(self, prices: Sequence[Floats], part: slice | Codes) -> Floats:
        """Value less priced use, for some customers; rows × K."""
        net = self.value[part].copy()
        paid: dict[int, Floats] = {}
        for side, price, first in zip(self.sides, prices, self.alike, strict=True):
            if price.any():
                each = side.sign * np.append(price, 0.0)[side.codes(part, len(net))]
                paid[first] = paid[first] + each if first in paid else each
        for first, each in paid.items():
            weight = self.sides[first].weight
            net -= each[:, None] * (weight if len(weight) == 1 else weight[part])
        return net

    def best(self, prices: Sequence[Floats]) -> tuple[Codes, float]:
        """Each customer's best option at these prices, and the dual bound on the value."""

        def work(part: slice) -> tuple[Codes, float]:
            net = self.priced(prices, part)
            choice = net.argmax(axis=1)
            return choice, float(net[np.arange(len(net)), choice].sum())

        done = self.each(work)
        paid = sum(
            float(price[price > 0] @ side.bound[price > 0])
            for side, price in zip(self.sides, prices, strict=True)
        )
        choice = np.concatenate([each[0] for each in done]) if done else np.zeros(0, np.intp)
        return choice, sum(each[1] for each in done) + paid

    def worth(self, choice: Codes) -> float:
        """Sum of the values of what is chosen."""
        return float(self.value[np.arange(len(choice)), choice].sum())

    def sample(self, size: int) -> "Problem":
        """Evenly chosen customers with budgets to match."""
        n = len(self.value)
        rows = np.unique(np.linspace(0, n - 1, size).astype(np.intp))
        sides = tuple(side.of(rows, len(rows) / n) for side in self.sides)
        return Problem(self.value[rows], sides, self.workers)


def use(side: Side, choice: Codes) -> Floats:
    """Signed use of each group of a side under a choice, G."""
    rows = np.arange(len(choice))
    each = side.weight[0, choice] if len(side.weight) == 1 else side.weight[rows, choice]
    codes = side.codes(slice(None), len(choice))
    total = np.bincount(codes, side.sign * each, minlength=side.size + 1)
    return total[: side.size].astype(float)
