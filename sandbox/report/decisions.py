"""What a limit model decides, by segment."""

import numpy as np
import pandas as pd

from sandbox import plots
from sandbox.report import figures
from sandbox.report.document import Block, Gap, Picture, table_of
from sandbox.report.standing import Standing
from sandbox.report.wording import METRICS, Form, column_form, count, three

#: segments printed
ROWS = 20


def decisions(standing: Standing) -> list[Block]:
    """Approval, limits, profit and regret by segment, as the study recorded them."""
    table = standing.champion.reference.tables.get("decisions_by_segment")
    if table is None or table.empty:
        return [Gap("Not evaluated: no decisions were recorded.")]
    blocks: list[Block] = []
    shown = table.head(ROWS)
    drawn = [
        (column, column.replace("_", " ") + unit)
        for column, unit in (("approval_rate", ""), ("profit_per_customer", ", RMB"))
        if column in table.columns
    ]
    if "segment" in table.columns and drawn:
        panels = [
            (lambda ax, c=c, t=t: plots.plot_decisions_by_segment(shown, ax, c, t))
            for c, t in drawn
        ]
        svg = figures.draw("decisions", 0.9 + 0.3 * len(shown), *panels)
        blocks.append(Picture("Decisions by segment", svg))
    return [
        *blocks,
        *recorded(standing, "decisions_by_segment", "Decisions by segment, money in RMB"),
        *recorded(standing, "reasons", "Reasons of decisions"),
    ]


def recorded(standing: Standing, name: str, title: str) -> list[Block]:
    """A table that the study recorded, at most 20 rows of it; nothing when there is none."""
    table = standing.champion.reference.tables.get(name)
    if table is None or table.empty:
        return []
    spec = [(c, _title(c), _form(table[c], c)) for c in map(str, table.columns)]
    rest = len(table) - ROWS
    note = "First finished run." + (f" {rest} more rows are not shown." if rest > 0 else "")
    return [table_of(title, spec, table.head(ROWS), note)]


def _title(column: str) -> str:
    words = column.replace("_", " ")
    words = " ".join("PD" if word == "pd" else word for word in words.split())
    words = METRICS[f"fraud/{column}"].label if f"fraud/{column}" in METRICS else words
    return words[:1].upper() + words[1:]


def _form(values: pd.Series, column: str) -> Form | None:
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return None
    known = column_form(column)
    if known:
        return known
    whole = np.isfinite(values).all() and (values == values.round()).all()
    return count if whole else three
