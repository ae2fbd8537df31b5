"""Whether advice to declined applicants is true: what the model promises, what the world keeps.

    python benchmarks/recourse.py                                  three markets, two seeds
    python benchmarks/recourse.py --scenario travel --seed 5       others

A model learns from the incumbent's log of one world and scores the honest applicants of another.
The riskiest fifth by its own pd is declined; `--asked` of them ask what would have to change, and
the model is asked again by `advise`. Each advised change is then done to the customer in the
world, under the same noise (`recourse_truth`); everyone is granted what is asked for.

Columns: share of those who asked that an advice helps; features in one; mean fall of pd that the
model promises, and of the true pd; fall over promise; share of advice whose true pd falls by half
of the promise or more (valid), with those within two standard errors of that bar for noise
(doubtful); share whose true pd is under the cut-off after it, of those above it before; share
whose changes have no cause at all (games). ± is half a 95% interval over customers.
A second table has the advice itself, over all
markets and models. About nine seconds a model, market and seed on one core.
"""

import argparse
import time

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from data_generators.scenarios import Scenario
from sandbox.cli.tables import print_table
from sandbox.experiment.recourse_truth import RecourseTruth, recourse_metrics
from sandbox.features import credit_features
from sandbox.models import BoostedPD, Scorecard

MONTHS = 24
#: share of applicants declined
DECLINED = 0.2
#: added to a seed: worlds to learn from, and to be judged on
LOG, FRESH = 1_000, 1 << 100
MODELS = {"boosted PD": BoostedPD, "scorecard": Scorecard}
MARKETS = ("ecommerce", "online_education", "micro_business")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=list(scenarios.catalogue()))
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--customers", type=int, default=4_000, help="judged on")
    parser.add_argument("--log", type=int, default=20_000, help="customers to learn from")
    parser.add_argument("--asked", type=int, default=300, help="declined who ask")
    parser.add_argument("--replicas", type=int, default=512)
    given = parser.parse_args()
    seeds, lines, everyone = given.seed or [1, 2], [], []
    begun = time.perf_counter()
    for name in given.scenario or MARKETS:
        found: dict[str, list[RecourseTruth]] = {model: [] for model in MODELS}
        for seed in seeds:
            for model, truth in advice_of(scenarios.by_name(name), seed, given).items():
                found[model].append(truth)
        everyone += [truth.rows for truths in found.values() for truth in truths]
        lines += [line(name, model, truths) for model, truths in found.items()]
    headings = ["market", "model", "asked", "helped", "features", "promised", "true fall",
                "kept", "valid", "doubtful", "true valid", "games"]  # fmt: skip
    title = f"Advice against the truth; seeds {', '.join(map(str, seeds))}"
    print_table(headings, lines, title, figures=len(headings) - 2)
    by_advice(everyone)
    print(f"{time.perf_counter() - begun:.0f} s")


def advice_of(scenario: Scenario, seed: int, given: argparse.Namespace) -> dict[str, RecourseTruth]:
    """The advice of each model on one pair of worlds, held against the truth."""
    training = World(scenario, given.log, MONTHS, seed=LOG + seed)
    fresh = World(scenario, given.customers, MONTHS, seed=FRESH + seed)
    log, labels = learnt(training)
    honest = np.setdiff1d(np.arange(fresh.customers), fresh.truth.fraud_cases()["customer_id"])
    asked = credit_features(fresh.observed().applications.iloc[honest], list(log.columns))
    found = {}
    for name, made in MODELS.items():
        model = made().fit(log, labels)

        def score(table: pd.DataFrame, model=model) -> np.ndarray:
            return model.predict(table)[:, 0]

        cutoff = float(np.quantile(score(asked), 1 - DECLINED))
        _, found[name] = recourse_metrics(
            score, fresh, honest, asked.reset_index(drop=True), log,
            target=cutoff, asked=given.asked, replicas=given.replicas,
        )  # fmt: skip
    return found


def learnt(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features and labels of the incumbent's log, confirmed frauds left out."""
    seen = world.observed()
    target = np.full(world.customers, np.nan)
    target[seen.performance["customer_id"]] = seen.performance["default"]
    target[seen.fraud_labels["customer_id"]] = np.nan
    return credit_features(seen.applications), pd.DataFrame({"target": target})


def line(market: str, model: str, truths: list[RecourseTruth]) -> list[str]:
    """A line of the table: all seeds together."""
    rows = pd.concat([t.rows for t in truths], ignore_index=True)
    # a customer's own cut-off: it differs by seed
    above = np.concatenate([t.rows["true_before"] > t.target for t in truths])
    under = np.concatenate([t.rows["true_after"] <= t.target for t in truths])
    first = truths[0]
    total = RecourseTruth(rows, sum(t.unhelped for t in truths), first.target, first.part)
    figures = total.summary()
    return [
        market.replace("_", " "),
        model,
        f"{len(rows) + total.unhelped}",
        f"{figures['helped']:.0%}",
        f"{figures['features']:.2f}",
        f"{figures['promised']:.3f}",
        f"{figures['fall']:.3f} ± {1.96 * figures['fall_se']:.3f}",
        f"{figures['improvement']:.0%}",
        f"{figures['validity']:.0%} ± {1.96 * figures['validity_se']:.0%}",
        f"{figures['doubtful']:.0%}",
        f"{under[above].mean():.0%}",
        f"{figures['games']:.0%}",
    ]


def by_advice(everyone: list[pd.DataFrame]) -> None:
    """What was advised, the most frequent first, and how true each is."""
    rows = pd.concat(everyone, ignore_index=True)
    rows["changed"] = rows["changed"].where(rows["features"] == 1, "two features")
    table = []
    for changed, some in sorted(rows.groupby("changed"), key=lambda pair: -len(pair[1])):
        valid, error = some["valid"].mean(), some["fall"].std(ddof=0) / np.sqrt(len(some))
        table.append(
            [
                str(changed).replace("_", " "),
                f"{len(some):,}",
                f"{some['promised'].mean():.3f}",
                f"{some['fall'].mean():.3f} ± {1.96 * error:.3f}",
                f"{valid:.0%} ± {1.96 * np.sqrt(valid * (1 - valid) / len(some)):.0%}",
            ]
        )
    headings = ["change", "advised", "promised", "true fall", "valid"]
    print_table(headings, table, "By what is advised, all markets and models", figures=4)


if __name__ == "__main__":
    main()
