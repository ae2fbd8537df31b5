"""Which results answer what supervisory texts ask; a status is computed, never assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.cell import CellResult
from sandbox.report.document import Block, Column, Heading, Paragraph, Table
from sandbox.report.families import family_of
from sandbox.report.implementation import replicated
from sandbox.report.sign_off import OPEN_OWNER, ModelCard
from sandbox.report.standing import Judged, Standing
from sandbox.report.supervisory import FACTS, Point, supervisory_map
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.result import Verdict

#: tests that are made where tables are read, and are in no catalogue
_ELSEWHERE = {"data.unscored": "Accounts without a score"}


@dataclass(frozen=True)
class Answer:
    """How far a report answers a point."""

    #: "evidenced", "evidenced, with findings", "partly", "partly, with findings",
    #: "not evidenced" or "outside this report"
    status: str
    #: what answers it: "section 6, calibration: 7 of 9 tests"
    by: tuple[str, ...]
    #: what is missing; empty where nothing is
    missing: tuple[str, ...]


def answer(point: Point, judged: Sequence[Judged], facts: Mapping[str, bool], role: str) -> Answer:
    """How far results and facts answer a point.

    Evidenced takes every test and every fact that the point names; figures without a threshold
    count as evaluated. Tests of a family that the role does not have are not asked for. One test
    that fails or warns makes it "evidenced, with findings". What stands outside the report keeps
    a point from being evidenced.
    """
    by: list[str] = []
    missing: list[str] = []
    bad = False
    for pattern in point.tests:
        name = pattern.partition(".")[0]
        if name == ("calibration" if role == "fraud" else "fraud"):
            continue
        whole = pattern.endswith(".*")
        tests = [j for j in judged if (j.worst.family == name if whole else j.worst.id == pattern)]
        done = [j for j in tests if _evaluated(j)]
        title = family_of(name).name.lower() if whole else _named(tests, pattern)
        if done:
            count = f": {len(done)} of {len(tests)} tests" if whole else ""
            by.append(f"section {family_of(name).section}, {title}{count}")
        if not tests and not _asked(name, role):
            continue
        if not tests:
            missing.append(title)
        elif len(done) < len(tests):
            missing.append(f"{len(tests) - len(done)} of {title}" if whole else title)
        bad = bad or any(j.worst.verdict in {Verdict.FAIL, Verdict.WARN} for j in done)
    for fact in point.facts:
        (by if facts.get(fact) else missing).append(FACTS[fact])
    if point.outside:
        missing.append(point.outside)
    if not by:
        alone = bool(point.outside) and not point.tests and not point.facts
        status = "outside this report" if alone else "not evidenced"
        return Answer(status, (), tuple(missing))
    if missing:
        return Answer("partly, with findings" if bad else "partly", tuple(by), tuple(missing))
    return Answer("evidenced, with findings" if bad else "evidenced", tuple(by), ())


def _asked(family: str, role: str) -> bool:
    """Whether a family can be missing from a report on a model of this role."""
    needed = family_of(family).needed
    return not needed or role in needed


def _evaluated(judged: Judged) -> bool:
    return judged.information or judged.worst.verdict is not Verdict.NOT_EVALUATED


def _named(tests: Sequence[Judged], test: str) -> str:
    if tests:
        return tests[0].worst.title
    return CATALOGUE[test].title if test in CATALOGUE else _ELSEWHERE.get(test, test)


def mapped(judged: Sequence[Judged], facts: Mapping[str, bool], role: str) -> list[Block]:
    """The tables of the appendix, one a text."""
    found = supervisory_map()
    blocks: list[Block] = [
        Heading("Map to supervisory texts"),
        Paragraph(
            "What each text asks, in our own words, and which results of this report answer it. A "
            "point is evidenced when every test and fact that it rests on is there; a section that "
            f"merely exists counts for nothing. Map version {found.version}."
        ),
    ]
    spec = (
        Column("Point", width=17),
        Column("What it asks", width=24),
        Column("Answered by", width=21),
        Column("Status", width=11),
        Column("Missing", width=18),
        Column("Text read", width=9),
    )
    for text in found.texts:
        rows = []
        for point in text.points:
            got = answer(point, judged, facts, role)
            rows.append(
                (point.id, point.asks, _list(got.by), got.status, _list(got.missing), point.read)
            )
        known = sum(point.verified for point in text.points)
        note = f"{text.source}. Read on {text.read_on} at {text.read_at}."
        note += f" Its own words were read for {known} of {len(text.points)} points."
        if text.missing:
            note += f" Open: {text.missing}."
        blocks.append(Table(text.name, spec, tuple(rows), note))
    return blocks


def _list(items: Sequence[str]) -> str:
    return "; ".join(items) or "–"


def facts_of(
    standing: Standing,
    judged: Sequence[Judged],
    card: ModelCard | None,
    environment: bool,
    repeated: Sequence[CellResult] = (),
) -> dict[str, bool]:
    """Which facts hold; `environment`: whether the versions it ran on were recorded."""
    reference = standing.champion.reference
    watched = {j.worst.family for j in judged if family_of(j.worst.family).often}
    same = replicated(standing.champion, repeated)
    return {
        "signed": card is not None and card.signed,
        "owners": card is not None
        and bool(watched)
        and all(card.owner(family) != OPEN_OWNER for family in watched),
        "identity": card is not None,
        "tier": card is not None and bool(card.tier),
        "purpose": card is not None and bool(card.purpose),
        "controls": card is not None and bool(card.compensating_controls),
        "alternatives": any(c.finished for c in standing.challengers),
        "isolation": bool(reference.evidence),
        "environment": environment,
        "settings": any(
            name.startswith("model.") and name != "model.family" for name in reference.params
        ),
        "rerun": bool(same) and all(same.values()),
        "explained": reference.attribution is not None,
    }
