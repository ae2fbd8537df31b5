"""What the tests found, with severity by policy, and the opinion that follows by rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.cell import CellResult
from sandbox.isolation.outcome import Level
from sandbox.report.document import Opinion
from sandbox.report.standing import Judged, Standing
from sandbox.report.wording import HEADLINE, figure_form, metric, probability
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.policy import Policy, Severity
from sandbox.validation.result import ValidationResult, Verdict

#: families without which no model is approved as it is
CORE = ("discrimination", "calibration", "fraud")

#: the section of the report where a family of tests is shown
SECTION = {
    "data": 4,
    "discrimination": 6,
    "calibration": 6,
    "fraud": 6,
    "stability": 6,
    "truth": 6,
    "explanation": 8,
}

#: parts of a full validation that this version does not do
SCOPE = (
    "conceptual soundness (section 3), sensitivity, robustness and stress (section 7) "
    "and fairness (section 8)"
)


@dataclass(frozen=True)
class Finding:
    """One line of the findings register."""

    section: int
    severity: Severity
    title: str
    evidence: str
    remedy: str
    #: where the evidence stands in this report
    anchor: str = ""


def findings(standing: Standing, policy: Policy) -> tuple[Finding, ...]:
    """All findings on the champion, the most severe first."""
    found = [
        *_of_runs(standing),
        *_of_isolation(standing.champion.finished),
        *_of_challengers(standing),
        *(f for j in standing.champion.judged() if (f := _of_test(j, policy)) is not None),
        Finding(
            1,
            Severity.S3,
            "Scope of this validation is incomplete",
            f"Not evaluated in this version: {SCOPE}.",
            "Complete these parts by other means before sign-off.",
        ),
    ]
    return tuple(sorted(found, key=lambda f: f.severity))


def figure_of(result: ValidationResult) -> str:
    """The figure in words: `0.650; p-value 0.012`."""
    text = figure_form(result.id)(result.statistic)
    return text if result.p_value is None else f"{text}, p-value {probability(result.p_value)}"


def _of_test(judged: Judged, policy: Policy) -> Finding | None:
    result = judged.worst
    if result.verdict is Verdict.PASS or judged.information:
        return None
    rule = policy.thresholds.get(result.id)
    severity = rule.severity if rule else Severity.S2
    if result.verdict is Verdict.NOT_EVALUATED:
        severity = Severity.S3 if result.family in CORE else Severity.S4
        title, evidence = f"{result.title}: not evaluated", result.reason
    else:
        failed = result.verdict is Verdict.FAIL
        severity = severity if failed else severity.milder
        title = f"{result.title}: {'fails' if failed else 'warning'}"
        evidence = f"{figure_of(result)}; threshold {result.threshold}"
        if result.reason:
            evidence += f"; {result.reason}"
    if judged.where:
        evidence += f" ({judged.where})"
    entry = CATALOGUE.get(result.id)
    return Finding(
        SECTION.get(result.family, 6),
        severity,
        title,
        evidence,
        entry.remedy if entry else "Review with the developer.",
        f"test-{result.id}",
    )


def _of_runs(standing: Standing) -> list[Finding]:
    found = []
    for contender in standing.contenders:
        champion = contender is standing.champion
        for cell in contender.failed:
            nothing = champion and not contender.finished
            severity = Severity.S1 if nothing else Severity.S2 if champion else Severity.S4
            found.append(
                Finding(
                    5,
                    severity,
                    f"{contender.name}, seed {cell.cell.seed}: {cell.status}",
                    cell.reason or "No reason was recorded.",
                    "Mend the model or raise its limits, then run the study again.",
                    "section-5",
                )
            )
    return found


def _of_isolation(cells: Sequence[CellResult]) -> list[Finding]:
    levels = {e.level for c in cells for e in c.evidence}
    for level, severity in ((Level.NONE, Severity.S2), (Level.PROCESS, Severity.S3)):
        if level in levels:
            return [
                Finding(
                    5,
                    severity,
                    f"The model ran at isolation level {level}",
                    "A model at this level can reach files or network of the host.",
                    "Run the study again at level namespace or stronger.",
                    "section-5",
                )
            ]
    return []


def _of_challengers(standing: Standing) -> list[Finding]:
    """Challengers that beat the champion on the headline figure beyond chance."""
    name = HEADLINE.get(standing.role, "perf/auc")
    label, form = metric(name).label, metric(name).form
    return [
        Finding(
            6,
            Severity.S3,
            f"Challenger {challenger.name} does better",
            f"{label}: champion less challenger {form(spread.mean)}, 95% interval "
            f"{form(spread.low)} to {form(spread.high)}, paired over {spread.seeds} seeds",
            "Weigh replacing the champion, or say why not.",
            "section-6",
        )
        for challenger in standing.challengers
        if (spread := standing.paired(name, challenger)).known and spread.high < 0
    ]


def opinion(found: Sequence[Finding]) -> Opinion:
    """Approve, approve with conditions or remediate before use, by the worst finding.

    Any S1: remediate before use. Otherwise any S2 or S3: approve with conditions. Otherwise
    approve.

    >>> opinion([]).text
    'approve'
    """
    counts = {s: sum(f.severity is s for f in found) for s in Severity}
    said = ", ".join(f"{n} {s}" for s, n in counts.items() if n) or "none"
    because = f"Findings by severity: {said}."
    if counts[Severity.S1]:
        return Opinion("remediate before use", Verdict.FAIL, because)
    if counts[Severity.S2] or counts[Severity.S3]:
        return Opinion("approve with conditions", Verdict.WARN, because)
    return Opinion("approve", Verdict.PASS, because)
