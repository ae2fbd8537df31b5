"""Tables in the terminal, as wide as the terminal and no wider."""

import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

#: metrics as a person says them: heading, number format, factor
HEADINGS: dict[str, tuple[str, str]] = {
    "value/profit_per_customer": ("profit per customer, RMB", "{:,.0f}"),
    "truth/profit_per_customer": ("expected profit per customer, RMB", "{:,.0f}"),
    "truth/regret_per_customer": ("regret per customer, RMB", "{:,.0f}"),
    "truth/oracle_profit_per_customer": ("oracle's profit per customer", "{:,.0f}"),
    "value/approval_rate": ("approved", "{:.1%}"),
    "value/default_rate": ("defaults", "{:.1%}"),
    "perf/auc": ("AUC", "{:.3f}"),
    "perf/gini": ("Gini", "{:.3f}"),
    "perf/ks": ("KS", "{:.3f}"),
    "perf/auprc": ("AUPRC", "{:.3f}"),
    "fraud/auprc": ("AUPRC", "{:.3f}"),
    "fraud/recall_at_fpr_2pct": ("recall at 2% FPR", "{:.1%}"),
    "fraud/cp_at_100": ("precision of top 100", "{:.1%}"),
    "calib/brier": ("Brier", "{:.4f}"),
    "calib/ece": ("ECE", "{:.4f}"),
    "stability/psi": ("PSI", "{:.4f}"),
}
#: what the roles are called above their tables
TITLES = {"limit": "Limit models", "fraud": "Fraud models", "pd": "PD models"}


def console() -> "Console":
    """A console that keeps to the terminal; where there is none, to COLUMNS or to 100."""
    from rich.console import Console

    terminal = Console(highlight=False)
    if terminal.is_terminal or "COLUMNS" in os.environ:
        return terminal
    return Console(highlight=False, width=100)


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "", figures: int = 0
) -> None:
    """One table; the last `figures` columns are numbers and stand to the right.

    Where all does not fit, headings of figures break between words and other cells give way: as
    long as there is room for their longest words, they break between words, too.
    """
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    screen = console()
    texts = [[str(cell) for cell in row] for row in rows]
    columns = [[heading, *cells] for heading, *cells in zip(headings, *texts, strict=True)]
    is_tight = not fits(headings, texts)
    widths = _widths(columns, figures, screen.width - 2 * len(columns)) if is_tight else []
    table = Table(
        title=title or None,
        box=SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
        padding=(0, 0, 0, 1) if is_tight else (0, 1),
    )
    for i, (heading, *_) in enumerate(columns):
        table.add_column(
            heading,
            justify="right" if i >= len(headings) - figures else "left",
            overflow="fold",
            vertical="top",
            width=widths[i] if is_tight else None,
        )
    for row in texts:
        table.add_row(*(escape(cell) for cell in row))
    screen.print(table)


def fits(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a table needs no line breaks in the terminal besides those in its cells."""
    columns = zip(headings, *rows, strict=True)
    return (
        sum(max(_size(str(cell)) for cell in column) + 3 for column in columns) <= console().width
    )


def _size(cell: str) -> int:
    """Columns of the terminal that the longest line of a cell takes."""
    from rich.cells import cell_len

    return max(map(cell_len, cell.split("\n")))


def _widths(columns: Sequence[Sequence[str]], figures: int, room: int) -> list[int]:
    """A width each: that of the longest word, then wider from the narrowest on while there is room.

    Where even words have no room, the longest are broken; figures never are.
    """
    words = [[word for cell in column for word in cell.split()] or [""] for column in columns]
    # text without blanks, such as Chinese, may break anywhere
    widths = [max(_size(w) if w.isascii() else min(_size(w), 12) for w in some) for some in words]
    most = [max(map(_size, column)) for column in columns]
    texts = len(columns) - figures
    for i in range(texts, len(columns)):
        most[i] = widths[i] = max(map(_size, [*columns[i][0].split(), *columns[i][1:]]))
    while sum(widths) > room and max(widths[:texts], default=0) > 1:
        widths[widths.index(max(widths[:texts]))] -= 1
    while sum(widths) < room and widths != most:
        narrow = min(w for w, wanted in zip(widths, most, strict=True) if w < wanted)
        at = next(i for i, w in enumerate(widths) if w == narrow and w < most[i])
        widths[at] += 1
    return widths


def print_paragraph(text: str) -> None:
    """Sentences, broken between words at the terminal's width; paths and addresses stay whole."""
    width = console().width
    print(textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False))


def print_results(table: "pd.DataFrame") -> None:
    """`StudyResults.table()`: one table a role, models from best to worst as they come.

    Where the models were tried stands in the title, or in a column if they are several places.
    Below each table, why models failed: one paragraph a reason.
    """
    for role, rows in table.groupby("role", sort=False):
        metrics = [c for c in rows.columns if "/" in c and rows[c].notna().any()]
        names = [HEADINGS.get(m, (m, "{:.4g}")) for m in metrics]
        places = [str(scenario).replace("_", " ") for scenario in rows["scenario"]]
        is_one = len(set(places)) == 1
        lines = [
            [
                _standing(row),
                *([] if is_one else [place]),
                row["seeds"],
                *(figure(row[m], form) for m, (_, form) in zip(metrics, names, strict=True)),
            ]
            for place, (_, row) in zip(places, rows.iterrows(), strict=True)
        ]
        headings = ["model", *([] if is_one else ["on"]), "seeds", *(h for h, _ in names)]
        title = TITLES.get(str(role), str(role)) + (f" on {places[0]}" if is_one else "")
        print_table(headings, lines, title, figures=len(names) + 1)
        failed = rows[rows["status"] != "ok"]
        for reason, models in failed.groupby("status", sort=False)["model"]:
            print_paragraph(f"{', '.join(dict.fromkeys(models))}: {reason}")
            print()


def print_models(rows: "pd.DataFrame", shown: Mapping[str, tuple[str, str]], title: str) -> None:
    """A line a model of `by_market` or `over_markets`; columns -> heading and number format.

    Columns that the rows do not have are left out.
    """
    figures = {column: said for column, said in shown.items() if column in rows}
    # said once above the tables, unless a model did not get through everywhere
    counts = ["seeds"] if rows["seeds"].nunique() > 1 else []
    lines = [
        [row["model"], *row[counts], *(figure(row[c], form) for c, (_, form) in figures.items())]
        for _, row in rows.iterrows()
    ]
    headings = ["model", *counts, *(heading for heading, _ in figures.values())]
    print_table(headings, lines, title, figures=len(figures) + len(counts))


def print_next(reports: Sequence[Path], steps: Sequence[tuple[str, str]]) -> None:
    """Where the reports are; what to type next, as it can be typed here, and what it does."""
    for report in reports:
        print(f"Validation report: {report}")
    typed = [(f"{_typed()} {words}", meaning) for words, meaning in steps]
    width = max(len(command) for command, _ in typed)
    print("Next:")
    for command, meaning in typed:
        print(f"  {command:<{width}}  {meaning}")


def _standing(row: "pd.Series[Any]") -> str:
    """The model's name, and whether it got through; the reason would not fit into a cell."""
    if row["status"] == "ok":
        return str(row["model"])
    return f"{row['model']} ({'partly ' * bool(row['seeds'])}failed)"


def _typed() -> str:
    """`risk-sandbox` where the shell finds it, else the path from here to it."""
    if shutil.which("risk-sandbox"):
        return "risk-sandbox"
    return os.path.relpath(Path(sys.executable).with_name("risk-sandbox"))


def figure(value: float, form: str) -> str:
    """A number as `form` writes it; a dash where there is none.

    >>> figure(0.25, "{:.0%}"), figure(float("nan"), "{:.0%}")
    ('25%', '–')
    """
    return "–" if value != value else form.format(value)
