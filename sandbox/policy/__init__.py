"""From what a model says to what the bank does: limits, caps and reasons, outside the sandbox.

What is heavy, or needed in notebooks only, is imported when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from sandbox.policy.limits import LimitPolicy

if TYPE_CHECKING:
    from sandbox.policy.allocation import allocate
    from sandbox.policy.best_observable import BestObservable
    from sandbox.policy.budgets import Budget
    from sandbox.policy.caps import HouseCaps, LoanTerms
    from sandbox.policy.committee import Book, CommitteePage
    from sandbox.policy.decision_log import DecisionLog, overlap
    from sandbox.policy.economics import Economics, ExpectedProfit
    from sandbox.policy.evaluation import beside_truth, off_policy
    from sandbox.policy.increases import IncreasePolicy
    from sandbox.policy.joint_lending import JointLending
    from sandbox.policy.portfolio import Portfolio
    from sandbox.policy.profit_policy import ProfitPolicy
    from sandbox.policy.regulation import Regulation
    from sandbox.policy.true_value import regret
    from sandbox.policy.what_if import sensitivity
    from sandbox.policy.what_if_panel import panel

_HOMES = {
    "BestObservable": "best_observable",
    "Book": "committee",
    "Budget": "budgets",
    "CommitteePage": "committee",
    "DecisionLog": "decision_log",
    "Economics": "economics",
    "ExpectedProfit": "economics",
    "HouseCaps": "caps",
    "IncreasePolicy": "increases",
    "JointLending": "joint_lending",
    "LoanTerms": "caps",
    "Portfolio": "portfolio",
    "ProfitPolicy": "profit_policy",
    "Regulation": "regulation",
    "allocate": "allocation",
    "beside_truth": "evaluation",
    "off_policy": "evaluation",
    "overlap": "decision_log",
    "panel": "what_if_panel",
    "regret": "true_value",
    "sensitivity": "what_if",
}

__all__ = [
    "BestObservable",
    "Book",
    "Budget",
    "CommitteePage",
    "DecisionLog",
    "Economics",
    "ExpectedProfit",
    "HouseCaps",
    "IncreasePolicy",
    "JointLending",
    "LimitPolicy",
    "LoanTerms",
    "Portfolio",
    "ProfitPolicy",
    "Regulation",
    "allocate",
    "beside_truth",
    "off_policy",
    "overlap",
    "panel",
    "regret",
    "sensitivity",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"sandbox.policy has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"sandbox.policy.{_HOMES[name]}"), name)
