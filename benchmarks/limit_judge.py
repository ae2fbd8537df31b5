"""How long the judge of a limit model's cell takes, and its parts that come with the portfolio.

    python benchmarks/limit_judge.py
    python benchmarks/limit_judge.py --scenario ecommerce --customers 5000

One cell of the main job: a boosted PD on a market. Processor seconds, the best of three; what the
replay with monthly accounts takes more than one without is in the first line of the parts.
"""

import argparse
import time
from collections.abc import Callable

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.outcomes_judge import OutcomesInTime
from sandbox.experiment.portfolio_judge import PortfolioOfDecisions
from sandbox.experiment.trial import Scores
from sandbox.models import BoostedPD
from sandbox.policy import LimitPolicy
from sandbox.validation.policy import Policy


def main() -> None:
    """Time each part and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental", choices=scenarios.catalogue())
    parser.add_argument("--customers", type=int, default=20_000)
    asked = parser.parse_args()
    market = scenarios.by_name(asked.scenario)
    training, world = (World(market, asked.customers, 24, seed=seed) for seed in (1, 99))
    first = world.reseeded(99, customers=min(4_096, asked.customers))
    potential = first.truth.potential_outcomes(16, progress=False)
    trial = limit_trial(training, world, potential, LimitPolicy())
    model = BoostedPD(role="limit").fit(trial.training_features, trial.training_labels)
    scores = Scores(
        evaluation={"pd": model.predict(trial.evaluation_features)[:, 0]},
        training={"pd": model.predict(trial.training_features)[:, 0]},
    )

    def anew():
        return limit_trial(training, world, potential, LimitPolicy()).judge

    judge, policy = trial.judge, Policy.default()
    decisions, _ = judge.decided(scores)
    outcomes = judge.outcomes(decisions, accounts=True)
    happened = outcomes.customers.iloc[judge.honest].reset_index(drop=True)
    target, _ = judge._under_the_incumbent(False)
    in_time = OutcomesInTime(judge, scores, target, decisions, happened)

    def pack() -> None:
        book = PortfolioOfDecisions(judge, scores, decisions, outcomes, happened)
        book.results(policy), book.tables()

    plain = best(lambda: judge.outcomes(decisions))
    kept = best(lambda: judge.outcomes(decisions, accounts=True).accounts())
    timed = best(lambda: in_time.results(policy))
    rows = [
        ["replay with accounts, more than without", f"{kept - plain:.2f}"],
        ["periods, back-test, late labels, rejected, drift", f"{timed:.2f}"],
        ["portfolio: panel, tests, tables", f"{best(pack):.2f}"],
        ["the whole judge", f"{best(lambda judge: judge(scores), anew):.2f}"],
    ]
    print_table(["part", "seconds"], rows, f"{asked.scenario}, {asked.customers:,} customers")


def best(work: Callable, given: Callable | None = None) -> float:
    """Processor seconds of the fastest of three."""
    found = []
    for _ in range(3):
        arguments = () if given is None else (given(),)
        start = time.process_time()
        work(*arguments)
        found.append(time.process_time() - start)
    return min(found)


if __name__ == "__main__":
    main()
