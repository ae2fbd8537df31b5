"""What a downturn or the fall of a partner does to a portfolio: expected losses and profit."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, probabilities
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.stressed_book import Book, StressScenario, shifted

_Z = float(norm.ppf(0.975))
#: log-odds by which PDs of a partner's customers rise when it falls: the middle of the range that
#: the built-in markets have for its customers' unwillingness in a month
PARTNER_SHOCK = 2.25
TESTS = tuple(f"stress.{t}" for t in ("default_rate", "downturn", "loss", "partner_collapse"))
#: downturns, house convention; the last one is judged
DOWNTURNS = (
    StressScenario("mild downturn", log_odds=0.3, lgd=1.05),
    StressScenario("downturn", log_odds=0.6, lgd=1.10, ead=1.05),
    StressScenario("severe downturn", log_odds=0.9, lgd=1.15, ead=1.10, margin=0.95),
)


def stress_table(book: Book, scenarios: Sequence[StressScenario] = DOWNTURNS) -> pd.DataFrame:
    """Losses and profit of a book, a row a scenario, "base" first.

    Columns: `scenario`, `default_rate` (mean PD), `loss` and `profit` (RMB, expected, all
    accounts), `profit_share` (of base exposure), `fall` (of profit against base, RMB) with
    `fall_low`, `fall_high` (95%, paired over accounts), `capital_used` (fall over capital).
    """
    if not book.n:
        raise BadInput("The book has no account; give at least one.")
    base, capital = book.profit(), book.capital * book.exposure
    rows = []
    for scenario in (StressScenario("base"), *scenarios):
        hit = book.under(scenario)
        profit = hit.profit()
        fall = base - profit
        half = _Z * float(fall.std(ddof=1) * np.sqrt(book.n)) if book.n > 1 else float("nan")
        total = float(fall.sum())
        rows.append(
            {
                "scenario": scenario.name,
                "default_rate": float(hit.pd.mean()),
                "loss": float(hit.loss().sum()),
                "profit": float(profit.sum()),
                "profit_share": _over(float(profit.sum()), book.exposure),
                "fall": total,
                "fall_low": total - half,
                "fall_high": total + half,
                "capital_used": _over(total, capital),
            }
        )
    return pd.DataFrame(rows)


def partner_table(book: Book, shock: float = PARTNER_SHOCK) -> pd.DataFrame:
    """What the fall of each partner alone costs, the costliest first.

    Columns: `partner`, `accounts`, `exposure` (RMB), `share` (of exposure), `loss` and
    `loss_after` (RMB, expected, of its accounts), `fall` (of profit, RMB), `capital_used` (fall
    over the capital of the whole book). BadInput where partners are not known.
    """
    if book.partner is None:
        raise BadInput("The book does not say who brought its accounts; give `partner`.")
    after = book.under(StressScenario("collapse", log_odds=shock))
    codes, names = pd.factorize(book.partner)

    def summed(values: Vector) -> Vector:
        # accounts that nobody brought have code -1
        total = np.bincount(codes + 1, weights=values, minlength=len(names) + 1)[1:]
        return total.astype(np.float64)

    exposure, fall = summed(book.ead), summed(book.profit() - after.profit())
    table = pd.DataFrame(
        {
            "partner": names,
            "accounts": summed(np.ones(book.n)).astype(int),
            "exposure": exposure,
            "share": exposure / max(book.exposure, np.finfo(float).tiny),
            "loss": summed(book.loss()),
            "loss_after": summed(after.loss()),
            "fall": fall,
            "capital_used": fall / max(book.capital * book.exposure, np.finfo(float).tiny),
        }
    )
    return table.sort_values("fall", ascending=False, kind="stable", ignore_index=True)


def validate_stress(
    pd_: npt.ArrayLike,
    book: Book | None,
    policy: Policy,
    *,
    scenarios: Sequence[StressScenario] = DOWNTURNS,
    partner_shock: float = PARTNER_SHOCK,
    reason: str = "neither exposure nor margin is known",
) -> tuple[ValidationResult, ...]:
    """Default rate, profit and loss in the last of `scenarios`, and the costliest partner's fall.

    `pd_` are n PDs of the cases that are judged; `book` the accounts behind them with their
    money, None where it is not known: `reason` says why.
    """
    p = probabilities("pd", pd_)
    if len(p) < policy.minimum_rows:
        reason = f"{len(p)} rows; at least {policy.minimum_rows} needed"
        return tuple(not_evaluated(t, reason, n=len(p), policy=policy) for t in TESTS)
    if not scenarios:
        raise BadInput("No scenario was given; give at least one.")
    first = _default_rate(p, scenarios, policy)
    if book is None or (reason := book.shortfall(policy)):
        return first, *(not_evaluated(t, reason, n=len(p), policy=policy) for t in TESTS[1:])
    return first, *_of_money(book, scenarios, policy), _of_partners(book, partner_shock, policy)


def _default_rate(
    p: Vector, scenarios: Sequence[StressScenario], policy: Policy
) -> ValidationResult:
    rates = [float(shifted(p, s.log_odds).mean()) for s in (StressScenario("base"), *scenarios)]
    table = pd.DataFrame({"scenario": ["base", *(s.name for s in scenarios)], "rate": rates})
    note = f"{rates[-1]:.2%} of {len(p):,} cases in the {scenarios[-1].name}, {rates[0]:.2%} before"
    return judge(TESTS[0], rates[-1], n=len(p), policy=policy, note=note, table=table)


def _of_money(
    book: Book, scenarios: Sequence[StressScenario], policy: Policy
) -> tuple[ValidationResult, ...]:
    table = stress_table(book, scenarios)
    base, worst = table.iloc[0], table.iloc[-1]
    profit = book.under(scenarios[-1]).profit()
    half = _Z * float(profit.std(ddof=1)) * float(np.sqrt(book.n)) / book.exposure
    share = float(worst["profit_share"])
    more = _over(float(worst["loss"]), float(base["loss"]))
    note = (
        f"{worst['scenario']}: profit {worst['profit']:,.0f} RMB where {base['profit']:,.0f} is "
        f"expected; the fall takes {worst['capital_used']:.0%} of capital"
    )
    return (
        judge(
            TESTS[1],
            share,
            n=book.n,
            policy=policy,
            interval=(share - half, share + half),
            note=note,
            table=table,
        ),
        judge(
            TESTS[2],
            more,
            n=book.n,
            policy=policy,
            note=f"{worst['scenario']}: {worst['loss']:,.0f} RMB of expected loss",
        ),
    )


def _of_partners(book: Book, shock: float, policy: Policy) -> ValidationResult:
    if book.partner is None:
        return not_evaluated(TESTS[3], "partners are not known", n=book.n, policy=policy)
    table = partner_table(book, shock)
    if table.empty:
        return not_evaluated(TESTS[3], "no account has a partner", n=book.n, policy=policy)
    worst = table.iloc[0]
    note = (
        f"partner {worst['partner']} with {worst['share']:.0%} of exposure falls, PDs of its "
        f"customers rise by {shock:g} log-odds"
    )
    return judge(
        TESTS[3], float(worst["capital_used"]), n=book.n, policy=policy, note=note, table=table
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
