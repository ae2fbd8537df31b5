"""What goes into screening and what comes out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import BadInput
from sandbox.lists.entries import KINDS
from sandbox.lists.matching import ListHit

DECISIONS = ("pass", "review", "decline")


@dataclass(frozen=True)
class Application:
    """One application as it comes in.

    >>> Application(7, 340.25, {"requested_amount": 8_000.0}, {"device": ["d-1"]}).amount
    8000.0
    """

    #: the bank's number; it stands in logs, so it must not be a person's own
    application_id: int
    #: when it came in, days
    time: float
    #: columns of the observed tables `applications` and `profiles`; shown nowhere
    values: Mapping[str, Any] = field(repr=False)
    #: values by kind of identifier, matched against the lists; personal, shown nowhere
    identifiers: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not math.isfinite(self.time):
            raise BadInput(f"time is {self.time}; give days, such as 340.25.")
        unknown = [kind for kind in self.identifiers if kind not in KINDS]
        if unknown:
            raise BadInput(f"{unknown[0]!r} is no kind of identifier; use {', '.join(KINDS)}.")
        amount = self.values.get("requested_amount")
        if not isinstance(amount, int | float) or not 0 < amount < math.inf:
            raise BadInput(
                f"requested_amount of application {self.application_id} is {amount}; give RMB "
                "above 0."
            )

    @property
    def amount(self) -> float:
        """What is asked for, RMB."""
        return float(self.values["requested_amount"])


@dataclass(frozen=True)
class Reason:
    """Why, as a code for machines and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Versions:
    """What a verdict was reached with: enough to find the same again."""

    #: SHA-256 of the model; "" without one
    model: str
    #: digest of the rules
    rules: str
    #: number of the last change of the lists
    lists: int
    #: digest of costs
    costs: str


@dataclass(frozen=True)
class Verdict:
    """What screening says of one application.

    >>> from sandbox.screening.verdict import Reason, Versions
    >>> Verdict(7, 1.0, "pass", 0.01, (), (), (Reason("clear", "Nothing speaks against it."),),
    ...         Versions("ab", "cd", 3, "ef"), "00").decision
    'pass'
    """

    application_id: int
    #: days
    time: float
    #: "pass", "review" or "decline"
    decision: str
    #: probability of fraud by the model; None where it gave none
    score: float | None
    #: ids of the rules hit
    rules: tuple[str, ...]
    lists: tuple[ListHit, ...]
    #: what decided comes first
    reasons: tuple[Reason, ...]
    versions: Versions
    #: digest of the features
    features: str
    #: what a review would save, RMB; -inf: not asked for, inf: it must be
    rank: float = -math.inf
    #: from which rank reviews were granted at that moment, RMB
    threshold: float = -math.inf
    #: the day whose alert this is; None unless the decision is review
    alert_day: int | None = None
    #: by stage: lists, features, rules, model, decision; `total`
    milliseconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if self.decision not in DECISIONS:
            raise BadInput(f"decision is {self.decision!r}; it is one of {', '.join(DECISIONS)}.")
        if (self.alert_day is not None) != (self.decision == "review"):
            raise BadInput("alert_day is for reviews, and every review has one.")
