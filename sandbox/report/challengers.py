"""Champion and challengers side by side, and paired over the seeds they share."""

from sandbox import plots
from sandbox.report import figures
from sandbox.report.document import Block, Cell, Column, Estimate, Gap, Paragraph, Picture, Table
from sandbox.report.front import interval_text
from sandbox.report.standing import Standing
from sandbox.report.wording import HEADLINE, METRICS, metric

#: metrics set side by side for each role, the headline first
COMPARED = {
    "limit": (
        "value/profit_per_customer",
        "truth/regret_per_customer",
        "value/approval_rate",
        "value/default_rate",
        "perf/auc",
        "calib/brier",
    ),
    "pd": ("perf/auc", "perf/ks", "perf/auprc", "calib/brier", "calib/slope", "calib/ece"),
    "fraud": (
        "fraud/auprc",
        "fraud/recall_at_fpr_1pct",
        "fraud/recall_at_fpr_5pct",
        "fraud/cp_at_100",
        "perf/auc",
    ),
}


def challengers(standing: Standing) -> list[Block]:
    """The comparison of section 6."""
    if not standing.challengers:
        return [Gap("Not evaluated: the study holds no challenger on the same data.")]
    names = [
        n
        for n in COMPARED.get(standing.role, ())
        if any(n in c.metrics for x in standing.contenders for c in x.finished)
    ]
    rows: list[tuple[Cell, ...]] = []
    for contender in standing.contenders:
        label = f"{contender.name}{' (champion)' if contender is standing.champion else ''}"
        runs = len(contender.cells)
        seeds = f"{len(contender.finished)} of {runs} runs" if runs > 1 else "1 run"
        cells: list[Cell] = [Estimate(label, seeds)]
        for name in names:
            spread = contender.spread(name)
            cells.append(Estimate(metric(name).form(spread.mean), interval_text(spread, name)))
        rows.append(tuple(cells))
    titles = tuple(Column(METRICS[n].label, number=True) for n in names)
    note = "Means over seeds; below each its 95% interval where there is one."
    blocks: list[Block] = [
        Table("Champion and challengers", (Column("Model"), *titles), tuple(rows), note)
    ]
    blocks += _headline(standing)
    for contender in standing.challengers:
        for cell in contender.failed:
            blocks.append(
                Gap(
                    f"{contender.name}, seed {cell.cell.seed}: not evaluated, {cell.status}. "
                    f"{cell.reason}".strip()
                )
            )
    return blocks


def _headline(standing: Standing) -> list[Block]:
    name = HEADLINE.get(standing.role, "perf/auc")
    label, form = metric(name).label, metric(name).form
    table = figures.comparison(standing.contenders, name)
    blocks: list[Block] = []
    if len(table) > 1 and table["low"].notna().any():
        height = 0.75 + 0.32 * len(table)
        svg = figures.draw(
            "compared", height, lambda ax: plots.plot_comparison(table, ax, label), width=6.0
        )
        blocks.append(Picture(f"{label}, with 95% intervals", svg))
    paired = [(c.name, standing.paired(name, c)) for c in standing.challengers]
    blocks += [
        Paragraph(
            f"{label}: {standing.champion.name} less {challenger} is {form(spread.mean)} "
            f"(95% interval {form(spread.low)} to {form(spread.high)}), paired over "
            f"{spread.seeds} seeds."
        )
        for challenger, spread in paired
        if spread.known
    ]
    if not any(spread.known for _, spread in paired):
        blocks.append(
            Gap(
                "Not evaluated: whether the difference is more than chance; it takes at least two "
                "seeds on which champion and challenger both finished."
            )
        )
    return blocks
