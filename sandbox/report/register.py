"""Section 11: every finding with its owner and the day it is due."""

import datetime

from sandbox.report.document import Column, Estimate, Link, RegisterLine, Section, Table
from sandbox.report.finding import Finding
from sandbox.report.front import severity_legend
from sandbox.report.sign_off import OPEN_OWNER, ModelCard
from sandbox.validation.policy import Policy, Severity


def register_lines(
    found: tuple[Finding, ...], *, date: str, policy: Policy, card: ModelCard | None
) -> tuple[RegisterLine, ...]:
    """Findings numbered in their order, with owner and due date by rule; all are open."""
    return tuple(
        RegisterLine(
            id=f"F{place:02d}",
            section=f.section,
            severity=f.severity.value,
            title=f.title,
            evidence=f.evidence,
            anchor=f.anchor or f"section-{f.section}",
            remedy=f.remedy,
            owner=card.owner(f.family) if card else OPEN_OWNER,
            due=due(date, policy.due_days[f.severity]),
            status="open",
        )
        for place, f in enumerate(found, start=1)
    )


def due(date: str, days: int) -> str:
    """The day, or how long, where the report's date is not written as year, month and day.

    >>> due("2026-11-23", 30), due("spring", 30)
    ('2026-12-23', 'within 30 days')
    """
    try:
        return str(datetime.date.fromisoformat(date) + datetime.timedelta(days=days))
    except (ValueError, OverflowError):
        return f"within {days} days"


def register(lines: tuple[RegisterLine, ...], policy: Policy) -> Section:
    """Section 11."""
    rows = tuple(
        (
            line.id,
            Link(str(line.section), line.anchor),
            line.severity,
            Estimate(line.title, line.evidence),
            line.remedy,
            line.owner,
            line.due,
            line.status,
        )
        for line in lines
    )
    spec = (
        Column("Id", width=5),
        Column("Section", width=7),
        Column("Severity", width=8),
        Column("Finding and evidence", width=33),
        Column("Remedy", width=20),
        Column("Owner", width=10),
        Column("Due", width=11),
        Column("Status", width=6),
    )
    anchors = tuple(f"finding-{place}" for place in range(1, len(rows) + 1))
    days = ", ".join(f"{s.value} {policy.due_days[s]}" for s in Severity)
    note = f"{severity_legend()} Days until due, of test policy {policy.label}: {days}."
    table = Table("Findings register", spec, rows, note, anchors=anchors)
    return Section(11, "Findings register", (table,))
