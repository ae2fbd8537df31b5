"""A finding, and the opinion that follows from all of them by rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.report.document import Opinion
from sandbox.validation.policy import Severity
from sandbox.validation.result import Verdict


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
    #: the family of tests that made it, which says who answers for it
    family: str = ""


#: the rule, as a report states it
RULE = (
    "Any finding S1: remediate before use.",
    "Otherwise any finding S2 or S3: approve with conditions.",
    "Otherwise: approve.",
    "A family of tests that a model needs and that was not evaluated is a finding, S2 where the "
    "family is core and S3 where it is not; so no model is approved on tests that were not made.",
)


def opinion(found: Sequence[Finding]) -> Opinion:
    """Approve, approve with conditions or remediate before use, by the worst finding: `RULE`.

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
