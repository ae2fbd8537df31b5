"""The table of limit models × markets: value, regret, approvals, losses, calibration, time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sandbox.cell import CellResult
from sandbox.experiment.ranking import ORACLE
from sandbox.isolation.outcome import Status
from sandbox.policy.true_value import over_seeds

VALUE = "truth/profit_per_customer"
#: columns -> the metrics they are means of
COLUMNS = {
    "value": VALUE,
    "oracle": ORACLE,
    "regret": "truth/regret_per_customer",
    "approved": "value/approval_rate",
    "mean_limit": "value/mean_limit",
    "defaults": "value/default_rate",
    "losses": "value/loss_rate",
    "pd_gap": "calib/decided_pd_gap",
    "lines": "value/reviewed_rate",
    "review_gain": "value/review_gain",
    "auc": "perf/auc",
    "ips_error": "truth/ips_error",
    "snips_error": "truth/snips_error",
    "dr_error": "truth/dr_error",
}


def by_market(cells: Sequence[CellResult], observable: pd.DataFrame | None = None) -> pd.DataFrame:
    """A row each market and model, means over the seeds that got through; best first.

    Columns: `scenario`, `model`, `seeds`; RMB a customer: `value` (expected), `oracle`, `regret`;
    `captured` (value over the oracle's, share); of the decisions: `approved`, `mean_limit` (RMB),
    `defaults` (share of approved), `losses` (written off over drawn), `pd_gap` (mean pd at the
    limit less the default rate of the accounts opened: below 0 the model promised too much);
    `lines` (lines opened, share of approved) and `review_gain` (RMB a customer, in `value`
    already) of a model that reviews lines; `auc`; `ips_error`, `snips_error`, `dr_error` (RMB:
    estimate from the incumbent's log less what the decisions earned); `seconds` (a cell, sandbox
    included). With `observable` (see `observable_values`) also that, RMB, and
    `regret_observable`, RMB.
    """
    table = _each_cell(cells)
    if table.empty:
        return table
    if observable is not None:
        table = table.merge(observable, on=["scenario", "seed"], how="left")
        table["regret_observable"] = table["observable"] - table["value"]
    grouped = table.groupby(["scenario", "model"], sort=False)
    means = grouped.mean(numeric_only=True).drop(columns="seed")
    means.insert(0, "seeds", grouped.size())
    return _ordered(means.reset_index(), ["scenario"])


def over_markets(
    cells: Sequence[CellResult], observable: pd.DataFrame | None = None
) -> pd.DataFrame:
    """A row a model, means over markets (each the same weight), best first.

    `by_market`'s columns, with `markets` instead of `scenario`; `seeds` is of all markets
    together. `behind`, `behind_low` and `behind_high` are the value's mean difference to the best
    model's, paired by market and seed (95%, t), NaN where a model did not get through everywhere.
    """
    markets = by_market(cells, observable)
    if markets.empty:
        return markets
    grouped = markets.drop(columns="captured").groupby("model", sort=False)
    means = grouped.mean(numeric_only=True)
    means["seeds"] = grouped["seeds"].sum()
    means.insert(0, "markets", grouped.size())
    table = _ordered(means.reset_index(), [])
    return table.merge(_behind(cells, str(table["model"].iloc[0])), on="model", how="left")


def _each_cell(cells: Sequence[CellResult]) -> pd.DataFrame:
    rows = []
    for c in cells:
        if c.status is not Status.OK or VALUE not in c.metrics:
            continue
        named = {name: c.metrics.get(metric, np.nan) for name, metric in COLUMNS.items()}
        place = {"scenario": c.cell.scenario, "model": c.cell.model, "seed": c.cell.seed}
        rows.append({**place, **named, "seconds": c.seconds})
    return pd.DataFrame(rows)


def _ordered(table: pd.DataFrame, within: list[str]) -> pd.DataFrame:
    """With `captured`; places in their order, the best model first."""
    # of means: a ratio a seed would give a poor seed as much say as a rich one
    after = list(table.columns).index("regret") + 1
    table.insert(after, "captured", table["value"] / table["oracle"])
    if not within:
        return table.sort_values("value", ascending=False, ignore_index=True)
    place = table["scenario"].map({name: i for i, name in enumerate(table["scenario"].unique())})
    order = np.lexsort([-table["value"], place])
    return table.iloc[order].reset_index(drop=True)


def _behind(cells: Sequence[CellResult], best: str) -> pd.DataFrame:
    each = _each_cell(cells)
    columns = ["model", "behind", "behind_low", "behind_high"]
    world = each["scenario"] + " " + each["seed"].astype(str)
    wide = each.assign(world=world).pivot(index="world", columns="model", values="value")
    whole = wide.dropna(axis=1)
    if best not in whole:
        return pd.DataFrame(columns=columns)
    values = whole.reset_index(names="seed").melt("seed", var_name="policy", value_name="value")
    found = over_seeds(values, against=best)
    names = ["policy", "difference", "difference_low", "difference_high"]
    return found[names].set_axis(columns, axis=1)
