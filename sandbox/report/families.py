"""The families of tests: what each is called, where it stands, and for whom it is needed."""

from dataclasses import dataclass

_ALL = ("limit", "pd", "fraud")
_CREDIT = ("limit", "pd")


@dataclass(frozen=True)
class Family:
    """A family of tests in a report."""

    name: str
    #: the section of the report that shows it
    section: int
    #: roles whose models are not fully validated without it
    needed: tuple[str, ...] = ()
    #: roles whose models are never approved as they are without it
    core: tuple[str, ...] = ()
    #: how often it is measured in use, and what a breach leads to; empty: not monitored
    often: str = ""
    action: str = ""


#: family of a test's id -> the family, in reading order
FAMILIES = {
    "data": Family("Data", 4, _ALL, _ALL, "each delivery", "stop scoring, trace the source"),
    "discrimination": Family(
        "Discrimination",
        6,
        _ALL,
        _ALL,
        "quarterly",
        "compare with challenger, consider redevelopment",
    ),
    "calibration": Family("Calibration", 6, _CREDIT, _CREDIT, "quarterly", "recalibrate"),
    "fraud": Family(
        "Fraud capture", 6, ("fraud",), ("fraud",), "monthly", "review alert threshold, typologies"
    ),
    "stability": Family("Stability", 6, _ALL, (), "monthly", "find the features that moved"),
    "comparison": Family("Challenger", 6, (), (), "yearly", "weigh replacing the model"),
    "outcomes": Family(
        "Outcomes over time", 6, _CREDIT, (), "quarterly", "recalibrate; review the vintage"
    ),
    "out_of_time": Family("Out of time", 6, (), (), "quarterly", "recalibrate or redevelop"),
    "portfolio": Family("Portfolio", 6, (), (), "monthly", "review origination by channel"),
    "truth": Family("Against the truth", 6),
    "robustness": Family("Robustness", 7, _ALL, (), "yearly", "review the features concerned"),
    "stress": Family("Stress", 7, _CREDIT, (), "yearly", "review limits and appetite"),
    "limits": Family("Limits", 7, ("limit",), (), "quarterly", "review the limit policy"),
    "explanation": Family("Explanation", 8, _ALL, (), "quarterly", "stop giving reason codes"),
    "fairness": Family("Fairness", 8, _ALL, (), "quarterly", "review features and cut-off"),
}

#: a family that nobody named here
OTHER = Family("Other", 6)


def family_of(name: str) -> Family:
    """The family by the first part of a test's id.

    >>> family_of("calibration").section, family_of("no such family").name
    (6, 'Other')
    """
    return FAMILIES.get(name, OTHER)
