"""The tables of `risk-sandbox fidelity`: gates, guides, shapes, and what was not measured."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from data_generators.fidelity import Figure, Line, Standing
from sandbox.cli.tables import console

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

#: how a unit is written; others as plain numbers
PERCENT = ("share", "share a year")
#: a share by its unit, but nobody writes it in percent
PLAIN = ("truth.auc",)
#: colours beside the words, never instead of them
STYLES = {
    Standing.INSIDE: "green",
    Standing.ALIKE: "green",
    Standing.OUTSIDE: "bold red",
    Standing.UNLIKE: "bold red",
}
TITLES = {
    "gate": "Gates: must lie inside their band",
    "guide": "Guides: weaker sources, a band to look at",
    "shape": "Shapes: no band; how one group stands to the next",
}
#: standings without a value
UNMEASURED = (Standing.NOT_YET, Standing.NOT_HERE)


def print_comparison(lines: Sequence[Line], title: str) -> None:
    """All figures, each once; the last line counts the gates."""
    screen = console()
    screen.print(title, style="bold")
    families = list(dict.fromkeys(_family(line) for line in lines))
    lines = sorted(lines, key=lambda line: families.index(_family(line)))
    for kind, heading in TITLES.items():
        rows = [x for x in lines if x.figure.kind == kind and x.standing not in UNMEASURED]
        if rows:
            screen.print(_measured(rows, heading, has_band=kind != "shape"))
    for standing in UNMEASURED:
        rows = [line for line in lines if line.standing is standing]
        if rows:
            screen.print(_unmeasured(rows, standing.value.capitalize()))
    for kind in ("shape", "guide", "gate"):
        if kind == "gate" or any(line.figure.kind == kind for line in lines):
            print(counted(lines, kind))


def counted(lines: Sequence[Line], kind: str) -> str:
    """How many figures of a kind stand where: "gates: 3 inside, 1 outside"."""
    standings = Counter(line.standing for line in lines if line.figure.kind == kind)
    always = (Standing.INSIDE, Standing.OUTSIDE) if kind != "shape" else ()
    said = [f"{standings[s]} {s.value}" for s in Standing if s in always or standings[s]]
    return f"{kind}s: {', '.join(said)}"


def _measured(lines: Sequence[Line], heading: str, *, has_band: bool) -> "Table":
    """Figures that have a value: published, band, this world's own, and the verdict."""
    from rich.text import Text

    table = _table(heading, lines)
    table.add_column("published", justify="right")
    if has_band:
        table.add_column("band", justify="right")
    table.add_column("this world", justify="right")
    table.add_column("verdict")
    notes = [f"Here: {line.note}" if line.note else "" for line in lines]
    for line, figure in zip(lines, _named(lines, notes), strict=True):
        table.add_row(
            figure,
            written(line.figure, line.figure.value),
            *([_band(line.figure)] if has_band else []),
            written(line.figure, line.value),
            Text(line.standing.value, STYLES.get(line.standing, "")),
        )
    return table


def _unmeasured(lines: Sequence[Line], heading: str) -> "Table":
    """Figures without a value, and why."""
    table = _table(heading, lines)
    table.add_column("kind")
    table.add_column("published", justify="right")
    table.add_column("band", justify="right")
    for line, figure in zip(lines, _named(lines, [_why(line) for line in lines]), strict=True):
        value = written(line.figure, line.figure.value)
        table.add_row(figure, line.figure.kind, value, _band(line.figure))
    return table


def _table(heading: str, lines: Sequence[Line]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        title=heading,
        title_style="bold",
        box=SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
        padding=(0, 0, 0, 1),
    )
    # an id is what is searched for, so it is never broken where there is any room
    longest = max(len(line.figure.id) for line in lines)
    table.add_column("figure", min_width=longest, overflow="fold", ratio=1)
    return table


def _named(lines: Sequence[Line], remarks: Sequence[str]) -> "list[Text]":
    """Id, quantity, and a source or remark where it is another than that of the line above."""
    from rich.text import Text

    sources = _once([f"Source: {line.figure.source}" for line in lines])
    cells = []
    for line, source, remark in zip(lines, sources, _once(remarks), strict=True):
        said = [f"{part.rstrip('.')}." for part in (line.figure.quantity, source, remark) if part]
        text = Text().append(line.figure.id, "bold")
        cells.append(text.append("\n" + " ".join(said)))
    return cells


def _once(texts: Sequence[str]) -> list[str]:
    """Texts, with "" where one is the same as the one before."""
    before = ("", *texts)
    return [text if text != last else "" for text, last in zip(texts, before, strict=False)]


def _why(line: Line) -> str:
    if line.standing is Standing.NOT_YET:
        return f"Needs {line.note}"
    if line.figure.id.startswith("taiwan."):
        return "Applies to calibrated cards: give --portfolio"
    return f"Applies to: {line.figure.applies_to}"


def _family(line: Line) -> str:
    return line.figure.id.split(".")[0]


def _band(figure: Figure) -> str:
    if figure.band is None:
        return "–"
    low, high = figure.band
    if math.isinf(high):
        return f"{written(figure, low)} or more"
    return f"{written(figure, low)} to {written(figure, high)}"


def written(figure: Figure, value: float | tuple[float, ...] | None) -> str:
    """A value in the figure's unit, three digits: "2.5%", "0.59", "11.2% / 2.3%"."""
    if value is None:
        return "–"
    numbers = value if isinstance(value, tuple) else (value,)
    is_percent = figure.unit in PERCENT and figure.id not in PLAIN
    return " / ".join(_number(number, is_percent) for number in numbers)


def _number(number: float, is_percent: bool) -> str:
    if not math.isfinite(number):
        return "–"
    return f"{100 * number:.3g}%" if is_percent else f"{number:.3g}"
