"""From prices to decisions that keep every budget: nearly indifferent customers are moved.

At the right prices only customers who are (nearly) indifferent between two options stand between
the best options and the budgets. Those who lose least by it are moved until every bound is kept,
and what is then left over is handed out again.
"""

from collections.abc import Sequence

import numpy as np

from sandbox.policy.budgets import Codes, Floats, Side
from sandbox.policy.problem import BLOCK, Problem, use

#: passes over the bounds; each pass brings every group under its bound or is followed by another
_PASSES = 40
#: moves that are tried to hand out what is left over, and to reach floors
_TRIED = 20_000
#: rounds of handing out what is left over
_ROUNDS = 12
#: share of the value that may stay unclaimed before handing out stops
_NEAR = 2e-5
#: a ceiling with less than this share of it left is full
_FULL = 1e-3
#: rounding: bounds are kept up to this share
SLACK = 1e-9


def excess(side: Side, choice: Codes) -> Floats:
    """By how much each group passes its bound; 0 or less where it keeps it."""
    room = SLACK * np.abs(np.where(np.isfinite(side.bound), side.bound, 0.0))
    over: Floats = use(side, choice) - side.bound - room
    return over


def repaired(problem: Problem, prices: list[Floats], choice: Codes, bound: float) -> Codes:
    """A choice near `choice` that keeps all ceilings, and all floors if moves for it are found.

    `bound` is the most that any choice can be worth: near it, the search for more ends.
    """
    if not any(price.any() for price in prices) and _kept(problem, choice):
        return choice  # nothing binds
    choice = _lowered(problem, prices, choice)
    everyone = [side for side in problem.sides if side.sign > 0 and side.size == 1]
    for _ in range(_PASSES):
        unmet = [side for side in problem.sides if side.sign < 0 and _over(side, choice)]
        if not unmet:
            break
        before = choice
        for side in unmet:
            choice = _traded(problem, prices, choice, towards=side, overrun=everyone)
        choice = _lowered(problem, prices, choice)
        if np.array_equal(before, choice):
            break
    for _ in range(_ROUNDS):
        if problem.worth(choice) >= bound * (1 - _NEAR):
            break
        fuller = _traded(problem, prices, choice)
        if np.array_equal(fuller, choice):
            fuller = _exchanged(problem, prices, choice)
        if problem.worth(fuller) <= problem.worth(choice):
            break
        choice = fuller
    return choice


def _exchanged(problem: Problem, prices: list[Floats], choice: Codes) -> Codes:
    """Room that is left in a group is used, and what that takes of a full ceiling paid back.

    With the capital gone nobody can be moved up, though a partner's budget has room that is
    worth something: others give up capital for it.
    """
    full = [
        side
        for side in problem.sides
        if side.sign > 0 and side.size == 1 and excess(side, choice)[0] > -_FULL * side.bound[0]
    ]
    if not full:
        return choice
    return _lowered(problem, prices, _traded(problem, prices, choice, overrun=full))


def _lowered(problem: Problem, prices: list[Floats], choice: Codes) -> Codes:
    """Every ceiling kept again, one after the other."""
    for _ in range(_PASSES):
        over = [side for side in problem.sides if side.sign > 0 and _over(side, choice)]
        if not over:
            break
        for side in over:
            choice = _relieved(problem, prices, choice, side)
    return choice


def _among(side: Side, some: Sequence[Side]) -> bool:
    return any(side is each for each in some)


def _over(side: Side, choice: Codes) -> bool:
    return bool((excess(side, choice) > 0).any())


def _kept(problem: Problem, choice: Codes) -> bool:
    return not any(_over(side, choice) for side in problem.sides)


def _relieved(problem: Problem, prices: list[Floats], choice: Codes, side: Side) -> Codes:
    """Moves down, cheapest relief first, until each group of `side` is under its bound.

    No move uses more of another ceiling, so passes end; none is made that a binding floor needs.
    Room that a move leaves in a ceiling over everyone counts at its price, since others will use
    it; room in a group counts for nothing, since few can.
    """
    over = excess(side, choice)
    paid = prices
    prices = [
        price if other.size == 1 else np.zeros(other.size)
        for other, price in zip(problem.sides, prices, strict=True)
    ]

    def work(part: slice) -> tuple[Codes, Codes, Floats, Floats, Codes]:
        mine = choice[part]
        codes = side.codes(part, len(mine))
        rows = np.flatnonzero(np.append(over > 0, False)[codes] & (mine > 0))
        at = rows + part.start
        net, now = problem.priced(prices, at), choice[at]
        every = np.arange(len(rows))
        relief = _drop(side, at, now)
        usable = relief > 0
        for other, price in zip(problem.sides, paid, strict=True):
            bound = other.sign > 0 or np.append(price > 0, False)[other.codes(at, len(at))][:, None]
            usable &= (_drop(other, at, now) >= 0) | ~np.asarray(bound)
        with np.errstate(divide="ignore", invalid="ignore"):
            cost = np.where(usable, (net[every, now][:, None] - net) / relief, np.inf)
        option = cost.argmin(axis=1)
        good = usable[every, option]
        cost_of, relief_of = cost[every, option], relief[every, option]
        return at[good], option[good], cost_of[good], relief_of[good], codes[rows][good]

    at, option, cost, relief, group = (
        np.concatenate(each) for each in zip(*problem.each(work), strict=True)
    )
    order = np.lexsort((cost, group))
    at, option, relief, group = at[order], option[order], relief[order], group[order]
    before = np.cumsum(relief) - relief
    first = np.searchsorted(group, group, side="left")
    within = before - before[first] if len(before) else before
    moved = within < over[group]
    result = choice.copy()
    result[at[moved]] = option[moved]
    return result


def _drop(side: Side, rows: Codes, now: Codes) -> Floats:
    """By how much less each option uses (signed) than the present one; rows × K."""
    weight = np.broadcast_to(side.weights(rows), (len(rows), side.weight.shape[1]))
    member = side.codes(rows, len(rows)) < side.size
    present = weight[np.arange(len(rows)), now]
    drop: Floats = (present[:, None] - weight) * member[:, None]
    return drop


def _traded(
    problem: Problem,
    prices: list[Floats],
    choice: Codes,
    towards: Side | None = None,
    overrun: Sequence[Side] = (),
) -> Codes:
    """Moves that break no ceiling and worsen no unmet floor, smallest loss at the prices first.

    Moves that raise the value; or moves `towards` a floor; or, with ceilings that may be
    `overrun` for a moment, moves whose use of other priced room is worth more than they lose.
    """

    # of every block a few times its share of what is tried
    most = max(500, 4 * _TRIED * BLOCK // max(len(choice), 1))

    def work(part: slice) -> tuple[Codes, Codes, Floats]:
        at = np.arange(part.start, part.stop)
        net, now = problem.priced(prices, at), choice[part]
        every = np.arange(len(at))
        value = problem.value[part]
        if overrun and towards is None:
            loss = net[every, now][:, None] - net
            for side, price in zip(problem.sides, prices, strict=True):
                if not _among(side, overrun) and price.any():
                    paid = np.append(price, 0.0)[side.codes(part, len(at))]
                    loss += paid[:, None] * _drop(side, at, now)
            wanted = loss < 0
        elif towards is None:
            wanted = value > value[every, now][:, None]
        else:
            unmet = np.append(excess(towards, choice) > 0, False)
            wanted = (_drop(towards, at, now) > 0) & np.isfinite(value)
            wanted &= unmet[towards.codes(part, len(at))][:, None]
        loss = np.where(wanted, net[every, now][:, None] - net, np.inf).ravel()
        good = np.flatnonzero(loss < np.inf)
        if len(good) > most:
            good = good[np.argpartition(loss[good], most)[:most]]
        row, option = np.divmod(good, net.shape[1])
        return at[row], option, loss[good]

    at, option, loss = (np.concatenate(each) for each in zip(*problem.each(work), strict=True))
    order = np.argsort(loss, kind="stable")[:_TRIED]
    return _accepted(problem.sides, choice, at[order], option[order], towards, overrun)


def _accepted(
    sides: tuple[Side, ...],
    choice: Codes,
    at: Codes,
    option: Codes,
    towards: Side | None,
    overrun: Sequence[Side],
) -> Codes:
    """Moves taken one by one, as long as the room that is left allows."""
    rows = np.arange(len(at))
    rooms, codes, needs = [], [], []
    for side in sides:
        # a floor that is not met yet may not get worse
        room = np.maximum(-excess(side, choice), 0.0)
        rooms.append([*(room + np.inf if _among(side, overrun) else room).tolist(), np.inf])
        codes.append(side.codes(at, len(at)).tolist())
        needs.append((-_drop(side, at, choice[at])[rows, option]).tolist())
    aim = None if towards is None else next(i for i, s in enumerate(sides) if s is towards)
    left = None if towards is None else [*excess(towards, choice).tolist(), 0.0]
    taken: list[int] = []
    moved: set[int] = set()
    for j, customer in enumerate(at.tolist()):
        if customer in moved:
            continue
        if aim is not None and left is not None and left[codes[aim][j]] <= 0:
            continue
        if all(n[j] <= r[c[j]] for n, r, c in zip(needs, rooms, codes, strict=True)):
            for n, r, c in zip(needs, rooms, codes, strict=True):
                r[c[j]] -= n[j]
            if aim is not None and left is not None:
                left[codes[aim][j]] += needs[aim][j]
            taken.append(j)
            moved.add(customer)
    result = choice.copy()
    result[at[taken]] = option[taken]
    return result
