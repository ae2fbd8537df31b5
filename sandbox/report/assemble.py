"""From the cells of one study to a report: sections 0 to 12, in plain values."""

from collections.abc import Sequence

from sandbox.cell import CellResult
from sandbox.report.basis import data, implementation, soundness
from sandbox.report.document import ReportDocument, numbered
from sandbox.report.finding import opinion
from sandbox.report.findings import findings
from sandbox.report.front import summary
from sandbox.report.interpretation import explanation, sensitivity
from sandbox.report.outcomes import outcomes
from sandbox.report.purpose import model
from sandbox.report.standing import Standing, standing
from sandbox.report.upkeep import appendix, limitations, monitoring, register
from sandbox.validation.policy import Policy

_ROLES = {"limit": "Credit-limit model", "pd": "PD model", "fraud": "Fraud model"}


def assemble(
    results: Sequence[CellResult],
    *,
    date: str,
    policy: Policy | None = None,
    code_version: str = "not recorded",
) -> ReportDocument:
    """The report on the first cell's model, the champion.

    Cells of the same model with other seeds are averaged; other models of the same role on
    the same data are its challengers. `date` is printed on the cover as it is given; all else
    follows from `results` and `policy` (which sets severities and monitoring bounds; the
    verdicts are those in the results). Failed cells are shown with their reason.

    Raises BadInput when there are no results or they are of several studies.
    """
    policy = policy or Policy.default()
    stand = standing(results)
    judged = stand.champion.judged()
    found = findings(stand, policy)
    concluded = opinion(found)
    sections = (
        summary(stand, judged, found, concluded),
        model(stand),
        soundness(stand),
        data(stand, judged),
        implementation(stand, code_version),
        outcomes(stand, judged),
        sensitivity(),
        explanation(stand, judged),
        monitoring(judged, policy),
        limitations(stand),
        register(found),
        appendix(judged, policy),
    )
    cell = stand.champion.reference.cell
    return ReportDocument(
        title=cell.model,
        subtitle=f"{_ROLES.get(cell.role, cell.role)} · validation report",
        date=date,
        opinion=concluded,
        facts=_cover(stand, policy, code_version),
        sections=numbered(sections),
    )


def _cover(stand: Standing, policy: Policy, code_version: str) -> tuple[tuple[str, str], ...]:
    reference = stand.champion.reference
    cell = reference.cell
    levels = sorted({str(e.level) for c in stand.champion.cells for e in c.evidence})
    evaluated = next((d for d in reference.datasets if d.context == "evaluation"), None)
    rows = f", {evaluated.rows:,} rows evaluated" if evaluated else ""
    seeds = ", ".join(str(c.cell.seed) for c in stand.champion.cells)
    return (
        ("Model", cell.model),
        ("Role", _ROLES.get(cell.role, cell.role)),
        ("Digest", cell.digest),
        ("Study", cell.study),
        ("Data", f"{cell.scenario.replace('_', ' ')}{rows}"),
        ("Seeds", seeds),
        ("Challengers", ", ".join(c.name for c in stand.challengers) or "none"),
        ("Isolation level", ", ".join(levels) or "not recorded"),
        ("Test policy", policy.label),
        ("Code version", code_version),
    )
