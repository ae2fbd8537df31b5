"""Champion and challengers side by side, and paired over seeds or cases they share."""

from sandbox import plots
from sandbox.report import figures
from sandbox.report.comparison import ALSO, difference, leader
from sandbox.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Estimate,
    Gap,
    Paragraph,
    Picture,
    Table,
)
from sandbox.report.front import interval_text
from sandbox.report.standing import Standing
from sandbox.report.wording import HEADLINE, METRICS, metric

#: metrics set side by side for each role, the headline first
COMPARED = {
    "limit": (
        "truth/profit_per_customer",
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
        "fraud/recall_at_fpr_2pct",
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
    place = "champion" if leader(standing) in ("", standing.champion.name) else "this report"
    for contender in standing.contenders:
        own = "" if contender is not standing.champion else f" ({place})"
        label = f"{contender.name}{own}"
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
        Paragraph(champion_rule(standing)),
        Table("Champion and challengers", (Column("Model"), *titles), tuple(rows), note),
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
    label = metric(name).label
    table = figures.comparison(standing.contenders, name)
    blocks: list[Block] = []
    if len(table) > 1 and table["low"].notna().any():
        height = 0.75 + 0.32 * len(table)
        svg = figures.draw(
            "compared", height, lambda ax: plots.plot_comparison(table, ax, label), width=6.0
        )
        blocks.append(Picture(f"{label}, with 95% intervals", svg))
    missed = []
    for challenger in standing.challengers:
        found = [difference(standing, n, challenger) for n in (name, *ALSO.get(standing.role, ()))]
        known = tuple(d.words for d in found if d is not None)
        if known:
            blocks.append(Paragraph(f"{standing.champion.name} less {challenger.name}:"))
            blocks.append(Bullets(tuple(f"{words}." for words in known)))
        if challenger.finished and found[0] is None:
            missed.append(challenger.name)
    if missed:
        blocks.append(
            Gap(
                f"Not evaluated: whether the difference in {label} to {', '.join(missed)} is more "
                "than chance; it takes at least two seeds on which both models finished."
            )
        )
    return blocks


def champion_rule(standing: Standing) -> str:
    """How the champion is chosen, and whether this report's model is the one that rule chooses."""
    label = metric(HEADLINE.get(standing.role, "perf/auc")).label
    rule = (
        f"Rule: the models of a study are ranked by {label}, on average over the seeds that all "
        "of them have; the first is the champion, the others are its challengers."
    )
    best = leader(standing)
    if best and best != standing.champion.name:
        return f"{rule} By it {best} leads; this report was asked for on {standing.champion.name}."
    return rule
