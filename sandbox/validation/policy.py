"""Thresholds with their sources: a versioned YAML file, checked when it is read."""

import difflib
import hashlib
import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sandbox import located_yaml
from sandbox.errors import BadInput
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.result import Verdict

_DEFAULT = Path(__file__).parent / "policies" / "default.yaml"


class Severity(StrEnum):
    """How serious a finding is."""

    S1 = "S1"  #: critical: blocks use
    S2 = "S2"  #: high: use only under conditions
    S3 = "S3"  #: medium: remedy by an agreed date
    S4 = "S4"  #: low: an observation

    @property
    def milder(self) -> "Severity":
        """One step down; S4 stays."""
        return Severity(f"S{min(int(self[1]) + 1, 4)}")


#: days until a finding is due, where a policy does not say: house convention
DUE_DAYS = {Severity.S1: 30, Severity.S2: 90, Severity.S3: 180, Severity.S4: 365}


class Threshold(BaseModel):
    """When a test warns and when it fails.

    >>> auc = Threshold(better="higher", warn=0.7, fail=0.6, severity="S1", source="house")
    >>> auc.verdict(0.65).value, auc.words()
    ('warn', 'at least 0.7 (fails below 0.6)')
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: which side is good; `near` measures the distance from `target`
    better: Literal["higher", "lower", "near"]
    #: the bound where a warning begins, in units of the figure
    warn: float
    #: the bound where a failure begins
    fail: float
    #: the ideal value, for `near` only
    target: float | None = None
    #: which figure is compared
    judged_by: Literal["statistic", "p_value"] = "statistic"
    #: severity of a failure; a warning is one step milder
    severity: Severity
    #: where the bounds come from
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.better == "near") != (self.target is not None):
            raise ValueError("`target` goes with `better: near`, and only with it")
        if (self.fail > self.warn) if self.better == "higher" else (self.fail < self.warn):
            raise ValueError(
                f"fail ({self.fail:g}) is stricter than warn ({self.warn:g}); exchange them"
            )
        return self

    def verdict(self, value: float) -> Verdict:
        """Pass, warn or fail of a finite figure; the bounds themselves pass."""
        sign = -1.0 if self.better == "higher" else 1.0
        distance = abs(value - self.target) if self.target is not None else value
        if sign * distance > sign * self.fail:
            return Verdict.FAIL
        return Verdict.WARN if sign * distance > sign * self.warn else Verdict.PASS

    def words(self, share: bool = False) -> str:
        """The bounds in words, in per cent for a figure that is a share."""
        warns, fails = self.bounds(share)
        return f"{warns} (fails {fails})"

    def bounds(self, share: bool = False) -> tuple[str, str]:
        """What passes without a warning, and what fails: `("at least 0.7", "below 0.6")`."""
        of_p = self.judged_by == "p_value"

        def said(bound: float) -> str:
            return f"{100 * bound:g}%" if share and not of_p else f"{bound:g}"

        figure = "p " if of_p else ""
        if self.target is not None:
            ideal, warn, fail = said(self.target), said(self.warn), said(self.fail)
            return f"{ideal} ± {warn}", f"beyond ± {fail}"
        if self.better == "higher":
            return f"{figure}at least {said(self.warn)}", f"below {said(self.fail)}"
        return f"{figure}at most {said(self.warn)}", f"above {said(self.fail)}"


class Policy(BaseModel):
    """A set of thresholds under a name and a version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    version: str = Field(min_length=1)
    #: rows with an observed outcome below which nothing is evaluated
    minimum_rows: int = Field(default=50, ge=2)
    #: cases of either class below which nothing is evaluated
    minimum_events: int = Field(default=10, ge=1)
    #: days that a finding of each severity may stay open, from the report's date
    due_days: dict[Severity, Annotated[int, Field(ge=1, le=3_650)]] = Field(
        default_factory=lambda: dict(DUE_DAYS)
    )
    #: test id -> its thresholds; ids are those of the catalogue
    thresholds: dict[str, Threshold]

    @field_validator("due_days")
    @classmethod
    def _for_each_severity(cls, days: dict[Severity, int]) -> dict[Severity, int]:
        every = {**DUE_DAYS, **days}
        order = [every[severity] for severity in Severity]
        if order != sorted(order):
            raise ValueError(f"due days are {order} from S1 to S4; a milder finding is due later")
        return every

    @field_validator("thresholds", mode="before")
    @classmethod
    def _known(cls, thresholds: Any) -> Any:
        for name in thresholds if isinstance(thresholds, dict) else ():
            if name not in CATALOGUE:
                raise ValueError(f"no test is called {name!r}; {_meant(name)}")
        return thresholds

    @property
    def label(self) -> str:
        """`standard, version 1`."""
        return f"{self.id}, version {self.version}"

    @property
    def digest(self) -> str:
        """SHA-256 of what the policy says, hex: remarks and the order of its lines do not count."""
        said = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @classmethod
    def default(cls) -> "Policy":
        """The built-in policy."""
        return _built_in()

    @classmethod
    def from_file(cls, path: Path) -> "Policy":
        """Read a policy; BadInput names the file, the line and the mistake."""
        return _parse(path)


def _meant(name: object) -> str:
    """What may have been meant by a test that there is not.

    >>> _meant("discrimination.acu"), _meant("profit")
    ('the nearest is discrimination.auc', 'the built-in policy names those there are')
    """
    near = difflib.get_close_matches(str(name), CATALOGUE, n=1, cutoff=0.7)
    return f"the nearest is {near[0]}" if near else "the built-in policy names those there are"


def _parse(path: Path) -> Policy:
    located = located_yaml.read(path, "The policy file")
    given = located.data.get("thresholds") if isinstance(located.data, dict) else None
    for name in given if isinstance(given, dict) else ():
        if name not in CATALOGUE:
            line = located.line(("thresholds", name))
            raise BadInput(f"{path}, line {line}: no test is called {name!r}; {_meant(name)}.")
    return located_yaml.checked(Policy, located, str(path))


@cache
def _built_in() -> Policy:
    return _parse(_DEFAULT)
