"""Tests of a portfolio that need decisions and their outcomes: swaps, overrides, cut-offs."""

import numpy as np
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.exhibits.book import Book
from sandbox.exhibits.by_hand import DIRECTIONS, overrides
from sandbox.exhibits.cut_offs import RUNGS, cut_off_ladder
from sandbox.exhibits.swaps import ALL, swap_set
from sandbox.validation.definitions import Definitions
from sandbox.validation.fairness import difference_of_shares
from sandbox.validation.judge import judge
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio_figures import mean_interval, more_bad
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.result import ValidationResult


def _two(one: Book | None, other: Book | None, what: str) -> tuple[Book, Book]:
    if one is None or other is None:
        raise BadInput(f"{what} were not both given.")
    return one, other


def swap(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """What the proposed policy earns more than the one in force."""
    old, new = _two(data.old, data.new, "The policy in force and the proposed one")
    table = swap_set(old, new)
    whole = table[table["group"] == ALL].iloc[0]
    change, error = float(whole["change"]), float(whole["change_se"])
    if np.isnan(change):
        raise BadInput("Profits of the two policies are not both known in the same manner.")
    if not error > 0:
        raise BadInput("The two policies earn the same from every application.")
    low, high = change - 1.96 * error, change + 1.96 * error
    return judge(
        "portfolio.swap_profit",
        change,
        n=len(old.decisions),
        policy=policy,
        p_value=float(norm.cdf(change / error)),
        interval=(low, high),
        note=f"RMB in all, profit {old.profit_is}; applications are taken as independent",
        table=table,
    )


def override(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """Bad rate of accounts approved by hand against that of the policy."""
    decided, final = _two(data.decided, data.final, "What the policy said and what was done")
    table = overrides(decided, final)
    default = final.default
    seen = ~np.isnan(default)
    hand, own = seen & ~decided.approve, seen & decided.approve
    if hand.sum() < policy.minimum_events or own.sum() < policy.minimum_rows:
        raise BadInput(
            f"{int(hand.sum())} accounts were {DIRECTIONS[0]} and {int(own.sum())} by the policy; "
            f"at least {policy.minimum_events} and {policy.minimum_rows} needed."
        )
    apart = difference_of_shares(default[hand], default[own])
    bad = (int(default[hand].sum()), int(default[own].sum()))
    return judge(
        "portfolio.override_bad_rate",
        apart.value,
        n=int(seen.sum()),
        policy=policy,
        p_value=more_bad(bad[0], int(hand.sum()), bad[1], int(own.sum())),
        interval=(apart.low, apart.high),
        note=f"{bad[0]} of {int(hand.sum())} bad by hand, {bad[1]} of {int(own.sum())} else",
        table=table,
    )


def riskiest_step(data: PortfolioData, of: Definitions, policy: Policy) -> ValidationResult:
    """What the riskiest step of the cut-off earns an account."""
    book, other = data.ladders
    if book is None or book.outcomes is None:
        raise BadInput("The policy in force was not given with its outcomes.")
    risk, seen = book.decisions["pd"].to_numpy(dtype=float), ~np.isnan(book.default)
    step = np.searchsorted(RUNGS, risk, side="left")
    sizes = np.bincount(step[seen], minlength=len(RUNGS) + 1)[: len(RUNGS)]
    large = np.flatnonzero(sizes >= policy.minimum_rows)
    if len(large) < 2:
        raise BadInput(
            f"Fewer than two steps of the cut-off have {policy.minimum_rows} accounts each."
        )
    last = int(large[-1])
    mean, low, high, p_value = mean_interval(book.profit[seen & (step == last)])
    return judge(
        "portfolio.riskiest_step",
        mean,
        n=int(sizes[last]),
        policy=policy,
        p_value=p_value,
        interval=(low, high),
        note=f"RMB an account; PD above {RUNGS[last - 1]:.0%}, up to {RUNGS[last]:.0%}; "
        "accounts are taken as independent",
        table=cut_off_ladder(book, other),
    )
