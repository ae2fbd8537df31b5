"""The report as DOCX, for those who edit: headings, contents, tables and pictures of Word."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from sandbox.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Estimate,
    Facts,
    Gap,
    Heading,
    Lights,
    Link,
    Mark,
    Paragraph,
    Picture,
    ReportDocument,
    Table,
)
from sandbox.report.docx_links import add_field, add_link, contents, mark_place
from sandbox.report.docx_tables import COLUMN, keep_whole, repeat_on_each_page, set_widths
from sandbox.report.language import translate
from sandbox.report.render import MARKS
from sandbox.workspace import written_whole

#: of what is read on screen and paper; Chinese falls back to the second
FONT, CHINESE = "Arial", "Noto Sans CJK SC"
#: a table of so many rows stays on one page
SHORT = 8
_COLOURS = {
    "pass": "1A7F4B",
    "warn": "9A6700",
    "fail": "B42318",
    "none": "6B7280",
    "info": "6B7280",
}
#: every file in the archive is dated by this, so that the same report gives the same bytes
_EPOCH = (1980, 1, 1, 0, 0, 0)


def docx(document: ReportDocument) -> bytes:
    """The document as DOCX, the same bytes for the same document."""
    from docx import Document

    made: Any = Document()
    made.core_properties.language = document.language
    _page(made, document)
    made.add_heading(document.title, 0)
    made.add_paragraph(f"{document.subtitle} · {document.date}")
    _opinion(made, document)
    _add(made, Facts(document.facts))
    _signatures(made, document)
    made.add_page_break()
    made.add_heading(_said(made, "Contents"), 1)
    contents(made, document)
    _note(made, _said(made, "Right-click the list and choose Update Field for page numbers."))
    for section in document.sections:
        head = made.add_heading(f"{section.number}  {section.title}", 1)
        head.paragraph_format.page_break_before = section is document.sections[0]
        mark_place(head, f"section-{section.number}")
        for block in section.blocks:
            _add(made, block)
    return _settled(made, document)


def write_docx(document: ReportDocument, path: Path) -> Path:
    """Write the DOCX to `path`, whole or not at all, and return the path."""
    made = docx(document)
    with written_whole(path) as partial:
        partial.write_bytes(made)
    return path


def _page(made: Any, document: ReportDocument) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    for name in ("Normal", "Heading 1", "Heading 2", "Title"):
        style = made.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # a theme's font would stand before ours
        for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[theme]
        fonts.set(qn("w:eastAsia"), CHINESE)
    made.styles["Normal"].font.size = Pt(9.5)
    section.header.paragraphs[0].text = f"{document.title}\t\t{document.subtitle}"
    foot = section.footer.paragraphs[0]
    add_field(foot, "PAGE")
    foot.add_run(" / ")
    add_field(foot, "NUMPAGES")


def _opinion(made: Any, document: ReportDocument) -> None:
    line = made.add_paragraph()
    _coloured(line, document.opinion.verdict, f"{document.opinion.text.capitalize()}. ", bold=True)
    line.add_run(document.opinion.because)


def _signatures(made: Any, document: ReportDocument) -> None:
    heads = ("Role", "Name", "Date", "Signature")
    columns = tuple(Column(_said(made, head)) for head in heads)
    rows = tuple((line.role, line.name, line.date, "") for line in document.signatures)
    note = _said(made, "Developer and validator are not the same person.")
    _table(made, Table(_said(made, "Sign-off"), columns, rows, note))


def _add(made: Any, block: Block) -> None:
    match block:
        case Heading():
            mark_place(made.add_heading(f"{block.number}  {block.text}", 2), f"s{block.number}")
        case Paragraph():
            made.add_paragraph(block.text)
        case Gap():
            made.add_paragraph().add_run(block.text).italic = True
            for item in block.items:
                made.add_paragraph(style="List Bullet").add_run(item).italic = True
        case Bullets():
            for item in block.items:
                made.add_paragraph(item, style="List Bullet")
        case Facts():
            _table(made, Table("", (Column("", width=30), Column("", width=70)), block.rows))
        case Lights():
            rows = tuple((light.subject, light.mark, light.text) for light in block.lights)
            heads = tuple(Column(_said(made, t)) for t in ("Family", "Verdict", "Tests"))
            _table(made, Table("", heads, rows))
        case Picture():
            _caption(made, block.number, block.title)
            _picture(made, block)
            _note(made, block.note)
        case Table():
            _table(made, block)


def _picture(made: Any, block: Picture) -> None:
    from docx.shared import Mm

    made.add_picture(BytesIO(block.drawing.png), width=Mm(COLUMN))
    properties = made.paragraphs[-1]._p.xpath(".//wp:docPr")[0]
    properties.set("descr", block.title)


def _table(made: Any, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    if block.title:
        _caption(made, block.number, block.title)
    heads = any(column.title for column in block.columns)
    table: Any = made.add_table(rows=int(heads), cols=len(block.columns))
    table.style = made.styles["Light Grid Accent 1"] if heads else made.styles["Normal Table"]
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is not None:
        # a head and stripes, and no bold names of rows
        look.set(qn("w:val"), "0420")
        look.set(qn("w:firstColumn"), "0")
    if heads:
        for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
            line = cell.paragraphs[0]
            line.add_run(column.title).bold = True
            line.paragraph_format.keep_with_next = True
            if column.number:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        repeat_on_each_page(table.rows[0])
    for place, row in enumerate(block.rows):
        cells = table.add_row().cells
        if block.anchors:
            mark_place(cells[0].paragraphs[0], block.anchors[place])
        for cell, column, value in zip(cells, block.columns, row, strict=True):
            line = cell.paragraphs[0]
            _value(made, line, value)
            if column.number:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    short = len(table.rows) <= SHORT
    for number, row in enumerate(table.rows, start=1):
        keep_whole(row)
        for cell in row.cells:
            for line in cell.paragraphs:
                line.paragraph_format.space_after = Pt(1)
                if short and number < len(table.rows):
                    line.paragraph_format.keep_with_next = True
                for run in (*line.runs, *(r for link in line.hyperlinks for r in link.runs)):
                    run.font.size = Pt(8 if len(block.columns) < 8 else 7)
    set_widths(table, block)
    _note(made, block.note)


def _value(made: Any, line: Any, value: Cell) -> None:
    if isinstance(value, Mark):
        shape, word, _ = MARKS[value.verdict]
        _coloured(line, value.verdict, f"{shape} {_said(made, word)}")
        text, below = "", value.below
    elif isinstance(value, Estimate):
        text, below = value.text, value.below
    elif isinstance(value, Link):
        add_link(line, value.text, value.anchor)
        return
    else:
        text, below = value, ""
    if text:
        line.add_run(text)
    if below:
        line.add_run(f"\n{below}").italic = True


def _coloured(line: Any, verdict: Any, text: str, bold: bool = False) -> None:
    from docx.shared import RGBColor

    run = line.add_run(text)
    run.font.color.rgb = RGBColor.from_string(_COLOURS[MARKS[verdict][2]])
    run.bold = bold


def _said(made: Any, text: str) -> str:
    """A fixed word in the document's own language."""
    return translate(text, made.core_properties.language)


def _caption(made: Any, number: str, title: str) -> None:
    line = made.add_paragraph()
    line.paragraph_format.keep_with_next = True
    said = f"{_said(made, 'Exhibit')} {number}  {title}" if number else title
    line.add_run(said).bold = True


def _note(made: Any, text: str) -> None:
    from docx.shared import Pt

    line = made.add_paragraph()
    line.add_run(text).font.size = Pt(8)


def _settled(made: Any, document: ReportDocument) -> bytes:
    """The archive with nothing in it that tells when it was written."""
    properties = made.core_properties
    properties.title, properties.subject = document.title, document.subtitle
    properties.author = properties.last_modified_by = "risk-sandbox"
    properties.created = properties.modified = datetime(*_EPOCH[:3], tzinfo=UTC)
    written, settled = BytesIO(), BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(settled, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return settled.getvalue()
