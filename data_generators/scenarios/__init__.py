"""Scenarios: frozen descriptions of markets, every number with its unit and source."""

import difflib

from data_generators.errors import InvalidInput
from data_generators.scenarios.catalogue import (
    ALL,
    car_purchase,
    ecommerce,
    home_renovation,
    lifestyle,
    medical_beauty,
    micro_business,
    online_education,
    online_rental,
    travel,
)
from data_generators.scenarios.channel import Coverage, Incumbent, Partners
from data_generators.scenarios.flows import Flows, TransferFraud
from data_generators.scenarios.fraud import FraudMix
from data_generators.scenarios.lending import (
    CashEvents,
    Economics,
    JointLending,
    Need,
    Products,
    Repayment,
    TakeUp,
)
from data_generators.scenarios.people import Business, LifeEvents, Population
from data_generators.scenarios.scenario import Part, Scenario

__all__ = [
    "Business", "CashEvents", "Coverage", "Economics", "Flows", "FraudMix", "Incumbent",
    "JointLending", "LifeEvents", "Need", "Part", "Partners", "Population", "Products",
    "Repayment", "Scenario", "TakeUp", "TransferFraud", "by_name", "car_purchase", "catalogue",
    "ecommerce", "home_renovation", "lifestyle", "medical_beauty", "micro_business",
    "online_education", "online_rental", "travel",
]  # fmt: skip


def catalogue() -> dict[str, str]:
    """Every scenario's name with one line on it.

    >>> len(catalogue())
    9
    """
    return {scenario.name: scenario.title for scenario in ALL}


def by_name(name: str) -> Scenario:
    """The scenario of that name; InvalidInput with the nearest names otherwise."""
    for scenario in ALL:
        if scenario.name == name:
            return scenario
    near = difflib.get_close_matches(str(name), catalogue(), n=3, cutoff=0.3) or list(catalogue())
    verb = "is" if len(near) == 1 else "are"
    raise InvalidInput(f"There is no scenario {name!r}; the nearest {verb} {', '.join(near)}.")
