"""A million limit decisions with all caps: time, memory, and how far from the best possible.

python benchmarks/limit_decisions.py --customers 1000000 --workers 2

Customers are made up by formula (pd and utilisation by limit, income, partner, region), since
what is timed is the policy and not a model. The linear programme at the end is solved for a part
of them: it is the oracle that the allocation's value is held against.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye, kron, vstack

from sandbox.cli.tables import print_table
from sandbox.policy.allocation import Allocation, allocate
from sandbox.policy.budgets import Budget
from sandbox.policy.economics import Behaviour, ExpectedProfit
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.portfolio import Portfolio
from sandbox.policy.profit_policy import ProfitPolicy

GRID = np.array([2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5])
PARTNERS, REGIONS = 20, 31


def applicants(n: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, np.ndarray]:
    """Features, scores, partner and region of n made-up customers."""
    draw = np.random.default_rng(seed)
    strength = draw.standard_normal(n)
    steps = np.log(GRID / 1e4)
    log_odds = -3.6 - strength[:, None] + (0.45 - 0.08 * strength[:, None]) * steps
    demand = np.exp(9.6 + 0.3 * draw.standard_normal(n))[:, None]
    features = pd.DataFrame(
        {
            "declared_income": np.exp(9.0 + 0.35 * strength + 0.3 * draw.standard_normal(n)),
            "rent_monthly": 1_500.0,
            "bureau_lenders": draw.poisson(0.6, n).astype(float),
        }
    )
    scores = {
        f"pd_at_{limit:.0f}": 1 / (1 + np.exp(-log_odds[:, j])) for j, limit in enumerate(GRID)
    }
    used = demand / GRID * -np.expm1(-GRID / demand)
    scores |= {f"utilisation_at_{limit:.0f}": used[:, j] for j, limit in enumerate(GRID)}
    sizes = 1 / np.arange(1, PARTNERS + 1)
    partner = np.array([f"partner {i}" for i in range(PARTNERS)], dtype=object)
    region = np.array([f"region {i}" for i in range(REGIONS)], dtype=object)
    return (
        features,
        pd.DataFrame(scores),
        partner[draw.choice(PARTNERS, n, p=sizes / sizes.sum())],
        region[draw.integers(0, REGIONS, n)],
    )


def portfolio(n: int) -> Portfolio:
    """Budgets of every kind, about half of which bind."""
    return Portfolio(
        exposure=9_000.0 * n,
        capital=650.0 * n,
        partner_most={f"partner {i}": 250.0 * n for i in range(4, 12)},
        region_most={f"region {i}": 250.0 * n for i in range(10)},
        tier1=6_000.0 * n,
        loans=50_000.0 * n,
        joint_loans=20_000.0 * n,
    )


def linear_programme(value: np.ndarray, budgets: list[Budget]) -> float:
    """Value of the relaxed problem, RMB, by scipy's HiGHS."""
    n, k = value.shape
    rows, bounds = [kron(eye(n), np.ones((1, k)))], [np.ones(n)]
    for side in (side for budget in budgets for side in budget.sides()):
        codes = np.repeat(side.codes(slice(None), n), k)
        weight = (side.sign * np.broadcast_to(side.weight, value.shape)).ravel()
        inside = codes < side.size
        shape = (side.size, n * k)
        matrix = csr_matrix((weight[inside], (codes[inside], np.flatnonzero(inside))), shape=shape)
        kept = np.isfinite(side.bound)
        rows.append(matrix[kept])
        bounds.append(side.bound[kept])
    solved = linprog(-value.ravel(), vstack(rows).tocsr(), np.concatenate(bounds), method="highs")
    return -float(solved.fun)


def against_the_oracle(n: int) -> dict[str, object]:
    """The same budgets with fewer customers and no caps, by both."""
    _, scores, partner, region = applicants(n, seed=1)
    columns = [c for c in scores if c.startswith("pd_at_")]
    used = scores.drop(columns=columns).to_numpy()
    behaviour = Behaviour(GRID, scores[columns].to_numpy(), used)
    profit = ExpectedProfit(joint=JointLending(0.7, 0.2, 0.1))
    value = np.column_stack([np.zeros(n), profit.of(behaviour)])
    capital = np.column_stack([np.zeros(n), profit.capital(behaviour)])
    book = portfolio(n)
    budgets = book.budgets(np.append(0.0, GRID), capital, None, 0.7, partner, region)
    begun = time.perf_counter()
    found: Allocation = allocate(value, budgets)
    middle = time.perf_counter()
    best = linear_programme(value, budgets)
    return {
        "customers": f"{n:,}",
        "dual, s": f"{middle - begun:.3f}",
        "LP, s": f"{time.perf_counter() - middle:.2f}",
        "bind": len(found.binding),
        "value under LP": f"{(best - found.value) / best:.4%}",
        "bound over LP": f"{(found.bound - best) / best:.4%}",
    }


def shown(title: str, table: pd.DataFrame) -> None:
    cells = [
        [f"{cell:,.4g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]
    print_table(list(table.columns), cells, title)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--oracle", type=int, nargs="*", default=[2_000, 10_000])
    asked = parser.parse_args()
    n = asked.customers
    features, scores, partner, region = applicants(n)
    policy = ProfitPolicy(
        profit=ExpectedProfit(joint=JointLending(0.7, 0.2, 0.1)),
        portfolio=portfolio(n),
        workers=asked.workers,
    )
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = []
    for number in range(asked.rounds):
        begun, worked = time.perf_counter(), time.process_time()
        table, found = policy.explained(features, scores, partner=partner, region=region)
        taken = time.perf_counter() - begun
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
        rows.append(
            {
                "round": number + 1,
                "customers": f"{n:,}",
                "workers": asked.workers,
                "s": f"{taken:.2f}",
                "processor, s": f"{time.process_time() - worked:.2f}",
                "decisions/s": f"{n / taken:,.0f}",
                "approved": f"{table['approve'].mean():.1%}",
                "budgets that bind": len(found.binding),
                "gap to bound": f"{found.gap:.4%}",
                "memory, MB": f"{more / 1024:,.0f}",
            }
        )
    shown("Decisions with all caps", pd.DataFrame(rows))
    reasons = table["reason"].value_counts().rename_axis("reason").reset_index(name="customers")
    shown("What bound", reasons)
    shown("Shadow prices", found.binding.head(8))
    if asked.oracle:
        held_against = pd.DataFrame([against_the_oracle(size) for size in asked.oracle])
        shown("Against the linear programme", held_against)


if __name__ == "__main__":
    main()
