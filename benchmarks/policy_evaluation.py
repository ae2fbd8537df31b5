"""What a bank's log says of a policy beside the truth, and what changing limits later is worth.

    python benchmarks/policy_evaluation.py                       lifestyle, 10 logs of 12,000
    python benchmarks/policy_evaluation.py --scenario ecommerce --logs 40

First table: off-policy evaluation (OPE) of flat limits over logs; the bias of an estimator is the
mean of its errors, ± its standard error. Second: policies and the best that features allow.
Third: lines reviewed every six months by a decision process learnt from the log, on fresh worlds,
paired with the same world unreviewed. Set OMP_NUM_THREADS=1 on a busy machine.
"""

import argparse

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.policy_value import (
    learn_best_observable,
    log_with_profit,
    replayed_values,
    worth_of_review,
)
from sandbox.features import credit_features
from sandbox.models import BoostedPD
from sandbox.models.limit_increase import LimitIncrease
from sandbox.policy.account_months import account_months, grades_of
from sandbox.policy.decision_log import DecisionLog
from sandbox.policy.economics import Economics
from sandbox.policy.evaluation import beside_truth, off_policy
from sandbox.policy.increases import IncreasePolicy, Reviewer
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.outcome_model import cross_fitted_profit
from sandbox.policy.true_value import regret

MONTHS = 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="lifestyle", choices=list(scenarios.catalogue()))
    parser.add_argument("--logs", type=int, default=10, help="worlds whose log is evaluated")
    parser.add_argument("--customers", type=int, default=12_000, help="of each log")
    parser.add_argument("--learn-from", type=int, default=120_000, help="customers, for the bound")
    given = parser.parse_args()
    market = World(scenarios.by_name(given.scenario), given.customers, MONTHS, seed=100)
    biases(market, given.logs)
    bound(market.reseeded(5, 10_000), market.reseeded(99, given.learn_from))
    if market.scenario.products.instalment < 1:
        increases(market.reseeded(71, 60_000), [market.reseeded(s, 20_000) for s in (72, 73, 74)])


def biases(market: World, logs: int) -> None:
    """Errors of off-policy estimates of flat limits, over logs."""
    found = []
    for seed in range(100, 100 + logs):
        world = market.reseeded(seed)
        log = DecisionLog.from_table(log_with_profit(world))
        features = credit_features(world.observed().applications)
        for limit in (5e3, 1e4, 2e4):
            flat = np.full(world.customers, limit)
            truth = replayed_values(world, {"flat": flat})["flat"].mean()
            expected = cross_fitted_profit(log, features, flat)
            table = beside_truth(off_policy(log, flat, expected=expected), truth)
            found.append(table.assign(limit=limit))
    rows = []
    for (limit, name), group in pd.concat(found).groupby(["limit", "estimator"], sort=False):
        error = group["bias"].std() / np.sqrt(len(group))
        rows.append(
            [
                f"{limit:,.0f}",
                name,
                f"{group['truth'].mean():,.0f}",
                f"{group['bias'].mean():+,.0f} ± {error:,.0f}",
                f"{group['se'].mean():,.0f}",
                f"{group['covered'].mean():.0%}",
                f"{group['effective_sample'].mean():,.0f}",
            ]
        )
    headings = ["flat limit", "estimator", "truth", "bias", "own error", "covered", "eff. sample"]
    print_table(headings, rows, f"{market.name}: estimates from {logs} logs, RMB a customer")


def bound(world: World, training: World) -> None:
    """Incumbent and flat limit against the oracle and the best on observed features."""
    potential = world.truth.potential_outcomes(replicas=64, progress=False)
    best = learn_best_observable(training)
    limits = best.decide(credit_features(world.observed().applications, best.columns))
    policies = {
        "incumbent": world.logged_decisions().limit,
        "flat 10,000": np.full(world.customers, 1e4),
    }
    honest = world.truth.fraud() == ""
    rows = [
        [
            row.policy,
            f"{row.value:,.0f}",
            f"{row.regret:,.0f} ({row.regret_low:,.0f} to {row.regret_high:,.0f})",
            f"{row.regret_share:.1%}",
            f"{row.regret_observable:,.0f}",
        ]
        for row in regret(potential, policies, best_observable=limits, among=honest).itertuples()
    ]
    headings = ["policy", "value", "regret", "of the oracle", "to best observable"]
    print_table(headings, rows, f"{world.name}: true values, nothing above {best.ceiling:,.0f}")


def increases(training: World, fresh: list[World]) -> None:
    """What reviews of lines add to the incumbent's limits, RMB a customer, paired."""
    scenario, seen = training.scenario, training.observed()
    features = credit_features(seen.applications)
    target = np.full(training.customers, np.nan)
    target[seen.performance["customer_id"]] = seen.performance["default"]
    scorer = BoostedPD().fit(features, pd.DataFrame({"target": target}))
    score = scorer.predict(features)[:, 0]
    edges = tuple(np.quantile(score, [1 / 3, 2 / 3]))
    lines = seen.applications["product"].eq("revolving")
    model = LimitIncrease(months=MONTHS).fit(
        *account_months(
            seen.accounts[lines[seen.accounts["customer_id"]].to_numpy()],
            grades_of(score, edges),
            seen.applications["declared_income"],
            Economics.from_terms(scenario.economics, MONTHS),
            JointLending.from_terms(scenario.joint),
        )
    )
    policies = {
        "freeze when late": IncreasePolicy(freeze_late=1, allowed=()),
        "decision process": IncreasePolicy(),
        "decision process, freeze when late": IncreasePolicy(freeze_late=1),
    }
    rows = []
    for world in fresh:
        applications = world.observed().applications
        score = scorer.predict(credit_features(applications, list(features.columns)))[:, 0]
        income = applications["declared_income"].to_numpy(dtype=float)
        base = replayed_values(world, {"base": world.logged_decisions().limit})["base"].mean()
        for name, policy in policies.items():
            reviewer = Reviewer(policy, model.predict, grades_of(score, edges), income)
            worth = worth_of_review(world, reviewer)
            half = 1.96 * worth.std() / np.sqrt(len(worth))
            actions = pd.concat(reviewer.decided)["action"].value_counts()
            told = ", ".join(f"{n:,} {action}" for action, n in actions.items())
            gain = f"{worth.mean():+,.0f} ± {half:,.0f}"
            rows.append([str(world.seed), f"{base:,.0f}", name, gain, told])
    headings = ["seed", "unreviewed", "policy", "gain", "decisions"]
    print_table(headings, rows, f"{training.name}: reviews of lines, RMB a customer")


if __name__ == "__main__":
    main()
