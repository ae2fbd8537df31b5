"""How one kind of model is explained exactly: what adds up, from which columns, to what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Contributions of the first k rows of a table, with the output that they add up to.

    k is all of them, but for a model that is slow to explain where a budget was given.
    """

    #: k × d, in units of `output`
    values: Matrix
    #: k, the mean output over the background
    base: Vector
    #: k, the model's own output
    margin: Vector
    #: "log-odds of default"
    output: str
    #: how they were computed: "woodelf, interventional"
    method: str


@dataclass(frozen=True)
class Recipe:
    """An exact explanation of a fitted estimator."""

    #: what the contributions add up to
    output: str
    method: str
    #: table (n × k, the columns below) to n outputs
    margin: Callable[[pd.DataFrame], Any]
    #: rows (n × k) and background (m × k) to contributions (n × k)
    values: Callable[[pd.DataFrame, pd.DataFrame], Matrix]
    #: names of the k columns it reads, in order; None: all that it is given
    columns: tuple[str, ...] | None
    #: the output is a sum of functions of one column each, so that the contributions of columns
    #: that were made of one column may be added up
    linear: bool = False
    #: rows that a sandboxed cell can afford; None: any number
    affordable: int | None = None


def package_of(model: Any) -> str:
    """The package whose class the model is: "sklearn"; subclasses are their author's.

    >>> package_of({})
    'builtins'
    """
    return type(model).__module__.partition(".")[0]


def is_a(model: Any, *names: str) -> bool:
    """Whether the model's class or one of its bases has one of these names.

    Classes are known by name, since importing a library to ask would cost seconds.
    """
    return any(base.__name__ in names for base in type(model).__mro__)


def columns_read(model: Any, there: list[str]) -> tuple[str, ...]:
    """Columns that a fitted estimator reads; BadInput where they are not there."""
    names = getattr(model, "feature_names_in_", None)
    if names is not None and not _made_up(model, names):
        missing = [str(name) for name in names if name not in set(there)]
        if missing:
            raise BadInput(
                f"The features have no column {missing[0]}, which the {type(model).__name__} was "
                f"fitted on; it reads {len(names)} columns."
            )
        return tuple(map(str, names))
    width = getattr(model, "n_features_in_", len(there))
    if width != len(there):
        raise BadInput(
            f"The features have {len(there)} columns; the {type(model).__name__} was fitted on "
            f"{width} without names: give those, in their order."
        )
    return tuple(there)


def as_fitted(model: Any, table: pd.DataFrame) -> Any:
    """The table, or its numbers alone for a model that was fitted without names."""
    names = getattr(model, "feature_names_in_", None)
    nameless = names is None and package_of(model) in {"sklearn", "lightgbm"}
    if nameless or (names is not None and _made_up(model, names)):
        return table.to_numpy()
    return table


def refuse_many_classes(model: Any) -> None:
    """BadInput for a classifier of more than two classes."""
    classes = getattr(model, "classes_", None)
    if isinstance(classes, list) and len(classes) > 1 and np.ndim(classes[0]) == 1:
        raise BadInput(
            f"The {type(model).__name__} has {len(classes)} outputs; give a model of one of them."
        )
    if classes is not None and np.ndim(classes) == 1 and len(classes) != 2:
        raise BadInput(
            f"The {type(model).__name__} has {len(classes)} classes and so no one output; give a "
            "model of one class against the rest, or one whose predict is one class's probability."
        )


def second_class(model: Any) -> str:
    """`class 1`, as the model's own labels have it."""
    return f"class {getattr(model, 'classes_', (0, 1))[1]}"


def _made_up(model: Any, names: Any) -> bool:
    """Names that LightGBM gives to the columns of an array."""
    return package_of(model) == "lightgbm" and str(names[0]) == "Column_0"
