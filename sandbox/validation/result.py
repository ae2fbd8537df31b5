"""The one shape that every validation test returns."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

import pandas as pd


class Verdict(StrEnum):
    """What a test says; what cannot be evaluated is never green."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True)
class ValidationResult:
    """One test, evaluated or not.

    `table` holds what a plot or an appendix draws from; it takes no part in equality or in
    the record written to JSON.
    """

    #: stable identifier, `family.name`, such as `discrimination.auc`
    id: str
    #: data, discrimination, calibration, stability, comparison, explanation, truth, ...
    family: str
    #: what a reader calls the test: "Area under the ROC curve"
    title: str
    #: what is tested, in one sentence
    hypothesis: str
    #: rows used
    n: int
    #: the figure; NaN only when not evaluated
    statistic: float
    #: what the verdict was measured against, "at least 0.70"
    threshold: str
    #: where the threshold comes from: policy file, regulation or paper
    threshold_source: str
    verdict: Verdict
    p_value: float | None = None
    #: 95% interval of the statistic
    interval: tuple[float, float] | None = None
    #: power of the test against the alternative named in the hypothesis, 0 to 1
    power: float | None = None
    #: why it was not evaluated, or what to note about the verdict
    reason: str = ""
    table: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.verdict is Verdict.NOT_EVALUATED and not self.reason:
            raise ValueError(f"{self.id}: a test that is not evaluated must say why.")

    def record(self) -> dict[str, Any]:
        """The result as plain values for JSON, without its table."""
        record = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "table"}
        record["verdict"] = str(self.verdict)
        record["interval"] = list(self.interval) if self.interval else None
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The inverse of `record`."""
        fields = dict(record)
        fields["verdict"] = Verdict(fields["verdict"])
        fields["interval"] = tuple(fields["interval"]) if fields["interval"] else None
        return cls(**fields)
