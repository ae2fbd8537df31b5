"""Do the tests of overfit say overfit of models alone? The true PD and two models, by size.

    OMP_NUM_THREADS=1 python benchmarks/overfit_by_size.py --seeds 5

Each model learns from the incumbent's log of an e-commerce market and is judged on that of another,
as in a study. The true PD at the incumbent's limit has learnt from neither: a test that is right
passes it.
"""

import argparse

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.features import credit_features
from sandbox.models import BoostedPD, Scorecard
from sandbox.validation.overfit import TESTS, validate_overfit
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult, Verdict

SIZES, REPLICAS, LARGEST_KNOWN = (2_500, 6_000, 20_000, 60_000), 32, 20_000
Side = tuple[pd.DataFrame, "np.ndarray", dict[str, "np.ndarray"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    asked = parser.parse_args()
    rows = [row for size in asked.sizes for row in _of_size(size, asked.seeds)]
    columns = ["customers", "defaults", "scores", "AUC gap", *TESTS]
    print_table(columns, rows, "Failed, of as many worlds", len(columns) - 3)


def _of_size(size: int, seeds: int) -> list[tuple[object, ...]]:
    found: dict[str, list[tuple[ValidationResult, ...]]] = {}
    defaults = []
    for seed in range(1, seeds + 1):
        learnt, fresh = (_seen(size, s) for s in (seed, 1_000 + seed))
        defaults.append(np.nansum(learnt[1]))
        labels = pd.DataFrame({"target": learnt[1]})
        for model in (Scorecard(), BoostedPD()):
            model.fit(learnt[0], labels)
            for side in (learnt, fresh):
                side[2][model.name] = np.asarray(model.predict(side[0]))[:, 0]
        for name in learnt[2]:
            sides = ((features, y, scores[name]) for features, y, scores in (learnt, fresh))
            found.setdefault(name, []).append(validate_overfit(*sides, Policy.default()))
    return [
        (f"{size:,}", f"{np.mean(defaults):.0f}", name,
         f"{np.mean([each[0].statistic for each in results]):+.2f}",
         *(_counts([each[k] for each in results]) for k in range(len(TESTS))))
        for name, results in found.items()
    ]  # fmt: skip


def _counts(results: list[ValidationResult]) -> str:
    verdicts = [r.verdict for r in results]
    warned = f", {verdicts.count(Verdict.WARN)} warn" if Verdict.WARN in verdicts else ""
    return f"{verdicts.count(Verdict.FAIL)} of {len(verdicts)}{warned}"


def _seen(size: int, seed: int) -> Side:
    """Features, outcomes (NaN: not observed) and the true PDs, where they take seconds."""
    world = World(scenarios.ecommerce, customers=size, months=12, seed=seed)
    seen = world.observed()
    target = np.full(size, np.nan)
    target[seen.performance["customer_id"]] = seen.performance["default"]
    target[seen.fraud_labels["customer_id"]] = np.nan
    scores = {}
    if size <= LARGEST_KNOWN:
        limit = np.maximum(world.logged_decisions().limit, 500.0)
        scores["true PD"] = world.truth.true_pd(limit, REPLICAS)
    return credit_features(seen.applications), target, scores


if __name__ == "__main__":
    main()
