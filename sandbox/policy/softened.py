"""The dual with its kinks softened: value, gradient and curvature at some prices.

A customer's best net value, a maximum over options, becomes heat * log(sum(exp(net / heat))): the
options are then chosen with chances, use is an expectation, and the curvature a covariance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.policy.budgets import Floats
from sandbox.policy.problem import Problem


@dataclass(frozen=True)
class Point:
    """The softened dual at some prices, over all bounds in a row."""

    value: float
    #: budget less expected use
    gradient: Floats
    curvature: Floats


def softened(problem: Problem, prices: Sequence[Floats], heat: float) -> Point:
    """The dual at `prices` (a vector a side), softened with `heat` (RMB)."""
    sides = problem.sides
    starts = np.cumsum([0, *(side.size + 1 for side in sides)])
    total = int(starts[-1])

    def work(part: slice) -> tuple[float, Floats, Floats]:
        chance = problem.priced(prices, part)
        top = chance.max(axis=1)
        chance -= top[:, None]
        chance /= heat
        np.exp(chance, out=chance)
        whole = chance.sum(axis=1)
        chance /= whole[:, None]
        used, curved = np.zeros(total), np.zeros((total, total))
        moments = _Moments(problem, part, chance)
        codes = [side.codes(part, len(top)) for side in sides]
        for a, side in enumerate(sides):
            here = slice(starts[a], starts[a + 1])
            used[here] = np.bincount(codes[a], side.sign * moments.mean(a), side.size + 1)
            for b, other in enumerate(sides[: a + 1]):
                there = slice(starts[b], starts[b + 1])
                shape = (side.size + 1, other.size + 1)
                spread = side.sign * other.sign * moments.spread(a, b)
                cell = codes[a] * shape[1] + codes[b]
                block = np.bincount(cell, spread, shape[0] * shape[1]).reshape(shape)
                curved[here, there], curved[there, here] = block, block.T
        return float((top + heat * np.log(whole)).sum()), used, curved

    done = problem.each(work)
    real = np.ones(total, dtype=bool)
    real[starts[1:] - 1] = False  # customers in no group
    used = np.sum([each[1] for each in done], axis=0)[real]
    curved = np.sum([each[2] for each in done], axis=0)[np.ix_(real, real)] / heat
    bound = np.concatenate([side.bound for side in sides])
    x = np.concatenate(list(prices))
    known = np.isfinite(bound)
    value = sum(each[0] for each in done) + float(x[known] @ bound[known])
    return Point(value, np.where(known, bound - used, 0.0), curved)


class _Moments:
    """Mean and covariance of what options use, a customer; each worked out once for a weight."""

    def __init__(self, problem: Problem, part: slice, chance: Floats) -> None:
        self._problem, self._part, self._chance = problem, part, chance
        self._weighed: dict[int, Floats] = {}
        self._means: dict[int, Floats] = {}
        self._spreads: dict[tuple[int, int], Floats] = {}

    def mean(self, side: int) -> Floats:
        """Expected use under the softened choice."""
        first = self._problem.alike[side]
        if first not in self._means:
            self._weighed[first] = self._chance * self._weight(first)
            self._means[first] = self._weighed[first].sum(axis=1)
        return self._means[first]

    def spread(self, one: int, other: int) -> Floats:
        """Covariance of the use of two weights."""
        means = self.mean(one), self.mean(other)
        a, b = sorted((self._problem.alike[one], self._problem.alike[other]))
        if (a, b) not in self._spreads:
            weighed = self._weighed[a]
            weight = np.broadcast_to(self._weight(b), weighed.shape)
            both = np.einsum("ij,ij->i", weighed, weight)
            self._spreads[a, b] = both - means[0] * means[1]
        return self._spreads[a, b]

    def _weight(self, side: int) -> Floats:
        weight = self._problem.sides[side].weight
        return weight if len(weight) == 1 else weight[self._part]
