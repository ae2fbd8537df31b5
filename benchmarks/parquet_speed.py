"""Writing a world, against the plain limit of a core: the same draws and bytes, nothing else.

python benchmarks/parquet_speed.py --seed 7
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from least_time import seconds

from data_generators import World, dataset, scenarios
from data_generators.dataset.columns import Columns, arrow_schema, as_arrow, check_columns
from data_generators.dataset.content import Content
from data_generators.dataset.encoding import parquet_writer
from data_generators.dataset.integrity import check_block
from data_generators.identity import LOCALES
from data_generators.observation import observe_block
from data_generators.streams import BLOCK, Streams
from sandbox.cli.tables import print_table

#: of the plain limit, at least
AIM = 0.6
#: numpy's draw behind each kind of draw of `Streams`; counts are drawn by inverting a uniform
DRAWN = {"uniform": "random", "normal": "standard_normal"}
#: 20 columns of every kind, for a figure that other writers can be held against
MIXED = pa.schema(
    [
        *((f"money_{i}", pa.float64()) for i in range(8)),
        *((f"share_{i}", pa.float64()) for i in range(4)),
        *((f"count_{i}", pa.int64()) for i in range(3)),
        *((f"flag_{i}", pa.bool_()) for i in range(2)),
        *((f"kind_{i}", pa.dictionary(pa.int32(), pa.string())) for i in range(3)),
    ]
)


def draws_of(world: World, content: Content) -> Counter[str]:
    """How many numbers of each distribution one pass over the world draws."""
    counted: Counter[str] = Counter()
    real = {name: getattr(Streams, name) for name in DRAWN}

    def counting(name: str) -> Callable[..., np.ndarray]:
        def drawn(self: Streams, *words: object, **named: object) -> np.ndarray:
            numbers = real[name](self, *words, **named)
            counted[DRAWN[name]] += numbers.size
            return numbers

        return drawn

    try:
        for name in DRAWN:
            setattr(Streams, name, counting(name))
        for block in world.blocks():
            content.of_block(world.residents_of(block))
    finally:
        for name, method in real.items():
            setattr(Streams, name, method)
    return counted


def draw(counts: Mapping[str, int]) -> None:
    """So many numbers, a block's length at a time, from one generator."""
    generator = np.random.Generator(np.random.SFC64(0))
    for name, count in counts.items():
        for _ in range(count // BLOCK):
            getattr(generator, name)(BLOCK)


def write(tables: Mapping[str, Sequence[pa.Table]], content: Content, folder: Path) -> None:
    """Arrow tables that are there already, with the settings that `dataset` uses."""
    for table in content.tables:
        if table.name in tables:
            schema = tables[table.name][0].schema
            with parquet_writer(folder / f"{table.name}.parquet", table, schema) as writer:
                for each in tables[table.name]:
                    writer.write_table(each, row_group_size=max(each.num_rows, 1))


def mixed_rows(rows: int, folder: Path) -> None:
    """20 mixed columns, drawn and written: floats, counts, flags, categories."""
    generator = np.random.Generator(np.random.SFC64(0))
    names = pa.array([f"kind {i}" for i in range(12)])
    with pq.ParquetWriter(
        folder / "mixed.parquet",
        MIXED,
        compression="zstd",
        use_dictionary=[f.name for f in MIXED if pa.types.is_dictionary(f.type)],
    ) as writer:
        for _ in range(rows // BLOCK):
            columns = [
                *(pa.array(np.round(generator.standard_normal(BLOCK) * 100, 2)) for _ in range(8)),
                *(pa.array(generator.random(BLOCK)) for _ in range(4)),
                *(pa.array(generator.integers(0, 1_000, BLOCK)) for _ in range(3)),
                *(pa.array(generator.random(BLOCK) < 0.3) for _ in range(2)),
                *(
                    pa.DictionaryArray.from_arrays(
                        generator.integers(0, 12, BLOCK, dtype=np.int32), names
                    )
                    for _ in range(3)
                ),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=MIXED))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental")
    parser.add_argument("--blocks", type=int, default=6)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--personal-data", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--locale", default=LOCALES[0])
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core for all of it
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    scenario = scenarios.by_name(asked.scenario)
    world = World(scenario, asked.blocks * BLOCK, asked.months, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        measure(world, Content(locale=asked.locale if asked.personal_data else None), Path(folder))


def measure(world: World, content: Content, folder: Path) -> None:
    """Measure the limit, the write and its stages, and print them."""
    counts = draws_of(world, content)
    columns = all_columns(world, content)
    schemas = {t.name: arrow_schema(t, {}) for t in content.tables}
    arrow = all_arrow(columns, schemas)
    drawing, writing = seconds(lambda: draw(counts)), seconds(lambda: write(arrow, content, folder))
    places = iter(folder / f"out{i}" for i in range(9))
    personal = {"personal_data": False} if content.locale is None else {"locale": content.locale}
    whole = seconds(lambda: dataset.write(world, next(places), progress=False, **personal))
    engine = seconds(lambda: [observe_block(world.residents_of(b)) for b in world.blocks()])
    people = max(seconds(lambda: all_columns(world, content)) - engine, 0.0)
    checking = seconds(lambda: check(world, content, columns))
    wrapping = seconds(lambda: all_arrow(columns, schemas))
    drawn = ", ".join(f"{n / 1e6:.1f} M {name}" for name, n in counts.items())
    limit = drawing + writing
    stages = {
        f"numpy: {drawn}": drawing,
        "pyarrow: the same tables": writing,
        "plain limit, both": limit,
        "dataset.write": whole,
        "  the world: draws, ledgers, profiles": engine,
        "  personal data": people,
        "  checks": checking,
        "  columns to Arrow": wrapping,
        "  encoding, as in the limit": writing,
        "  sha256, all else": max(whole - engine - people - checking - wrapping - writing, 0.0),
    }
    print_table(
        ["", "seconds", "of the write"],
        [[name, f"{taken:.2f}", f"{taken / whole:.0%}"] for name, taken in stages.items()],
        f"{world.scenario.title}: {world.customers:,} customers, {world.months} months, one core",
        figures=2,
    )
    print_encoding(arrow, content, folder)
    rows = sum(t.num_rows for tables in arrow.values() for t in tables)
    print_aims(limit / whole, rows / whole, world.customers / whole, folder)


def all_columns(world: World, content: Content) -> list[dict[str, Columns]]:
    """Every block's tables, by name."""
    return [content.of_block(world.residents_of(block)) for block in world.blocks()]


def all_arrow(
    columns: Sequence[Mapping[str, Columns]], schemas: Mapping[str, pa.Schema]
) -> dict[str, list[pa.Table]]:
    """The same as Arrow tables: by name, one a block."""
    return {
        name: [as_arrow(each[name], None, wanted) for each in columns]
        for name, wanted in schemas.items()
    }


def check(world: World, content: Content, columns: Sequence[Mapping[str, Columns]]) -> None:
    """What `dataset` checks before it writes."""
    for block, tables in zip(world.blocks(), columns, strict=True):
        for table in content.tables:
            check_columns(table, tables[table.name])
        check_block(block, tables)


def print_encoding(arrow: Mapping[str, Sequence[pa.Table]], content: Content, folder: Path) -> None:
    """What each table takes to encode."""
    rows = []
    for name, tables in arrow.items():
        taken = seconds(lambda name=name: write({name: arrow[name]}, content, folder))
        count = sum(t.num_rows for t in tables)
        size = (folder / f"{name}.parquet").stat().st_size
        speed = count / taken / 1e6
        cells = (tables[0].num_columns, f"{count:,}", f"{size / 1e6:.1f}", f"{taken:.2f}")
        rows.append([name, *cells, f"{speed:.2f}"])
    headings = ["table", "columns", "rows", "MB", "seconds to encode", "million rows a second"]
    print_table(headings, rows, "The tables", figures=5)


def print_aims(share: float, rows: float, customers: float, folder: Path) -> None:
    """Share of the plain limit, rows and customers a second, beside what is aimed at."""
    mixed = 20 * BLOCK
    plain = mixed / seconds(lambda: mixed_rows(mixed, folder))
    print_table(
        ["", "this machine", "aim"],
        [
            ["plain limit over dataset.write", f"{share:.2f}", f"at least {AIM}"],
            ["rows a second and core, all tables", f"{rows:,.0f}", ""],
            ["customers a second and core", f"{customers:,.0f}", ""],
            ["20 mixed columns, drawn and written, rows a second", f"{plain:,.0f}", "850,000"],
        ],
        figures=2,
    )


if __name__ == "__main__":
    main()
