"""What a model declares of its input, enforced before anything is sent to it.

An MLflow model says in its MLmodel file which columns it reads, of which type, and which may be
missing. A table that does not fit is the caller's mistake and not the model's failure, so it is
refused outside, by a sentence that names the column. MLflow's own enforcement would run inside,
drop columns without a word and leave NaN alone; here nothing is dropped, reordered or converted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sandbox.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: kinds of NumPy's dtypes that may be given for each of MLflow's types
_FITTING = {
    "boolean": "b",
    "integer": "iu",
    "long": "iu",
    "float": "fiu",
    "double": "fiu",
    "string": "OUT",
    "datetime": "M",
}
#: what a column is converted to in advice, where its type does not fit
_ADVICE = {"boolean": "bool", "integer": "int32", "long": "int64", "string": "str"}
#: pandas' names of dtypes whose values are text
_TEXT = ("str", "string", "object", "category")
#: types that have no NaN
_WHOLE = ("boolean", "integer", "long")
#: what reading a signature of another form raises; infinity is one number that JSON may hold
_OTHER_FORM = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
#: characters of a column's name
_LONGEST = 1_000
#: names shown in a sentence; more would bury it
_SHOWN = 8


@dataclass(frozen=True)
class Column:
    """One column that a model reads."""

    name: str
    #: as MLflow says it: "double", "long", "boolean", "string", ...
    type: str
    #: whether the column has to be there and has to be without NaN
    required: bool = True

    @property
    def complete(self) -> bool:
        """Whether NaN is forbidden."""
        return self.required or self.type in _WHOLE

    @property
    def why(self) -> str:
        """Why it is forbidden."""
        whole = f"holds {self.type} values, which cannot be missing"
        return whole if self.type in _WHOLE else "is required"


@dataclass(frozen=True)
class Signature:
    """The columns that a model reads, in order; or, of a model that reads a matrix, how many.

    >>> import pandas as pd
    >>> reads = Signature((Column("age", "long"), Column("income", "double", required=False)))
    >>> reads.check(pd.DataFrame({"age": [31], "income": [float("nan")]}))
    >>> reads.check(pd.DataFrame({"income": [9.5]}))
    Traceback (most recent call last):
    sandbox.errors.BadInput: Column 'age' is missing; the model's signature has age, income.
    """

    columns: tuple[Column, ...] = ()
    #: columns of the matrix; None when the columns are named, or when any number will do
    width: int | None = None

    def __post_init__(self) -> None:
        names = Counter(column.name for column in self.columns)
        if twice := next((name for name, times in names.items() if times > 1), None):
            raise BadInput(f"Column {twice!r} appears twice in the model's signature.")

    @classmethod
    def read(cls, described: Any) -> Self | None:
        """From the `signature` of an MLmodel file; None when it says nothing of the input.

        BadInput when it is not of MLflow's form.
        """
        try:
            if not described or not described.get("inputs"):
                return None
            inputs = json.loads(described["inputs"])
            if any(column["type"] == "tensor" for column in inputs):
                shape = inputs[0]["tensor-spec"]["shape"]
                single = len(inputs) == 1 and len(shape) == 2 and int(shape[1]) > 0
                return cls(width=int(shape[1]) if single else None)
            if not all(isinstance(column.get("name"), str) for column in inputs):
                return cls(width=len(inputs))
            if any(len(column["name"]) > _LONGEST for column in inputs):
                raise ValueError(f"a column's name has more than {_LONGEST} characters")
            named = [
                Column(c["name"], str(c["type"]), bool(c.get("required", True))) for c in inputs
            ]
        except _OTHER_FORM as error:
            raise BadInput(
                f"The signature in the MLmodel file cannot be read ({error!r}); save the model "
                "again with mlflow.models.infer_signature."
            ) from error
        return cls(tuple(named))

    def check(self, features: pd.DataFrame) -> None:
        """BadInput, naming the column, unless the table is what the model reads."""
        if self.width is not None and features.shape[1] != self.width:
            raise BadInput(
                f"There are {features.shape[1]} columns; the model's signature has {self.width}."
            )
        if not self.columns:
            return
        self.check_names([str(name) for name in features.columns])
        for column in self.columns:
            if column.name in features.columns:
                _check_values(column, features[column.name])

    def check_row(self, values: NDArray[np.float64], given: Sequence[str] = ()) -> None:
        """BadInput, naming the column, unless one row of floats is what the model reads.

        `given` are the row's columns where they are known; otherwise they are the signature's.
        """
        names = list(given) or [column.name for column in self.columns]
        width = self.width if self.width is not None else len(self.columns) and len(names)
        if width and len(values) != width:
            raise BadInput(f"There are {len(values)} values; the model's signature has {width}.")
        if not self.columns or not (absent := values != values).any():  # only NaN is not itself
            return
        for column in self.columns:
            if column.name in names and absent[names.index(column.name)] and column.complete:
                raise BadInput(
                    f"Column {column.name!r} of the row is NaN; by the model's signature the "
                    f"column {column.why}."
                )

    def check_names(self, given: Sequence[str]) -> None:
        """BadInput unless the columns are there, no others are, and in order."""
        if not self.columns:
            return
        known = [column.name for column in self.columns]
        for column in self.columns:
            if column.required and column.name not in given:
                raise BadInput(
                    f"Column {column.name!r} is missing; the model's signature has {_few(known)}."
                )
        for name in given:
            if name not in known:
                raise BadInput(
                    f"Column {name!r} is not in the model's signature, which has {_few(known)}; "
                    "leave it out."
                )
        wanted = [name for name in known if name in given]
        for place, (name, right) in enumerate(zip(given, wanted, strict=True), start=1):
            if name != right:
                raise BadInput(
                    f"Column {place} is {name!r} where the model's signature has {right!r}; "
                    "give the columns in the signature's order."
                )


def _check_values(column: Column, values: pd.Series[Any]) -> None:
    """NaN where the signature forbids it, and values of another type."""
    if column.complete and (absent := values.isna()).any():
        row = int(absent.to_numpy().argmax())
        raise BadInput(
            f"Row {row} of column {column.name!r} is NaN; by the model's signature the column "
            f"{column.why}."
        )
    kinds = _FITTING.get(column.type)
    kind = getattr(values.dtype, "kind", "O")
    if kinds is None or kind in kinds or (column.type == "string" and str(values.dtype) in _TEXT):
        return
    advice = _ADVICE.get(column.type, "float64" if "f" in kinds else "")
    remedy = f"; convert it, for instance with .astype({advice!r})" if advice else ""
    raise BadInput(
        f"Column {column.name!r} holds {values.dtype} values; the model's signature says "
        f"{column.type}{remedy}."
    )


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
