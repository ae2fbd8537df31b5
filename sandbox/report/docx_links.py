"""Links within a DOCX: places that are named, text that leads to them, and the contents."""

import re
import zlib
from typing import Any

from sandbox.report.document import Heading, ReportDocument

#: letters that Word takes in the name of a place
_LONGEST = 40


def place_name(anchor: str) -> str:
    """The name of a place in Word: letters, digits and `_`, 40 at most, each anchor its own.

    >>> place_name("section-6"), place_name("test-calibration.ece")
    ('section_6', 'test_calibration_ece')
    """
    name = re.sub(r"\W", "_", anchor)
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}_{zlib.crc32(anchor.encode()):08x}"


def mark_place(line: Any, anchor: str) -> None:
    """Name the place of a paragraph, so that links lead to it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = str(zlib.crc32(anchor.encode()) % 2**31)
    for tag in ("bookmarkStart", "bookmarkEnd"):
        part = OxmlElement(f"w:{tag}")
        part.set(qn("w:id"), number)
        if tag == "bookmarkStart":
            part.set(qn("w:name"), place_name(anchor))
        line._p.append(part)


def add_link(line: Any, text: str, anchor: str) -> None:
    """Add text that leads to a place of the same document."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    run = line.add_run(text)
    run.font.color.rgb = RGBColor.from_string("0B3D6B")
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), place_name(anchor))
    link.set(qn("w:history"), "1")
    run._r.addprevious(link)
    link.append(run._r)


def add_field(line: Any, code: str, shown: str = "1") -> None:
    """A field that Word fills, such as a page's number."""
    open_field(line, code)
    line.add_run(shown)
    close_field(line)


def open_field(line: Any, code: str) -> None:
    """Begin a field; what follows is shown until Word fills it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _field_sign(line, "begin")
    part = OxmlElement("w:instrText")
    part.set(qn("xml:space"), "preserve")
    part.text = code
    line.add_run()._r.append(part)
    _field_sign(line, "separate")


def close_field(line: Any) -> None:
    """End a field."""
    _field_sign(line, "end")


def _field_sign(line: Any, kind: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    line.add_run()._r.append(part)


def contents(made: Any, document: ReportDocument) -> None:
    """The contents, with links, as a field to which Word adds the pages when it is updated."""
    from docx.shared import Mm, Pt

    entries = [
        (depth, f"{number}  {text}", anchor)
        for section in document.sections
        for depth, number, text, anchor in (
            (0, str(section.number), section.title, f"section-{section.number}"),
            *(
                (1, block.number, block.text, f"s{block.number}")
                for block in section.blocks
                if isinstance(block, Heading)
            ),
        )
    ]
    for place, (depth, text, anchor) in enumerate(entries):
        line = made.add_paragraph()
        line.paragraph_format.left_indent = Mm(6 * depth)
        line.paragraph_format.space_after = Pt(0)
        line.paragraph_format.line_spacing = 1.0
        if place == 0:
            open_field(line, r'TOC \o "1-2" \h \z \u')
        add_link(line, text, anchor)
        if place == len(entries) - 1:
            close_field(line)
