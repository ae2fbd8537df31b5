"""The data dictionary in the terminal and as CSV: every column, truth only when asked for."""

import io

import pandas as pd
import pytest
from click.testing import CliRunner

from data_generators import schema
from data_generators.identity import IDENTITIES
from sandbox.cli import main

#: every table that `generate` writes
OBSERVED = (*schema.OBSERVED, IDENTITIES, *schema.FUND_FLOWS)


def typed(*words: str):
    return CliRunner().invoke(main, ["schema", *words])


@pytest.mark.parametrize("width", [80, 120])
def test_every_observed_column_is_named_within_the_terminal(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    told = typed().stdout
    words = set(told.split())
    for table in OBSERVED:
        assert f"{table.name} (observed): " in told
        assert {c.name for c in table.columns} <= words
    assert "truth" not in words
    assert max(map(len, told.splitlines())) <= width


def test_one_table_is_shown_alone():
    told = typed("accounts").stdout
    assert "months_late" in told
    assert "applications" not in told


def test_truth_is_shown_when_asked_for_or_named():
    assert "traits (truth): " in typed("--truth").stdout
    assert "traits (truth): " in typed("traits").stdout


def test_csv_is_the_dictionary():
    read = pd.read_csv(io.StringIO(typed("--format", "csv").stdout), keep_default_na=False)
    expected = pd.concat([t.dictionary() for t in OBSERVED], ignore_index=True)
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


def test_an_unknown_table_is_one_sentence_with_the_nearest():
    told = typed("acounts")
    assert told.exit_code == 2
    assert told.stderr.startswith("There is no table 'acounts'; the nearest is accounts; see ")
    assert told.stderr.count("\n") == 1
