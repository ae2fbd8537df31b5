"""Write a world's observed tables and their manifest."""

import json
from contextlib import closing
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from data_generators.dataset.content import Content
from data_generators.dataset.parts import parts_of
from data_generators.dataset.target import appearing_whole, as_path, check_target
from data_generators.dataset.workers import write_parts
from data_generators.decisions import told
from data_generators.errors import InvalidInput
from data_generators.fund_flows.months import check_months
from data_generators.world import VERSION, World

#: of the dataset; a folder without it is none
MANIFEST = "manifest.json"
#: processes; more than any machine we know has cores for
MOST_WORKERS = 1_024


def write(
    world: World,
    folder: Path | str,
    *,
    personal_data: bool = True,
    locale: str = "zh_CN",
    as_of: float | None = None,
    fund_flows: int | None = None,
    workers: int = 1,
    progress: bool = True,
) -> Path:
    """Write the observed tables and `manifest.json` to `folder`; returns the folder.

    One zstd Parquet file a table, `accounts.parquet`, one row group a block of customers. A world
    of more than 65,536 customers has several files a table, in a folder of that name, which
    pandas, `pyarrow.dataset`, Dask and Spark read just as a file (DuckDB:
    `accounts.parquet/*.parquet`). Memory does not grow with the world. `workers` processes
    compute and write; the files are the same to the byte whatever their number.

    With `personal_data`, there is a table `identities` as well: names, numbers and addresses in
    the manner of a `locale` (zh_CN or en_US), made up, of nobody. With `as_of` (days since the
    scenario's first day), only rows known by then.

    With `fund_flows`, there are tables `transfers` and `transfer_labels` as well: what the bank
    sees of the transfers of so many calendar months, by block in order of time.

    The manifest holds what the world was made from; `personal_data`, with locale and version of
    Faker, null where left out; `fund_flows`, their months, null where left out; `rows` by table;
    `files` with rows, bytes and sha256 of each; and `last_known_day`, the day from which an
    `as_of` leaves nothing out.

    The folder must not exist or be empty, and one must be able to write there (InvalidInput). It
    appears when all is written; a write that fails or is interrupted leaves nothing, and what one
    that is killed leaves is cleared away by the next write to the same folder. Raises WorkerKilled
    when a worker is killed and Defect when a block breaks a rule of its own.

    >>> import tempfile
    >>> from data_generators import World, dataset, scenarios
    >>> world = World(scenarios.online_rental, customers=100, months=3, seed=7)
    >>> out = dataset.write(world, tempfile.mkdtemp(), progress=False)
    >>> len(dataset.read(out, "applications"))
    100
    """
    if not isinstance(world, World):
        raise InvalidInput(
            f"world is {told(world)}; it must be a World: say World(scenarios.ecommerce, 20_000)."
        )
    folder = as_path(folder)
    content = Content(as_of, locale if personal_data else None, fund_flows)
    _check(workers)
    if fund_flows is not None:
        check_months(world, fund_flows)
    check_target(folder)
    with appearing_whole(folder) as partial:
        written = _write_parts(world, partial, content, workers, progress)
        manifest = {**_made_from(world, content), **written}
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
    return folder


def _made_from(world: World, content: Content) -> dict[str, Any]:
    """What the manifest says about the world, and about what of it was asked for."""
    return {
        "world": world.digest,
        "version": VERSION,
        "package": _package_version(),
        "scenario": world.name,
        "customers": world.customers,
        "months": world.months,
        "seed": world.seed,
        "as_of": content.as_of,
        "personal_data": content.personal_data,
        "fund_flows": content.fund_flows,
    }


def _write_parts(
    world: World, folder: Path, content: Content, workers: int, progress: bool
) -> dict[str, Any]:
    """Write all tables; what the manifest says about rows, files and the last day of all."""
    rows = dict.fromkeys((table.name for table in content.tables), 0)
    files: dict[str, dict[str, Any]] = {}
    last_known_day = 0.0
    parts = parts_of(world.customers)
    written = write_parts(world, folder, parts, content, workers=workers, progress=progress)
    with closing(written):
        for part in written:
            last_known_day = max(last_known_day, part.last_known_day)
            for table, (name, file) in part.files.items():
                rows[table] += file.rows
                files[name] = asdict(file)
    return {"last_known_day": last_known_day, "rows": rows, "files": files}


def _check(workers: int) -> None:
    is_whole = isinstance(workers, int) and not isinstance(workers, bool)
    if not (is_whole and 1 <= workers <= MOST_WORKERS):
        raise InvalidInput(
            f"workers is {workers!r}; it is a whole number of processes from 1 to {MOST_WORKERS:,}."
        )


def _package_version() -> str:
    try:
        return version("risk-sandbox")
    except PackageNotFoundError:  # run from a copy of the sources that is not installed
        return "not installed"
