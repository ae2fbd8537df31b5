"""A written world is whole, says what it is, and equals the world in memory."""

import hashlib
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import data_generators as dg
from data_generators import dataset, schema
from data_generators.dataset import content, writing
from data_generators.dataset.parts import Part, parts_of
from data_generators.observation import observe_block
from data_generators.streams import BLOCK, Block

#: tables that a small market may have no row of
RARE = ("joint_lending", "partner_events", "fraud_labels")


def made(customers=2_000, months=6):
    return dg.World(dg.scenarios.online_rental, customers=customers, months=months, seed=4)


def file(folder, table):
    return folder / f"{table}.parquet"


@pytest.fixture
def many_parts(monkeypatch):
    """Parts of one block, so that a small world has several."""
    monkeypatch.setattr(writing, "parts_of", partial(parts_of, blocks_each=1))


def test_what_is_read_back_is_the_world(tmp_path):
    world = made(BLOCK + 300)
    folder = dataset.write(world, tmp_path / "out", progress=False)
    observed = world.observed()
    for table in schema.OBSERVED:
        expected = getattr(observed, table.name)
        assert table.name in RARE or len(expected)
        plain = pd.read_parquet(file(folder, table.name))
        pd.testing.assert_frame_equal(plain, expected)
        pd.testing.assert_frame_equal(dataset.read(folder, table.name), expected)


def test_the_manifest_says_what_the_world_was_made_from_and_what_each_file_holds(tmp_path):
    world = made()
    folder = dataset.write(world, tmp_path / "out", progress=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["world"] == world.digest
    assert manifest["rows"]["applications"] == world.customers
    assert "workers" not in manifest
    assert_files_are_those_of(manifest, folder)


def assert_files_are_those_of(manifest, folder):
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {"manifest.json", *manifest["files"]}
    for name, told in manifest["files"].items():
        path = folder / name
        assert path.stat().st_size == told["bytes"]
        assert pq.read_metadata(path).num_rows == told["rows"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]


@pytest.mark.usefixtures("many_parts")
def test_a_table_of_several_parts_is_a_folder_that_is_read_as_a_file(tmp_path):
    world = made(2 * BLOCK + 7, months=1)
    folder = dataset.write(world, tmp_path / "out", progress=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert_files_are_those_of(manifest, folder)
    parts = sorted(p.name for p in file(folder, "accounts").iterdir())
    assert parts == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    observed = world.observed()
    for table in schema.OBSERVED:
        expected = getattr(observed, table.name)
        of_table = [f for n, f in manifest["files"].items() if n.startswith(f"{table.name}.")]
        assert sum(f["rows"] for f in of_table) == manifest["rows"][table.name] == len(expected)
        pd.testing.assert_frame_equal(dataset.read(folder, table.name), expected)
        pd.testing.assert_frame_equal(pd.read_parquet(file(folder, table.name)), expected)
        by_arrow = pyarrow.dataset.dataset(file(folder, table.name)).to_table().to_pandas()
        pd.testing.assert_frame_equal(by_arrow, expected)


def test_a_world_of_one_part_has_a_file_a_table(tmp_path):
    folder = dataset.write(made(50, months=1), tmp_path / "out", progress=False)
    assert file(folder, "accounts").is_file()


def test_every_column_carries_unit_and_meaning_and_every_table_its_world(tmp_path):
    world = made()
    folder = dataset.write(world, tmp_path / "out", progress=False)
    for table in schema.OBSERVED:
        read = pq.read_schema(file(folder, table.name))
        assert read.metadata[b"world"].decode() == world.digest
        assert read.metadata[b"scenario"].decode() == world.name
        assert read.metadata[b"version"]
        assert read.metadata[b"meaning"].decode() == table.meaning
        for field, column in zip(read, table.columns, strict=True):
            assert field.metadata[b"unit"].decode() == column.unit
            assert field.metadata[b"meaning"].decode() == column.meaning
            assert field.metadata[b"source"].decode() == column.source
            assert field.metadata[b"side"] == b"observed"


def test_a_block_is_a_row_group(tmp_path):
    folder = dataset.write(made(2 * BLOCK + 7, months=1), tmp_path / "out", progress=False)
    read = pq.read_metadata(file(folder, "applications"))
    rows = [read.row_group(i).num_rows for i in range(read.num_row_groups)]
    assert rows == [BLOCK, BLOCK, 7]


@pytest.mark.parametrize(
    "two",
    [
        [Part((Block(0, 0, 20), Block(1, 20, 40)), None)],
        [Part((Block(0, 0, 20),), 0), Part((Block(1, 20, 40),), 1)],
    ],
    ids=["in one part", "in two"],
)
def test_only_categories_have_a_dictionary_and_come_back_as_categories(tmp_path, monkeypatch, two):
    """Two blocks whose categories differ, one with a missing value."""
    home = schema.Column("home", "category", "", "owned or rented", "applicant")
    name = schema.Column("name", "str", "", "name", "applicant")
    table = replace(schema.APPLICATIONS, columns=(*schema.APPLICATIONS.columns, home, name))
    others = [t for t in schema.OBSERVED if t.name != "applications"]
    monkeypatch.setattr(schema, "OBSERVED", (table, *others))
    orders = {0: ["owned", "rented", "lost"], 20: ["rented", "owned"]}

    def with_text(residents):
        start, size = residents.block.start, residents.block.size
        tables = observe_block(residents)
        codes = [orders[start].index(h) if h else None for h in ("owned", None, "rented", "owned")]
        homes = pa.DictionaryArray.from_arrays(pa.array(codes * 5, pa.int8()), orders[start])
        names = np.array([f"customer {start + i}" for i in range(size)], dtype=object)
        return {**tables, "applications": {**tables["applications"], "home": homes, "name": names}}

    monkeypatch.setattr(content, "observe_block", with_text)
    monkeypatch.setattr(writing, "parts_of", lambda _: two)
    folder = dataset.write(made(40), tmp_path / "out", progress=False)
    read = dataset.read(folder, "applications")
    assert read["home"].dtype == "category"
    assert read["home"].astype(object).fillna("").tolist() == ["owned", "", "rented", "owned"] * 10
    assert read["name"].tolist() == [f"customer {i}" for i in range(40)]
    first = next(p for p in folder.rglob("*.parquet") if p.is_file() and "applications" in str(p))
    group = pq.read_metadata(first).row_group(0)
    with_dictionary = {
        group.column(i).path_in_schema
        for i in range(group.num_columns)
        if group.column(i).has_dictionary_page
    }
    assert with_dictionary == {"home", "product"}


def test_what_is_missing_is_null_for_every_reader(tmp_path):
    world = made()
    folder = dataset.write(world, tmp_path / "out", progress=False)
    missing = int(world.observed().applications["bank_savings"].isna().sum())
    read = pq.read_table(file(folder, "applications"))["bank_savings"]
    assert read.null_count == missing > 0


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(dg.InvalidInput, match="not empty"):
        dataset.write(made(), tmp_path, progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "out").mkdir()
    dataset.write(made(10), tmp_path / "out", progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert len(dataset.read(tmp_path / "out", "applications")) == 10


def test_what_was_known_by_a_day_is_what_is_written_and_the_last_day_is_told(tmp_path):
    world = made()
    folder = dataset.write(world, tmp_path / "out", as_of=90, progress=False)
    observed, everything = world.observed(90), world.observed()
    for table in schema.OBSERVED:
        read = pd.read_parquet(file(folder, table.name))
        pd.testing.assert_frame_equal(read, getattr(observed, table.name))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["rows"]["applications"] == len(observed.applications) < world.customers
    last = max(getattr(everything, t.name)["known_at"].max() for t in schema.OBSERVED)
    assert manifest["last_known_day"] == last


def test_a_table_without_times_holds_those_who_have_applied_by_then(tmp_path, monkeypatch):
    table = schema.Table(
        "people",
        "observed",
        "who they are",
        (
            schema.APPLICATIONS.columns[0],
            schema.Column("born", "datetime64[ms]", "", "date of birth", "applicant"),
        ),
    )
    monkeypatch.setattr(schema, "OBSERVED", (*schema.OBSERVED, table))

    def with_people(residents):
        ids = np.arange(residents.block.start, residents.block.stop)
        born = pa.array(ids * 1_000, pa.timestamp("ms"))
        return {**observe_block(residents), "people": {"customer_id": ids, "born": born}}

    monkeypatch.setattr(content, "observe_block", with_people)
    folder = dataset.write(made(200), tmp_path / "out", as_of=90, progress=False)
    people, applications = (dataset.read(folder, t) for t in ("people", "applications"))
    assert people["customer_id"].tolist() == applications["customer_id"].tolist()
    assert 0 < len(people) < 200
    assert str(people["born"].dtype) == "datetime64[ms]"


@pytest.mark.parametrize("as_of", [-1.0, float("nan"), float("inf")])
def test_a_day_that_is_none_is_refused(tmp_path, as_of):
    with pytest.raises(dg.InvalidInput, match=r"as_of is .*; it is a number of days from 0"):
        dataset.write(made(), tmp_path / "out", as_of=as_of, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, 5_000])
def test_a_number_of_workers_that_is_none_is_refused(tmp_path, workers):
    with pytest.raises(dg.InvalidInput, match=r"workers is .*; it is a whole number .* from 1 to"):
        dataset.write(made(), tmp_path / "out", workers=workers, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "x", "x/y"])
def test_a_file_in_the_folders_place_is_called_a_file(tmp_path, below):
    (tmp_path / "af").write_text("keep")
    with pytest.raises(dg.InvalidInput, match="af is a file"):
        dataset.write(made(), tmp_path / "af" / below, progress=False)
    assert (tmp_path / "af").read_text() == "keep"
