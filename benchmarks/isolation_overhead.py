"""What the sandbox costs: start of a worker, and scoring, side by side at every level.

    python benchmarks/isolation_overhead.py

Medians of several rounds in one run, levels alternating, so that a busy machine slows all alike.
"""

import argparse
import time

import numpy as np
import pandas as pd

from sandbox.cli.tables import print_table
from sandbox.isolation import Artefact, Status, worker
from sandbox.isolation.outcome import Level

LEVELS = (Level.NONE, Level.PROCESS, Level.NAMESPACE)


class Linear:
    """A model that costs next to nothing, so that what is left is the boundary."""

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        score = features.to_numpy().mean(axis=1, keepdims=True)
        return 1.0 / (1.0 + np.exp(-score))


def timed(level: Level, tables: list[pd.DataFrame], repeats: int) -> list[float]:
    """Milliseconds: until the first answer, then the fastest of repeated scorings a table."""
    artefact = Artefact.of(Linear())
    started = time.perf_counter()
    with worker(level) as place:
        first = place.score(artefact, tables[0], ("score",))
        times = [time.perf_counter() - started]
        assert first.status is Status.OK, first.reason
        for table in tables:
            rounds = []
            for _ in range(repeats):
                started = time.perf_counter()
                place.score(artefact, table, ("score",))
                rounds.append(time.perf_counter() - started)
            times.append(float(np.median(rounds)))
    return [1_000 * t for t in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    sizes = (1, 20_000, 1_000_000)
    tables = [pd.DataFrame(rng.normal(size=(n, 30))).add_prefix("x") for n in sizes]
    times = {level: [] for level in LEVELS}
    for _ in range(rounds):
        for level in LEVELS:
            times[level].append(timed(level, tables, repeats=5))
    rows = [
        [str(level), *(f"{value:,.1f}" for value in np.median(times[level], axis=0))]
        for level in LEVELS
    ]
    headings = ["level", "first answer", *(f"{n:,} × 30" for n in sizes)]
    print_table(headings, rows, "Milliseconds, medians", figures=len(sizes) + 1)


if __name__ == "__main__":
    main()
