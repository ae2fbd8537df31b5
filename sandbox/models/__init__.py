"""Credit-limit, fraud and PD models: protocols, and one model a file.

Classes are imported when they are first asked for; scikit-learn costs over a second.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.models.boosted_fraud import BoostedFraud
    from sandbox.models.boosted_pd import BoostedPD
    from sandbox.models.causal_pair import CausalPair
    from sandbox.models.expected_profit import BoostedExposure
    from sandbox.models.fraud_rules import FraudRules
    from sandbox.models.fraud_stack import FraudStack
    from sandbox.models.isolation_forest import IsolationForestFraud
    from sandbox.models.limit_increase import LimitIncrease
    from sandbox.models.logistic_fraud import LogisticFraud
    from sandbox.models.rule_matrix import RuleMatrix
    from sandbox.models.scorecard import Scorecard

_HOMES = {
    "BoostedExposure": "expected_profit",
    "BoostedFraud": "boosted_fraud",
    "BoostedPD": "boosted_pd",
    "CausalPair": "causal_pair",
    "FraudRules": "fraud_rules",
    "FraudStack": "fraud_stack",
    "IsolationForestFraud": "isolation_forest",
    "LimitIncrease": "limit_increase",
    "LogisticFraud": "logistic_fraud",
    "RuleMatrix": "rule_matrix",
    "Scorecard": "scorecard",
}

__all__ = [
    "BoostedExposure",
    "BoostedFraud",
    "BoostedPD",
    "CausalPair",
    "FraudRules",
    "FraudStack",
    "IsolationForestFraud",
    "LimitIncrease",
    "LogisticFraud",
    "RuleMatrix",
    "Scorecard",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"sandbox.models has no {name!r}; it has {', '.join(_HOMES)}.")
    return getattr(importlib.import_module(f"sandbox.models.{_HOMES[name]}"), name)
