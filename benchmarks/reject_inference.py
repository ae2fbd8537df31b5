"""Reject inference against the truth: bias of each method over worlds.

    python benchmarks/reject_inference.py
    python benchmarks/reject_inference.py --scenario ecommerce --seeds 10
    python benchmarks/reject_inference.py --exploration 0      an incumbent without chance

The incumbent's applicants of a world, accepted and rejected, all at 10,000 RMB: a method sees the
outcomes of the accepted and says the bad rate of the rejected; the world knows it. Bias is the mean
of estimate less truth over seeds, with its 95% interval (t). `at random`: from the tenth of
applications that the incumbent decides at random. Set OMP_NUM_THREADS=1 on a busy machine.
"""

import argparse
import time

import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.rejected import Selection, selection
from sandbox.validation.applicants import by_random_approvals
from sandbox.validation.reject_bias import beside_truth, bias_of_reject_inference
from sandbox.validation.reject_inference import METHODS, infer_all

MARKETS = ("ecommerce", "lifestyle", "online_rental")
MONTHS = 24
#: how much worse than the accepted with the same score the rejected are taken to be
INCREASES = (1.0, 1.5, 2.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", nargs="+", default=MARKETS, choices=scenarios.catalogue())
    parser.add_argument("--seeds", type=int, default=3, help="worlds a scenario")
    parser.add_argument("--customers", type=int, default=20_000, help="applicants a world")
    parser.add_argument("--exploration", type=float, default=0.1, help="share decided at random")
    asked = parser.parse_args()
    for name in asked.scenario:
        started = time.perf_counter()
        scenario = scenarios.by_name(name).replace(incumbent__exploration=asked.exploration)
        market = World(scenario, asked.customers, MONTHS, seed=1_000)
        tables = []
        for seed in range(asked.seeds):
            found = selection(market.reseeded(1_000 + seed), market.reseeded(2_000 + seed))
            tables.append(
                estimates(found).assign(seed=seed, n=int((~found.applicants.accepted).sum()))
            )
        show(name, pd.concat(tables), time.perf_counter() - started)


def estimates(of: Selection) -> pd.DataFrame:
    """Every method, those with an assumed increase at each of them."""
    parts = []
    for increase in INCREASES:
        table = beside_truth(infer_all(of.applicants, increase=increase), of.applicants, of.true_pd)
        assumed = table["method"].isin(["parcelling", "fuzzy augmentation"])
        named = table["method"].where(~assumed, table["method"] + f" × {increase:g}")
        parts.append(table.assign(method=named)[assumed | (increase == INCREASES[0])])
    place = {name: i for i, name in enumerate(METHODS)}
    both = pd.concat(parts).sort_values(
        "method", key=lambda names: names.str.partition(" ×")[0].map(place), kind="stable"
    )
    if not of.at_random.any():
        return both
    rate = by_random_approvals(of.applicants, of.at_random)[0]
    truth = both["true_reject_rate"].iloc[0]
    drawn = {"method": "at random", "reject_rate": rate, "true_reject_rate": truth}
    return pd.concat([both, pd.DataFrame([{**drawn, "bias": rate - truth}])], ignore_index=True)


def show(name: str, tables: pd.DataFrame, seconds: float) -> None:
    table = bias_of_reject_inference(tables)
    rows = [
        [
            row.method,
            f"{row.reject_rate:.1%}",
            f"{100 * row.bias:+.1f} ({100 * row.low:+.1f} to {100 * row.high:+.1f})",
            f"{row.bias / row.true_reject_rate:+.0%}",
            f"{100 * row.rmse:.1f}",
            "" if pd.isna(row.auc_bias) else f"{row.auc_bias:+.3f}",
        ]
        for row in table.itertuples()
    ]
    headings = ["method", "bad rate", "bias, points", "relative", "rmse", "bias of AUC"]
    first = tables.dropna(subset=["true_auc"]).groupby("seed").first()
    title = (
        f"{name}: {table['true_reject_rate'].iloc[0]:.1%} of the rejected are bad, "
        f"{first['n'].mean():,.0f} of them a world, AUC {first['true_auc'].mean():.3f} over all; "
        f"{len(first)} worlds, {seconds:.0f} s"
    )
    print_table(headings, rows, title, figures=5)


if __name__ == "__main__":
    main()
