"""Sections 3 to 5: soundness, data, implementation."""

import pandas as pd

from sandbox.isolation.outcome import Evidence, Level
from sandbox.report import figures
from sandbox.report.document import (
    Block,
    Column,
    Estimate,
    Facts,
    Gap,
    Heading,
    Mark,
    Paragraph,
    Section,
    Table,
    columns,
    table_of,
)
from sandbox.report.front import threshold
from sandbox.report.glossary import protected
from sandbox.report.inputs import dictionary
from sandbox.report.standing import Judged, Standing
from sandbox.report.target import target
from sandbox.report.wording import count, figure_form, one, percent, plural, probability
from sandbox.validation.result import ValidationResult

_MIB = 1 << 20

_HELD = {
    Level.VM: "a virtual machine of its own",
    Level.NAMESPACE: "own namespaces: no network, read-only files, resource limits",
    Level.LSM: "kernel access rules and resource limits",
    Level.PROCESS: "a process with resource limits only",
    Level.NONE: "nothing: the model ran unconfined",
}


def soundness(standing: Standing) -> Section:
    """Section 3."""
    others = ", ".join(c.name for c in standing.challengers)
    blocks: list[Block] = [
        Gap(
            "Not evaluated in this version: theory and assumptions, monotonicity, choice of "
            "features and target."
        )
    ]
    if others:
        blocks.insert(0, Paragraph(f"Alternatives tried on the same data: {others} (section 6)."))
    return Section(3, "Conceptual soundness", tuple(blocks))


def tests_of(
    standing: Standing, judged: tuple[Judged, ...], family: str, title: str
) -> list[Block]:
    """One table with the tests of a family: figure, interval, threshold, verdict."""
    rows = tuple(
        (
            j.worst.title,
            count(j.worst.n),
            estimate(j.worst),
            threshold(j.worst.threshold),
            Mark(None if j.information else j.worst.verdict),
            "; ".join(t for t in (note_of(j), j.where) if t),
        )
        for j in judged
        if j.worst.family == family
    )
    if not rows:
        reason = standing.champion.unfinished or "no result of this family was recorded"
        return [Gap(f"Not evaluated: {reason}.")]
    spec = columns("Test", "#Rows", "#Figure", "Threshold", "Verdict", "Note")
    several = len(standing.champion.finished) > 1
    note = "Each line is the first seed with the worst verdict." if several else ""
    return [Table(title, spec, rows, note)]


def estimate(result: ValidationResult) -> Estimate:
    """The figure, and below it its interval or its p-value."""
    form = figure_form(result.id)
    if result.interval:
        below = f"{form(result.interval[0])} to {form(result.interval[1])}"
    else:
        below = "" if result.p_value is None else f"p {probability(result.p_value)}"
    return Estimate(form(result.statistic), below)


def note_of(judged: Judged) -> str:
    """What to note beside a verdict; of a figure shown for information, the note alone."""
    reason = judged.worst.reason
    return reason.partition("threshold. ")[2] if judged.information else reason


def data(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Section 4: the tables used, their quality, the leakage screen."""
    reference = standing.champion.reference
    blocks: list[Block] = [
        Heading("Portfolio and target" if not standing.world_made else "World and target")
    ]
    blocks += [target(standing), *_withheld(standing), Heading("Tables used")]
    if reference.datasets:
        rows = tuple(
            (d.name, d.context, count(d.rows), count(len(d.columns)), d.digest)
            for d in reference.datasets
        )
        spec = columns("Table", "Used for", "#Rows", "#Columns", "Digest of contents")
        blocks += [Table("Tables used in the reference run", spec, rows), *dictionary(standing)]
    else:
        blocks.append(Gap("Not evaluated: no dataset was recorded."))
    blocks += [Heading("Quality and leakage"), *tests_of(standing, judged, "data", "Data tests")]
    missing = figures.result_table(reference, "data.missingness")
    if missing is not None:
        blocks.append(_missingness(missing))
    blocks.append(
        Gap(
            "Not evaluated in this version: lineage to source systems, representativeness, "
            "point-in-time check."
        )
    )
    return Section(4, "Data", tuple(blocks))


def _withheld(standing: Standing) -> list[Block]:
    """Whether protected attributes reached the model."""
    inputs = protected(standing.champion.reference.inputs)
    if not inputs:
        return []
    names = ", ".join(inputs)
    return [Paragraph(f"Protected attributes among the model's inputs: {names} (see findings).")]


def _missingness(table: pd.DataFrame) -> Block:
    some = table[table["missing"] > 0]
    worst = some.head(10)
    if worst.empty:
        return Paragraph(f"None of the {len(table)} features has a missing value.")
    return table_of(
        "Features with missing values",
        (
            ("feature", "Feature", None),
            ("missing", "Missing", percent),
            ("distinct", "Distinct values", count),
        ),
        worst,
        f"{len(some)} of {plural(len(table), 'feature')} {'has' if len(some) == 1 else 'have'} "
        f"missing values{', the ten most affected are shown' if len(some) > 10 else ''}.",
    )


def implementation(standing: Standing, code_version: str) -> Section:
    """Section 5: how the model was held while it ran, and how to run it again."""
    reference = standing.champion.reference
    blocks: list[Block] = [Heading("Isolation")]
    if reference.evidence:
        blocks += _isolation(reference.evidence)
    else:
        blocks.append(Gap("Not evaluated: no evidence of isolation was recorded."))
    blocks += [Heading("Runs"), _runs(standing), Facts((("Code version", code_version),))]
    blocks.append(
        Gap("Not evaluated in this version: an independent re-run compared by digest of scores.")
    )
    return Section(5, "Implementation and replication", tuple(blocks))


def _isolation(records: tuple[Evidence, ...]) -> list[Block]:
    first = records[0]
    limits = first.limits
    level_set = sorted({str(e.level) for e in records})
    facts = Facts(
        (
            ("Level", f"{', '.join(level_set)} ({_HELD[first.level]})"),
            ("Mechanisms in force", ", ".join(first.mechanisms) or "none"),
            ("Host", first.host),
            ("Memory limit", f"{count(limits.memory / _MIB)} MiB"),
            ("Time limits", f"{limits.cpu} s processor, {limits.wall:g} s elapsed"),
            (
                "Processes",
                f"at most {limits.processes}; {plural(limits.threads, 'thread')} for BLAS",
            ),
            ("Largest file", f"{count(limits.file_size / _MIB)} MiB"),
        )
    )
    names = ("fit", "score", "explain")
    rows = tuple(
        (
            names[i] if i < len(names) else f"request {i + 1}",
            str(e.level),
            one(e.peak_memory / _MIB),
            one(e.cpu_seconds),
            one(e.wall_seconds),
        )
        for i, e in enumerate(records)
    )
    spec = (
        Column("Worker"),
        Column("Level"),
        Column("Peak memory, MiB", number=True),
        Column("Processor, s", number=True),
        Column("Elapsed, s", number=True),
    )
    return [facts, Table("Use of resources in the reference run", spec, rows)]


def _runs(standing: Standing) -> Table:
    rows = tuple(
        (
            c.cell.model,
            c.cell.scenario.replace("_", "\u00a0"),
            str(c.cell.seed),
            c.cell.digest[:12],
            str(c.status) if not c.reason else f"{c.status}: {c.reason}",
            one(c.seconds),
        )
        for contender in (*standing.contenders, *standing.elsewhere)
        for c in contender.cells
    )
    spec = columns("Model", "Data", "#Seed", "Digest", "Status", "#Seconds")
    note = "The digest names the whole configuration of a run; the same digest repeats it."
    return Table("Runs of the study", spec, rows, note)
