"""Which two bounds of a portfolio exclude each other, found before anything is solved."""

import numpy as np

from sandbox.errors import BadInput
from sandbox.policy.budgets import Codes, Floats, Side
from sandbox.policy.problem import Problem

#: halvings in the search for the least use of one thing that a floor on another forces
_HALVINGS = 60


def check_feasible(problem: Problem) -> None:
    """BadInput naming the pair, when a floor cannot be reached or passes a ceiling.

    Ceilings alone are always feasible, since everybody can be declined. Pairs are compared; what
    only three bounds together exclude is found after solving.
    """
    floors = [side for side in problem.sides if side.sign < 0]
    ceilings = [side for side in problem.sides if side.sign > 0]
    for floor in floors:
        largest = _largest(problem, floor)
        codes = floor.codes(slice(None), len(largest))
        reach = np.bincount(codes, largest, minlength=floor.size + 1)
        for group in np.flatnonzero(np.isfinite(floor.bound)):
            if reach[group] < -floor.bound[group] * (1 - 1e-12):
                raise BadInput(
                    f"{told(floor, int(group))}, but the caps of its customers leave "
                    f"{reach[group]:,.10g}: the floor and those caps exclude each other."
                )
        for ceiling in ceilings:
            _compare(problem, floor, ceiling, largest)


def told(side: Side, group: int) -> str:
    """A bound in words: "partner (A) must use at least 1,000"."""
    label = side.budget.labels[group]
    name = side.budget.name if side.group is None else f"{side.budget.name} ({label})"
    least = side.sign < 0
    return (
        f"{name} must use at {'least' if least else 'most'} {side.sign * side.bound[group]:,.10g}"
    )


def _largest(problem: Problem, side: Side) -> Floats:
    """The most that each customer can use, n."""
    used = np.where(np.isfinite(problem.value), side.weight, 0.0)
    largest: Floats = used.max(axis=1)
    return largest


def _compare(problem: Problem, floor: Side, ceiling: Side, largest: Floats) -> None:
    n = len(problem.value)
    mine, theirs = floor.codes(slice(None), n), ceiling.codes(slice(None), n)
    for cap in np.flatnonzero(np.isfinite(ceiling.bound)):
        forced = np.zeros(floor.size)
        for group in np.flatnonzero(np.isfinite(floor.bound)):
            members = mine == group
            both = members & (theirs == cap)
            need = -floor.bound[group] - float(largest[members & ~both].sum())
            if need > 0:
                forced[group] = _forced(problem, floor, ceiling, np.flatnonzero(both), need)
        for group in np.flatnonzero(forced > ceiling.bound[cap] * (1 + 1e-9)):
            raise BadInput(
                f"{told(floor, int(group))}, and {told(ceiling, int(cap))}: "
                "these two exclude each other."
            )
        if forced.sum() > ceiling.bound[cap] * (1 + 1e-9):
            raise BadInput(
                f"The floors of {floor.budget.name} add up to a use of {forced.sum():,.10g}, and "
                f"{told(ceiling, int(cap))}: these two exclude each other."
            )


def _forced(problem: Problem, floor: Side, ceiling: Side, at: Codes, need: float) -> float:
    """Least use of the ceiling when customers `at` use `need` of the floor's weight (LP)."""
    value = problem.value[at]
    wanted = np.broadcast_to(-floor.weights(at), value.shape)
    used = np.broadcast_to(ceiling.weights(at), value.shape)
    if np.array_equal(wanted, used):
        return need
    wanted = np.where(np.isfinite(value), wanted, 0.0)
    used = np.where(np.isfinite(value), used, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(wanted > 0, used / wanted, 0.0)
    low, high = 0.0, 2 * float(ratio.max()) * wanted.shape[1] + 1e-12
    best = 0.0
    for _ in range(_HALVINGS):
        price = (low + high) / 2
        net = price * wanted - used
        option = net.argmax(axis=1)
        reached = float(wanted[np.arange(len(at)), option].sum())
        best = max(best, price * need - float(net.max(axis=1).sum()))
        low, high = (price, high) if reached < need else (low, price)
    return best
