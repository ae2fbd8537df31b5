"""What decisions are worth under other assumptions: those in hand, and those made anew.

A bank that learns of a change too late keeps what it has granted; one that learns of it in time
decides otherwise. The difference is what knowing it is worth.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from sandbox.errors import BadInput
from sandbox.policy.allocation import allocate
from sandbox.policy.budgets import Budget
from sandbox.policy.caps import HouseCaps
from sandbox.policy.economics import Economics
from sandbox.policy.expected import Expected, Floats
from sandbox.policy.yardsticks import consumer_cap


@dataclass(frozen=True)
class Assumptions:
    """What is taken as given when a policy is priced; defaults are the house's and the law's."""

    #: applications with a pd (as the policy scores it) above it are declined, share
    cut_off: float = field(default_factory=lambda: HouseCaps().pd_cutoff or 1.0)
    #: loss given default, share of exposure
    lgd: float = field(default_factory=lambda: Economics().lgd)
    #: cost of funds, yearly share
    cof: float = field(default_factory=lambda: Economics().cof)
    #: limits are cut to it, RMB a customer; the law's on unsecured consumer loans
    cap: float = field(default_factory=lambda: consumer_cap().value)
    #: sum of all limits granted, RMB; infinite for none
    budget: float = float("inf")
    #: name of the partner that collapses; "" for none
    collapsed: str = ""
    #: rise of its customers' log-odds of default ([W] 1.5 to 3 on willingness; the middle)
    shock: float = 2.25

    def __post_init__(self) -> None:
        for name, top in (("cut_off", 1.0), ("lgd", 1.0), ("cof", 1.0)):
            value = getattr(self, name)
            if not 0 <= value <= top:
                raise BadInput(f"{name} is {value:g}; it is a share from 0 to {top:g}.")
        for name in ("cap", "budget", "shock"):
            if not getattr(self, name) >= 0:
                raise BadInput(f"{name} is {getattr(self, name):g}; it must be 0 or more.")


def decided(expected: Expected, given: Assumptions) -> DataFrame:
    """A row a customer: `limit` (RMB, 0 declined), `pd`, `profit` (RMB) of decisions in hand.

    The policy's limits, cut where the assumptions' cut-off, cap or budget cut them; of the
    budget, the applications that earn least for each RMB of limit are declined until it holds.
    """
    return kept(expected, given, given)


def kept(expected: Expected, base: Assumptions, given: Assumptions) -> DataFrame:
    """Columns of `decided`: the decisions in hand under `base`, priced under `given`.

    Cut-off, cap and budget of `given` change nothing, for nothing is decided anew. A collapse
    raises the PD of the partner's customers and ends its guarantee from the start; what defaulted
    accounts would still have paid in interest is left in the margin.
    """
    wanted = np.where(expected.score <= base.cut_off, expected.wanted, 0.0)
    limit = np.minimum(wanted, base.cap)
    _, _, before = _tables(expected, base)
    earned = np.where(limit > 0, expected.at(before, limit), 0.0)
    limit = np.where(_within(limit, earned, base.budget), limit, 0.0)
    return _priced(expected, given, limit)


def anew(expected: Expected, given: Assumptions) -> DataFrame:
    """Columns of `decided`: the limits that earn most under `given`, chosen from the grid.

    For each customer, limits within `ceiling` and cap whose PD, raised by a collapse, is within
    the cut-off; under a budget, most value in all (see `allocate`).
    """
    risk, _, profit = _tables(expected, given)
    most = np.full(len(risk), given.cap)
    if expected.ceiling is not None:
        most = np.minimum(most, expected.ceiling)
    allowed = np.ones((len(risk), len(expected.limits) + 1), dtype=bool)
    allowed[:, 1:] = (expected.limits <= most[:, None]) & (risk <= given.cut_off)
    grid = np.concatenate([[0.0], expected.limits])
    value = np.column_stack([np.zeros(len(risk)), profit])
    budgets = [] if np.isinf(given.budget) else [Budget("limits", grid, most=given.budget)]
    return _priced(expected, given, grid[allocate(value, budgets, allowed).choice])


def figures(table: DataFrame) -> dict[str, float]:
    """Of a table of `decided`: `value` (RMB), `approval_rate`, `bad_rate`, `limits` (RMB).

    The bad rate is the one expected, of those approved; NaN where nobody is.
    """
    approved = table[table["limit"] > 0]
    return {
        "value": float(table["profit"].sum()),
        "approval_rate": len(approved) / len(table),
        "bad_rate": float(approved["pd"].mean()) if len(approved) else float("nan"),
        "limits": float(approved["limit"].sum()),
    }


def priced(expected: Expected, given: Assumptions) -> dict[str, float]:
    """`figures` of the decisions in hand."""
    return figures(decided(expected, given))


def _tables(expected: Expected, given: Assumptions) -> tuple[Floats, Floats, Floats]:
    """PD, exposure (RMB) and profit (RMB) at every limit, n × K each, under the assumptions."""
    risk, ead = expected.pd, expected.ead
    if given.collapsed:
        hit = _customers_of(expected, given.collapsed)[:, None]
        risk = np.where(hit, _shocked(risk, given.shock), risk)
        if expected.ead_alone is not None:
            ead = np.where(hit, expected.ead_alone, ead)
    profit = expected.margin - given.cof * expected.funded - risk * given.lgd * ead
    return risk, ead, profit


def _priced(expected: Expected, given: Assumptions, limit: Floats) -> DataFrame:
    """Columns of `decided` at given limits."""
    risk, ead = expected.at(expected.pd, limit), expected.at(expected.ead, limit)
    if given.collapsed:
        hit = _customers_of(expected, given.collapsed)
        risk[hit] = _shocked(risk[hit], given.shock)
        if expected.ead_alone is not None:
            ead[hit] = expected.at(expected.ead_alone, limit)[hit]
    funding = given.cof * expected.at(expected.funded, limit)
    profit = expected.at(expected.margin, limit) - funding - risk * given.lgd * ead
    columns = {"limit": limit, "pd": risk, "profit": profit}
    return DataFrame({name: np.where(limit > 0, each, 0.0) for name, each in columns.items()})


def _customers_of(expected: Expected, partner: str) -> NDArray[np.bool_]:
    if expected.partner is None or partner not in expected.partner:
        raise BadInput(f"No customer comes from partner {partner!r}; name one that has customers.")
    hit: NDArray[np.bool_] = expected.partner == partner
    return hit


def _shocked(risk: Floats, shock: float) -> Floats:
    """PD with its log-odds raised; stays 0 at 0 and 1 at 1."""
    raised: Floats = risk * np.exp(shock) / (1.0 - risk + risk * np.exp(shock))
    return raised


def _within(limit: Floats, profit: Floats, budget: float) -> NDArray[np.bool_]:
    """Whom the budget still reaches, the most profitable for each RMB of limit first."""
    if limit.sum() <= budget:
        return limit > 0
    each = np.divide(profit, limit, out=np.full(len(limit), -np.inf), where=limit > 0)
    order = np.argsort(-each, kind="stable")
    reached = np.zeros(len(limit), dtype=bool)
    reached[order] = np.cumsum(limit[order]) <= budget
    return reached & (limit > 0)
