"""A disk that is really full: a folder of one megabyte or less, made by bubblewrap."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

#: runs the program, then says what it left in the small folder
PROGRAM = """
import json, subprocess, sys
from pathlib import Path
folder, *words = sys.argv[1:]
ran = subprocess.run(
    [sys.executable, "-c", "from sandbox.cli import main; main()", *words],
    cwd=folder, capture_output=True, text=True,
)
left = [str(p.relative_to(folder)) for p in Path(folder).rglob("*")]
print(json.dumps([ran.returncode, ran.stderr, left]))
"""


@pytest.fixture
def on_a_disk_of(tmp_path):
    """Run risk-sandbox in an empty folder of so many bytes: status, stderr, files left."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        pytest.fail("bwrap is not there; install bubblewrap: `python3 start.py setup`")

    def run(size: int, *words: str) -> tuple[int, str, list[str]]:
        small = tmp_path / "small"
        small.mkdir()
        disk = ["--dev-bind", "/", "/", "--size", str(size), "--tmpfs", str(small)]
        finished = subprocess.run(
            [bwrap, *disk, "--", sys.executable, "-c", PROGRAM, str(small), *words],
            capture_output=True,
            text=True,
            check=True,
        )
        status, stderr, left = json.loads(finished.stdout)
        return status, stderr, left

    return run


@pytest.fixture
def scored(tmp_path) -> tuple[Path, Path]:
    """A small portfolio with scores, and its mapping."""
    rng = np.random.default_rng(0)
    pd_of_row = rng.uniform(0.02, 0.6, 800)
    table = pd.DataFrame({"PD": pd_of_row, "LIMIT": rng.uniform(1e3, 1e5, 800)})
    table["BAD"] = (rng.uniform(size=800) < pd_of_row).astype(int)
    table.to_csv(tmp_path / "cards.csv", index=False)
    (tmp_path / "cards.yaml").write_text(
        "name: cards\ncurrency: CNY\ntarget: {column: BAD}\nscore: PD\nfeatures: [LIMIT]\n"
    )
    return tmp_path / "cards.csv", tmp_path / "cards.yaml"


# at which byte the disk is full decides which of the writers has something left to say
@pytest.mark.parametrize("kib", [4, 600, 1024, 2048, 3000])
def test_tables_that_do_not_fit_are_not_there_at_all(on_a_disk_of, kib):
    status, told, left = on_a_disk_of(kib << 10, "generate", "--customers", "20000", "out")
    assert status == 2
    assert told == (
        "The disk is full; nothing was half-written; free space or choose another folder (OUT).\n"
    )
    assert left == []


def test_tables_of_several_workers_that_do_not_fit_are_not_there_at_all(on_a_disk_of):
    words = ["generate", "--customers", "70000", "--months", "6", "--workers", "2", "out"]
    status, told, left = on_a_disk_of(2 << 20, *words)
    assert status == 2
    assert told.startswith("The disk is full")
    assert "; nothing was half-written; free space" in told
    assert told.count("\n") == 1
    assert left == []


def test_results_that_do_not_fit_are_one_sentence(on_a_disk_of, scored):
    file, mapping = scored
    words = ["validate", "--portfolio", str(file), "--mapping", str(mapping), "--store", "results"]
    status, told, left = on_a_disk_of(200 << 10, *words)
    assert status == 2
    assert told.startswith("The disk is full")
    assert "; what was finished is kept, nothing is half-written; free space" in told
    assert told.endswith("choose another folder (--store).\n")
    assert told.count("\n") == 1
    # neither a database nor a cell nor a partial one
    assert not [name for name in left if name.endswith((".db", ".html", "cell.json"))]
    assert not [name for name in left if Path(name).name.startswith(".")]
