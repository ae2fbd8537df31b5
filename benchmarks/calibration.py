"""Calibration to a real card portfolio: fit on a part, and how closely the rest is met.

    python benchmarks/calibration.py --portfolio ../shared/data/taiwan_credit_default.csv.gz

Prints what `risk-sandbox fidelity --portfolio` prints, and besides how long it took, how well
each moment is met, the fitted parameters and how well they are known, and what other limits
would do.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from data_generators.calibration import CardBook, identification, moments_beside
from data_generators.calibration.fidelity_to_table import discriminate, split
from data_generators.fidelity.calibrated import resemblance
from sandbox.cli.fidelity_portfolio import FIT_SHARE, print_frame, print_more, roles_of, title
from sandbox.cli.fidelity_tables import print_comparison
from sandbox.cli.tables import print_table
from sandbox.portfolio import Mapping
from sandbox.portfolio.panel_table import read_panel

#: shares of the limits granted at which a world is lived through
TIMES = (0.25, 0.5, 1.0, 2.0, 4.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portfolio", required=True, type=Path, help="the accounts")
    parser.add_argument("--mapping", default="taiwan", help="which column is what")
    parser.add_argument("--train", type=float, default=FIT_SHARE, help="share that the fit sees")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7, help="of the split and of the world")
    asked = parser.parse_args()
    said = Mapping.from_file(asked.mapping)
    roles = roles_of(said)
    table = read_panel(asked.portfolio, said)[list(roles.columns)]
    train, held_out = split(table, asked.train, asked.seed)

    started = time.perf_counter()
    calibrated = scenarios.lifestyle.calibrated_to(train, roles, steps=asked.steps)
    fitted_in = time.perf_counter() - started
    world = World(calibrated, len(table), len(roles.bills), asked.seed)
    started = time.perf_counter()
    simulated = world.portfolio()
    simulated_in = time.perf_counter() - started
    started = time.perf_counter()
    found = resemblance(world, train, held_out)
    judged_in = time.perf_counter() - started

    print_more(found)
    print_comparison(found.lines, title(world, asked.portfolio))
    all_rows = discriminate(table, simulated, roles, by_column=False).auc
    print(f"telling simulated rows from all real ones: AUC {all_rows:.3f}")
    print(f"fit {fitted_in:.0f} s; {len(table):,} accounts {simulated_in:.2f} s; ", end="")
    print(f"judged in {judged_in:.0f} s")
    print("misfit by step:", " ".join(f"{m:.2f}" for m in calibrated.cards.misfit))
    print_fit(calibrated.cards.book, moments_beside(calibrated.cards.book, train, roles))
    known = identification(calibrated.cards.book, train, roles)
    print_frame(known, "How well each parameter is known, least first")
    print_frame(other_limits(world), "The same accounts at other limits")


def other_limits(world: World) -> pd.DataFrame:
    """Means over accounts at multiples of the limits granted, and of the weakest fifth."""
    granted = world.logged_decisions().limit
    strength = world.truth.traits()[["ability", "willingness"]].sum(axis=1)
    weak = (strength <= strength.quantile(0.2)).to_numpy()
    rows = []
    for times in TIMES:
        pd_ = world.truth.true_pd(times * granted, replicas=16)
        mapping = world.scenario.cards.mapping
        bill = world.portfolio(times * granted)[mapping.bills[0]].mean()
        rows.append((f"{times:g} of the limit granted", bill, pd_.mean(), pd_[weak].mean()))
    columns = ["limit", "newest balance", "true pd", "true pd, weakest fifth"]
    return pd.DataFrame(rows, columns=columns)


def print_fit(book: CardBook, moments: pd.DataFrame) -> None:
    worst = moments.reindex(moments["misfit"].abs().nlargest(20).index)
    print_frame(worst.reset_index(names="moment"), "Least well met moments")
    values = [
        [f"{part}.{name}", str(np.round(value, 4).tolist())]
        for part, fields in book.to_dict().items()
        for name, value in fields.items()
    ]
    print_table(["parameter", "value"], values, "Fitted book")


if __name__ == "__main__":
    main()
