"""Default at one limit for everyone, beside the structural model's first trial.

python benchmarks/world_guides.py --seed 7

Rolls and the truth's AUC under the incumbent's limits are printed by `risk-sandbox fidelity`.
"""

import argparse

import numpy as np
from sklearn.metrics import roc_auc_score

from data_generators import Decisions, World, scenarios
from sandbox.cli.tables import print_table

#: RMB: share in default, and by fifth of ability + willingness, weakest first
TRIAL = {
    2_000.0: (0.025, ()),
    10_000.0: (0.052, (0.17, 0.049, 0.023, 0.013, 0.004)),
    50_000.0: (0.141, (0.44,)),
}
#: of ability + willingness at 10,000 RMB
TRIAL_AUC = 0.86


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental", choices=list(scenarios.catalogue()))
    parser.add_argument("--customers", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    world = World(scenarios.by_name(asked.scenario), asked.customers, 24, asked.seed)
    traits = world.truth.traits()
    strength = traits["ability"] + traits["willingness"]
    honest = world.truth.fraud() == ""
    rows = []
    for limit, (trial, trial_by_fifth) in TRIAL.items():
        decisions = Decisions.of(np.full(len(strength), limit), price=world.scenario.economics.apr)
        replayed = world.replay(decisions, progress=False).customers
        held = honest & replayed["taken"]
        default, strong = replayed["default"][held], strength[held]
        fifth = np.searchsorted(np.quantile(strong, [0.2, 0.4, 0.6, 0.8]), strong)
        by_fifth = [default[fifth == k].mean() for k in range(5)]
        auc = roc_auc_score(default, -strong)
        rows.append([f"{limit:,.0f}", *line(default.mean(), by_fifth), f"{auc:.2f}"])
        known = f"{TRIAL_AUC}" if limit == 10_000 else ""
        rows.append(["  first trial", *line(trial, trial_by_fifth), known])
    print_table(
        ["limit, RMB", "default", "weakest", "2nd", "3rd", "4th", "strongest", "AUC"],
        rows,
        f"{world.name}, {world.customers:,} customers, 24 months: honest account holders in "
        "default, by fifth of ability + willingness",
        figures=7,
    )


def line(share: float, by_fifth: list[float] | tuple[float, ...]) -> list[str]:
    """Shares as cells; empty where the trial says nothing."""
    cells = [f"{each:.1%}" for each in (share, *by_fifth)]
    return cells + [""] * (6 - len(cells))


if __name__ == "__main__":
    main()
