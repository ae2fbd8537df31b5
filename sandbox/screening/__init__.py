"""Screening: an application in; pass, review or decline out, with reasons, within a budget.

costs.py       what each decision is expected to cost, and the thresholds that follow
budget.py      at most so many alerts a day, spent on what they save most
decision.py    lists, rules and score to a decision
screening.py   the service path; the model answers from its sandbox
verdict_log.py every verdict in a file that is only added to; replaying.py reaches one again
batch.py       the same verdicts for a table at once
operations.py  alerts, false positives and rules in service; labels.py analysts' labels fed back
case.py        one alert on a page: evidence, neighbourhood, money

Nothing here knows worlds: tables come from the caller. Names are imported when first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.screening.budget import AlertBudget as AlertBudget
    from sandbox.screening.costs import ScreeningCosts as ScreeningCosts
    from sandbox.screening.list_desk import ListDesk as ListDesk
    from sandbox.screening.model_desk import ModelDesk as ModelDesk
    from sandbox.screening.replaying import replay as replay
    from sandbox.screening.screening import Screening as Screening
    from sandbox.screening.verdict import Application as Application
    from sandbox.screening.verdict import Verdict as Verdict
    from sandbox.screening.verdict_log import VerdictLog as VerdictLog
    from sandbox.screening.verdict_log import read_log as read_log
    from sandbox.screening.verdict_log import recalled as recalled

#: module of each public name
_HOMES = {
    "AlertBudget": "budget",
    "Application": "verdict",
    "ListDesk": "list_desk",
    "ModelDesk": "model_desk",
    "Screening": "screening",
    "ScreeningCosts": "costs",
    "Verdict": "verdict",
    "VerdictLog": "verdict_log",
    "read_log": "verdict_log",
    "recalled": "verdict_log",
    "replay": "replaying",
}

__all__ = [
    "AlertBudget", "Application", "ListDesk", "ModelDesk", "Screening", "ScreeningCosts", "Verdict",
    "VerdictLog", "read_log", "recalled", "replay",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"sandbox.screening has no {name!r}; it has {', '.join(_HOMES)}.")
    return getattr(importlib.import_module(f"sandbox.screening.{_HOMES[name]}"), name)
