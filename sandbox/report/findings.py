"""What the tests found, with severity by policy."""

from collections.abc import Sequence

from sandbox.cell import CellResult
from sandbox.isolation.outcome import Level
from sandbox.report.comparison import ALSO, difference
from sandbox.report.concerns import of_inputs, of_own_limits
from sandbox.report.families import FAMILIES, family_of
from sandbox.report.finding import Finding
from sandbox.report.standing import Judged, Standing
from sandbox.report.wording import HEADLINE, figure_form, metric, minus, probability, spelled
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.discrimination import WRONG_WAY
from sandbox.validation.policy import Policy, Severity
from sandbox.validation.result import ValidationResult, Verdict

#: what a figure on the wrong side of its threshold means, where its note does not say it
_MEANING = {
    "discrimination.auc": "the score ranks weakly",
    "discrimination.ks": "scores of good and bad cases lie close together",
    "calibration.ece": "by so much predicted and observed rates differ on average",
    "calibration.hosmer_lemeshow": "predicted and observed rates differ by more than chance",
    "calibration.spiegelhalter": "squared errors are not those that right PDs would have",
    "stability.psi": "scores are distributed otherwise than in training",
    "truth.value_captured": "much of the attainable profit is missed",
    "truth.discrimination_ceiling": "much of the attainable ranking is missed",
    "truth.pd_skill": "little or nothing is gained over one PD for everyone",
    "explanation.faithfulness_correlation": "contributions do not go with what the model does",
    "explanation.faithfulness_deletion": "the output does not fall as the contributions promise",
    "fraud.recall_at_fpr_5pct": "most frauds are missed at that rate of false alarms",
}


def findings(standing: Standing, judged: tuple[Judged, ...], policy: Policy) -> tuple[Finding, ...]:
    """All findings on the champion, the most severe first.

    Tests of a family that could not be evaluated are one finding together.
    """
    found = [
        *_of_runs(standing),
        *_of_isolation(standing.champion.finished),
        *_of_challengers(standing),
        *of_own_limits(standing),
        *of_inputs(standing),
        *(f for j in judged if (f := _of_test(j, policy)) is not None),
        *(f for name in FAMILIES if (f := not_evaluated(standing, judged, name)) is not None),
    ]
    return tuple(sorted(found, key=lambda f: f.severity))


def figure_of(result: ValidationResult) -> str:
    """The figure in words: `0.650; p-value 0.012`."""
    text = figure_form(result.id)(result.statistic)
    return text if result.p_value is None else f"{text}, p-value {probability(result.p_value)}"


def _of_test(judged: Judged, policy: Policy) -> Finding | None:
    result = judged.worst
    if result.verdict in {Verdict.PASS, Verdict.NOT_EVALUATED}:
        return None
    rule = policy.thresholds.get(result.id)
    severity = rule.severity if rule else Severity.S2
    failed = result.verdict is Verdict.FAIL
    severity = severity if failed else severity.milder
    title = f"{result.title}: {'fails' if failed else 'warning'}"
    evidence = f"{figure_of(result)}; threshold {minus(result.threshold)}"
    if WRONG_WAY in result.reason:
        severity = Severity.S1
        title = result.reason[:1].upper() + result.reason[1:]
    meant = "" if WRONG_WAY in result.reason else _MEANING.get(result.id, "")
    evidence += "".join(f"; {t}" for t in (meant, spelled(result.reason)) if t and t != title)
    if judged.where:
        evidence += f" ({judged.where})"
    entry = CATALOGUE.get(result.id)
    return Finding(
        family_of(result.family).section,
        severity,
        title,
        evidence,
        entry.remedy if entry else "Review with the developer.",
        f"test-{result.id}",
        result.family,
    )


def not_evaluated(standing: Standing, judged: tuple[Judged, ...], name: str) -> Finding | None:
    """One finding on what a family left out; None where nothing is, or the role needs none."""
    family, role = FAMILIES[name], standing.role
    tests = [j for j in judged if j.worst.family == name]
    missing = [j for j in tests if j.worst.verdict is Verdict.NOT_EVALUATED and not j.information]
    if standing.champion.unfinished or (name == "truth" and not standing.world_made):
        return None
    if (tests and not missing) or (not tests and role not in family.needed):
        return None
    nothing = len(missing) == len(tests)
    severity = Severity.S4
    if role in family.core:
        severity = Severity.S2 if nothing else Severity.S3
    elif role in family.needed and nothing:
        severity = Severity.S3
    title = f"{family.name}: not evaluated"
    if not nothing:
        title = f"{family.name}: {len(missing)} of {len(tests)} tests not evaluated"
    return Finding(
        family.section,
        severity,
        title,
        " ".join(f"{text}." for text in reasons(missing))
        or "No test of this family was run on this model.",
        "Give what the tests need and validate again, or show by other means what they ask.",
        f"section-{family.section}",
        name,
    )


def reasons(missing: Sequence[Judged]) -> list[str]:
    """Each reason once, with the tests that it kept from being evaluated; titles have commas."""
    return [f"{'; '.join(titles)}: {reason}" for reason, titles in by_reason(missing).items()]


def by_reason(missing: Sequence[Judged]) -> dict[str, list[str]]:
    """Reason -> titles of the tests that it kept from being evaluated."""
    found: dict[str, list[str]] = {}
    for j in missing:
        reason = spelled(j.worst.reason.removesuffix("."))
        if reason[1:2].islower():
            reason = reason[:1].lower() + reason[1:]
        found.setdefault(reason, []).append(j.worst.title)
    return found


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
    """Challengers that beat the champion beyond chance, on the headline or another figure."""
    headline = HEADLINE.get(standing.role, "perf/auc")
    return [
        Finding(
            6,
            Severity.S3 if name == headline else Severity.S4,
            f"Challenger {challenger.name} does better"
            + ("" if name == headline else f" on {metric(name).label}"),
            f"Champion less challenger: {found.words}",
            "Weigh replacing the champion, or say why not.",
            "section-6",
        )
        for challenger in standing.challengers
        for name in (headline, *ALSO.get(standing.role, ()))
        if (found := difference(standing, name, challenger)) and found.challenger_better
    ]
