"""Reason codes of the built-in models: how many a declined applicant has, and whether they stay.

    python benchmarks/reason_codes.py
    python benchmarks/reason_codes.py --scenario micro_business --seeds 3 --noise 0.01

Each seed is a market of its own: models learn from one world, and decide for the applicants of
another. Declined are those whom the house policy grants no limit, and for fraud models the 2%
with the highest scores. Their scores are explained against 100 training rows; what is usual is
told by all training rows. Noise is a share of a feature's interquartile range. Intervals are 95%,
Student's t over seeds. Last come, of the boosted PD's last seed, the applicant with the highest
score in both languages, how often each code is given and what was set aside; and what 100,000 rows
of 30 features take. About half a minute a seed on one core.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.fraud_trial import confirmed_by_the_end, screening_table
from sandbox.explanation.attribution import Attribution
from sandbox.explanation.contributions import MAX_BACKGROUND, attribute
from sandbox.explanation.reason_codes import not_used, reason_codes, reason_counts, reason_table
from sandbox.explanation.reason_stability import reason_stability, stability_interval
from sandbox.features import credit_features
from sandbox.models import (
    BoostedFraud,
    BoostedPD,
    FraudStack,
    LogisticFraud,
    RuleMatrix,
    Scorecard,
)
from sandbox.models.protocol import Model
from sandbox.policy import LimitPolicy

CREDIT = (Scorecard, BoostedPD, RuleMatrix)
FRAUD = (LogisticFraud, BoostedFraud, FraudStack)
#: share of applications that a fraud model stops
STOPPED = 0.02
#: declined applicants explained at most, a model and seed
MOST = 1_000
#: added to a seed: the world that is judged
JUDGED = 1 << 100


@dataclass(frozen=True)
class Market:
    """Two worlds of one market, as credit and fraud models see them."""

    role: str
    training: pd.DataFrame
    labels: pd.DataFrame
    asked: pd.DataFrame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental", choices=list(scenarios.catalogue()))
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--noise", action="append", type=float, help="share of the spread")
    given = parser.parse_args()
    levels = given.noise or [0.001, 0.01, 0.05]
    counts, moved, last = [], [], {}
    for seed in range(given.seeds):
        begun = time.perf_counter()
        for market in markets(given.scenario, given.customers, given.months, seed):
            for model in (m() for m in (CREDIT if market.role == "credit" else FRAUD)):
                count, stays, last[model.name] = measured(model, market, levels, seed)
                counts.append({"model": model.name, "seed": seed, **count})
                moved.append(stays.assign(model=model.name))
        print(f"seed {seed}: {time.perf_counter() - begun:.0f} s", flush=True)
    title = f"{given.scenario}, {given.customers:,} customers a world, {given.seeds} seeds"
    shown_counts(pd.DataFrame(counts), f"Reasons of the declined; {title}")
    shown_stability(pd.concat(moved), f"Reasons kept under noise; {title}")
    shown_example(*last[BoostedPD.name])
    shown_speed(market.asked)


def markets(scenario: str, customers: int, months: int, seed: int) -> Iterator[Market]:
    """The credit side and the fraud side of two worlds."""
    market = scenarios.by_name(scenario)
    worlds = [World(market, customers, months, seed=seed + add) for add in (0, JUDGED)]
    seen, fresh = (world.observed() for world in worlds)
    features = credit_features(seen.applications)
    target = np.full(len(features), np.nan)
    target[seen.performance["customer_id"]] = seen.performance["default"]
    target[seen.fraud_labels["customer_id"]] = np.nan
    asked = credit_features(fresh.applications, list(features.columns))
    yield Market("credit", features, pd.DataFrame({"target": target}), asked)
    features = screening_table(worlds[0], seen)
    asked = screening_table(worlds[1], fresh, list(features.columns))
    labels = pd.DataFrame({"target": confirmed_by_the_end(seen)})
    yield Market("fraud", features, labels, asked)


def measured(
    model: Model, market: Market, levels: list[float], seed: int
) -> tuple[dict[str, float], pd.DataFrame, tuple[Attribution, pd.DataFrame]]:
    """Counts of reasons, stability by noise, and the attribution with what is usual."""
    rng = np.random.default_rng(seed)
    model.fit(market.training, market.labels)
    rows = declined(model, market)
    share = len(rows) / len(market.asked)
    rows = rows.iloc[np.sort(rng.permutation(len(rows))[:MOST])].reset_index(drop=True)
    behind = rng.permutation(len(market.training))[:MAX_BACKGROUND]
    background = market.training.iloc[np.sort(behind)].reset_index(drop=True)

    def explain(features: pd.DataFrame) -> Attribution:
        values, base, _ = attribute(model, features, background)
        return Attribution(values, base, features, model.explained, "interventional")

    found = explain(rows)
    reasons = reason_codes(found, usual=market.training)
    by_number = reason_counts(reasons, len(rows)).set_index("reasons")["share"]
    count = {"declined": share, "rows": len(rows), "four": by_number[4], "none": by_number[0]}
    count["set_aside"] = not_used(found, usual=market.training)["push"].sum()
    stays = [
        reason_stability(found, explain, level, [seed], usual=market.training) for level in levels
    ]
    return count, pd.concat(stays), (found, market.training)


def declined(model: Model, market: Market) -> pd.DataFrame:
    """Rows that the house policy grants no limit, or that are stopped as fraud."""
    scores = model.predict(market.asked)
    if market.role == "fraud":
        stopped = scores[:, 0] > np.quantile(scores[:, 0], 1 - STOPPED, method="lower")
        return market.asked[stopped]
    limit = scores[:, 1] if scores.shape[1] > 1 else None
    decided = LimitPolicy().decide(market.asked, pd=scores[:, 0], limit=limit)
    return market.asked[(decided["limit"] == 0).to_numpy()]


def shown_counts(table: pd.DataFrame, title: str) -> None:
    rows = []
    for name, seeds in table.groupby("model", sort=False):
        cells = [interval(seeds[what]) for what in ("declined", "four", "none", "set_aside")]
        rows.append([name, f"{seeds['rows'].mean():,.0f}", *cells])
    headings = ["model", "explained", "declined", "four reasons", "no reason", "push set aside"]
    print_table(headings, rows, title, figures=5)


def shown_stability(table: pd.DataFrame, title: str) -> None:
    rows = []
    for name, seeds in table.groupby("model", sort=False):
        for noise, told in stability_interval(seeds).groupby("noise"):
            cells = [spoken(r["mean"], r["low"], r["high"]) for _, r in told.iterrows()]
            rows.append([name, f"{noise:.1%}", *cells])
    print_table(["model", "noise", "kept", "same first", "Jaccard"], rows, title, figures=4)


def shown_example(found: Attribution, usual: pd.DataFrame) -> None:
    """The declined applicant with the highest score, and what was not used of all of them."""
    reasons = reason_codes(found, usual=usual)
    row = int(found.values.sum(axis=1).argmax())
    english = reasons[reasons["row"] == row]
    chinese = reason_codes(found, language="zh", usual=usual)["text"][english.index]
    told = zip(english["code"], english["contribution"], english["text"], chinese, strict=True)
    rows = [[code, f"{push:+.2f}", text, zh] for code, push, text, zh in told]
    print_table(["code", found.output, "English", "Chinese"], rows, "One declined applicant")
    often = reason_table(found, usual=usual)
    rows = [[r.code, f"{r.share_top:.1%}", f"{r.share_first:.1%}"] for r in often.itertuples()]
    print_table(["code", "among four", "first"], rows, "Codes of the declined", figures=2)
    aside = not_used(found, usual=usual).groupby("why")["push"].sum().sort_values(ascending=False)
    rows = [[why, f"{push:.1%}"] for why, push in aside.items()]
    print_table(["why", "push"], rows, "Set aside", figures=1)


def shown_speed(features: pd.DataFrame, rows: int = 100_000, columns: int = 30) -> None:
    """CPU seconds of each table, on drawn contributions to features of that market."""
    rng = np.random.default_rng(0)
    wide = features.iloc[rng.integers(0, len(features), rows), :columns].reset_index(drop=True)
    found = Attribution(rng.normal(size=wide.shape), np.zeros(rows), wide, "log-odds", "drawn")
    told = []
    for table in (reason_codes, not_used, reason_table):
        taken = []
        for _ in range(5):
            begun = time.process_time()
            table(found)
            taken.append(time.process_time() - begun)
        told.append([table.__name__, f"{np.median(taken):.2f}"])
    print_table(["table", "CPU s"], told, f"{rows:,} rows × {wide.shape[1]} features", figures=1)


def interval(values: pd.Series) -> str:
    """Mean and 95% interval of shares over seeds."""
    mean, n = float(values.mean()), len(values)
    wide = float(stats.t.ppf(0.975, n - 1) * values.std() / np.sqrt(n)) if n > 1 else float("nan")
    return spoken(mean, max(mean - wide, 0.0), min(mean + wide, 1.0))


def spoken(mean: float, low: float, high: float) -> str:
    return f"{mean:.1%}" if np.isnan(low) else f"{mean:.1%} ({low:.1%}–{high:.1%})"


if __name__ == "__main__":
    main()
