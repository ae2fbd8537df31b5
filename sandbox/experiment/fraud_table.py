"""The tables of fraud models × markets: ranking, alerts within a capacity, money, and time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import t as student

from sandbox.cell import CellResult
from sandbox.isolation.outcome import Status

#: what models are ordered by and compared in
RECALL = "fraud/recall_at_fpr_2pct"
#: columns -> the metrics they are means of
COLUMNS = {
    "recall": RECALL,
    "recall_1pct": "fraud/recall_at_fpr_1pct",
    "recall_5pct": "fraud/recall_at_fpr_5pct",
    "auprc": "fraud/auprc",
    "top_100": "fraud/cp_at_100",
    "alert_precision": "fraud/cp_at_capacity",
    "false_positives": "fraud/false_positive_ratio",
    "money_stopped": "fraud/money_stopped",
    "delay": "fraud/delay_days",
    "delay_without": "fraud/delay_days_without_alerts",
    "saved": "value/fraud_saved_per_customer",
    "oracle": "truth/fraud_oracle_per_customer",
    "regret": "truth/fraud_regret_per_customer",
}
#: how many alerts there were
ALERTS = "fraud/alerts"
#: the table of each cell that recall by kind of fraud is taken from
_KINDS = "recall_by_typology"


def by_market(cells: Sequence[CellResult]) -> pd.DataFrame:
    """A row each market and model, means over the seeds that got through; best recall first.

    Columns: `scenario`, `model`, `seeds`; `recall` of true fraud at 2% false positives with
    `recall_low` and `recall_high` (95%, t over seeds), `recall_1pct`, `recall_5pct`; `auprc`;
    `top_100`, share of fraud in the 100 highest scores; of the alerts that the capacity allows:
    `alert_precision`, `false_positives` (honest for each fraud; infinite where the alerts of one
    of the seeds held no fraud), `money_stopped` (share),
    `delay` (mean days until a fraud is found, alerted or confirmed later) and `delay_without`
    alerts, `saved`, the `oracle`'s and `regret` (RMB an application), `captured` (saved over the
    oracle's, of means); `seconds` (a cell, sandbox included).
    """
    each = _each_cell(cells)
    if each.empty:
        return each
    rows = [
        {"scenario": scenario, "model": model, "seeds": len(group), **_means(group)}
        for (scenario, model), group in each.groupby(["scenario", "model"], sort=False)
    ]
    table = pd.DataFrame(rows)
    place = table["scenario"].map({name: i for i, name in enumerate(table["scenario"].unique())})
    return table.iloc[np.lexsort([-table["recall"], place])].reset_index(drop=True)


def over_markets(cells: Sequence[CellResult]) -> pd.DataFrame:
    """A row a model, means over markets (each the same weight), best recall first.

    `by_market`'s columns, with `markets` instead of `scenario`; `seeds` is of all markets
    together, and the interval of `recall` is as in `differences`.
    """
    each = _each_cell(cells)
    if each.empty:
        return each
    markets = by_market(cells)
    rows = []
    for model, group in markets.groupby("model", sort=False):
        means = group.drop(columns=["captured", "recall_low", "recall_high"])
        of_seeds = each[each["model"] == model].groupby("seed")["recall"].mean().to_numpy()
        low, high = _interval(of_seeds)
        found = {**means.mean(numeric_only=True), "recall_low": low, "recall_high": high}
        found["captured"] = found["saved"] / found["oracle"] if found["oracle"] > 0 else np.nan
        row = {"markets": len(group), "model": model, **found, "seeds": int(group["seeds"].sum())}
        rows.append(row)
    table = pd.DataFrame(rows)[["markets", *markets.columns.drop("scenario")]]
    return table.sort_values("recall", ascending=False, ignore_index=True)


def differences(
    cells: Sequence[CellResult], pairs: Sequence[tuple[str, str]], column: str = "recall"
) -> pd.DataFrame:
    """How much more the first of each pair has than the second, of one of the columns.

    Columns `model`, `against`, `markets`, `seeds`, `difference`, `low`, `high` (95%, t). Paired
    world by world on the worlds that both got through; with the mean over a seed's markets taken
    first, since worlds of one seed are alike in all markets. NaN bounds on one seed alone; a
    pair without a common world is left out.
    """
    each = _each_cell(cells)
    if each.empty:
        return each
    wide = each.pivot(index=["scenario", "seed"], columns="model", values=column)
    rows = []
    for model, against in pairs:
        if model not in wide or against not in wide:
            continue
        gaps = (wide[model] - wide[against]).dropna()
        if gaps.empty:
            continue
        of_seeds = gaps.groupby("seed").mean().to_numpy(dtype=float)
        low, high = _interval(of_seeds)
        rows.append(
            {
                "model": model,
                "against": against,
                "markets": gaps.index.get_level_values("scenario").nunique(),
                "seeds": len(of_seeds),
                "difference": float(of_seeds.mean()),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def by_typology(cells: Sequence[CellResult]) -> pd.DataFrame:
    """Recall at 2% false positives by kind of fraud, all worlds pooled; commonest kind first.

    Columns: `typology`, `applications` (of that kind, in all worlds together), and one column a
    model with the share of them that scores above 98% of its world's honest applicants.
    """
    parts = [
        cell.tables[_KINDS].assign(model=cell.cell.model)
        for cell in cells
        if cell.status is Status.OK and _KINDS in cell.tables
    ]
    if not parts:
        return pd.DataFrame()
    every = pd.concat(parts, ignore_index=True)
    every["caught"] = every["recall_at_fpr_2pct"] * every["applications"]
    sums = every.groupby(["typology", "model"])[["caught", "applications"]].sum()
    share = (sums["caught"] / sums["applications"]).unstack("model")
    # a model that failed somewhere saw fewer
    count = sums["applications"].unstack("model").max(axis=1).astype(int)
    models = list(dict.fromkeys(every["model"]))
    table = share[models].assign(applications=count).sort_values("applications", ascending=False)
    return table[["applications", *models]].rename_axis(columns=None).reset_index()


def _each_cell(cells: Sequence[CellResult]) -> pd.DataFrame:
    rows = []
    for c in cells:
        if c.status is not Status.OK or RECALL not in c.metrics:
            continue
        named = {name: c.metrics.get(metric, np.nan) for name, metric in COLUMNS.items()}
        if np.isnan(named["false_positives"]) and c.metrics.get(ALERTS, 0) > 0:
            # a cell keeps finite figures; left out of the mean, alerts without fraud would help
            named["false_positives"] = np.inf
        place = {"scenario": c.cell.scenario, "model": c.cell.model, "seed": c.cell.seed}
        rows.append({**place, **named, "seconds": c.seconds})
    return pd.DataFrame(rows)


def _means(group: pd.DataFrame) -> dict[str, float]:
    """Means of a market's seeds; ratios of money are of the means, so that rich seeds say more."""
    recall = group["recall"].to_numpy(dtype=float)
    low, high = _interval(recall)
    means = {name: float(group[name].mean()) for name in COLUMNS}
    captured = means["saved"] / means["oracle"] if means["oracle"] > 0 else float("nan")
    return {
        "recall": means.pop("recall"),
        "recall_low": low,
        "recall_high": high,
        **means,
        "captured": captured,
        "seconds": float(group["seconds"].mean()),
    }


def _interval(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> tuple[float, float]:
    """95% t interval of the mean; NaN bounds for a single value."""
    n = len(values)
    if n < 2:
        return float("nan"), float("nan")
    half = float(student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return float(values.mean()) - half, float(values.mean()) + half
