"""A day with the lists as an analyst types it, from a partner's file to what was known when."""

import csv
import time
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from sandbox.cli import main

FILE = """list,kind,value,reason,source,valid_until
black,phone,138 0013 8000,confirmed fraud,bureau,
black,phone,12,confirmed fraud,bureau,
black,device,AA:BB:CC:DD,emulator farm,bureau,2999-12-31
blakc,device,AA:BB:CC:EE,emulator farm,bureau,
white,name,王芳,staff,personnel,
grey,id_number,130100197501062388,suspected,bureau,
"""


@pytest.fixture
def typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def type_(*words):
        told = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["lists", *words])
        assert told.exit_code == 0, told.output
        return told.stdout

    return type_


def moment():
    """A time that no change shares."""
    time.sleep(0.002)
    now = datetime.now(UTC).isoformat()
    time.sleep(0.002)
    return now


def test_an_analysts_day_from_import_to_replay(typed, tmp_path):
    (tmp_path / "partner.csv").write_text(FILE, encoding="utf-8")
    empty = moment()
    told = " ".join(typed("import", "partner.csv", "--by", "li", "--why", "March").split())
    assert "6 rows = 3 accepted, 3 refused, 0 duplicates; change 1." in told

    # the report names row, column and what to do, and no value in full
    with (tmp_path / "partner.left_out.csv").open(encoding="utf-8-sig", newline="") as file:
        report = list(csv.DictReader(file))
    assert [(r["row"], r["column"]) for r in report] == [
        ("3", "value"), ("5", "list"), ("7", "value"),
    ]  # fmt: skip
    assert all(r["allowed"] and r["what to do"] for r in report)
    assert "1301001975" not in str(report)

    # the rows, corrected, in a file of their own
    header, *rows = FILE.splitlines()
    mended = [rows[3].replace("blakc", "black"), rows[5].replace("388,", "389,")]
    (tmp_path / "mended.csv").write_text("\n".join([header, *mended, ""]), encoding="utf-8")
    assert "2 rows = 2 accepted" in typed("import", "mended.csv", "--by", "li")

    all_five = moment()
    assert "***00" in typed("show", "--kind", "phone", "--value", "+8613800138000")
    said = typed("withdraw", "1", "--by", "wang", "--why", "another person's number")
    assert said == "Withdrew entry 1 (black, phone ***00).\n"

    history = typed("history", "--entry", "1")
    assert history.index("withdraw") < history.index("add")
    assert "another person's number" in " ".join(history.split())
    assert "by: wang" in history
    assert [line.split()[0] for line in typed("history").splitlines() if line[1:2].isdigit()] == [
        "3", "2", "1",
    ]  # fmt: skip

    def in_force(*when):
        typed("export", "out.csv", *when)
        with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            return [(row["list"], row["kind"]) for row in csv.DictReader(file)]

    left = [
        ("black", "device"), ("white", "name"), ("black", "device"), ("grey", "id_number"),
    ]  # fmt: skip
    assert sorted(in_force()) == sorted(left)
    assert sorted(in_force("--as-of", all_five)) == sorted([("black", "phone"), *left])
    assert in_force("--as-of", empty) == []
    phone = ("show", "--kind", "phone", "--value", "13800138000")
    assert "No entry is in force." in typed(*phone)
    assert "confirmed fraud" in typed(*phone, "--as-of", all_five)


def test_long_words_of_a_history_stay_whole_at_80_columns(typed):
    why = "the branch confirmed on the telephone that this belongs to somebody else altogether"
    typed("add", "grey", "device", "aa:bb", "--reason", why, "--by", "anneliese.schmidt")
    shown = [typed("show")]
    typed("withdraw", "1", "--why", why, "--by", "anneliese.schmidt")
    shown += [typed("history"), typed("history", "--entry", "1")]
    for text in shown:
        assert max(map(len, text.splitlines())) <= 80
        assert {*why.split(), "anneliese.schmidt"} <= set(text.split())
