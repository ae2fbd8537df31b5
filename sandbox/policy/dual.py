"""The Lagrangian dual of the portfolio step: shadow prices by Newton's method, block by block.

With a price on what is limited, every customer's best option can be found alone. The right prices
minimise the dual, the sum of those best values plus prices times budgets. The dual has kinks; the
maximum is therefore softened (log-sum-exp with a temperature, lowered in steps), which gives it
a gradient (budget less use) and a curvature, so that many coupled budgets are met at once, where
a bisection would have to take turns. The bound that is reported is of the unsoftened dual.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from sandbox.policy.budgets import Floats
from sandbox.policy.problem import Problem
from sandbox.policy.softened import Point, softened

#: temperatures, share of a customer's mean best value
_COOLING = (0.3, 0.1, 0.03, 0.01, 0.003)
#: temperatures for everyone, after a start from a sample
_COLD = (0.003,)
#: Newton steps at most, a temperature
_STEPS = 25
#: use may differ from a budget by this share of it before prices are final; for everyone, after
#: a start from a sample, the second: what is left is for `repair`
_CLOSE, _CLOSE_ENOUGH = 1e-4, 1e-3
#: customers in the sample that prices are started from
_SAMPLE = 40_000


def shadow_prices(problem: Problem) -> list[Floats]:
    """Price of a unit of each side's bounds (RMB, 0 or more), one vector a side.

    0 for a bound that does not bind. Large problems start from the prices of a sample.
    """
    prices = [np.zeros(side.size) for side in problem.sides]
    if not problem.sides or not len(problem.value):
        return prices
    scale = float(np.maximum(problem.value.max(axis=1), 0.0).mean()) or 1.0
    ladder: tuple[float, ...] = _COOLING
    close = _CLOSE
    if len(problem.value) > 4 * _SAMPLE:
        few = problem.sample(_SAMPLE)
        for share in _COOLING:
            prices = _minimised(few, prices, share * scale, close)
        ladder, close = _COLD, _CLOSE_ENOUGH
    for share in ladder:
        prices = _minimised(problem, prices, share * scale, close)
    return prices


def _minimised(
    problem: Problem, prices: Sequence[Floats], heat: float, close: float
) -> list[Floats]:
    """Projected Newton with step halving: prices stay 0 or more."""
    starts = np.cumsum([0, *(side.size for side in problem.sides)])
    bound = np.concatenate([side.bound for side in problem.sides])
    finite = np.isfinite(bound)
    size = np.maximum(np.abs(np.where(finite, bound, 1.0)), 1e-9)

    def at(x: Floats) -> Point:
        return softened(problem, [x[a:b] for a, b in pairwise(starts)], heat)

    x = np.concatenate(list(prices))
    here = at(x)
    for _ in range(_STEPS):
        free = finite & ((x > 0) | (here.gradient < 0))
        if not np.any(np.abs(here.gradient[free]) > close * size[free]):
            break
        # prices in units in which the curvature has a diagonal of 1
        unit = np.sqrt(np.maximum(np.diag(here.curvature)[free], 1e-300))
        matrix = here.curvature[np.ix_(free, free)] / unit[:, None] / unit
        matrix[np.diag_indices_from(matrix)] += 1e-6
        move = np.zeros_like(x)
        move[free] = -np.linalg.solve(matrix, here.gradient[free] / unit) / unit
        step = 1.0
        for _ in range(30):
            tried = np.maximum(x + step * move, 0.0)
            there = at(tried)
            if there.value <= here.value + 1e-4 * float(here.gradient @ (tried - x)):
                break
            step /= 2
        else:
            break
        x, here = tried, there
    return [x[a:b] for a, b in pairwise(starts)]
