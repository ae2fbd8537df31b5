"""How a table of a DOCX is laid out: widths of columns, and rows that stay whole."""

from typing import Any

from sandbox.report.document import Cell, Mark, Table

#: millimetres of an A4 page's text column
COLUMN = 170
#: letters of a table's type that fit the text column, and those a cell's margins take
LETTERS, PADDING = 115, 4


def shares(block: Table) -> list[float]:
    """Shares of the page's width: as given, or by what stands in each column.

    Columns of numbers get what they need, the others share the rest.

    >>> from sandbox.report.document import Column
    >>> shares(Table("", (Column("a"), Column("b")), (("x", "a long text " * 9),)))[1] > 0.7
    True
    """
    if all(column.width for column in block.columns):
        return [column.width / sum(c.width for c in block.columns) for column in block.columns]
    needs = [
        PADDING
        + max(max(map(len, column.title.split()), default=0), *(_length(r[place]) for r in rows))
        for rows in [block.rows or (("",) * len(block.columns),)]
        for place, column in enumerate(block.columns)
    ]
    fixed = [min(need, 22) if c.number else 0 for need, c in zip(needs, block.columns, strict=True)]
    left = max(LETTERS - sum(fixed), LETTERS / 4)
    others = [0 if firm else min(need, 40) for need, firm in zip(needs, fixed, strict=True)]
    sizes = [
        firm or other * left / max(sum(others), 1)
        for firm, other in zip(fixed, others, strict=True)
    ]
    return [size / sum(sizes) for size in sizes]


def _length(cell: Cell) -> int:
    """Letters of the longer line of a cell; a Chinese one counts twice."""
    if isinstance(cell, Mark):
        lines = ["○ not evaluated", cell.below]
    else:
        lines = [cell] if isinstance(cell, str) else [cell.text, getattr(cell, "below", "")]
    return max(sum(1 + (letter > "\u2e7f") for letter in line) for line in lines)


def set_widths(table: Any, block: Table) -> None:
    """Give the columns of a table of Word the `shares` of the page's width."""
    from docx.shared import Mm

    table.autofit = False
    for place, share in enumerate(shares(block)):
        table.columns[place].width = Mm(COLUMN * share)
        for cell in table.columns[place].cells:
            cell.width = Mm(COLUMN * share)


def keep_whole(row: Any) -> None:
    """A row does not part at the end of a page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def repeat_on_each_page(row: Any) -> None:
    """The head of a table stands again on each page it goes on to."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
