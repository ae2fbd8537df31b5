"""Where models see the end of profit, and where it truly is, over worlds of a market.

    OMP_NUM_THREADS=1 python benchmarks/reverse_stress.py
    OMP_NUM_THREADS=1 python benchmarks/reverse_stress.py --scenario travel --seeds 3

Each model learns from the incumbent's log, decides for a fresh world, and the accounts that it
opens are shocked: every PD by the same step on the log-odds scale, until expected profit is gone.
True PDs and money are those of the world. `less true` is the model's boundary less the true one,
`found` in how many worlds its 95% interval over accounts leaves 0 out. Beside it, over exposure,
the profit that the same decisions earn when the same customers live through worse times.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.stats import t

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.stressed_worlds import SHOCKS
from sandbox.experiment.trial import Scores, Trial
from sandbox.models import BoostedExposure, BoostedPD, Scorecard
from sandbox.models.protocol import CreditLimitModel
from sandbox.policy import LimitPolicy

MONTHS, SAMPLE, REPLICAS = 12, 4_096, 64
MODELS = {"scorecard": Scorecard, "boosted PD": BoostedPD, "boosted exposure": BoostedExposure}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=list(scenarios.catalogue()))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--customers", type=int, default=20_000)
    given = parser.parse_args()
    for name in given.scenario or ["online_rental", "ecommerce"]:
        rows = [r for seed in range(given.seeds) for r in of_world(name, seed, given.customers)]
        shown(pd.DataFrame(rows), f"{name}, {given.seeds} worlds of {given.customers:,} customers")


def shown(found: pd.DataFrame, title: str) -> None:
    """A row a model: means over worlds, the difference with its 95% interval (t over worlds)."""
    rows = []
    for model, group in found.groupby("model", sort=False):
        gap = group["less true"]
        half = t.ppf(0.975, len(gap) - 1) * gap.sem() if len(gap) > 1 else float("nan")
        profits = [f"{group[name].mean():.1%}" for name in ("base", *(s.name for s in SHOCKS))]
        rows.append(
            [
                model,
                f"{len(group)}",
                f"{group['PD'].mean():.2%}",
                f"{group['true PD'].mean():.2%}",
                f"{group['by the model'].mean():.2f}",
                f"{gap.mean():+.2f} ± {half:.2f}",
                f"{group['found'].sum():.0f}",
                *profits,
            ]
        )
    heads = ["model", "worlds", "PD", "true PD", "ends profit at", "less true", "found", "base"]
    print_table([*heads, *(s.name for s in SHOCKS)], rows, title)


def of_world(name: str, seed: int, customers: int) -> list[dict[str, object]]:
    """A row a model."""
    training = World(scenarios.by_name(name), customers, MONTHS, seed=1_000 + seed)
    fresh = training.reseeded((1 << 100) + seed)
    sample = fresh.reseeded(fresh.seed, SAMPLE)
    potential = sample.truth.potential_outcomes(REPLICAS, progress=False)
    trial = limit_trial(training, fresh, potential, LimitPolicy())
    rows = []
    for model, kind in MODELS.items():
        judged = trial.judge(Scores(scored(kind(), trial), {}))
        found = {r.id: r for r in judged.results}
        reverse = found["truth.reverse_stress"]
        if reverse.interval is None:
            print(f"{name}, world {seed}, {model}: {reverse.reason}")
            continue
        table = reverse.table
        lived = found["truth.stressed_profit"].table.set_index("scenario")["profit_share"]
        rows.append(
            {
                "model": model,
                "by the model": found["stress.reverse_profit"].statistic,
                "less true": reverse.statistic,
                "found": float(not reverse.interval[0] <= 0 <= reverse.interval[1]),
                "PD": table["default_rate"].iloc[0],
                "true PD": table["true_default_rate"].iloc[0],
                "base": lived["base"],
                **{shock: lived[shock] for shock in lived.index[1:]},
            }
        )
    return rows


def scored(model: CreditLimitModel, trial: Trial) -> dict[str, np.ndarray]:
    """What the model says of fresh applicants, by name of the output."""
    model.fit(trial.training_features, trial.training_labels)
    said = np.asarray(model.predict(trial.evaluation_features), dtype=float)
    said = said.reshape(len(trial.evaluation_features), -1)
    return dict(zip(model.outputs, said.T, strict=True))


if __name__ == "__main__":
    main()
