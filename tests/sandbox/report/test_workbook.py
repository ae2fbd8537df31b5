"""Workbooks: read back cell by cell, the same bytes each time, nothing dropped in silence."""

import datetime
import hashlib
import time

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.report.workbook import CREATED, column_kind, sheet_names, write_workbook

TABLES = {
    "roll matrix by count": pd.DataFrame(
        {"from": ["M0", "M1"], "M0": [0.97, np.nan], "M1": [0.03, 1.0], "total": [12_345, 6]}
    ),
    "vintages/2026": pd.DataFrame(
        {"vintage": [202601], "ever_30_rate": [0.0123], "balance": [1_234_567.0], "psi": [0.25],
         "good": [True], "day": [datetime.date(2026, 1, 2)], "reason": ["=1+1"]}
    ),
    "empty": pd.DataFrame({"a": pd.Series(dtype=float)}),
}  # fmt: skip
DESCRIPTIONS = {"empty": "Nothing at all."}


@pytest.fixture
def book(tmp_path):
    path = write_workbook(TABLES, tmp_path / "b.xlsx", title="Pack", descriptions=DESCRIPTIONS)
    return openpyxl.load_workbook(path)


def test_openpyxl_reads_back_every_cell(book):
    assert book.sheetnames == ["index", "roll matrix by count", "vintages-2026", "empty"]
    for sheet_name, table in zip(book.sheetnames[1:], TABLES.values(), strict=True):
        rows = list(book[sheet_name].iter_rows(values_only=True))
        assert list(rows[0]) == list(table.columns)
        assert len(rows) == len(table) + 1
        for row, (_, expected) in zip(rows[1:], table.iterrows(), strict=True):
            for value, wanted in zip(row, expected, strict=True):
                if isinstance(value, datetime.datetime):
                    assert value.date() == wanted
                elif value is None:
                    assert pd.isna(wanted)
                else:
                    assert value == wanted


def test_text_is_never_a_formula(book):
    cell = book["vintages-2026"]["G2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_numbers_are_written_by_the_name_of_their_column(book):
    sheet = book["vintages-2026"]
    found = {sheet.cell(1, c).value: sheet.cell(2, c).number_format for c in range(1, 7)}
    assert found == {
        "vintage": "General", "ever_30_rate": "0.00%", "balance": "#,##0", "psi": "0.0000",
        "good": "General", "day": "yyyy-mm-dd",
    }  # fmt: skip
    assert book["roll matrix by count"]["B2"].number_format == "0.00%"
    assert book["roll matrix by count"]["D2"].number_format == "#,##0"


def test_a_column_of_money_called_like_a_share_is_no_share(tmp_path):
    path = write_workbook({"t": pd.DataFrame({"loss": [1_500.0]})}, tmp_path / "b.xlsx")
    assert openpyxl.load_workbook(path)["t"]["A2"].number_format == "#,##0"


def test_heads_stay_in_view_and_columns_are_wide_enough(book):
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes == "A2"
        assert book[name]["A1"].font.bold
    widths = book["vintages-2026"].column_dimensions
    assert widths["C"].width >= len("1,234,567")
    assert widths["B"].width >= len("ever_30_rate")


def test_the_index_lists_describes_and_links_every_table(book):
    rows = list(book["index"].iter_rows(values_only=True))
    assert rows[0][0] == "Pack"
    assert [r[0] for r in rows[3:]] == list(TABLES)
    assert rows[5][:3] == ("empty", "Nothing at all.", 0)
    links = [book["index"].cell(r, 1).hyperlink.location for r in (4, 5, 6)]
    assert links == ["'roll matrix by count'!A1", "'vintages-2026'!A1", "'empty'!A1"]


# in every run the bytes of two workbooks written seconds apart are compared by test_same_bytes.py
@pytest.mark.long
def test_the_same_tables_give_the_same_bytes(tmp_path):
    paths = [tmp_path / "a.xlsx", tmp_path / "deeper" / "b.xlsx"]
    write_workbook(TABLES, paths[0])
    time.sleep(2.1)  # times in a zip file are even seconds
    write_workbook(TABLES, paths[1])
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    assert digests[0] == digests[1]
    assert openpyxl.load_workbook(paths[0]).properties.created == CREATED


def test_what_excel_cannot_hold_as_a_number_is_text(tmp_path):
    table = pd.DataFrame({"a": [np.inf, -np.inf, 1.0], "id": [2**60, 1, 10**15]})
    sheet = openpyxl.load_workbook(write_workbook({"t": table}, tmp_path / "b.xlsx"))["t"]
    assert [c.value for c in sheet["A"]] == ["a", "inf", "-inf", 1]
    assert [c.value for c in sheet["B"]] == ["id", str(2**60), 1, 10**15]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({}, "no tables"),
        ({"t": pd.DataFrame({"a": [[1]]})}, "is a list"),
        ({"t": pd.DataFrame({"a": ["x" * 32_768]})}, "32,768 signs"),
        ({"t": pd.DataFrame([[1, 2]], columns=["a", "a"])}, "'a' twice"),
        ({"t": pd.DataFrame()}, "1 to 16,384 columns"),
        ({"t": pd.DataFrame({"a": np.zeros(1_048_576)})}, "Write it as CSV"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(tmp_path, tables, said):
    path = tmp_path / "b.xlsx"
    with pytest.raises(BadInput, match=said):
        write_workbook(tables, path)
    assert not path.exists()


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"end in \.xlsx"):
        write_workbook(TABLES, tmp_path / "b.xls")


def test_names_of_sheets_are_short_and_unlike():
    long = ["a" * 40, "A" * 40, "a" * 31, "", "'x'", "[1]:2"]
    found = sheet_names(long)
    assert len({name.lower() for name in found}) == len(long)
    assert max(map(len, found)) <= 31
    assert found[3:] == ["table", "x", "-1--2"]


def test_kinds_of_columns():
    shares = ("bad_rate_old", "share_before", "mob 12", "cut_off", "ecl_share", "M3")
    amounts = ("profit_new", "change_se", "ever_30_balance", "amount")
    assert {column_kind(name) for name in shares} == {"share"}
    assert {column_kind(name) for name in amounts} == {"rmb"}
    assert {column_kind(name) for name in ("statistic", "accounts", "month")} == {"number"}
