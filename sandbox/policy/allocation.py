"""The portfolio step: one option for every customer, most value within the budgets.

    maximise  sum of value[i, option of i]   with   use of every budget within its bounds

A multiple-choice knapsack with coupled budgets. Its Lagrangian dual gives a price to each budget
(`dual`), the prices give the decisions (`repair`), and the dual's value bounds what any decisions
could have been worth, so that every answer carries its own gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from sandbox.errors import BadInput
from sandbox.policy.budgets import Budget, Codes, Floats, Side
from sandbox.policy.dual import shadow_prices
from sandbox.policy.infeasible import check_feasible, told
from sandbox.policy.problem import Problem, use
from sandbox.policy.repair import excess, repaired


@dataclass(frozen=True)
class Allocation:
    """What was chosen, what it is worth, and what the budgets cost."""

    #: position of each customer's option, n; 0 declines
    choice: Codes
    #: sum of the values of what was chosen, RMB
    value: float
    #: no choice within the budgets is worth more, RMB (dual bound)
    bound: float
    #: a row a budget and group: `budget`, `group`, `used`, `least`, `most`, `shadow_price` (RMB
    #: that a unit more of room is worth; below 0 for a floor that costs), `binds`
    budgets: DataFrame
    #: the budgets that moved each customer off its best option, n × budgets, in their order
    moved_by: NDArray[np.bool_]

    @property
    def gap(self) -> float:
        """Share of the bound that may be missing."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0

    @property
    def binding(self) -> DataFrame:
        """The rows of `budgets` that bind, dearest first."""
        rows = self.budgets[self.budgets["binds"]]
        return rows.sort_values("shadow_price", ascending=False, ignore_index=True)


def allocate(
    value: Floats,
    budgets: Sequence[Budget] = (),
    allowed: NDArray[np.bool_] | None = None,
    *,
    workers: int = 1,
) -> Allocation:
    """Choose an option for each of n customers; see the module.

    `value` is n × K in RMB, and its first column is to decline: 0, and always allowed. `allowed`
    (n × K) takes options away (caps of a customer). `workers` threads share the work; the answer
    does not depend on them. BadInput for NaN, and for bounds that exclude each other.

    >>> value = np.array([[0.0, 3.0, 4.0], [0.0, 5.0, 6.0]])
    >>> found = allocate(value, [Budget("exposure", np.array([0.0, 1.0, 2.0]), most=3.0)])
    >>> found.value, found.budgets["used"].tolist()
    (9.0, [3.0])
    """
    _check(value, budgets, allowed)
    sides = tuple(side for budget in budgets for side in budget.sides())
    problem = Problem(_open(value, sides, allowed), sides, workers)
    check_feasible(problem)
    prices = shadow_prices(problem)
    choice, bound = problem.best(prices)
    choice = repaired(problem, prices, choice, bound)
    for side in sides:
        unmet = np.flatnonzero(excess(side, choice) > 0)
        if len(unmet):
            _refuse(problem, prices, side, int(unmet[0]))
    worth = problem.worth(choice)
    table = _table(budgets, sides, prices, choice)
    wanted = (value if allowed is None else np.where(allowed, value, -np.inf)).argmax(axis=1)
    return Allocation(choice, worth, bound, table, _moved(problem, budgets, prices, wanted, choice))


def _open(value: Floats, sides: Sequence[Side], allowed: NDArray[np.bool_] | None) -> Floats:
    """Values with -inf for what is not allowed, or would alone pass a ceiling."""
    shut = np.zeros(value.shape, dtype=bool) if allowed is None else ~allowed
    for side in sides:
        if side.sign > 0:
            bound = np.append(side.bound, np.inf)[side.codes(slice(None), len(value))]
            if len(bound) and side.weight.max(initial=0.0) > bound.min():
                shut |= side.weight > bound[:, None] * (1 + 1e-12)
    return np.where(shut, -np.inf, value)


def _refuse(problem: Problem, prices: Sequence[Floats], side: Side, group: int) -> None:
    """Say which ceiling, the dearest one, stands against a bound that was not reached."""
    dearest, words = -1.0, "the other budgets"
    for other, price in zip(problem.sides, prices, strict=True):
        if other is side or other.sign < 0:
            continue
        worth = price * np.maximum(other.bound, 1.0)
        if len(worth) and worth.max() > dearest:
            dearest, words = float(worth.max()), told(other, int(worth.argmax()))
    raise BadInput(
        f"{told(side, group)}, and {words}: no decisions were found that keep both; loosen one."
    )


def _table(
    budgets: Sequence[Budget], sides: Sequence[Side], prices: Sequence[Floats], choice: Codes
) -> DataFrame:
    rows = []
    for budget in budgets:
        own = [(s, p) for s, p in zip(sides, prices, strict=True) if s.budget is budget]
        used = use(Side(budget, np.atleast_2d(budget.weight), budget.group,
                        np.zeros(budget.groups), 1.0), choice)  # fmt: skip
        price, least, most = np.zeros(budget.groups), np.zeros(budget.groups), None
        for side, paid in own:
            price += side.sign * paid
            if side.sign < 0:
                least = np.where(np.isfinite(side.bound), -side.bound, 0.0)
        most = np.broadcast_to(np.asarray(budget.most, dtype=float), (budget.groups,))
        rows.append(
            DataFrame(
                {
                    "budget": budget.name,
                    "group": budget.labels,
                    "used": used,
                    "least": least,
                    "most": most,
                    "shadow_price": price,
                    "binds": price != 0,
                }
            )
        )
    columns = ["budget", "group", "used", "least", "most", "shadow_price", "binds"]
    if not rows:
        return DataFrame(columns=columns)
    import pandas

    return pandas.concat(rows, ignore_index=True)


def _moved(
    problem: Problem,
    budgets: Sequence[Budget],
    prices: Sequence[Floats],
    wanted: Codes,
    choice: Codes,
) -> NDArray[np.bool_]:
    """Which budgets stand against the option each customer would have alone; n × budgets.

    Those whose price speaks against it, or that it would pass all by itself; where neither is
    so, those that it would use more of.
    """
    rows = np.flatnonzero(wanted != choice)
    every = np.arange(len(rows))
    moved = np.zeros((len(choice), len(budgets)), dtype=bool)
    weaker = np.zeros((len(rows), len(budgets)), dtype=bool)
    for side, price in zip(problem.sides, prices, strict=True):
        codes = side.codes(rows, len(rows))
        weight = np.broadcast_to(side.weights(rows), (len(rows), problem.value.shape[1]))
        use_wanted = weight[every, wanted[rows]]
        change = use_wanted - weight[every, choice[rows]]
        against = np.append(price, 0.0)[codes] * change > 0
        against |= (side.sign > 0) & (use_wanted > np.append(side.bound, np.inf)[codes])
        column = next(i for i, budget in enumerate(budgets) if budget is side.budget)
        moved[rows, column] |= against
        weaker[:, column] |= (change > 0) & (codes < side.size)
    unsaid = ~moved[rows].any(axis=1)
    moved[rows[unsaid]] = weaker[unsaid]
    return moved


def _check(value: Floats, budgets: Sequence[Budget], allowed: NDArray[np.bool_] | None) -> None:
    if value.ndim != 2 or not value.shape[1]:
        raise BadInput(f"value has shape {value.shape}; it must be customers × options.")
    if not np.isfinite(value).all():
        row, option = np.argwhere(~np.isfinite(value))[0]
        raise BadInput(
            f"value of customer {row} at option {option} is {value[row, option]}; every option "
            "needs a number."
        )
    if np.any(value[:, 0] != 0):
        raise BadInput("Declining has a value; the first column must be 0 for everybody.")
    if allowed is not None:
        if allowed.shape != value.shape or allowed.dtype != bool:
            raise BadInput(f"allowed must be {value.shape} of true and false, as value is.")
        if not allowed[:, 0].all():
            raise BadInput("Declining must be allowed for everybody: the first column of allowed.")
    for budget in budgets:
        budget.check(*value.shape)
