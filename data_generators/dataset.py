"""A world's observed tables as Parquet, block by block, in a folder that appears whole."""

import json
import math
import shutil
import tempfile
from contextlib import suppress
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
    with the world. With `as_of` (days since the scenario's first day), only rows known by then.
    The manifest holds what the world was made from, `rows` by table, and `last_known_day`, the
    day from which an `as_of` leaves nothing out. The folder must not exist or be empty
    (InvalidInput); it appears when all is written, and an interrupted write leaves nothing that
    could be read.
    """
    folder = Path(folder)
    _check(folder, as_of)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        rows, last_known_day = _write_tables(world, partial, as_of, progress)
        manifest = {
            "world": world.digest,
            "version": VERSION,
            "scenario": world.name,
            "customers": world.customers,
            "months": world.months,
            "seed": world.seed,
            "as_of": as_of,
            "last_known_day": last_known_day,
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


def _check(folder: Path, as_of: float | None) -> None:
    if as_of is not None and not (math.isfinite(as_of) and as_of >= 0):
        raise InvalidInput(
            f"as_of is {as_of:g}; it is a number of days from 0, the scenario's first day, up."
        )
    for place in (folder, *folder.parents):
        if place.is_file():
            raise InvalidInput(f"{place} is a file; give a new folder or an empty one.")
    if folder.is_dir() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} is not empty; give a new folder or empty this one.")


def _write_tables(
    world: World, folder: Path, as_of: float | None, progress: bool
) -> tuple[dict[str, int], float]:
    """Rows by table, and the day on which the last of all rows becomes known."""
    from tqdm.auto import tqdm

    rows = {table.name: 0 for table in schema.OBSERVED}
    last_known_day = 0.0
    writers: dict[str, pq.ParquetWriter] = {}
    total = -(-world.customers // BLOCK)
    try:
        for observed in tqdm(
            observe_blocks(world), total=total, desc="blocks", disable=not progress
        ):
            for table in schema.OBSERVED:
                frame = table.check(getattr(observed, table.name))
                known_at = frame["known_at"].to_numpy()
                last_known_day = max(last_known_day, known_at.max(initial=0.0))
                if as_of is not None:  # cut here, as `observe_blocks` would, to see the last day
                    frame = frame.loc[known_at <= as_of]
                arrow = _arrow(table, frame)
                if table.name not in writers:
                    path = folder / f"{table.name}.parquet"
                    writers[table.name] = pq.ParquetWriter(path, arrow.schema, compression="zstd")
                writers[table.name].write_table(arrow)
                rows[table.name] += len(frame)
        for writer in writers.values():
            writer.close()
    except BaseException:
        # The first error is the one to tell. A writer that is not closed here closes itself
        # when it is collected, and prints a traceback where the disk is full.
        for writer in writers.values():
            with suppress(OSError):
                writer.close()
        raise
    return rows, float(last_known_day)


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
