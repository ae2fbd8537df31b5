"""Fund flows to zstd Parquet, against the plain limit of a core: the same columns, drawn alone.

python benchmarks/transfers_speed.py --seed 7

The plain limit writes as many rows with the same schema, the same row groups and the same Parquet
settings; each value is one numpy draw: times and ages uniform, amounts lognormal in cents,
categories and ids uniform over as many as there are. Nothing ties one column, row or account to
another, nothing is in order, and no balance, loan or case is behind it.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data_generators import World, dataset, scenarios
from data_generators.dataset.columns import (
    Columns,
    arrow_schema,
    as_arrow,
    categories,
    check_columns,
    identifiers,
)
from data_generators.fund_flows.accounts import ACCOUNTS
from data_generators.fund_flows.columns import WORDS
from data_generators.fund_flows.doors import flows_of_block
from data_generators.rows import category
from data_generators.schema import TRANSFERS
from data_generators.streams import BLOCK
from sandbox.cli.tables import print_table

#: of the plain limit, and rows a second and core, at least
AIM, ROWS = 0.8, 700_000


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The least of some runs: what the machine takes when nobody disturbs it."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def written(tables: Iterator[pa.Table], file: Path) -> int:
    """Arrow tables to a file, a row group each, with the settings of `dataset`; bytes."""
    with pq.ParquetWriter(
        file,
        arrow_schema(TRANSFERS, {}),
        compression="zstd",
        use_dictionary=categories(TRANSFERS),
        column_encoding=dict.fromkeys(identifiers(TRANSFERS), "DELTA_BINARY_PACKED"),
    ) as writer:
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


def drawn_alone(sizes: list[int]) -> Iterator[Columns]:
    """As many rows of the same columns, one numpy draw a value."""
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
                columns[name] = np.round(np.exp(generator.standard_normal(rows) + 5.0), 2)
            elif name == "session_seconds":
                columns[name] = np.round(600.0 * generator.random(rows), 1)
            else:
                columns[name] = 365.0 * generator.random(rows)
        yield columns


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
    sizes = [len(columns["amount"]) for columns in of_world(world, months)]
    rows = sum(sizes)
    plain = seconds(lambda: written(to_arrow(drawn_alone(sizes)), folder / "plain.parquet"))
    ours = seconds(lambda: written(to_arrow(of_world(world, months)), folder / "ours.parquet"))
    drawing = seconds(lambda: [len(each) for each in drawn_alone(sizes)])
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
            ["rows a second and core", f"{rows / ours:,.0f}", f"{ROWS:,}"],
            ["rows a customer and month", f"{rows / world.customers / months:.1f}", ""],
            ["bytes a row: drawn alone, fund flows", f"{size[0]:.0f}, {size[1]:.0f}", ""],
        ],
        figures=2,
    )


if __name__ == "__main__":
    main()
