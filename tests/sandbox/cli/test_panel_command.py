"""`validate --panel`: a bank's account-months by its own definitions, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import sandbox.validation.definitions as definitions
from sandbox.cli import main

BUILT_IN = Path(definitions.__file__).parent / "definitions.yaml"


def months():
    """300 accounts of six vintages over a year, months written as dates."""
    rng = np.random.default_rng(2)
    rows = []
    for account in range(300):
        vintage, late = account % 6, 0
        for mob in range(1, 13):
            late = late + 1 if rng.random() < (0.06 if late == 0 else 0.5) else 0
            month = vintage + mob
            rows.append(
                {
                    "account": f"A{account}",
                    "month": f"{2024 + month // 12}-{month % 12 + 1:02d}",
                    "dpd": max(30 * (late - 1) + 1, 0) if late else 0,
                    "balance": 1_000.0,
                    "vintage": f"2024-{vintage + 1:02d}",
                    "amount": 2_000.0,
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("months")
    rng = np.random.default_rng(1)
    pd_ = rng.beta(1, 8, 600)
    scored = pd.DataFrame({"PD": pd_, "BAD": (rng.random(600) < pd_).astype(int)})
    scored.to_csv(place / "scored.csv", index=False)
    months().to_csv(place / "months.csv", index=False)
    return place


def typed(folder, *words):
    told = ("validate", "--portfolio", f"{folder / 'scored.csv'}", "--target", "BAD")
    told += ("--score", "PD", "--store", f"{folder / 'results'}")
    return CliRunner(env={"COLUMNS": "120"}).invoke(main, (*told, *words))


def test_the_report_has_the_portfolio_by_the_banks_own_definitions(folder):
    own = folder / "own.yaml"
    own.write_text(BUILT_IN.read_text("utf-8").replace("id: standard", "id: our bank"), "utf-8")
    out = folder / "report.html"
    table = months().rename(columns={"account": "ACCT", "dpd": "DAYS"})
    table.to_parquet(folder / "own.parquet")
    (folder / "names.yaml").write_text("columns: {account: ACCT, dpd: DAYS}\n")
    words = ("--panel", f"{folder / 'own.parquet'}", "--panel-mapping", f"{folder / 'names.yaml'}")
    said = typed(folder, *words, "--definitions", f"{own}", "--out", f"{out}")
    assert said.exit_code == 0, said.output
    page = out.read_text("utf-8")
    assert definitions.Definitions.from_file(own).digest in page
    assert "Vintage curves: share of accounts by month on book" in page
    assert "Average roll from bucket to bucket" in page
    assert "2024-06" in page
    assert "Stages in the last month" in page


def refused(folder, table, *words):
    """The one sentence, and that nothing was written."""
    path = folder / "wrong.csv"
    table.to_csv(path, index=False)
    out = folder / "never.html"
    said = typed(folder, "--panel", f"{path}", *words, "--out", f"{out}")
    assert said.exit_code == 2
    assert not out.exists()
    assert "Traceback" not in said.output
    return said.output


def test_a_missing_column_is_named_with_what_is_needed(folder):
    said = refused(folder, months().drop(columns="dpd"))
    assert "has no column 'dpd'" in said
    assert "account, month, dpd, balance" in said


def test_days_below_zero_are_named_with_their_row(folder):
    table = months()
    table.loc[3, "dpd"] = -4
    said = refused(folder, table)
    assert "row 5" in said
    assert "-4 stands where dpd is; give days from 0" in said


def test_an_account_with_one_month_twice_is_named_with_both_rows(folder):
    table = months()
    said = refused(folder, pd.concat([table, table.iloc[[2]]]))
    assert "account A0 has month 2024-04 in rows 4 and 3602" in said


def test_a_field_that_definitions_do_not_have_is_named_with_its_line(folder):
    wrong = folder / "wrong.yaml"
    wrong.write_text(BUILT_IN.read_text("utf-8") + "colour: blue\n", "utf-8")
    said = refused(folder, months(), "--definitions", f"{wrong}")
    assert "there is no key colour; there are id, version" in said
    assert ", line " in said


def test_a_name_that_a_mapping_of_months_does_not_know_is_refused(folder):
    (folder / "odd.yaml").write_text("columns: {days: DAYS}\n")
    said = refused(folder, months(), "--panel-mapping", f"{folder / 'odd.yaml'}")
    assert "there is no column 'days' of ours" in said


def test_definitions_without_account_months_are_misuse(folder):
    said = typed(folder, "--definitions", f"{BUILT_IN}")
    assert said.exit_code == 2
    assert "--definitions goes with --panel" in said.output
