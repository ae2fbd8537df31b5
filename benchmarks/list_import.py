"""How long a list of many rows takes to import, to read back and to export.

    python benchmarks/list_import.py [ROWS] [URL]

SQLite in a temporary folder by default; a URL of PostgreSQL names an empty database. Two in a
hundred rows are wrong and one in a hundred is a duplicate.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sandbox.lists import ListStore, export_csv, import_csv

KINDS = ("phone", "device", "account", "name")


def write_list(path: Path, rows: int, seed: int) -> None:
    """A list of `rows` rows over four kinds, two in a hundred wrong, one in a hundred twice."""
    rng = np.random.default_rng(seed)
    numbers = rng.choice(10**9, rows, replace=False)
    chance = rng.random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["list", "kind", "value", "reason", "source", "valid_until", "evidence"])
        for i, number in enumerate(numbers):
            kind = KINDS[i % 4]
            value = {"phone": f"13{number:09d}", "device": f"{number:016x}"}.get(kind, f"{number}")
            until = "2031-02-30" if chance[i] < 0.02 else "2031-12-31"
            writer.writerow(["black", kind, value, "confirmed fraud", "bureau", until, "case 7"])
            if chance[i] > 0.99:
                writer.writerow(["black", kind, value, "reported again", "bureau", until, ""])


@contextmanager
def timed(what: str, rows: Callable[[], int]) -> Iterator[None]:
    began, own = time.perf_counter(), time.process_time()
    yield
    seconds, own = time.perf_counter() - began, time.process_time() - own
    print(f"{what:<28} {seconds:8.1f} {own:12.1f} {rows() / seconds:14,.0f}", flush=True)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/lists.db"
        write_list(folder / "list.csv", rows, seed=7)
        write_list(folder / "more.csv", rows // 10, seed=8)
        print(f"{'':<28} {'seconds':>8} {'CPU seconds':>12} {'rows a second':>14}")
        with ListStore(url) as store:
            with timed("import into an empty store", lambda: report.rows):
                report = import_csv(store, folder / "list.csv", by="benchmark")
            with timed("import into a full one", lambda: more.rows):
                more = import_csv(store, folder / "more.csv", by="benchmark")
            with timed("as_of, all columns", lambda: len(found)):
                found = store.as_of()
            columns = ("entry_id", "list", "kind", "value")
            with timed("as_of, for a matcher", lambda: len(found)):
                found = store.as_of(columns=columns)
            with timed("export", lambda: count):
                count = export_csv(store, folder / "out.csv")
            with timed("1,000 look-ups by value", lambda: 1_000):
                for value in found["value"].iloc[:1_000]:
                    store.find("device", value)
        print(
            f"rows {report.rows:,} = accepted {report.accepted:,} + refused {report.refused:,} + "
            f"duplicates {report.duplicates:,}"
        )
        size = sum(f.stat().st_size for f in folder.glob("lists.db*"))
        print(f"files of the store: {size / 1e6:,.0f} MB" if size else "")


if __name__ == "__main__":
    main()
