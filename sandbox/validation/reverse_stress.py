"""How bad must it get? The smallest shock at which profit, or all capital, is gone."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, isnan

import numpy as np
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.stressed_book import Book, StressScenario, shifted

_Z = float(norm.ppf(0.975))
#: largest shock that is tried, log-odds: PDs of 1 in 1,000 are then 3 in 4
HIGHEST = 8.0
#: steps in which the first crossing is looked for before it is narrowed down
_STEPS = 32
TESTS = ("stress.reverse_profit", "stress.reverse_capital")
TRUTH_TEST = "truth.reverse_stress"


@dataclass(frozen=True)
class Boundary:
    """The smallest shock that breaks a book, with its 95% interval over accounts."""

    #: log-odds; 0 when it is broken without any shock, inf when none up to `HIGHEST` breaks it
    shock: float
    #: NaN where the shock is 0 or inf
    low: float
    high: float

    @property
    def reached(self) -> bool:
        """Whether the boundary lies above 0 and within the shocks tried."""
        return 0.0 < self.shock < inf


def smallest_shock(
    figure: Callable[[float], float], highest: float = HIGHEST, tolerance: float = 1e-9
) -> float:
    """The smallest shock in [0, `highest`] at which `figure` is below 0, by bisection.

    0 where it is below without a shock, inf where no shock tried brings it below. The first
    crossing is looked for in 32 steps, so that a figure need not fall throughout.

    >>> round(smallest_shock(lambda shock: 1.0 - shock), 6)
    1.0
    """
    if not (isfinite(highest) and highest > 0):
        raise BadInput(f"highest is {highest}; give a shock above 0.")
    if figure(0.0) < 0:
        return 0.0
    edges = np.linspace(0.0, highest, _STEPS + 1)
    above = next((k for k in range(1, _STEPS + 1) if figure(float(edges[k])) < 0), None)
    if above is None:
        return inf
    low, high = float(edges[above - 1]), float(edges[above])
    while high - low > tolerance:
        middle = (low + high) / 2
        low, high = (low, middle) if figure(middle) < 0 else (middle, high)
    return (low + high) / 2


def reverse_stress(book: Book, *, capital: bool = False, highest: float = HIGHEST) -> Boundary:
    """The smallest shock to the log-odds of all PDs at which expected profit turns negative.

    With `capital`: at which the expected loss has used up all capital. The interval is that of
    the delta method over accounts.
    """
    shock = _boundary(book, capital, highest)
    if not 0.0 < shock < inf:
        return Boundary(shock, float("nan"), float("nan"))
    half = _half(_influence(book, shock, capital))
    return Boundary(shock, max(shock - half, 0.0), shock + half)


@dataclass(frozen=True)
class Between:
    """The boundary by a model's PDs, the one by the true PDs, and the difference."""

    model: Boundary
    true: Boundary
    #: model less true, log-odds; above 0 the model thinks the book safer than it is
    difference: float
    #: 95%, paired over accounts
    interval: tuple[float, float]


def against_true_boundary(model: Book, true: Book) -> Between:
    """A model's boundary of profit against the true one, on the same accounts in order.

    The difference is NaN where one of the two is 0 or never reached.
    """
    if model.n != true.n:
        raise BadInput(f"There are {model.n} accounts and {true.n} true ones; give the same ones.")
    found = [reverse_stress(b) for b in (model, true)]
    if not all(b.reached for b in found):
        return Between(found[0], found[1], float("nan"), (float("nan"),) * 2)
    parts = [
        _influence(book, bound.shock, capital=False)
        for book, bound in zip((model, true), found, strict=True)
    ]
    half = _half(parts[0] - parts[1])
    gap = found[0].shock - found[1].shock
    return Between(found[0], found[1], gap, (gap - half, gap + half))


def _boundary(book: Book, capital: bool, highest: float) -> float:
    """With profit linear in each PD, a shock costs one pass over the PDs."""
    floor = book.capital * book.exposure if capital else 0.0
    swing, margin = book.margin + book.lgd * book.ead, float(book.margin.sum())
    return smallest_shock(
        lambda shock: margin - float(shifted(book.pd, shock) @ swing) + floor, highest
    )


def _influence(book: Book, shock: float, capital: bool) -> Vector:
    """What each account contributes to the boundary's error, mean 0, so that √n deviates."""
    p = shifted(book.pd, shock)
    held = book.capital * book.ead if capital else 0.0
    swing = book.margin + book.lgd * book.ead
    figure: Vector = book.margin - p * swing + held
    slope = -float((p * (1.0 - p) * swing).mean())
    influence: Vector = -(figure - figure.mean()) / slope
    return influence


def _half(influence: Vector) -> float:
    n = len(influence)
    return _Z * float(influence.std(ddof=1)) / float(np.sqrt(n)) if n > 1 else float("nan")


def curve(book: Book, true: Book | None = None, shocks: int = 17) -> pd.DataFrame:
    """Profit over exposure from no shock to 4 log-odds, to draw from.

    Columns `log_odds`, `default_rate` (mean PD), `profit_share`; with `true`, the last two of it
    under `true_default_rate` and `true_profit_share`.
    """
    grid = np.linspace(0.0, 4.0, shocks)
    rows = []
    for shock in grid:
        hit = book.under(StressScenario("shock", log_odds=float(shock)))
        row = {"log_odds": float(shock), "default_rate": float(hit.pd.mean())}
        row["profit_share"] = float(hit.profit().sum()) / book.exposure
        if true is not None:
            really = true.under(StressScenario("shock", log_odds=float(shock)))
            row["true_default_rate"] = float(really.pd.mean())
            row["true_profit_share"] = float(really.profit().sum()) / true.exposure
        rows.append(row)
    return pd.DataFrame(rows)


def validate_reverse_stress(
    book: Book | None, policy: Policy, reason: str = "neither exposure nor margin is known"
) -> tuple[ValidationResult, ...]:
    """The shocks at which profit and capital are gone."""
    if book is None or (reason := book.shortfall(policy)):
        n = 0 if book is None else book.n
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    return tuple(
        _judged(test, reverse_stress(book, capital=capital), book, policy)
        for test, capital in zip(TESTS, (False, True), strict=True)
    )


def _judged(test: str, found: Boundary, book: Book, policy: Policy) -> ValidationResult:
    after = shifted(book.pd, min(found.shock, HIGHEST)).mean()
    note = f"PDs of {book.pd.mean():.2%} on average are then {after:.2%}"
    if found.shock == 0.0:
        note = "broken without any shock"
    elif not found.reached:
        note = f"no shock up to {HIGHEST:g} log-odds breaks it"
    table = curve(book) if test == TESTS[0] else None
    interval = None if isnan(found.low) else (found.low, found.high)
    shock = min(found.shock, HIGHEST)
    return judge(test, shock, n=book.n, policy=policy, interval=interval, note=note, table=table)


def validate_reverse_truth(
    model: Book | None, true: Book | None, policy: Policy, reason: str = "the truth is not known"
) -> tuple[ValidationResult, ...]:
    """Where the model sees the end of profit, against where it truly is."""
    n = 0 if model is None else model.n
    if model is None or true is None or n < policy.minimum_rows or model.exposure <= 0:
        if model is not None and true is not None:
            reason = f"{n} accounts with an exposure; at least {policy.minimum_rows} needed"
        return (not_evaluated(TRUTH_TEST, reason, n=n, policy=policy),)
    found = against_true_boundary(model, true)
    for bound, whose in ((found.model, "by the model's PDs"), (found.true, "by the true PDs")):
        if not bound.reached:
            state = (
                "profit is negative without a shock" if bound.shock == 0 else "no shock is fatal"
            )
            return (not_evaluated(TRUTH_TEST, f"{state} {whose}", n=n, policy=policy),)
    note = (
        f"profit is gone at {found.model.shock:.2f} by the model, truly at {found.true.shock:.2f}"
    )
    return (
        judge(
            TRUTH_TEST,
            found.difference,
            n=n,
            policy=policy,
            interval=found.interval,
            note=note,
            table=curve(model, true),
        ),
    )
