"""Every format read back by a library that did not write it: whole, linked, and repeatable."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cells import cell

from sandbox.errors import BadInput
from sandbox.report import assemble, write_report, write_reports
from sandbox.report.document import Picture
from sandbox.report.docx_file import docx
from sandbox.report.exhibits import exhibit
from sandbox.report.formats import findings_csv, report_json, tables_of
from sandbox.report.pdf_file import pdf
from sandbox.report.render import html

TODAY = "2026-11-23"
A4 = (595.3, 841.9)
DATES = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def document():
    made = cell(role="pd", n=300)
    months = pd.DataFrame({"vintage": ["2025-01"], **{f"mob {m}": [m / 100] for m in range(1, 25)}})
    tables = {**made.tables, "portfolio.vintages": months}
    return assemble([replace(made, tables=tables)], date=TODAY)


@pytest.fixture(scope="module")
def files(document, tmp_path_factory):
    folder = tmp_path_factory.mktemp("formats")
    kinds = ("html", "pdf", "docx", "json", "csv", "xlsx")
    paths = write_reports(document, folder / "report.html", kinds)
    assert [p.suffix for p in paths] == [f".{k}" for k in kinds]
    return {p.suffix: p for p in paths}


@pytest.fixture(scope="module")
def small(document):
    """One of its sections, with figures and tables: enough to see that bytes are repeated."""
    (some,) = (s for s in document.sections if s.title == "Explanation and fairness")
    assert any(isinstance(b, Picture) for b in some.blocks)
    return replace(document, sections=(some,))


def test_no_file_of_a_whole_report_has_5_megabytes(files):
    assert {s: p.stat().st_size for s, p in files.items() if p.stat().st_size >= 5_000_000} == {}


def headings(document):
    return [f"{s.number} {s.title}" for s in document.sections]


@pytest.fixture(scope="module")
def pages(files):
    """The text of each page of the PDF, as pypdf reads it."""
    from pypdf import PdfReader

    return [" ".join(p.extract_text().split()) for p in PdfReader(files[".pdf"]).pages]


def test_pypdf_finds_every_section_and_no_page_wider_than_a4(document, files, pages):
    from pypdf import PdfReader

    read = PdfReader(files[".pdf"])
    assert len(read.pages) > 10
    for page in read.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=1)
    text = " ".join(pages)
    for heading in headings(document):
        assert heading in text
    assert f"1 / {len(read.pages)}" in text


def test_pypdf_finds_contents_with_links_an_outline_and_embedded_fonts(document, files):
    from pypdf import PdfReader

    read = PdfReader(files[".pdf"])
    links = [
        a for p in read.pages for a in p.get("/Annots") or () if "/Link" in str(a.get_object())
    ]
    assert len(links) > len(document.sections)
    outline = [item.title for item in flat(read.outline)]
    assert all(any(s.title in title for title in outline) for s in document.sections)
    fonts = [
        font.get_object()
        for page in read.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    ]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        described = inner["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described)


def test_pypdf_finds_the_head_of_a_table_on_every_page_that_it_goes_on_to(pages):
    first = max(i for i, page in enumerate(pages) if "12.1 Tests" in page)
    end = max(i for i, page in enumerate(pages) if "12.2 How the opinion follows" in page)
    assert end - first > 2
    for page in pages[first:end]:
        assert "Test and hypothesis Rows Figure Threshold and its source Verdict" in page


def test_pypdf_finds_the_page_of_each_section_in_the_contents(document, pages):
    for s in document.sections:
        told = int(re.search(rf"{s.number} {re.escape(s.title)}[ .]+(\d+)", pages[1])[1])
        assert f"{s.number} {s.title}" in pages[told - 1]


def test_pypdf_finds_all_text_within_the_margins_and_the_language_of_the_page(files):
    from pypdf import PdfReader

    read, outside = PdfReader(files[".pdf"]), []

    def look(text, whole, line, font, size):
        x, y = line[4] * whole[0] + whole[4], line[5] * whole[3] + whole[5]
        if text.strip() and not (45 < x < A4[0] - 45 and 20 < y < A4[1] - 20):
            outside.append((text, x, y))

    # what stands in figures is counted from the figure's own corner
    plain = [page for page in read.pages if b" Do" not in page.get_contents().get_data()]
    assert len(plain) > 5
    for page in plain:
        page.extract_text(visitor_text=look)
    assert outside == []
    assert read.trailer["/Root"]["/Lang"] == "en"
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]


def flat(outline):
    for item in outline:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def test_python_docx_reads_headings_tables_pictures_and_signatures(document, files):
    from docx import Document

    read = Document(str(files[".docx"]))
    titles = [p.text for p in read.paragraphs if p.style.name == "Heading 1"]
    assert [" ".join(t.split()) for t in titles if t != "Contents"] == headings(document)
    pictures = sum(type(b).__name__ == "Picture" for s in document.sections for b in s.blocks)
    assert len(read.inline_shapes) == pictures > 0
    cells = {c.text for table in read.tables for row in table.rows for c in row.cells}
    assert {"Developer", "Validator", "Approver", "to be signed"} <= cells
    assert document.annex.register[0].id in cells


def test_every_link_of_the_docx_leads_to_a_place_in_it(document):
    xml = zipfile.ZipFile(io.BytesIO(docx(document))).read("word/document.xml").decode()
    places = re.findall(r'w:bookmarkStart[^>]*w:name="([^"]+)"', xml)
    asked = set(re.findall(r'w:hyperlink w:anchor="([^"]+)"', xml))
    assert len(places) == len(set(places))
    assert {"section_1", "section_12", "finding_1"} <= asked <= set(places)
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", place) for place in places)


def test_the_index_of_the_workbook_says_what_each_sheet_is_and_leads_to_it(files):
    from openpyxl import load_workbook

    book = load_workbook(files[".xlsx"])
    lines = list(book["index"].iter_rows(min_row=4))
    assert len(lines) == len(book.sheetnames) - 1
    for name, said, _ in lines:
        assert name.hyperlink.location.strip("'").split("'!")[0] in book.sheetnames
        if re.match(r"\d+-\d+ |findings|tests|discrimination", name.value):
            assert said.value


def test_a_table_that_two_tests_draw_from_is_one_sheet(document):
    names = list(tables_of(document))
    shared = {r.id for r in document.annex.results if r.table is not None} - set(names)
    assert shared
    drawn = [t for n, t in document.annex.tables.items() if n in names]
    assert not any(a.equals(b) for i, a in enumerate(drawn) for b in drawn[:i])


def test_openpyxl_finds_findings_tests_and_the_tables_behind_the_exhibits(document, files):
    from openpyxl import load_workbook

    book = load_workbook(files[".xlsx"])
    assert book.sheetnames[:3] == ["index", "findings", "tests"]
    tests = [row[0].value for row in book["tests"].iter_rows(min_row=2)]
    assert tests == [r.id for r in document.annex.results]
    vintages = book["portfolio.vintages"]
    assert (vintages.max_row, vintages.max_column) == (2, 25)


def test_rows_of_single_customers_are_in_no_workbook(document):
    assert "scored" not in document.annex.tables


def test_accounts_of_a_bank_by_number_are_in_no_workbook():
    made = cell(role="pd", n=300)
    rolls = pd.DataFrame({"account": ["ACCT-0001"], "month": [3], "dpd": [0.0], "rise": [90.0]})
    results = [replace(r, table=rolls) if r.id == "data.constant" else r for r in made.results]
    assert any(r.table is rolls for r in results)
    document = assemble([replace(made, results=tuple(results))], date=TODAY)
    text = "".join(t.to_csv() for t in tables_of(document).values())
    assert "ACCT-0001" not in text
    assert "ACCT-0001" not in report_json(document) + html(document)


def test_json_holds_every_result_and_finding_and_no_nan(document, files):
    text = files[".json"].read_text()
    read = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert [r["id"] for r in read["results"]] == [r.id for r in document.annex.results]
    assert [f["id"] for f in read["findings"]] == [line.id for line in document.annex.register]
    assert read["opinion"]["text"] == document.opinion.text


def test_csv_has_a_line_a_finding_and_no_formula(document, files):
    rows = list(csv.DictReader(io.StringIO(files[".csv"].read_text())))
    assert [r["id"] for r in rows] == [line.id for line in document.annex.register]
    assert set(rows[0]) >= {"severity", "owner", "due", "status", "remedy", "evidence"}
    for sign in "=+-@\t\r":
        hostile = replace(document.annex.register[0], title=f'{sign}HYPERLINK("http://x")')
        annex = replace(document.annex, register=(hostile,))
        assert f"'{sign}HYPERLINK" in findings_csv(replace(document, annex=annex))


@pytest.mark.parametrize("write", [html, pdf, docx, report_json])
def test_the_same_document_gives_the_same_bytes(small, write):
    assert write(small) == write(small)


def test_another_date_changes_dates_only(document):
    cells = [cell(role="pd", n=300)]
    one, other = (assemble(cells, date=d) for d in (TODAY, "2027-01-31"))
    assert html(one) != html(other)
    assert DATES.sub("", html(one)) == DATES.sub("", html(other))
    assert DATES.sub("", report_json(one)) == DATES.sub("", report_json(other))


def test_an_unknown_ending_or_language_is_told_and_nothing_is_written(document, tmp_path):
    with pytest.raises(BadInput, match=r"ends in \.doc; a report ends in one of \.html, \.pdf"):
        write_report(document, tmp_path / "report.doc")
    with pytest.raises(BadInput, match="ends in nothing"):
        write_report(document, tmp_path / "report")
    with pytest.raises(BadInput, match="There is no language 'fr'"):
        write_report(document, tmp_path / "report.html", "fr")
    assert list(tmp_path.iterdir()) == []


def test_the_report_in_chinese_says_so_and_has_chinese_titles(small, tmp_path):
    text = write_report(small, tmp_path / "zh.html", "zh").read_text()
    assert '<html lang="zh' in text
    assert "结果" in text


def test_a_wide_matrix_is_cut_evenly_and_a_wide_list_at_its_end():
    matrix = pd.DataFrame({"vintage": ["a"], **{f"mob {m}": [0.1] for m in range(1, 37)}})
    shown = exhibit("Ever 30+", matrix)
    assert (shown.columns[0].title, shown.columns[-1].title) == ("Vintage", "MOB 36")
    assert "9 of 37 columns" in shown.note
    listed = pd.DataFrame({name: [1.0] for name in "abcdefghijkl"})
    assert [c.title for c in exhibit("A list", listed).columns] == list("ABCDEFGHI")


def test_an_interval_stands_below_its_figure_and_empty_columns_are_left_out():
    table = pd.DataFrame(
        {"group": ["x", "y"], "air": [0.8, np.nan], "air_low": [0.7, np.nan],
         "air_high": [0.9, np.nan], "nothing": [np.nan, np.nan]}
    )  # fmt: skip
    shown = exhibit("Groups", table)
    assert [c.title for c in shown.columns] == ["Group", "AIR"]
    assert (shown.rows[0][1].text, shown.rows[0][1].below) == ("0.800", "0.700 to 0.900")
    assert shown.rows[1][1] == "–"


def test_a_long_list_is_cut_and_says_so_and_shares_are_per_cent():
    listed = pd.DataFrame({"bad_rate": [0.15] * 21})
    shown = exhibit("A list", listed)
    assert shown.note == "10 of 21 rows are shown; the workbook has all."
    assert len(shown.rows) == 10
    whole = exhibit("A list", listed.head(20))
    assert (len(whole.rows), whole.note) == (20, "")
    assert shown.rows[0] == ("15.0%",)
