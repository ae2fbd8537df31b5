"""Models in isolation, judged against the truth, tracked and reported.

Names are imported when they are first asked for, so that `import sandbox` stays light and the
sandboxed worker, which shares this package, loads only what a model needs.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox import models
    from sandbox.experiment import Study, StudyResults
    from sandbox.explanation import explain
    from sandbox.isolation import Level, Limits
    from sandbox.policy import LimitPolicy
    from sandbox.portfolio import Portfolio
    from sandbox.workspace import Workspace

_HOMES = {
    "Level": "isolation",
    "LimitPolicy": "policy",
    "Limits": "isolation",
    "Portfolio": "portfolio",
    "Study": "experiment",
    "StudyResults": "experiment",
    "Workspace": "workspace",
    "explain": "explanation",
    "models": "models",
}

__all__ = [
    "Level",
    "LimitPolicy",
    "Limits",
    "Portfolio",
    "Study",
    "StudyResults",
    "Workspace",
    "explain",
    "models",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"sandbox has no {name!r}; it has {', '.join(_HOMES)}.")
    module = importlib.import_module(f"sandbox.{_HOMES[name]}")
    return module if name == "models" else getattr(module, name)
