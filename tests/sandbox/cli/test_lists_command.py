"""`risk-sandbox lists` as a person types it."""

import getpass

import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.cli.list_options import KINDS, LISTS
from sandbox.lists import entries

HEADER = "list,kind,value,reason,valid_until\n"
ROWS = (
    "black,phone,138 0013 8000,confirmed fraud,\n"
    "black,phone,13800138000,again,\n"
    "blakc,device,aa:bb,fraud,\n"
    "white,name,王芳,known customer,2999-12-31\n"
)


@pytest.fixture
def typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def type_(*words, columns=120, text=None):
        return CliRunner(env={"COLUMNS": str(columns)}).invoke(main, ["lists", *words], input=text)

    return type_


@pytest.fixture
def imported(typed, tmp_path):
    (tmp_path / "list.csv").write_text(HEADER + ROWS)
    return typed("import", "list.csv", "--why", "exchange of March")


def test_its_choices_are_those_of_the_store():
    assert LISTS == entries.LISTS
    assert KINDS == entries.KINDS


@pytest.mark.parametrize("word", ["import", "show", "add", "withdraw", "export", "history"])
def test_each_word_teaches_with_an_example(typed, word):
    told = typed(word, "--help")
    assert told.exit_code == 0
    assert f"Example:\n    risk-sandbox lists {word}" in told.output
    assert "--debug" in told.output


def test_an_import_says_what_became_of_every_row(imported, tmp_path):
    assert imported.exit_code == 0, imported.output
    told = " ".join(imported.stdout.split())
    assert "4 rows = 2 accepted, 1 refused, 1 duplicate; change 1." in told
    assert "the list is 'blakc' black, grey, white correct it" in told
    assert "list.left_out.csv" in told
    assert (tmp_path / "list.left_out.csv").exists()
    assert (tmp_path / "results/lists.db").exists()


@pytest.mark.parametrize("columns", [80, 120])
def test_its_tables_keep_to_the_terminal(typed, imported, columns):
    for words in (["show"], ["history"], ["history", "--entry", "1"]):
        told = typed(*words, columns=columns)
        assert told.exit_code == 0, told.output
        assert max(map(len, told.stdout.splitlines())) <= columns


def test_a_second_import_of_the_file_is_refused_in_a_sentence(typed, imported):
    told = typed("import", "list.csv")
    assert told.exit_code == 2
    assert "was imported already" in told.stderr
    assert "--again" in told.stderr
    assert typed("import", "list.csv", "--again").exit_code == 0


def test_a_dry_run_adds_nothing(typed, tmp_path):
    (tmp_path / "list.csv").write_text(HEADER + ROWS)
    told = typed("import", "list.csv", "--dry-run")
    assert "a dry run: nothing was added" in " ".join(told.stdout.split())
    assert "No entry is in force." in typed("show").stdout


def test_values_are_shown_in_full_only_when_asked(typed, imported):
    masked = typed("show")
    assert "***00" in masked.stdout
    assert "1380013" not in masked.stdout.replace(" ", "")
    assert "王" not in masked.stdout
    assert "王芳" in typed("show", "--clear").stdout
    assert "2999-12-31" in masked.stdout  # the last day it is in force


def test_one_identifier_is_found_however_it_is_written(typed, imported):
    told = typed("show", "--kind", "phone", "--value", "+86-138-0013-8000")
    assert "confirmed fraud" in told.stdout
    assert "No entry" in typed("show", "--kind", "phone", "--value", "13900139000").stdout
    assert "No entry" in typed("show", "--as-of", "2020-01-01").stdout


def test_add_and_withdraw_say_what_they_did_and_history_keeps_it(typed):
    added = typed("add", "grey", "device", "-", "--reason", "hub", text="AA:BB:CC\n")
    assert added.stdout == "Added entry 1 (grey, device ***cc).\n"
    taken = typed("withdraw", "1", "--why", "a dormitory", "--by", "wang")
    assert taken.stdout == "Withdrew entry 1 (grey, device ***cc).\n"
    told = typed("history", "--entry", "1").stdout
    assert all(word in told for word in ("add", "withdraw", "a dormitory", "wang"))
    assert getpass.getuser() in told


def test_an_export_can_be_imported_elsewhere(typed, imported):
    assert "2 entries" in typed("export", "out.csv").stdout
    told = typed("import", "out.csv", "--store-url", "sqlite:///other.db")
    assert "2 rows = 2 accepted" in told.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["import", "none.csv"], "There is no file none.csv"),
        (["add", "black", "phone", "12", "--reason", "x"], "***"),
        (["add", "black", "phone", "13800138000", "--reason", "x", "--valid-until", "2020-01-01"],
         "has passed"),
        (["withdraw", "7", "--why", "x"], "There is no entry 7"),
        (["history", "--entry", "7"], "There is no entry 7"),
        (["show", "--kind", "phone"], "a --kind and a --value"),
        (["show", "--as-of", "yesterday"], "yesterday is no day or time"),
        (["show", "--store-url", "lists.db"], "'lists.db' is no URL of a store"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_one_sentence(typed, words, sentence):
    told = typed(*words)
    assert told.exit_code == 2
    (line,) = told.stderr.strip().splitlines()
    assert sentence in line
    assert "13800138" not in line
