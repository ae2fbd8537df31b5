"""What a limit model decides, by segment."""

from sandbox import plots
from sandbox.report import figures
from sandbox.report.document import Block, Gap, Paragraph, Picture
from sandbox.report.exhibits import ROWS, exhibit, spoken
from sandbox.report.own_limits import own_limits
from sandbox.report.standing import Standing


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
        *recorded(standing, "decisions_by_segment", "Decisions by segment, money in RMB", _RESTS),
        *_own_limits(standing),
        *recorded(standing, "reasons", "Reasons of decisions"),
    ]


#: which limits the figures of the decision tables rest on
_RESTS = (
    "Mean PD is the model's, of approved applicants, and rests on the incumbent's limits, under "
    "which it was learnt. Default rate and profit are of the same applicants under the limits "
    "that this model gave; where those are higher than the incumbent's, more defaults are to be "
    "expected than the PD says."
)


def _own_limits(standing: Standing) -> list[Block]:
    """Whether defaults under the model's own limits exceed its PDs."""
    found = own_limits(standing.champion)
    if found is None:
        return []
    said = "more than chance explains" if found.above else "no clear excess"
    return [Paragraph(f"Over all finished runs: {found.words}: {said}.")]


def recorded(standing: Standing, name: str, title: str, rests: str = "") -> list[Block]:
    """A table that the study recorded, as much of it as a page holds; nothing without one."""
    table = standing.champion.reference.tables.get(name)
    if table is None or table.empty:
        return []
    if "reason" in table.columns:
        table = table.assign(reason=table["reason"].astype(str).map(spoken))
    note = " ".join(t for t in ("First finished run.", rests) if t)
    return [exhibit(title, table, note)]
