"""From the cells of one study to a report: sections 0 to 12, in plain values."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sandbox.cell import CellResult
from sandbox.report.basis import data
from sandbox.report.compared import compared
from sandbox.report.document import Annex, RegisterLine, ReportDocument, numbered
from sandbox.report.finding import opinion
from sandbox.report.findings import findings
from sandbox.report.front import summary
from sandbox.report.implementation import implementation
from sandbox.report.inputs import dictionary_of_many
from sandbox.report.interpretation import explanation
from sandbox.report.mapping import facts_of, mapped
from sandbox.report.outcomes import outcomes
from sandbox.report.portfolio import DEFINITIONS
from sandbox.report.purpose import model
from sandbox.report.register import register, register_lines
from sandbox.report.resilience import resilience
from sandbox.report.sign_off import ModelCard, signatures
from sandbox.report.soundness import soundness
from sandbox.report.standing import Judged, Standing, standing
from sandbox.report.upkeep import appendix, limitations, monitoring
from sandbox.validation.definitions import Definitions
from sandbox.validation.policy import Policy

_ROLES = {"limit": "Credit-limit model", "pd": "PD model", "fraud": "Fraud model"}

#: columns of a table that has a row a customer, which no annex takes
_OF_CUSTOMERS = ("target", "customer_id", "account_id", "row")


def assemble(
    results: Sequence[CellResult],
    *,
    date: str,
    policy: Policy | None = None,
    code_version: str = "not recorded",
    card: ModelCard | None = None,
    environment: Sequence[tuple[str, str]] = (),
    repeated: Sequence[CellResult] = (),
) -> ReportDocument:
    """The report on the first cell's model, the champion.

    Cells of the same model with other seeds are averaged; other models of the same role on
    the same data are its challengers. `date` is printed on the cover as it is given, and due
    dates count from it; all else follows from the rest. `policy` sets severities and monitoring
    bounds; the verdicts are those in the results. `card` says who stands behind the model,
    `environment` what the report was made on, `repeated` holds an independent re-run of the
    champion's cells. Failed cells are shown with their reason.

    Raises BadInput when there are no results or they are of several studies, and where the card
    is of another model or was signed before the report.
    """
    policy = policy or Policy.default()
    stand = standing(results)
    cell = stand.champion.reference.cell
    if card is not None:
        runs = stand.champion.cells
        card.check(date, [h for c in runs for h in (c.model_hash, c.cell.digest) if h])
    judged = (*stand.champion.judged(), *compared(stand, policy))
    found = findings(stand, judged, policy)
    concluded = opinion(found)
    known = facts_of(stand, judged, card, bool(environment), repeated)
    lines = register_lines(found, date=date, policy=policy, card=card)
    sections = (
        summary(stand, judged, found, concluded),
        model(stand, card),
        soundness(stand, judged),
        data(stand, judged),
        implementation(stand, code_version, environment, repeated),
        outcomes(stand, judged),
        resilience(stand, judged),
        explanation(stand, judged),
        monitoring(judged, policy, card),
        limitations(stand, card),
        register(lines, policy),
        appendix(judged, policy, [*mapped(judged, known, stand.role), *dictionary_of_many(stand)]),
    )
    return ReportDocument(
        title=cell.model,
        subtitle=f"{_ROLES.get(cell.role, cell.role)} · validation report",
        date=date,
        opinion=concluded,
        facts=_cover(stand, policy, code_version, card),
        sections=numbered(sections),
        signatures=signatures(card),
        annex=_annex(stand, judged, lines),
    )


def _cover(
    stand: Standing, policy: Policy, code_version: str, card: ModelCard | None
) -> tuple[tuple[str, str], ...]:
    reference = stand.champion.reference
    cell = reference.cell
    levels = sorted({str(e.level) for c in stand.champion.cells for e in c.evidence})
    evaluated = next((d for d in reference.datasets if d.context == "evaluation"), None)
    rows = f", {evaluated.rows:,} rows evaluated" if evaluated else ""
    seeds = ", ".join(str(c.cell.seed) for c in stand.champion.cells)
    return (
        *(_of_card(card) if card else ()),
        ("Model", cell.model),
        ("Role", _ROLES.get(cell.role, cell.role)),
        ("Model hash", reference.model_hash[:32] or "none: no fitted model was kept"),
        ("Digest", cell.digest),
        ("Study", cell.study),
        ("Data", f"{cell.scenario.replace('_', ' ')}{rows}"),
        ("Seeds", seeds),
        ("Challengers", ", ".join(c.name for c in stand.challengers) or "none"),
        ("Isolation level", ", ".join(levels) or "not recorded"),
        ("Test policy", f"{policy.label}, SHA-256 {policy.digest[:32]}"),
        ("Definitions", _definitions(reference.tables)),
        ("Code version", code_version),
    )


def _definitions(tables: Mapping[str, pd.DataFrame]) -> str:
    """Which definitions of default, categories and stages hold, and whether they were applied."""
    used = tables.get(DEFINITIONS)
    if used is None or used.empty:
        own = Definitions.built_in()
        return f"{own.label}, SHA-256 {own.digest[:32]} (no accounts by month to apply them to)"
    said = used.set_index("name")["value"]
    return f"{said['id']}, version {said['version']}, SHA-256 {said['digest'][:32]}"


def _of_card(card: ModelCard) -> tuple[tuple[str, str], ...]:
    facts = [("Model id", f"{card.model_id}, version {card.version}")]
    if card.tier:
        facts.append(("Tier", card.tier))
    if card.conditions:
        facts.append(("Conditions", "; ".join(card.conditions)))
    return tuple(facts)


def _annex(stand: Standing, judged: tuple[Judged, ...], lines: tuple[RegisterLine, ...]) -> Annex:
    there = {**_of_tests(judged), **stand.champion.reference.tables}
    tables = {
        name: table for name, table in there.items() if not table.empty and not _of_customers(table)
    }
    return Annex(lines, tuple(j.worst for j in judged), tables)


def _of_customers(table: pd.DataFrame) -> bool:
    """Whether a table has a row a customer: a name of one, an outcome, or a decision."""
    decided = "approved" in table.columns and table["approved"].dtype.kind == "b"
    return decided or any(column in table.columns for column in _OF_CUSTOMERS)


def _of_tests(judged: tuple[Judged, ...]) -> Mapping[str, pd.DataFrame]:
    return {j.worst.id: j.worst.table for j in judged if j.worst.table is not None}
