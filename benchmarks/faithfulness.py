"""How faithful explanations of limit models are: to the model, and to the structure of the world.

    python benchmarks/faithfulness.py                              three markets, three seeds
    python benchmarks/faithfulness.py --scenario ecommerce --seed 4 --seed 5

Every model is fitted, scored and explained in a sandbox of its own, as in a study, and judged on
customers it has not seen. `correlation` and `as promised` hold the contributions against what the
model says when features are removed; 1 is faithful. The others hold them against the world's own
contributions of the same customers: `ranks` is the rank correlation over a customer's traits and
`ceiling` what a perfect explanation would reach of a truth that is known so well; then the share
of attribution with the wrong sign, the share of the four true reasons among the explanation's four
(57% by chance) and the share of attribution on features without effect. `reasons kept` is the
share of top-four reasons that stay under a little noise. The last model of each market gives the
contributions of one feature to the next: they add up, and are false. About four minutes on two
cores.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox import Workspace
from sandbox.cli.tables import print_table
from sandbox.experiment import Study
from sandbox.experiment.explained_truth import REPLICAS, explained_truth
from sandbox.isolation import Status
from sandbox.models import BoostedPD, CausalPair, RuleMatrix, Scorecard

MARKETS = ("online_rental", "travel", "micro_business")
#: heading, metric, and how it is written
FIGURES = {
    "correlation": ("explain/faithfulness_correlation", "{:.2f}"),
    "as promised": ("explain/faithfulness_deletion", "{:.2f}"),
    "reasons kept": ("explain/reason_stability", "{:.0%}"),
    "ranks": ("truth/explanation_rank_correlation", "{:.2f}"),
    "ceiling": ("ceiling", "{:.2f}"),
    "wrong sign": ("truth/explanation_sign_errors", "{:.0%}"),
    "top four": ("truth/explanation_top4_overlap", "{:.0%}"),
    "no effect": ("truth/explanation_null_share", "{:.0%}"),
}


class Shifted(RuleMatrix):
    """The rule matrix, whose explanation gives contributions to the wrong features."""

    name = "rules, explained falsely"

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[np.ndarray, np.ndarray]:
        """The next feature's contributions: the sum of a row stays the same."""
        values, base = super().contributions(features, background)
        return np.roll(values, 1, axis=1), base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=list(scenarios.catalogue()))
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--customers", type=int, default=8_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    seeds = given.seed or [1, 2, 3]
    markets = given.scenario or MARKETS
    worlds = [World(scenarios.by_name(m), given.customers, given.months, seed=0) for m in markets]
    with tempfile.TemporaryDirectory() as folder:
        study = Study(
            "faithfulness",
            worlds=worlds,
            models=[RuleMatrix(), Scorecard(), BoostedPD(), CausalPair(), Shifted()],
            seeds=seeds,
            jobs=given.jobs,
            workspace=Workspace(Path(folder)),
            evaluation_seed=1 << 100,
            replicas=REPLICAS,
        )
        found = figures(study)
    shown(found, f"Means over seeds {', '.join(map(str, seeds))}; {given.customers:,} customers")


def figures(study: Study) -> pd.DataFrame:
    """A row a cell: market, model, and its figures by metric."""
    rows = []
    cells = study.run(track=False).cells
    for plan, cell in zip(study.planned(), cells, strict=True):
        if cell.status is not Status.OK:
            raise SystemExit(f"{cell.cell.run_name}: {cell.reason}")
        ceiling = explained_truth(plan).ceiling
        rows.append(
            {
                "market": cell.cell.scenario,
                "model": cell.cell.model,
                **{m: cell.metrics.get(m, np.nan) for m, _ in FIGURES.values()},
                "ceiling": ceiling,
            }
        )
    return pd.DataFrame(rows)


def shown(found: pd.DataFrame, title: str) -> None:
    means = found.groupby(["market", "model"], sort=False).mean().reset_index()
    means = means.sort_values("market", key=lambda m: m.map(list(m.unique()).index), kind="stable")
    rows = [
        [
            row["market"].replace("_", " "),
            row["model"],
            *(form.format(row[metric]) for metric, form in FIGURES.values()),
        ]
        for _, row in means.iterrows()
    ]
    print_table(["market", "model", *FIGURES], rows, title)


if __name__ == "__main__":
    main()
