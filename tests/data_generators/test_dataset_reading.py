"""Only a whole world is read, and two that share customers are not read as one."""

import shutil

import pandas as pd
import pytest

import data_generators as dg
from data_generators import dataset
from data_generators.dataset import content, parts, writing
from data_generators.dataset.parts import Part
from data_generators.observation import observe_block
from data_generators.streams import Block


@pytest.fixture
def folder(tmp_path):
    world = dg.World(dg.scenarios.online_rental, customers=50, months=3, seed=4)
    return dataset.write(world, tmp_path / "out", progress=False)


@pytest.fixture
def in_parts(tmp_path, monkeypatch):
    """A world whose tables are folders."""
    two = [Part((Block(0, 0, 20),), 0), Part((Block(1, 20, 50),), 1)]
    monkeypatch.setattr(writing, "parts_of", lambda _: two)
    world = dg.World(dg.scenarios.online_rental, customers=50, months=3, seed=4)
    return dataset.write(world, tmp_path / "parts", progress=False)


def accounts(folder):
    return folder / "accounts.parquet"


def test_a_folder_without_a_manifest_is_no_world(folder, tmp_path):
    (folder / "manifest.json").unlink()
    for place in (folder, tmp_path / "nowhere"):
        with pytest.raises(dg.InvalidInput, match=r"has no manifest\.json, so it is no written"):
            dataset.read(place, "accounts")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": 1}'])
def test_half_a_manifest_is_none(folder, text):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(dg.InvalidInput, match=r"manifest\.json cannot be read"):
        dataset.read(folder, "accounts")


def test_a_table_that_is_gone_is_missed_even_when_another_is_read(folder):
    (folder / "performance.parquet").unlink()
    with pytest.raises(dg.InvalidInput, match=r"performance\.parquet is missing"):
        dataset.read(folder, "accounts")


def test_a_table_that_the_manifest_does_not_know_is_refused(folder):
    shutil.copy(accounts(folder), folder / "more.parquet")
    with pytest.raises(dg.InvalidInput, match=r"more\.parquet is not of this world"):
        dataset.read(folder, "accounts")


def test_a_part_that_is_gone_too_many_or_changed_is_refused_and_named(in_parts):
    part = accounts(in_parts) / "part-00001.parquet"
    whole = part.read_bytes()
    part.unlink()
    with pytest.raises(dg.InvalidInput, match=r"accounts\.parquet/part-00001\.parquet is missing"):
        dataset.read(in_parts, "accounts")
    part.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    with pytest.raises(dg.InvalidInput, match=r"part-00001\.parquet is not as it was written"):
        dataset.read(in_parts, "accounts")
    part.write_bytes(whole)
    assert len(dataset.read(in_parts, "accounts"))
    (part.parent / "of_mine").write_text("x")
    with pytest.raises(dg.InvalidInput, match=r"accounts\.parquet/of_mine is not of this world"):
        dataset.read(in_parts, "accounts")


def test_a_file_cut_short_is_refused(folder):
    whole = accounts(folder).read_bytes()
    accounts(folder).write_bytes(whole[:-100])
    said = f"has {len(whole) - 100:,} bytes, not the {len(whole):,} that were written"
    with pytest.raises(dg.InvalidInput, match=said):
        dataset.read(folder, "accounts")


def test_a_file_of_the_same_size_with_another_byte_is_refused(folder):
    whole = bytearray(accounts(folder).read_bytes())
    whole[100] ^= 1
    accounts(folder).write_bytes(whole)
    with pytest.raises(dg.InvalidInput, match="not as it was written"):
        dataset.read(folder, "accounts")


def test_a_folder_that_was_never_finished_is_refused(folder):
    (folder / ".unfinished").touch()
    with pytest.raises(dg.InvalidInput, match="never finished"):
        dataset.read(folder, "accounts")


def test_an_unknown_table_is_named_with_those_nearest(folder):
    with pytest.raises(dg.InvalidInput, match=r"no table 'acounts'; it has accounts\."):
        dataset.read(folder, "acounts")


def test_worlds_that_share_customers_are_not_read_as_one(folder, tmp_path):
    other = dg.World(dg.scenarios.online_rental, customers=7, months=3, seed=5)
    second = dataset.write(other, tmp_path / "second", progress=False)
    with pytest.raises(
        dg.InvalidInput, match=r"share the customer ids 0, 1, 2, 3, 4 and 2 more; read them one"
    ) as refused:
        dataset.read([folder, second], "performance")
    # the way on that the sentence shows
    advised = str(refused.value).partition(" as in ")[2].removesuffix(".")
    names = {"pd": pd, "dataset": dataset, "table": "performance", "folders": [folder, second]}
    both = eval(advised, names)
    assert both["world"].unique().tolist() == [folder, second]


def test_worlds_with_customers_of_their_own_are_read_as_one(folder, tmp_path, monkeypatch):
    def moved(residents):
        return {
            name: {c: v + 1_000 if c == "customer_id" else v for c, v in columns.items()}
            for name, columns in observe_block(residents).items()
        }

    monkeypatch.setattr(content, "observe_block", moved)
    monkeypatch.setattr(parts, "check_block", lambda *_: None)
    world = dg.World(dg.scenarios.online_rental, customers=50, months=3, seed=4)
    second = dataset.write(world, tmp_path / "second", progress=False)
    both = dataset.read([folder, second], "decisions")
    assert both["customer_id"].tolist() == [*range(50), *range(1_000, 1_050)]
    assert isinstance(both, pd.DataFrame)
    with pytest.raises(dg.InvalidInput, match="No folder was given"):
        dataset.read([], "decisions")
