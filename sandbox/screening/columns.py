"""Columns of features: which a service makes, and which of them a model and rules read."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.features.application import application_names, flag_of
from sandbox.features.families import PURPOSES, VELOCITY
from sandbox.features.screening import Tables, graph_names
from sandbox.rules import RuleSet
from sandbox.rules.rule_set import nearest
from sandbox.screening.list_desk import list_columns

Floats = NDArray[np.float64]


def places(inputs: Sequence[str], columns: Sequence[str]) -> NDArray[np.int64]:
    """Where a model's columns stand among those there are; BadInput for one that is not there.

    >>> places(["age"], ["amount", "age"]).tolist()
    [1]
    """
    there = {name: place for place, name in enumerate(columns)}
    unknown = [name for name in inputs if name not in there]
    if unknown:
        raise BadInput(
            f"The model reads the unknown column {unknown[0]}{nearest(unknown[0], list(columns))}."
        )
    return np.array([there[name] for name in inputs], dtype=np.int64)


def columns_for(inputs: Sequence[str], rules: RuleSet, known: Iterable[str]) -> list[str]:
    """All columns that a model and rules read, the model's first.

    `known` are those that can be made; flags of a model (such as an education's) need not be among
    them: what never occurs is 0. Raises BadInput for a rule and for a model that read another.

    >>> from sandbox.rules import Rule
    >>> rules = RuleSet("mine", (Rule.of("night", "Night", {"apply_hour": "< 5"}, points=5),))
    >>> columns_for(["age", "education_x"], rules, ["age", "apply_hour"])
    ['age', 'education_x', 'apply_hour']
    """
    there = list(known)
    rules.check_columns(there)
    places([name for name in inputs if flag_of(name) is None], there)
    return list(dict.fromkeys([*inputs, *rules.fields]))


def known_columns(tables: Tables) -> list[str]:
    """Columns of features that can be made from applications and profiles such as these."""
    applications, profiles = tables.applications, tables.profiles
    own = [str(name) for table in (applications, profiles) for name in table.columns]
    made = [*application_names(applications, profiles), *VELOCITY, *graph_names(applications)]
    return list(dict.fromkeys([*own, *made, *PURPOSES, *list_columns(())]))


def digest_of(row: Floats) -> str:
    """16 hexadecimal digits of a row of features; every NaN is the same, and so are 0 and -0."""
    plain = np.where(np.isnan(row), np.nan, row + 0.0)
    return hashlib.sha256(plain.astype("<f8").tobytes()).hexdigest()[:16]
