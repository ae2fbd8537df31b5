"""What a report consists of, before any format: frozen, plain values all the way down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from sandbox.plots.svg import Drawing
from sandbox.validation.result import ValidationResult, Verdict


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Gap:
    """What this report does not show, and why; drawn grey, never green."""

    text: str
    #: what is missing one by one, where that is several things
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """A numbered subsection; `number` is set when the report is put together."""

    text: str
    number: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of short sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    """A verdict in a cell or a light: shape, colour and word together."""

    #: None for a figure that no threshold judges
    verdict: Verdict | None
    #: small type below
    below: str = ""


@dataclass(frozen=True)
class Link:
    """Text that leads to another place of the report."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Estimate:
    """A figure with what is said of it in small type below: an interval, a count of seeds."""

    text: str
    below: str = ""


Cell = str | Mark | Link | Estimate


@dataclass(frozen=True)
class Column:
    """A table's column."""

    title: str
    #: numbers stand right, with digits below digits
    number: bool = False
    #: per cent of the table's width; 0 leaves it to the browser
    width: int = 0


@dataclass(frozen=True)
class Table:
    """An exhibit of rows and columns; `number` is set when the report is put together."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    number: str = ""
    #: anchors of the rows, if other places lead there
    anchors: tuple[str, ...] = ()
    #: rows seen at once on a screen, where the others unfold; None: all. On paper all are there
    seen: int | None = None

    @property
    def folded(self) -> int:
        """How many rows a reader has to unfold."""
        return 0 if self.seen is None else max(0, len(self.rows) - self.seen)


@dataclass(frozen=True)
class Facts:
    """Names and values, two columns, no exhibit number."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Picture:
    """An exhibit that is drawn; `number` is set when the report is put together."""

    title: str
    drawing: Drawing
    note: str = ""
    number: str = ""


@dataclass(frozen=True)
class Light:
    """A traffic light: the family of tests, its worst verdict, and the count behind it."""

    subject: str
    mark: Mark
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Lights:
    """The lights of a report side by side."""

    lights: tuple[Light, ...]


Block = Paragraph | Gap | Heading | Bullets | Table | Facts | Picture | Lights


@dataclass(frozen=True)
class Section:
    """A numbered section."""

    number: int
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Opinion:
    """What the rules conclude; a proposal until a person signs it."""

    #: "approve", "approve with conditions" or "remediate before use"
    text: str
    verdict: Verdict
    because: str


@dataclass(frozen=True)
class Signature:
    """A line of the sign-off on the cover."""

    role: str
    name: str
    #: the day, "to be signed", or empty where nobody is named
    date: str


@dataclass(frozen=True)
class RegisterLine:
    """A finding as it stands in the register."""

    id: str
    section: int
    severity: str
    title: str
    evidence: str
    #: where the evidence stands in the report
    anchor: str
    remedy: str
    owner: str
    #: a day, or "within 30 days" where the report's date is not written as one
    due: str
    status: str


@dataclass(frozen=True)
class Annex:
    """What stands behind the pages: for JSON, CSV and workbook."""

    register: tuple[RegisterLine, ...] = ()
    #: every test of the champion, the worst of its seeds
    results: tuple[ValidationResult, ...] = ()
    #: the tables behind the exhibits, by name, none of which holds rows of single customers
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportDocument:
    """A whole report."""

    title: str
    subtitle: str
    #: as written on the cover; the only thing that differs between two renderings
    date: str
    opinion: Opinion
    #: cover: what is reported on
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    signatures: tuple[Signature, ...] = (
        Signature("Developer", "to be signed", ""),
        Signature("Validator", "to be signed", ""),
        Signature("Approver", "to be signed", ""),
    )
    annex: Annex = field(default_factory=Annex)
    #: "en" or "zh", see `sandbox.report.language`
    language: str = "en"


def numbered(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Sections whose headings (6.1, 6.2) and exhibits (6-1, 6-2) carry their numbers."""
    return tuple(_numbered(section) for section in sections)


def _numbered(section: Section) -> Section:
    headings = exhibits = 0
    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Heading):
            headings += 1
            block = replace(block, number=f"{section.number}.{headings}")
        elif isinstance(block, Table | Picture):
            exhibits += 1
            block = replace(block, number=f"{section.number}-{exhibits}")
        blocks.append(block)
    return replace(section, blocks=tuple(blocks))


def columns(*titles: str) -> tuple[Column, ...]:
    """Columns by title; one that starts with `#` holds numbers.

    >>> columns("grade", "#n")[1].number
    True
    """
    return tuple(Column(t.removeprefix("#"), t.startswith("#")) for t in titles)


def table_of(
    title: str,
    spec: Sequence[tuple[str, str, Callable[[float], str] | None]],
    frame: pd.DataFrame,
    note: str = "",
) -> Table:
    """A table of a frame's rows; `spec` has (column, title, number format or None for text)."""
    rows = tuple(
        tuple(str(row[c]) if form is None else form(float(row[c])) for c, _, form in spec)
        for _, row in frame.astype(object).iterrows()
    )
    heads = tuple(Column(name, form is not None) for _, name, form in spec)
    return Table(title, heads, rows, note)
