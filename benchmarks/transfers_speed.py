"""Fund flows to zstd Parquet, against the plain limit of a core: the same columns, drawn alone.

python benchmarks/transfers_speed.py --seed 7

The plain limit writes as many rows with the same schema, the same row groups and the same Parquet
settings, and draws each column alone, with numpy's own function for its distribution as it is in
the fund flows: words by their shares (`choice`), amounts and sessions lognormal (`lognormal`),
ages exponential, times uniform and in order within the month, ids and customers uniform over as
many as there are, nobody and no session as often. Nothing ties one column, row or account to
another; no balance, loan or case is behind it.

The bare limit is harder than any generator's: every value uniform, words and ids alike, which
numpy draws in 2 ns where a word by its share takes 20. It is printed to show how much of the plain
limit is numpy's distributions.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from least_time import seconds

from data_generators import World, dataset, scenarios
from data_generators.dataset.columns import Columns, arrow_schema, as_arrow, check_columns
from data_generators.dataset.encoding import parquet_writer
from data_generators.fund_flows.accounts import ACCOUNTS
from data_generators.fund_flows.calendar import on_tick
from data_generators.fund_flows.columns import WORDS
from data_generators.fund_flows.doors import flows_of_block
from data_generators.rows import category
from data_generators.schema import TRANSFERS
from data_generators.streams import BLOCK
from sandbox.cli.tables import print_table

#: of the plain limit, and rows a second and core, at least
AIM, ROWS = 0.8, 700_000


def written(tables: Iterator[pa.Table], file: Path) -> int:
    """Arrow tables to a file, a row group each, with the settings of `dataset`; bytes."""
    with parquet_writer(file, TRANSFERS, arrow_schema(TRANSFERS, {})) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    return file.stat().st_size


def of_world(world: World, months: int) -> Iterator[Columns]:
    """Transfers by block and month: customers, decisions, loans and all that moves money."""
    for block in world.blocks():
        for month in flows_of_block(world.residents_of(block), months):
            check_columns(TRANSFERS, month["transfers"])
            yield month["transfers"]


def to_arrow(columns: Iterator[Columns]) -> Iterator[pa.Table]:
    """The columns as Arrow."""
    schema = arrow_schema(TRANSFERS, {})
    return (as_arrow(each, None, schema) for each in columns)


def drawn_bare(sizes: list[int]) -> Iterator[Columns]:
    """As many rows of the same columns, a uniform draw a value."""
    generator = np.random.Generator(np.random.SFC64(0))
    ids = generator.integers(-(2**63), 2**63 - 1, ACCOUNTS)
    for rows in sizes:
        columns: dict[str, object] = {}
        for column in TRANSFERS.columns:
            name = column.name
            if name in WORDS:
                codes = generator.integers(0, len(WORDS[name]), rows, dtype=np.int32)
                columns[name] = category(codes, WORDS[name])
            elif name == "transfer_id":
                columns[name] = generator.integers(-(2**63), 2**63 - 1, rows)
            elif name in ("from_account", "to_account", "device_id"):
                columns[name] = ids[generator.integers(0, ACCOUNTS, rows)]
            elif column.dtype == "int64":
                columns[name] = generator.integers(-1, BLOCK, rows)
            elif name == "amount":
                columns[name] = np.round(1_000.0 * generator.random(rows), 2)
            elif name == "session_seconds":
                columns[name] = np.round(600.0 * generator.random(rows), 1)
            else:
                columns[name] = 365.0 * generator.random(rows)
        yield columns


class Alike:
    """Draws like one month of transfers, each column alone."""

    def __init__(self, month: Columns) -> None:
        self.rows = len(month["amount"])
        time = month["event_time"]
        self.first, self.days = float(time[0]), float(time[-1] - time[0])
        lags, often = np.unique(month["known_at"] - time, return_counts=True)
        self.lags, self.lag_shares = lags, often / self.rows
        self.shares = {
            name: np.bincount(month[name].indices.to_numpy(), minlength=len(words)) / self.rows
            for name, words in WORDS.items()
        }
        self.ids, self.gaps = {}, {}
        for name in ("from_account", "to_account", "from_customer_id", "to_customer_id",
                     "loan_id", "device_id"):  # fmt: skip
            values = np.unique(month[name])
            self.ids[name] = values[values != -1]
            self.gaps[name] = float((month[name] == -1).mean())
        session = month["session_seconds"]
        self.gaps["session_seconds"] = float(np.isnan(session).mean())
        logs = {"amount": np.log(month["amount"]), "session_seconds": np.log(session)}
        self.logs = {name: (np.nanmean(each), np.nanstd(each)) for name, each in logs.items()}
        self.ages = {n: month[n].mean() for n in ("from_account_age_days", "to_account_age_days")}

    def draw(self, generator: np.random.Generator) -> Columns:
        """As many rows."""
        rows = self.rows
        time = np.sort(self.first + self.days * generator.random(rows))
        columns: dict[str, object] = {
            "transfer_id": generator.integers(-(2**63), 2**63 - 1, rows),
            "event_time": on_tick(time),
        }
        lag = self.lags[generator.choice(len(self.lags), rows, p=self.lag_shares)]
        columns["known_at"] = columns["event_time"] + lag
        columns["amount"] = np.round(generator.lognormal(*self.logs["amount"], rows), 2)
        for name, words in WORDS.items():
            codes = generator.choice(len(words), rows, p=self.shares[name]).astype(np.int32)
            columns[name] = category(codes, words)
        for name, ids in self.ids.items():
            drawn = ids[generator.integers(0, len(ids), rows)]
            if self.gaps[name]:
                drawn[generator.random(rows) < self.gaps[name]] = -1
            columns[name] = drawn
        session = np.round(generator.lognormal(*self.logs["session_seconds"], rows), 1)
        session[generator.random(rows) < self.gaps["session_seconds"]] = np.nan
        columns["session_seconds"] = session
        for name, mean in self.ages.items():
            columns[name] = on_tick(generator.exponential(mean, rows))
        return columns


def drawn_alone(months: list[Alike]) -> Iterator[Columns]:
    """As many rows of the same columns, each by its distribution."""
    generator = np.random.Generator(np.random.SFC64(0))
    return (month.draw(generator) for month in months)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental")
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core for all of it
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    world = World(scenarios.by_name(asked.scenario), asked.blocks * BLOCK, 24, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        measure(world, asked.months, Path(folder))


def measure(world: World, months: int, folder: Path) -> None:
    """Measure limit, transfers and stages side by side in one run, and print them."""
    alike = [Alike(columns) for columns in of_world(world, months)]
    sizes = [each.rows for each in alike]
    rows = sum(sizes)
    bare = seconds(lambda: written(to_arrow(drawn_bare(sizes)), folder / "bare.parquet"))
    plain = seconds(lambda: written(to_arrow(drawn_alone(alike)), folder / "plain.parquet"))
    ours = seconds(lambda: written(to_arrow(of_world(world, months)), folder / "ours.parquet"))
    drawing = seconds(lambda: [len(each) for each in drawn_alone(alike)])
    making = seconds(lambda: [len(each) for each in of_world(world, months)])
    residents = seconds(lambda: [world.residents_of(b).logged for b in world.blocks()])
    places = iter(folder / f"out{i}" for i in range(9))
    with_flows, without = (
        seconds(
            lambda asked=asked: dataset.write(
                world, next(places), personal_data=False, fund_flows=asked, progress=False
            ),
            2,
        )
        for asked in (months, None)
    )
    stages = {
        "bare limit: uniform draws, and pyarrow": bare,
        "numpy draws alone": drawing,
        "pyarrow: the drawn columns": plain - drawing,
        "plain limit, both": plain,
        "fund flows, made and written": ours,
        "  customers and decisions": residents,
        "  loans, habits, cases, columns": making - residents,
        "  pyarrow: the same columns": ours - making,
        "generate with fund flows, less generate without": with_flows - without,
    }
    print_table(
        ["", "seconds", "ns a row", "rows a second"],
        [
            [name, f"{taken:.2f}", f"{1e9 * taken / rows:.0f}", f"{rows / taken:,.0f}"]
            for name, taken in stages.items()
        ],
        f"{world.scenario.title}: {rows:,} transfers of {world.customers:,} customers in {months} "
        "months, one core",
        figures=3,
    )
    size = [(folder / f"{name}.parquet").stat().st_size / rows for name in ("plain", "ours")]
    print_table(
        ["", "this machine", "aim"],
        [
            ["plain limit over fund flows, made and written", f"{plain / ours:.2f}", f"{AIM}"],
            ["bare limit over the same", f"{bare / ours:.2f}", ""],
            ["rows a second and core", f"{rows / ours:,.0f}", f"{ROWS:,}"],
            ["rows a customer and month", f"{rows / world.customers / months:.1f}", ""],
            ["bytes a row: drawn alone, fund flows", f"{size[0]:.0f}, {size[1]:.0f}", ""],
        ],
        figures=2,
    )


if __name__ == "__main__":
    main()
