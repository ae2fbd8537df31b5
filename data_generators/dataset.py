"""A world's observed tables as Parquet, block by block, in a folder that appears whole."""

import json
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data_generators import schema
from data_generators.errors import InvalidInput
from data_generators.observation import observe_blocks
from data_generators.streams import BLOCK
from data_generators.world import VERSION, World


def write(
    world: World, folder: Path | str, *, as_of: float | None = None, progress: bool = True
) -> Path:
    """Write the observed tables and `manifest.json` to `folder`; returns the folder.

    One zstd Parquet file a table, one row group a block of customers, so memory does not grow
    with the world. The folder must not exist or be empty (InvalidInput); it appears when all is
    written, and an interrupted write leaves nothing that could be read.
    """
    folder = Path(folder)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InvalidInput(f"{folder} is not empty; give a new folder or empty this one.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        rows = _write_tables(world, partial, as_of, progress)
        manifest = {
            "world": world.digest,
            "version": VERSION,
            "scenario": world.name,
            "customers": world.customers,
            "months": world.months,
            "seed": world.seed,
            "as_of": as_of,
            "rows": rows,
        }
        (partial / "manifest.json").write_text(json.dumps(manifest, indent=1))
        partial.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def _write_tables(
    world: World, folder: Path, as_of: float | None, progress: bool
) -> dict[str, int]:
    from tqdm.auto import tqdm

    rows = {table.name: 0 for table in schema.OBSERVED}
    writers: dict[str, pq.ParquetWriter] = {}
    total = -(-world.customers // BLOCK)
    try:
        for observed in tqdm(
            observe_blocks(world, as_of), total=total, desc="blocks", disable=not progress
        ):
            for table in schema.OBSERVED:
                frame = table.check(getattr(observed, table.name))
                arrow = _arrow(table, frame)
                if table.name not in writers:
                    path = folder / f"{table.name}.parquet"
                    writers[table.name] = pq.ParquetWriter(path, arrow.schema, compression="zstd")
                writers[table.name].write_table(arrow)
                rows[table.name] += len(frame)
    finally:
        for writer in writers.values():
            writer.close()
    return rows


def _arrow(table: schema.Table, frame: pd.DataFrame) -> pa.Table:
    """The frame with each column's unit and meaning in its Parquet metadata."""
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [
        arrow.schema.field(c.name).with_metadata(
            {"unit": c.unit, "meaning": c.meaning, "source": c.source, "side": table.side}
        )
        for c in table.columns
    ]
    return arrow.cast(pa.schema(fields))
