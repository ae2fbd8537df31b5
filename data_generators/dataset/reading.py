"""Read a written world back, after a look at whether it is whole."""

import difflib
import hashlib
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data_generators.dataset.parts import file_name
from data_generators.dataset.target import UNFINISHED, as_path
from data_generators.dataset.writing import MANIFEST
from data_generators.errors import InvalidInput

#: overlapping ids that an error names
NAMED = 5


def read(folders: Path | str | Sequence[Path | str], table: str) -> pd.DataFrame:
    """A table of one written world, or of several below one another, in customer order.

    Columns are those of `schema`. InvalidInput says what is wrong with a folder: no manifest, a
    file that is missing, too many, or not as it was written, no such table; or which customer
    ids two folders share.
    """
    several = list(folders) if isinstance(folders, list | tuple) else [folders]
    if not several:
        raise InvalidInput("No folder was given; give one or more that `dataset.write` wrote.")
    places = [as_path(folder) for folder in several]
    manifests = [_checked_manifest(place, table) for place in places]
    _refuse_shared_customers(places, manifests)
    frames = [
        _frame(place, manifest, table) for place, manifest in zip(places, manifests, strict=True)
    ]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _checked_manifest(folder: Path, table: str) -> dict[str, Any]:
    """The manifest of a folder that holds what it says: names and sizes of all, and `table`."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        sizes = {name: file["bytes"] for name, file in manifest["files"].items()}
        tables = list(manifest["rows"])
    except FileNotFoundError as error:
        raise InvalidInput(
            f"{folder} has no {MANIFEST}, so it is no written world; give the folder that "
            "`dataset.write` returned."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{folder / MANIFEST} cannot be read; write the world again.") from error
    if (folder / UNFINISHED).exists():
        raise InvalidInput(f"{folder} was never finished; write the world again.")
    if table not in tables:
        near = ", ".join(difflib.get_close_matches(table, tables, cutoff=0.5) or tables)
        raise InvalidInput(f"{folder} has no table {table!r}; it has {near}.")
    for name, written in sizes.items():
        if not (folder / name).is_file():
            raise InvalidInput(f"{folder / name} is missing; write the world again.")
        size = (folder / name).stat().st_size
        if size != written:
            raise InvalidInput(
                f"{folder / name} has {size:,} bytes, not the {written:,} that were written; "
                "write the world again."
            )
    for path in (*folder.glob("*.parquet"), *folder.glob("*.parquet/**/*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in sizes:
            raise InvalidInput(f"{path} is not of this world; take it out of the folder.")
    return manifest


def _files(manifest: dict[str, Any], table: str) -> list[str]:
    """The files of a table, in customer order."""
    name = file_name(table)
    return [f for f in manifest["files"] if f == name or f.startswith(f"{name}/")]


def _frame(folder: Path, manifest: dict[str, Any], table: str) -> pd.DataFrame:
    names = _files(manifest, table)
    for name in names:
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != manifest["files"][name]["sha256"]:
            raise InvalidInput(
                f"{folder / name} is not as it was written (its sha256 differs); write the world "
                "again."
            )
    frame: pd.DataFrame = _table(folder, names).to_pandas()
    return frame


def _table(folder: Path, names: Sequence[str], columns: list[str] | None = None) -> pa.Table:
    # a path such as year=2025/out is the user's own, not a column
    return pq.read_table([folder / name for name in names], columns=columns, partitioning=None)


def _customers(folder: Path, manifest: dict[str, Any]) -> NDArray[np.int64]:
    applications = _table(folder, _files(manifest, "applications"), ["customer_id"])
    ids: NDArray[np.int64] = applications["customer_id"].to_numpy()
    return ids


def _refuse_shared_customers(folders: Sequence[Path], manifests: Sequence[dict[str, Any]]) -> None:
    """Two worlds both count from 0: side by side, one id would be two people."""
    if len(folders) < 2:
        return
    customers = list(map(_customers, folders, manifests))
    for (one, ids), (other, others) in combinations(zip(folders, customers, strict=True), 2):
        shared = np.intersect1d(ids, others)
        if shared.size:
            named = ", ".join(map(str, shared[:NAMED].tolist()))
            more = f" and {shared.size - NAMED:,} more" if shared.size > NAMED else ""
            raise InvalidInput(
                f"{one} and {other} share the customer ids {named}{more}; read them one by one "
                "and give each a column of its own, as in pd.concat([dataset.read(folder, table)"
                ".assign(world=folder) for folder in folders])."
            )
