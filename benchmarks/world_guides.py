"""The world's own figures beside the guides of practitioners, and its speed.

python benchmarks/world_guides.py --seed 7
"""

import argparse
import time

import numpy as np
from sklearn.metrics import roc_auc_score

from data_generators import Decisions, World, scenarios
from sandbox.cli.tables import print_table

CUSTOMERS, LIMIT = 60_000, 10_000.0


def roll_rates(world: World) -> list[float]:
    """Shares of account months that roll from M0 to M1, ... M3 to M4, at one limit for all."""
    decisions = Decisions.of(np.full(world.customers, LIMIT), price=0.18)
    accounts = world.replay(decisions, accounts=True).accounts()
    accounts = accounts.sort_values(["customer_id", "mob"])
    late, following = (
        accounts["months_late"],
        accounts.groupby("customer_id")["months_late"].shift(-1),
    )
    known = following.notna()
    return [float((following[known & (late == m)] == m + 1).mean()) for m in range(4)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    world = World(scenarios.online_rental, CUSTOMERS, 24, parser.parse_args().seed)
    honest = world.truth.fraud() == ""
    traits = world.truth.traits()
    strength = (traits["ability"] + traits["willingness"])[honest]
    fifth = np.searchsorted(np.quantile(strength, [0.2, 0.4, 0.6, 0.8]), strength)

    def defaults(limit: float) -> np.ndarray:
        decisions = Decisions.of(np.full(CUSTOMERS, limit), price=0.18)
        return world.replay(decisions).customers["default"].to_numpy()[honest]

    started = time.perf_counter()
    at_limit = defaults(LIMIT)
    seconds = time.perf_counter() - started
    by_fifth = " / ".join(f"{at_limit[fifth == k].mean():.1%}" for k in range(5))
    rolls = roll_rates(world)
    guides = ("1.5–4%", "15–35%", "55–75%", "70–90%")
    rows = [
        ["default at 10,000 RMB", "5.2%", f"{at_limit.mean():.1%}"],
        ["  by fifth of ability + willingness", "17 / 4.9 / 2.3 / 1.3 / 0.4%", by_fifth],
        ["default at 2,000 RMB", "2.5%", f"{defaults(2_000.0).mean():.1%}"],
        ["default at 50,000 RMB", "14.1%", f"{defaults(50_000.0).mean():.1%}"],
        ["AUC of ability + willingness", "0.86", f"{roc_auc_score(at_limit, -strength):.2f}"],
        *(
            [f"roll M{m} to M{m + 1}", guide, f"{rate:.1%}"]
            for m, (guide, rate) in enumerate(zip(guides, rolls, strict=True))
        ),
        ["replay, million customer months a second", "–", f"{CUSTOMERS * 24 / seconds / 1e6:.1f}"],
    ]
    title = f"Online rental, {CUSTOMERS:,} customers, 24 months, honest applicants"
    print_table(["figure", "guide", "this world"], rows, title)


if __name__ == "__main__":
    main()
