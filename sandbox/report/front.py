"""Section 1: the summary."""

from collections import Counter

from sandbox.report.document import (
    Block,
    Bullets,
    Column,
    Estimate,
    Gap,
    Heading,
    Light,
    Lights,
    Link,
    Mark,
    Opinion,
    Paragraph,
    Section,
    Table,
)
from sandbox.report.families import FAMILIES
from sandbox.report.finding import Finding
from sandbox.report.standing import Judged, Spread, Standing
from sandbox.report.wording import METRICS, NONE, metric, minus
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.policy import Severity
from sandbox.validation.result import Verdict

#: families that are named even where they are not needed and have no result
_ALWAYS = ("comparison", "truth")
#: findings on the first pages: these at least, and all S1 and S2 up to the second
LEAST, MOST = 5, 12


def summary(
    standing: Standing, judged: tuple[Judged, ...], found: tuple[Finding, ...], opinion: Opinion
) -> Section:
    """Section 1: opinion, lights, top findings, key figures."""
    blocks: list[Block] = [
        Paragraph(
            f"Opinion by rule: {opinion.text}. {opinion.because} It is a proposal until developer "
            "and validator, who are not the same person, have signed."
        ),
        *_counted(standing, judged),
        *_conditions(found, opinion),
        Heading("Traffic lights"),
        _lights(standing, judged),
        Heading("Top findings"),
        _top(found),
        Heading("Key figures"),
        *_key_figures(standing, judged),
    ]
    return Section(1, "Summary", tuple(blocks))


def _counted(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    """How many tests there were and how they ended."""
    if not judged:
        return []
    of = Counter("shown" if j.information else j.worst.verdict for j in judged)
    return [
        Paragraph(
            f"Of {len(judged)} tests of {standing.champion.name}, {of[Verdict.PASS]} passed, "
            f"{of[Verdict.WARN]} gave a warning and {of[Verdict.FAIL]} failed; "
            f"{of[Verdict.NOT_EVALUATED]} could not be evaluated, and {of['shown']} figures are "
            "shown for information."
        )
    ]


def _conditions(found: tuple[Finding, ...], opinion: Opinion) -> list[Block]:
    """What is to be done before use, each remedy once with the findings that ask for it.

    Where findings are severe (S1, S2), these alone are here, and the register has the rest.
    """
    severe = any(f.severity <= Severity.S2 for f in found)
    last = Severity.S2 if severe else Severity.S3
    asked: dict[str, list[str]] = {}
    for place, f in enumerate(found, start=1):
        if f.severity <= last:
            asked.setdefault(f.remedy, []).append(f"F{place:02d}")
    if opinion.verdict is Verdict.PASS or not asked:
        return []
    items = tuple(f"{', '.join(ids)}: {remedy}" for remedy, ids in asked.items())
    said: list[Block] = [Paragraph("Conditions that follow from the findings:"), Bullets(items)]
    if severe and any(f.severity is Severity.S3 for f in found):
        said.append(Paragraph("Remedies for the findings S3 are in the register, section 11."))
    return said


def _lights(standing: Standing, judged: tuple[Judged, ...]) -> Lights:
    lights = []
    for name, family in FAMILIES.items():
        tests = [j for j in judged if j.worst.family == name]
        # a family that this role need not have is shown where it has results
        wanted = standing.role in family.needed or name in _ALWAYS
        if not tests and not wanted:
            continue
        anchor = f"section-{family.section}"
        if name == "truth" and standing.role == "fraud" and standing.world_made and not tests:
            lights.append(Light(family.name, Mark(None), standing.no_truth, anchor))
            continue
        mark, text = _light(tests)
        why = standing.no_truth if name == "truth" else standing.champion.unfinished
        lights.append(Light(family.name, mark, text or why or "no result", anchor))
    return Lights(tuple(lights))


def _light(tests: list[Judged]) -> tuple[Mark, str]:
    """The worst verdict of a family and the counts; no text where there is no test."""
    counts = Counter(j.worst.verdict for j in tests if not j.information)
    shown = sum(j.information for j in tests)
    if not counts:
        text = f"{shown} shown for information" if shown else ""
        return Mark(None if shown else Verdict.NOT_EVALUATED), text
    worst = next(
        v for v in (Verdict.FAIL, Verdict.WARN, Verdict.NOT_EVALUATED, Verdict.PASS) if counts[v]
    )
    said = [f"{n} {v}" for v in Verdict if (n := counts[v])]
    if shown:
        said.append(f"{shown} for information")
    return Mark(worst), ", ".join(said)


def _top(found: tuple[Finding, ...]) -> Block:
    severe = sum(f.severity <= Severity.S2 for f in found)
    rows = tuple(
        (
            Link(f"F{place:02d}", f"finding-{place}"),
            f.severity.value,
            f.title,
            f.evidence,
            Link(str(f.section), f.anchor or f"section-{f.section}"),
        )
        for place, f in enumerate(found[: min(max(LEAST, severe), MOST)], start=1)
    )
    rest = len(found) - len(rows)
    more = f" {rest} more in the findings register, section 11." if rest > 0 else ""
    spec = (
        Column("Finding", width=9),
        Column("Severity", width=9),
        Column("What", width=28),
        Column("Evidence", width=46),
        Column("Section", width=8),
    )
    return Table("The most severe findings", spec, rows, severity_legend() + more)


def interval_text(spread: Spread, name: str) -> str:
    """`0.751 to 0.789` in the metric's format; empty without an interval."""
    if not spread.known:
        return ""
    form, (least, most) = metric(name).form, metric(name).bounds
    return f"{form(max(spread.low, least))} to {form(min(spread.high, most))}"


def threshold(text: str) -> Estimate:
    """`at least 0.7` with `fails below 0.6` in small type below."""
    if text == "none":
        return Estimate(NONE)
    warns, _, fails = minus(text).removesuffix(")").partition(" (")
    # a bound does not part from its words at a line's end
    return Estimate(warns, fails.replace(" ", "\u00a0"))


def _key_figures(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    by_metric = {
        entry.metric: j
        for j in judged
        if (entry := CATALOGUE.get(j.worst.id)) is not None and entry.metric
    }
    champion = standing.champion
    names = [n for n in METRICS if any(n in c.metrics for c in champion.finished)]
    if not names:
        return [Gap("Not evaluated: the model produced no figures.")]
    rows = []
    for name in names:
        spread, test = champion.spread(name), by_metric.get(name)
        bounds = threshold(test.worst.threshold) if test else NONE
        mark: Mark | str = Mark(None if test.information else test.worst.verdict) if test else NONE
        estimate = Estimate(metric(name).form(spread.mean))
        interval = interval_text(spread, name) or NONE
        rows.append((metric(name).label, estimate, interval, bounds, mark))
    seeds = len(champion.finished)
    note = (
        f"Mean over {seeds} seeds with a 95% Student interval; a verdict is the worst of the seeds."
        if seeds > 1
        else "One run; 95% intervals are those of the tests, over customers."
    )
    columns = (
        Column("Figure"),
        Column("Value", number=True),
        Column("95% interval", number=True),
        Column("Threshold"),
        Column("Verdict"),
    )
    return [Table(f"Key figures of {champion.name}", columns, tuple(rows), note)]


def severity_legend() -> str:
    """What S1 to S4 mean, in one sentence."""
    words = {
        Severity.S1: "blocks use",
        Severity.S2: "use only under conditions",
        Severity.S3: "remedy by an agreed date",
        Severity.S4: "observation",
    }
    return "; ".join(f"{s.value}: {w}" for s, w in words.items()) + "."
