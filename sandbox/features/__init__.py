"""Point-in-time features from observed tables; the same for training and evaluation.

Identifiers and times never reach a model: they are turned into counts over what was known by then
and dropped.

credit.py      what a limit or PD model sees
fraud.py       what a fraud model of the main job sees
screening.py   all columns of fraud screening, by family
online.py      the same columns for one application at a time, from state that a service keeps
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.features.credit import BEHAVIOUR as BEHAVIOUR
    from sandbox.features.credit import FLAG as FLAG
    from sandbox.features.credit import LINE as LINE
    from sandbox.features.credit import NOT_FEATURES as NOT_FEATURES
    from sandbox.features.credit import OF_BUSINESSES as OF_BUSINESSES
    from sandbox.features.credit import TERMS as TERMS
    from sandbox.features.credit import credit_features as credit_features
    from sandbox.features.families import FAMILIES as FAMILIES
    from sandbox.features.families import family_of as family_of
    from sandbox.features.fraud import DERIVED as DERIVED
    from sandbox.features.fraud import earlier_within as earlier_within
    from sandbox.features.fraud import fraud_features as fraud_features
    from sandbox.features.graph import TIED as TIED
    from sandbox.features.graph import graph_features as graph_features
    from sandbox.features.online import OnlineFeatures as OnlineFeatures
    from sandbox.features.screening import screening_features as screening_features

#: module of each public name
_HOMES = {
    "BEHAVIOUR": "credit",
    "DERIVED": "fraud",
    "FAMILIES": "families",
    "FLAG": "credit",
    "LINE": "credit",
    "NOT_FEATURES": "credit",
    "OF_BUSINESSES": "credit",
    "OnlineFeatures": "online",
    "TERMS": "credit",
    "TIED": "graph",
    "credit_features": "credit",
    "earlier_within": "fraud",
    "family_of": "families",
    "fraud_features": "fraud",
    "graph_features": "graph",
    "screening_features": "screening",
}

__all__ = [
    "BEHAVIOUR",
    "DERIVED",
    "FAMILIES",
    "FLAG",
    "LINE",
    "NOT_FEATURES",
    "OF_BUSINESSES",
    "TERMS",
    "TIED",
    "OnlineFeatures",
    "credit_features",
    "earlier_within",
    "family_of",
    "fraud_features",
    "graph_features",
    "screening_features",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"sandbox.features has no {name!r}; it has {', '.join(_HOMES)}.")
    return getattr(importlib.import_module(f"sandbox.features.{_HOMES[name]}"), name)
