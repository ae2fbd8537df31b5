"""Fit a `CardBook` to a bank's own table by simulated moments.

Marginals of limit and persons, rounding and minimum dues have closed-form first guesses
(`first_guesses`); the rest is least squares (Levenberg–Marquardt) on the differences between
the moments of the table and those of a simulated book, always with the same noise, so that the
misfit answers to the parameters alone. Rows of the table are seen through moments only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators.calibration.card_accounts import simulate
from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.first_guesses import first_guess, with_limit_matched
from data_generators.calibration.free_parameters import MOVED, from_free, to_free
from data_generators.calibration.moments import Moments, moments_of
from data_generators.calibration.panel import Panel, PanelMapping
from data_generators.errors import InvalidInput
from data_generators.streams import Floats

#: by how much a parameter is moved, on its scale, to see how the moments answer; wide enough
#: that quantiles and shares of some 30,000 accounts respond smoothly
_NUDGE = 0.06
#: the furthest that a parameter moves in a step, on its scale
_LONGEST = 0.7
#: tolerances from which on a moment pulls less than in proportion to the square
_FAR = 4.0
#: dampings tried in a step, times the last good one
_DAMPINGS = (0.1, 0.4, 1.6, 8.0)
#: a step that lowers the misfit by less than this share is the last
_ENOUGH = 0.003

#: accounts simulated at each trial, unless more are asked for
MOST_ACCOUNTS = 32_768

Misfits = Callable[[CardBook], Floats]


@dataclass(frozen=True)
class Fitted:
    """A book, and how closely its moments meet the table's."""

    book: CardBook
    #: one row a moment: table, book, misfit in tolerances
    moments: pd.DataFrame
    #: mean squared misfit, the first guess's first, then after each step
    misfit: tuple[float, ...]


def fit(
    table: pd.DataFrame,
    mapping: PanelMapping,
    *,
    accounts: int | None = None,
    steps: int = 8,
    seed: int = 2_005,
    progress: bool = True,
) -> Fitted:
    """Parameters under which a simulated book looks like `table`.

    `accounts` are simulated at each trial (None: twice the table's, 32,768 at most, which take
    about 0.17 s), some 80 trials a step; at most `steps` are made. The result is the best book
    found. Raises InvalidInput where the table cannot be read by `mapping`, or
    for fewer than 1,000 accounts or 1 step.
    """
    real = Panel.of(table, mapping)
    accounts = min(2 * len(table), MOST_ACCOUNTS) if accounts is None else accounts
    if steps < 1 or accounts < 1_000:
        raise InvalidInput(
            f"steps={steps}, accounts={accounts}; give at least 1 step and 1,000 accounts."
        )
    from tqdm.auto import tqdm

    goal = _Goal(moments_of(real), accounts, seed, len(real.bill))
    misfits = goal.misfits
    book = best = with_limit_matched(first_guess(real), real, accounts, seed)
    gap, damping = misfits(book), 1.0
    losses = [_loss(gap)]
    total = steps * (len(MOVED) + len(_DAMPINGS))
    with tqdm(total=total, desc="calibration", disable=not progress, mininterval=0.5) as bar:
        for _ in range(steps):
            x = to_free(book)
            slopes = _slopes(misfits, book, x, gap, bar.update)
            step, damping = _best_step(misfits, book, x, gap, slopes, damping)
            bar.update(len(_DAMPINGS))
            book = with_limit_matched(from_free(book, x + step), real, accounts, seed)
            gap = misfits(book)
            best = book if _loss(gap) < min(losses) else best
            losses.append(_loss(gap))
            bar.set_postfix(misfit=f"{losses[-1]:.2f}")
            if losses[-1] > losses[-2] * (1 - _ENOUGH):
                break
    return Fitted(best, goal.compared(best), tuple(losses))


def moments_beside(
    book: CardBook,
    table: pd.DataFrame,
    mapping: PanelMapping,
    *,
    accounts: int = MOST_ACCOUNTS,
    seed: int = 2_005,
) -> pd.DataFrame:
    """One row a moment of a table and of a simulated book: table, book, misfit in tolerances."""
    return _Goal(moments_of(Panel.of(table, mapping)), accounts, seed, len(mapping.bills)).compared(
        book
    )


def identification(
    book: CardBook,
    table: pd.DataFrame,
    mapping: PanelMapping,
    *,
    accounts: int = MOST_ACCOUNTS,
    seed: int = 2_005,
) -> pd.DataFrame:
    """How well the moments of a table pin each moved parameter down, least known first.

    Columns `parameter`; `curvature`, by how much the mean squared misfit rises when it alone
    moves by one on its scale; `inflation`, its variance over what that would be if all others
    were known: 1 is a parameter of its own, 100 is one that others can stand in for, infinity
    one that no moment answers to. About 80 simulations.
    """
    goal = _Goal(moments_of(Panel.of(table, mapping)), accounts, seed, len(mapping.bills))
    gap, x = goal.misfits(book), to_free(book)
    slopes = _slopes(goal.misfits, book, x, gap, lambda: None)
    normal = slopes.T @ slopes / len(gap)
    curvature = np.diag(normal)
    inflation = curvature * np.diag(np.linalg.pinv(normal, rcond=1e-12, hermitian=True))
    inflation = np.where(curvature > 0, inflation, np.inf)
    found = pd.DataFrame({"parameter": [*MOVED], "curvature": curvature, "inflation": inflation})
    return found.sort_values("inflation", ascending=False, ignore_index=True)


@dataclass(frozen=True)
class _Goal:
    """The table's moments, and the noise under which books are held against them."""

    wanted: Moments
    accounts: int
    seed: int
    months: int

    def compared(self, book: CardBook) -> pd.DataFrame:
        """One row a moment: table, book, misfit in tolerances."""
        found = moments_of(simulate(book, self.accounts, self.seed, self.months)).values
        # a book knows everybody's age, a table not always
        table = pd.DataFrame({"table": self.wanted.values, "book": found}).loc[
            list(self.wanted.values)
        ]
        table["misfit"] = (table["book"] - table["table"]) / pd.Series(self.wanted.tolerance)
        return table

    def misfits(self, book: CardBook) -> Floats:
        return _softened(self.compared(book)["misfit"].to_numpy())


def _softened(gap: Floats) -> Floats:
    """Gaps whose square grows in proportion beyond _FAR: far-off moments pull, but do not rule."""
    size = np.abs(gap)
    softened: Floats = np.sign(gap) * np.where(size > _FAR, np.sqrt(_FAR * size), size)
    return softened


def _loss(gap: Floats) -> float:
    return float(np.mean(gap**2))


def _slopes(
    misfits: Misfits, book: CardBook, x: Floats, gap: Floats, tell: Callable[[], object]
) -> Floats:
    """How each misfit answers to each parameter, moments × parameters."""
    slopes = np.empty((gap.size, x.size))
    for k in range(x.size):
        nudged = x.copy()
        nudged[k] += _NUDGE
        slopes[:, k] = (misfits(from_free(book, nudged)) - gap) / _NUDGE
        tell()
    return slopes


def _best_step(
    misfits: Misfits, book: CardBook, x: Floats, gap: Floats, slopes: Floats, damping: float
) -> tuple[Floats, float]:
    """The best of a few Levenberg–Marquardt steps, none at worst, and its damping."""
    normal, gradient = slopes.T @ slopes, slopes.T @ gap
    scale = np.diag(normal) + 1e-3 * np.trace(normal) / len(x)
    best, least, chosen = np.zeros(len(x)), _loss(gap), damping * 4
    for factor in _DAMPINGS:
        step = -np.linalg.solve(normal + damping * factor * np.diag(scale), gradient)
        step = np.clip(step, -_LONGEST, _LONGEST)
        loss = _loss(misfits(from_free(book, x + step)))
        if loss < least:
            best, least, chosen = step, loss, max(damping * factor, 1e-3)
    return best, chosen
