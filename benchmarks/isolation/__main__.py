"""What the sandbox costs: the same work bare and sandboxed, in turn, in one run.

    python benchmarks/isolation

Bare is a worker in a plain process: the same interpreter, imports, transport and checks, and no
namespace, filter or limit around it. Direct is the model called where the caller is, without any
transport. The aims are 1.10 of bare for large tables, and for the p99 of single rows 1.3 of bare
and 0.1 ms more; whether that would hold of direct is said as well.

Milliseconds, medians of rounds; of single rows p50 and p99 of blocks of calls, and the medians of
those, so that a busy moment of the machine does not decide. Bare and sandboxed take turns, round
by round, and call by call where rows are scored one by one.
"""

import argparse
from collections import defaultdict

import numpy as np
import pandas as pd
from places import BARE, PLACES, SANDBOXED, opened, ready, timed
from sklearn.linear_model import LogisticRegression

from sandbox.cli.tables import print_table
from sandbox.isolation import Artefact, SharedFeatures
from sandbox.isolation.pool import IMPORTS
from sandbox.isolation.rows import RowShape

DIRECT = "direct"
WIDTH, LARGE, BLOCK = 30, 1_000_000, 500
NAMES = [f"x{i}" for i in range(WIDTH)]
#: sandboxed at most this much of bare
BATCH = 1.10
#: p99 of one row at most this much of direct, and this many milliseconds more
ROW, MORE = 1.3, 0.1


class Linear:
    """Goes over every value once and copies none, so that what is left is the transport."""

    outputs, role = ("score",), "pd"

    def predict(self, features):
        total = np.zeros(len(features))
        for name in features.columns:
            total += features[name].to_numpy()
        return 1.0 / (1.0 + np.exp(-total / WIDTH))


def starts(times, rounds):
    """From nothing to ready: with what every model needs, and with scikit-learn."""
    for what, imports in (("start", ()), ("start, with scikit-learn", IMPORTS)):
        for turn in range(rounds):
            for name in _turns(turn):
                made = []
                times[what][name].append(timed(lambda: made.append(_ready(name, imports))))  # noqa: B023
                made[0].close()


def _turns(turn):
    """Who goes first changes from round to round."""
    return PLACES if turn % 2 == 0 else PLACES[::-1]


def _ready(name, imports):
    place = opened(name, imports)
    place.ready()
    return place


def handoffs(times, rounds, model, rng):
    """From a ready worker without a model to the model's scores."""
    for rows in (1, 2_000):
        table = pd.DataFrame(rng.normal(size=(rows, WIDTH)), columns=NAMES)
        what = f"handed over to scores, {rows:,}"
        for turn in range(rounds):
            times[what][DIRECT].append(timed(model.predict_proba, table))
            for name in _turns(turn):
                with ready(name) as worker:
                    spent = timed(worker.score, Artefact.of(model), table, ("pd",))
                times[what][name].append(spent)


def batches(times, rounds, rng):
    """A large table to the first model, and the same memory to the next."""
    artefact, size = Artefact.of(Linear()), f"{LARGE:,}"
    table = pd.DataFrame(rng.normal(size=(LARGE, WIDTH)), columns=NAMES)
    for turn in range(rounds):
        times[f"{size}, first"][DIRECT].append(timed(Linear().predict, table))
        for name in _turns(turn):
            with ready(name) as worker:
                worker.score(artefact, table[:1], ("score",))
                spent = timed(worker.score, artefact, table, ("score",))
            times[f"{size}, first"][name].append(spent)
    with SharedFeatures(table) as shared:
        for turn in range(rounds):
            for name in _turns(turn):
                with ready(name) as worker:
                    worker.score(artefact, table[:1], ("score",))
                    spent = timed(worker.score, artefact, shared, ("score",))
                times[f"{size}, next"][name].append(spent)


def single_rows(times, rounds, model, rng):
    """One row after the other, as an array and as a table with names."""
    for what, columns in (("array", ()), ("table", tuple(NAMES))):
        fitted = model if columns else LogisticRegression().fit(*_sample(rng))
        artefact, shape = Artefact.of(fitted), RowShape(WIDTH, ("pd",), columns)
        with ready(BARE) as bare, ready(SANDBOXED) as sandboxed:
            both = {BARE: bare, SANDBOXED: sandboxed}
            for _ in range(2 * rounds):
                calls = defaultdict(list)
                for row in rng.normal(size=(BLOCK, WIDTH)):
                    calls[DIRECT].append(timed(_direct, fitted, row, columns))
                    for name, worker in both.items():
                        calls[name].append(timed(worker.score_row, artefact, row, shape))
                for name, spent in calls.items():
                    for quantile in (50, 99):
                        title = f"one row, {what}, p{quantile}"
                        times[title][name].append(np.percentile(spent[10:], quantile))


def _direct(model, row, columns):
    given = row.reshape(1, -1)
    model.predict_proba(pd.DataFrame(given, columns=columns) if columns else given)


def _sample(rng):
    values = rng.normal(size=(5_000, WIDTH))
    return values, values[:, 0] + rng.normal(size=len(values)) > 0


def aim(what, medians):
    """What was asked for, and whether it was met; empty where nothing was."""
    if what.startswith(f"{LARGE:,}"):
        return _met(BATCH * medians[BARE], medians[SANDBOXED])
    if what.endswith("p99"):
        aims = (_met(ROW * medians[name] + MORE, medians[SANDBOXED]) for name in (BARE, DIRECT))
        return "; of direct ".join(aims)
    return ""


def _met(most, spent):
    return f"{most:,.3g} {'met' if spent <= most else 'MISSED'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    values, bad = _sample(rng)
    model = LogisticRegression().fit(pd.DataFrame(values, columns=NAMES), bad)
    times = defaultdict(lambda: defaultdict(list))
    starts(times, rounds)
    handoffs(times, rounds, model, rng)
    batches(times, rounds, rng)
    single_rows(times, rounds, model, rng)
    rows = []
    for what, measured in times.items():
        medians = {name: float(np.median(spent)) for name, spent in measured.items()}
        cells = [f"{medians[n]:,.3g}" if n in medians else "" for n in (DIRECT, *PLACES)]
        ratio = f"{medians[SANDBOXED] / medians[BARE]:.2f}"
        rows.append([what, aim(what, medians), *cells, ratio])
    headings = ["what", "at most", "direct", "bare", "sandboxed", "sandboxed / bare"]
    print_table(headings, rows, f"Milliseconds, rows of {WIDTH} features", figures=4)


if __name__ == "__main__":
    main()
