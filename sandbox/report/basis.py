"""Section 4: data; and the table of a family's tests, which every section shows."""

from collections.abc import Sequence

import pandas as pd

from sandbox.report import exhibits, figures
from sandbox.report.document import (
    Block,
    Estimate,
    Gap,
    Heading,
    Mark,
    Paragraph,
    Section,
    Table,
    columns,
    table_of,
)
from sandbox.report.findings import reasons
from sandbox.report.front import threshold
from sandbox.report.glossary import protected
from sandbox.report.inputs import dictionary
from sandbox.report.standing import Judged, Standing
from sandbox.report.target import target
from sandbox.report.wording import count, figure_form, percent, plural, probability, spelled
from sandbox.validation.result import ValidationResult, Verdict

#: as the portfolio trial says it
NOT_RECORDED = "not recorded in the mapping"


def tests_of(
    standing: Standing, judged: tuple[Judged, ...], family: str, title: str
) -> list[Block]:
    """One table with the tests of a family that were evaluated; the others with their reason."""
    tests = [j for j in judged if j.worst.family == family]
    missing = [j for j in tests if j.worst.verdict is Verdict.NOT_EVALUATED and not j.information]
    rows = tuple(
        (
            j.worst.title,
            count(j.worst.n),
            estimate(j.worst, j.worst.threshold.startswith("p ")),
            threshold(j.worst.threshold),
            Mark(None if j.information else j.worst.verdict),
            "; ".join(t for t in (note_of(j), j.where) if t),
        )
        for j in tests
        if j not in missing
    )
    if not tests:
        reason = standing.champion.unfinished or "no result of this family was recorded"
        return [Gap(f"Not evaluated: {reason}.")]
    gaps = left_out(missing, len(tests))
    if not rows:
        return gaps
    spec = columns("Test", "#Rows", "#Figure", "Threshold", "Verdict", "Note")
    several = len(standing.champion.finished) > 1
    note = "Each line is the first seed with the worst verdict." if several else ""
    return [Table(title, spec, rows, note), *gaps]


def left_out(missing: Sequence[Judged], of: int) -> list[Block]:
    """What a family could not evaluate in one place, each reason with its tests."""
    said = reasons(missing)
    if len(said) < 2:
        return [Gap(f"Not evaluated: {text}.") for text in said]
    items = tuple(f"{text}." for text in said)
    return [Gap(f"Not evaluated: {len(missing)} of {of} tests.", items)]


def estimate(result: ValidationResult, by_p: bool = False) -> Estimate:
    """The figure, and below it its interval or its p-value; that one where `by_p` it is judged."""
    form = figure_form(result.id)
    if result.interval and not (by_p and result.p_value is not None):
        below = f"{form(result.interval[0])} to {form(result.interval[1])}"
    else:
        below = "" if result.p_value is None else f"p\u00a0{probability(result.p_value)}"
    return Estimate(form(result.statistic), below)


def note_of(judged: Judged) -> str:
    """What to note beside a verdict; of a figure shown for information, the note alone."""
    reason = spelled(judged.worst.reason)
    return reason.partition("threshold. ")[2] if judged.information else reason


def data(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Section 4: the tables used, their quality, the leakage screen."""
    reference = standing.champion.reference
    blocks: list[Block] = [
        Heading("Portfolio and target" if not standing.world_made else "World and target")
    ]
    blocks += [target(standing), *_withheld(standing)]
    blocks += [Heading("Tables used and lineage"), *_lineage(standing)]
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
    blocks += exhibits.recorded_under(standing, "data")
    return Section(4, "Data", tuple(blocks))


def _lineage(standing: Standing) -> list[Block]:
    """Where the tables come from, as far as it was recorded, and which digest proves it."""
    reference = standing.champion.reference
    source = reference.facts.get("Source", "")
    if standing.world_made:
        made = "by the simulation named above from its seed; there is no source system behind them."
        return [Paragraph(f"The tables were made {made}")]
    if not source or source == NOT_RECORDED:
        said = "the mapping names no source of the table"
        return [Gap(f"Not evaluated: lineage to source systems; {said}.")]
    return [
        Paragraph(
            f"Source as recorded in the mapping: {source}. The digests below are those of the "
            "tables as they were read; the way from the bank's systems to the file was not checked."
        )
    ]


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
