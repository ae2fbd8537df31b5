"""Sections 9, 10 and 12: monitoring, limitations, every test in full."""

from collections.abc import Sequence
from dataclasses import replace

from sandbox.report.basis import estimate, note_of
from sandbox.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Estimate,
    Gap,
    Heading,
    Mark,
    Paragraph,
    Section,
    Table,
)
from sandbox.report.families import family_of
from sandbox.report.finding import RULE
from sandbox.report.front import threshold
from sandbox.report.sign_off import OPEN_OWNER, ModelCard
from sandbox.report.standing import Judged, Standing
from sandbox.report.wording import count, figure_form, minus, plural, probability, two
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.policy import Policy, Threshold
from sandbox.validation.result import ValidationResult, Verdict

#: beside a figure that a trigger would meet on the first day
_OUTSIDE = {
    Verdict.WARN: "outside the watch bound at validation: owner decides",
    Verdict.FAIL: "outside the trigger at validation: owner decides",
}


def monitoring(
    judged: tuple[Judged, ...], policy: Policy, card: ModelCard | None = None
) -> Section:
    """Section 9: each judged figure with its trigger."""
    rows: list[tuple[Cell, ...]] = []
    left = 0
    for j in judged:
        rule = policy.thresholds.get(j.worst.id)
        family = family_of(j.worst.family)
        if rule is None or not family.often:
            continue
        if j.worst.verdict is Verdict.NOT_EVALUATED:
            left += 1
            continue
        rows.append(
            (
                j.worst.title,
                Estimate(_watched(j, rule), _OUTSIDE.get(j.worst.verdict, "")),
                *map(minus, rule.bounds(CATALOGUE[j.worst.id].share)),
                family.often,
                family.action,
                card.owner(j.worst.family) if card else OPEN_OWNER,
            )
        )
    if not rows:
        return Section(9, "Monitoring plan", (Gap("Not evaluated: no test was recorded."),))
    spec = (
        Column("Measure", width=20),
        Column("At validation", width=17),
        Column("Watch unless", width=14),
        Column("Trigger", width=14),
        Column("How often", width=11),
        Column("On trigger", width=14),
        Column("Owner", width=10),
    )
    note = (
        f"Bounds are those of test policy {policy.label}. Outside the first a measure is watched "
        "and explained; the second triggers the action. A measure that is outside at validation "
        "does not trigger on the first day: before use its owner decides on a bound of its own, "
        "or has the finding mended."
    )
    if left:
        verb = "is" if left == 1 else "are"
        note += (
            f" {plural(left, 'measure')} without a figure at validation {verb} left out; section "
            "11 says why there is none."
        )
    return Section(9, "Monitoring plan", (Table("Monitoring plan", spec, tuple(rows), note),))


def _watched(judged: Judged, rule: Threshold) -> str:
    if rule.judged_by == "p_value":
        return f"p {probability(judged.worst.p_value)}"
    return figure_form(judged.worst.id)(judged.worst.statistic)


def limitations(standing: Standing, card: ModelCard | None = None) -> Section:
    """Section 10: what the reader must bear in mind, and what holds the risk meanwhile."""
    champion = standing.champion
    items = [
        "The world was made by a simulation; figures show how the model behaves under its rules, "
        "not what it will earn in a bank's own market."
        if standing.world_made
        else "The data is one portfolio at one time; other times and portfolios may differ."
    ]
    if standing.world_made and standing.role != "fraud":
        items.append(
            "Training and evaluation are two histories of the same market. Partners collapse in "
            "one and not in the other, and their customers then default together: default rates "
            "differ by more than the sampling of customers explains, and calibration with them."
        )
    if len(champion.finished) == 1:
        items.append(
            "There is one run; intervals cover the sampling of customers, not that of training."
        )
    scored = champion.reference.tables.get("scored")
    if scored is not None and "target" in scored.columns:
        unseen = int(scored["target"].isna().sum())
        if unseen:
            items.append(
                f"{unseen:,} of {plural(len(scored), 'case')} {'has' if unseen == 1 else 'have'} "
                "no observed outcome, mostly because of a decline; discrimination and calibration "
                "hold for the others."
            )
    items.append(
        "Calibration tests reject small errors when cases are many and miss large ones when they "
        "are few; read each beside its power."
    )
    items.append("Several tests are made at once; each has its own error rate.")
    others = ", ".join(
        f"{c.name} on {c.cells[0].cell.scenario.replace('_', ' ')}" for c in standing.elsewhere
    )
    if others:
        items.append(f"Also in this study and not part of this report: {others}.")
    controls = card.compensating_controls if card else ()
    held: Block = Bullets(controls)
    if not controls:
        held = Gap("Not evaluated: no sign-off file names compensating controls.")
    return Section(
        10,
        "Limitations and compensating controls",
        (Heading("Limitations"), Bullets(tuple(items)), Heading("Compensating controls"), held),
    )


def appendix(judged: tuple[Judged, ...], policy: Policy, mapped: Sequence[Block] = ()) -> Section:
    """Section 12: every test of the champion, hypothesis and source included; rule and maps."""
    title = "Appendix: every test in full"
    rest = (
        Heading("How the opinion follows"),
        Paragraph(f"The rule, with severities as test policy {policy.label} sets them:"),
        Bullets(RULE),
        *mapped,
    )
    if not judged:
        return Section(12, title, (Heading("Tests"), Gap("Not evaluated: nothing ran."), *rest))
    rows: list[tuple[Cell, ...]] = []
    for j in judged:
        r = j.worst
        seeds = "" if j.information else _over_seeds(j)
        figure = replace(estimate(replace(r, p_value=None)), below=_beside(r))
        rows.append(
            (
                Estimate(r.title, f"{r.id}. {r.hypothesis}"),
                count(r.n),
                figure,
                _bounds(r, policy),
                Mark(
                    None if j.information else r.verdict,
                    "; ".join(t for t in (note_of(j), seeds) if t),
                ),
            )
        )
    spec = (
        Column("Test and hypothesis", width=31),
        Column("Rows", number=True, width=7),
        Column("Figure", number=True, width=15),
        Column("Threshold and its source", width=26),
        Column("Verdict", width=21),
    )
    intro = Paragraph(
        f"Test policy {policy.label}. Of several seeds the worst result is shown. Not evaluated is "
        "never a pass; a figure without a threshold is shown for information."
    )
    anchors = tuple(f"test-{j.worst.id}" for j in judged)
    table = Table("Tests", spec, tuple(rows), anchors=anchors)
    return Section(12, title, (Heading("Tests"), intro, table, *rest))


def _bounds(result: ValidationResult, policy: Policy) -> Estimate:
    """The bound, and below it where the test fails and where both come from."""
    bound = threshold(result.threshold)
    source = result.threshold_source.removesuffix(f" (test policy {policy.label})")
    return replace(bound, below="; ".join(text for text in (bound.below, source) if text))


def _over_seeds(judged: Judged) -> str:
    """`all 3 seeds`, or the verdict of each; empty for a single seed."""
    verdicts = judged.verdicts
    if len(verdicts) > 1 and len(set(verdicts.values())) == 1:
        return f"all {len(verdicts)} seeds"
    return ", ".join(f"seed {s} {v}" for s, v in verdicts.items()) if len(verdicts) > 1 else ""


def _beside(result: ValidationResult) -> str:
    """Interval, p-value and power, what there is of them."""
    form = figure_form(result.id)
    said = []
    if result.interval:
        said.append(f"{form(result.interval[0])} to {form(result.interval[1])}")
    if result.p_value is not None:
        said.append(f"p\u00a0{probability(result.p_value)}")
    if result.power is not None:
        said.append(f"power\u00a0{two(result.power)}")
    return ", ".join(said)
