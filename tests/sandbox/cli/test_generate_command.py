"""Markets written by several workers, from the command line."""

import json
from functools import partial

import pytest
from click.testing import CliRunner

from sandbox.cli import main


def typed(*words: str):
    return CliRunner().invoke(main, ["generate", *words])


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_several_workers_write_the_files_that_one_writes(tmp_path, monkeypatch):
    from data_generators.dataset import parts, writing

    monkeypatch.setattr(writing, "parts_of", partial(parts.parts_of, blocks_each=1))
    words = ["--customers", "20000", "--months", "1"]
    for workers in ("1", "2"):
        told = typed(*words, "--workers", workers, str(tmp_path / workers))
        assert told.exit_code == 0, told.output
    assert manifest(tmp_path / "1") == manifest(tmp_path / "2")
    assert "accounts.parquet/part-00001.parquet" in manifest(tmp_path / "1")["files"]


def test_personal_data_are_written_in_the_locale_asked_for_or_left_out(tmp_path):
    small = ["--customers", "50", "--months", "1"]
    for words, said in (
        ([], "zh_CN"),
        (["--locale", "en_US"], "en_US"),
        (["--no-personal-data"], None),
    ):
        out = tmp_path / str(said)
        assert typed(*small, *words, str(out)).exit_code == 0
        about = manifest(out)["personal_data"]
        assert (about and about["locale"]) == said
        assert (out / "identities.parquet").is_file() == bool(said)


def test_help_says_what_personal_data_are_and_from_where_on_a_table_is_a_folder():
    from data_generators.dataset.parts import PART
    from data_generators.identity import LOCALES
    from data_generators.streams import BLOCK

    told = " ".join(typed("--help").stdout.split())
    assert "made up, they belong to nobody" in told
    assert f"[{'|'.join(LOCALES)}]" in told
    assert f"more than {PART * BLOCK:,} customers, a table is a folder" in told


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_one_sentence(tmp_path, workers):
    told = typed("--workers", workers, str(tmp_path / "out"))
    assert told.exit_code == 2
    assert f"'--workers': {workers} is not a whole number from 1 up" in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_worker_that_is_killed_is_one_sentence(tmp_path, monkeypatch):
    from data_generators.errors import WorkerKilled

    def raises(*_, **__):
        raise WorkerKilled("One of 2 workers was killed. Try again with fewer workers.")

    monkeypatch.setattr("data_generators.dataset.write", raises)
    told = typed(str(tmp_path / "out"))
    assert told.exit_code == 2
    assert told.stderr == "One of 2 workers was killed. Try again with fewer workers.\n"
