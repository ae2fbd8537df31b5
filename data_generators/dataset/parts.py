"""One part of a world, a few blocks of customers, as a Parquet file a table."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from data_generators.dataset.columns import Columns, arrow_schema, as_arrow, check_columns
from data_generators.dataset.content import Content
from data_generators.dataset.encoding import parquet_writer
from data_generators.dataset.integrity import check_block
from data_generators.dataset.transfers import TransferChecks
from data_generators.schema import Table
from data_generators.streams import Block, blocks
from data_generators.world import VERSION, World

#: blocks a part; fewer make many small files, more leave workers idle at the end
PART = 4


@dataclass(frozen=True)
class Part:
    """Some blocks of a world, and what their files are called."""

    blocks: tuple[Block, ...]
    #: position among the world's parts; None for the only one
    number: int | None

    def file(self, table: str) -> str:
        """The file of a table, in the folder of the world."""
        name = file_name(table)
        return name if self.number is None else f"{name}/part-{self.number:05}.parquet"


def file_name(table: str) -> str:
    """The file of a table, or the folder of its files."""
    return f"{table}.parquet"


def parts_of(customers: int, blocks_each: int = PART) -> list[Part]:
    """The parts of a world; they depend on its size alone.

    >>> [part.file("accounts") for part in parts_of(80_000)]
    ['accounts.parquet/part-00000.parquet', 'accounts.parquet/part-00001.parquet']
    >>> [part.file("accounts") for part in parts_of(20_000)]
    ['accounts.parquet']
    """
    every = tuple(blocks(customers))
    cut = [every[i : i + blocks_each] for i in range(0, len(every), blocks_each)]
    return [Part(each, number if len(cut) > 1 else None) for number, each in enumerate(cut)]


@dataclass(frozen=True)
class WrittenFile:
    """What the manifest says about a file."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class WrittenPart:
    """What a part came to."""

    #: by table: name, in the folder of the world, and what is in it
    files: dict[str, tuple[str, WrittenFile]]
    #: the day on which the last of its rows becomes known, cut or not
    last_known_day: float


def write_part(
    world: World, folder: Path, part: Part, content: Content, tell: Callable[[], object]
) -> WrittenPart:
    """Compute, check and write the blocks of a part to `folder`; `tell` is called after each block.

    Files depend on world, part and content alone. Raises Defect when a block breaks a rule.
    """
    last_known_day = 0.0
    files: dict[str, _PartFile] = {}
    try:
        for table in content.tables:
            about = {**_about(world), **content.about(table)}
            files[table.name] = _PartFile(folder, part.file(table.name), table, about)
        for block in part.blocks:
            for tables in _checked(world, block, content):
                for name, columns in tables.items():
                    if "known_at" in columns:  # before the cut, to see the last day of all
                        last_known_day = max(last_known_day, columns["known_at"].max(initial=0.0))
                    kept = content.known(columns, tables.get("applications", {}))
                    files[name].append(as_arrow(columns, kept, files[name].schema))
            tell()
        written = {name: (file.name, file.finish()) for name, file in files.items()}
        return WrittenPart(written, float(last_known_day))
    except BaseException:
        for file in files.values():
            file.abandon()
        raise


def _checked(world: World, block: Block, content: Content) -> Iterator[Mapping[str, Columns]]:
    """The tables of a block that are written together, each after its checks."""
    residents = world.residents_of(block)
    made = content.of_block(residents)
    tables = {table.name: made[table.name] for table in content.of_customers}
    for table in content.of_customers:
        check_columns(table, tables[table.name])
    check_block(block, tables)
    yield tables
    if not content.of_transfers:
        return
    checks = TransferChecks.of(block, tables)
    for transfers in content.transfers_of_block(residents, tables["accounts"]):
        for table in content.of_transfers:
            check_columns(table, transfers[table.name])
        checks.check(transfers)
        yield transfers
    checks.finish()


def _about(world: World) -> dict[str, str]:
    return {"world": world.digest, "version": str(VERSION), "scenario": world.name}


class _PartFile:
    """An open file of a part."""

    def __init__(self, folder: Path, name: str, table: Table, about: Mapping[str, str]) -> None:
        self.name = name
        self.schema = arrow_schema(table, about)
        self._path = folder / name
        self._path.parent.mkdir(exist_ok=True)
        self._rows = 0
        self._writer = parquet_writer(self._path, table, self.schema)

    def append(self, rows: pa.Table) -> None:
        """One more row group."""
        self._writer.write_table(rows, row_group_size=max(rows.num_rows, 1))
        self._rows += rows.num_rows

    def finish(self) -> WrittenFile:
        """Close; what is in it."""
        self._writer.close()
        with self._path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return WrittenFile(self._rows, self._path.stat().st_size, digest)

    def abandon(self) -> None:
        """Close without a word: the first error is the one to tell.

        A writer that is not closed here closes itself when it is collected, and prints a
        traceback where the disk is full.
        """
        with suppress(OSError):
            self._writer.close()
