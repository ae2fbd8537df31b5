"""Screening features of a world's applications: rows a second by family and with a model's scores.

OMP_NUM_THREADS=1 python benchmarks/fraud_features.py --customers 1000000 --threads 2

Each family alone, then all of them, then all of them and the scores of boosted trees that were
fitted to `--fitted` of the rows, all on as many cores as threads. Which loans were traced is made
up, as following the money of a million would take longer than the rest. The second table is of one
application at a time: state is loaded with all but the last applications, which then come in as
events, and each is asked about.
"""

import argparse
import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.features import FAMILIES, OnlineFeatures, family_of, screening_features
from sandbox.features.side_by_side import each
from sandbox.models import BoostedFraud

#: applications a second with all features and scores
AIM = 200_000
#: rows scored at once on a core
PART = 65_536
#: milliseconds for one application, p99; seconds to load a million
AIM_ONE, AIM_LOAD = 3.0, 60.0
TABLES = ("applications", "profiles", "links", "fraud_labels", "decisions")


def seen_of(asked: argparse.Namespace) -> tuple[SimpleNamespace, pd.DataFrame, pd.DataFrame]:
    """Observed tables, made-up tracings of a tenth of the loans, made-up list columns."""
    scenario = scenarios.by_name(asked.scenario)
    seen = World(scenario, asked.customers, 2, asked.seed).observed()
    tables = SimpleNamespace(**{name: getattr(seen, name) for name in TABLES})
    rng = np.random.default_rng(asked.seed)
    loans = tables.applications[rng.random(asked.customers) < 0.1]
    traced = pd.DataFrame(
        {
            "customer_id": loans["customer_id"].to_numpy(),
            "known_at": loans["event_time"].to_numpy() + 4.0,
            "traced": rng.integers(0, 900_000, len(loans)) / 100,
            "against": rng.random(len(loans)) / 2,
            "back": rng.random(len(loans)) / 2,
        }
    )
    names = ("list_black", "list_grey", "list_white")
    hits = (rng.random((asked.customers, len(names))) < 0.01).astype(np.float64)
    return tables, traced, pd.DataFrame(hits, tables.applications.index, names)


def seconds(work: Callable[[], object], rounds: int) -> np.ndarray:
    """How long each round took, and how much of processors; what one made is let go at once."""
    taken = []
    for _ in range(rounds):
        gc.collect()
        started = np.array([time.perf_counter(), time.process_time()])
        made = work()
        taken.append(np.array([time.perf_counter(), time.process_time()]) - started)
        del made
    return np.array(taken)


def by_family(
    asked: argparse.Namespace, seen: SimpleNamespace, traced: pd.DataFrame, lists: pd.DataFrame
) -> list[str]:
    """Print the table of the batch; the columns that the trees were fitted to."""
    threads = asked.threads
    features = screening_features(seen, traced, lists, threads=threads)
    columns, rows = list(features.columns), []
    model = fitted(features, seen, asked.fitted)
    del features

    def made(names: list[str]) -> pd.DataFrame:
        return screening_features(seen, traced, lists, columns=names, threads=threads)

    def scored() -> object:
        table = made(columns)
        parts = [table.iloc[first : first + PART] for first in range(0, len(table), PART)]
        return np.concatenate(each(model.predict, parts, threads))

    for family in FAMILIES:
        names = [name for name in columns if family_of(name) == family]
        rows.append(line(family, len(names), seconds(lambda n=names: made(n), asked.rounds), asked))
    rows.append(line("all", len(columns), seconds(lambda: made(columns), asked.rounds), asked))
    rows.append(line("all and scores", len(columns), seconds(scored, asked.rounds), asked))
    title = (
        f"{asked.customers:,} applications ({asked.scenario}), {asked.rounds} rounds on {threads} "
        f"core(s); aim {AIM:,} a second with scores; peak {peak():,.0f} MiB"
    )
    head = ["family", "columns", "least, s", "median, s", "of processors, s", "rows a second"]
    print_table(head, rows, title)
    return columns


def line(name: str, columns: int, taken: np.ndarray, asked: argparse.Namespace) -> list[str]:
    """A row of the table; rows a second are those of the median round."""
    (median, used), least = np.median(taken, axis=0), taken[:, 0].min()
    return [name, f"{columns}", f"{least:.2f}", f"{median:.2f}", f"{used:.2f}",
            f"{asked.customers / median:,.0f}"]  # fmt: skip


def fitted(features: pd.DataFrame, seen: SimpleNamespace, rows: int) -> BoostedFraud:
    """Boosted trees, learnt from the first rows."""
    confirmed = features.index.isin(seen.fraud_labels["customer_id"]).astype(np.float64)
    labels = pd.DataFrame({"target": confirmed})
    return BoostedFraud().fit(features.head(rows), labels.head(rows))


def one_by_one(
    asked: argparse.Namespace, seen: SimpleNamespace, traced: pd.DataFrame, columns: list[str]
) -> None:
    """Print the table of single applications."""
    table = seen.applications.merge(
        seen.profiles.drop(columns=["event_time", "known_at"]), on="customer_id"
    )
    newest = table.sort_values("event_time", kind="stable").tail(asked.last)
    applications = newest.to_dict("records")
    until = float(np.nextafter(newest["event_time"].iloc[0], 0))
    links = seen.links[seen.links["source_id"].isin(newest["customer_id"])]
    # links of the customer as known with the application; later ones come later
    links = links[links["event_time"] <= links["known_at"]].groupby("source_id")
    before = resident()
    started = time.perf_counter()
    online = OnlineFeatures.of(seen, columns, traced, as_of=until)
    loading = time.perf_counter() - started
    taken = []
    for application in applications:
        now, who = application["event_time"], application["customer_id"]
        mine = links.get_group(who)
        known = mine.loc[mine["known_at"] <= now, ["target_kind", "target_id"]].to_numpy().tolist()
        started = time.perf_counter()
        online.add_application(application)
        for kind, target in known:
            online.add_link(who, kind, target, now)
        online.features(application)
        taken.append(1e3 * (time.perf_counter() - started))
    p50, p99, most = np.quantile(taken, [0.5, 0.99, 1.0])
    rows = [
        ["loading, s", f"{loading:.1f}", f"{AIM_LOAD:.0f}"],
        ["the state, MiB", f"{online.nbytes / (1 << 20):,.0f}", ""],
        ["the process, MiB more than before", f"{resident() - before:,.0f}", ""],
        ["median, ms", f"{p50:.3f}", ""],
        ["p99, ms", f"{p99:.3f}", f"{AIM_ONE:g}"],
        ["most, ms", f"{most:.3f}", ""],
    ]
    title = (
        f"{len(taken):,} applications one at a time, with their events, after "
        f"{len(table) - len(taken):,} others; {len(columns)} columns"
    )
    print_table(["", "measured", "aim"], rows, title)


def peak() -> float:
    """Most memory that this process ever had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << (20 if sys.platform == "darwin" else 10)
    )


def resident() -> float:
    """Memory that this process has, MiB; its peak where the system does not say."""
    try:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    except OSError:
        return peak()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="ecommerce", choices=list(scenarios.catalogue()))
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--fitted", type=int, default=50_000, help="rows that the trees learn from")
    parser.add_argument("--last", type=int, default=5_000, help="applications one at a time")
    parser.add_argument("--threads", type=int, default=2, help="and cores")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[-asked.threads :]))
    seen, traced, lists = seen_of(asked)
    columns = by_family(asked, seen, traced, lists)
    one_by_one(asked, seen, traced, columns)


if __name__ == "__main__":
    main()
