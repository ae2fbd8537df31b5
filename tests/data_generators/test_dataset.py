"""A written world is whole, says what it is, and equals the world in memory."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pyarrow.parquet as pq
import pytest

import data_generators as dg
from data_generators import dataset, schema
from data_generators.streams import BLOCK


def made(customers=2_000):
    return dg.World(dg.scenarios.online_rental, customers=customers, months=6, seed=4)


def test_what_is_read_back_is_the_world(tmp_path):
    world = made(BLOCK + 300)
    folder = dataset.write(world, tmp_path / "out", progress=False)
    observed = world.observed()
    for table in schema.OBSERVED:
        read = pd.read_parquet(folder / f"{table.name}.parquet")
        pd.testing.assert_frame_equal(read, getattr(observed, table.name))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["world"] == world.digest
    assert manifest["rows"]["applications"] == world.customers


def test_every_column_carries_unit_and_meaning(tmp_path):
    folder = dataset.write(made(), tmp_path / "out", progress=False)
    for table in schema.OBSERVED:
        for field in pq.read_schema(folder / f"{table.name}.parquet"):
            assert field.metadata[b"meaning"]
            assert field.metadata[b"side"] == b"observed"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(dg.InvalidInput, match="not empty"):
        dataset.write(made(), tmp_path, progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_what_was_known_by_a_day_is_what_is_written_and_the_last_day_is_told(tmp_path):
    world = made()
    folder = dataset.write(world, tmp_path / "out", as_of=90, progress=False)
    observed, everything = world.observed(90), world.observed()
    for table in schema.OBSERVED:
        read = pd.read_parquet(folder / f"{table.name}.parquet")
        pd.testing.assert_frame_equal(read, getattr(observed, table.name))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["rows"]["applications"] == len(observed.applications) < world.customers
    last = max(getattr(everything, t.name)["known_at"].max() for t in schema.OBSERVED)
    assert manifest["last_known_day"] == last


@pytest.mark.parametrize("as_of", [-1.0, float("nan"), float("inf")])
def test_a_day_that_is_none_is_refused(tmp_path, as_of):
    with pytest.raises(dg.InvalidInput, match=r"as_of is .*; it is a number of days from 0"):
        dataset.write(made(), tmp_path / "out", as_of=as_of, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "x", "x/y"])
def test_a_file_in_the_folders_place_is_called_a_file(tmp_path, below):
    (tmp_path / "af").write_text("keep")
    with pytest.raises(dg.InvalidInput, match="af is a file"):
        dataset.write(made(), tmp_path / "af" / below, progress=False)
    assert (tmp_path / "af").read_text() == "keep"


def test_a_killed_write_leaves_no_folder_that_a_reader_would_accept(tmp_path):
    code = (
        "import data_generators as dg; from data_generators import dataset;"
        "w = dg.World(dg.scenarios.online_rental, customers=3_000_000, months=24, seed=1);"
        f"dataset.write(w, {str(tmp_path / 'out')!r}, progress=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out.*/accounts.parquet")):
        assert process.poll() is None, "the writer ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out.*/manifest.json"))
