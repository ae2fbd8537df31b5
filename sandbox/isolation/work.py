"""What is done where the model is: open it, fit it, score with it, explain it.

At every level but `none` this runs inside the worker; loading an artefact is running it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.isolation.artefacts import opening
from sandbox.isolation.outcome import Status

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: characters of a reason that are kept
REASON = 400


class Failure(Exception):
    """A request that ended in another status than ok, with its reason."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = one_line(reason)


def one_line(text: str, length: int = REASON) -> str:
    """Printable, without line breaks, bounded.

    >>> one_line("a\\n\\x1b[31m  b")
    'a [31m b'
    """
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * length])
    line = " ".join(printable.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def load(kind: str, payload: bytes) -> Any:
    """Open an artefact; Failure (refused) when it cannot be."""
    try:
        return opening.opened(kind, payload)
    except BadInput as error:
        raise Failure(Status.REFUSED, str(error)) from error
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:
        hint = ""
        if isinstance(error, ModuleNotFoundError):
            hint = "; only installed packages exist inside the sandbox"
        raise Failure(
            Status.REFUSED, f"The model cannot be loaded: {described(error)}{hint}"
        ) from error


def perform(
    task: str, model: Any, tables: Sequence[pd.DataFrame], outputs: Sequence[str]
) -> bytes | memoryview:
    """Fit, score or explain; the bytes of a blob or of a float64 matrix, row by row."""
    try:
        if task == "fit":
            return fit(model, *tables)
        if task == "score":
            return score(model, tables[0], outputs).data
        return explain(model, *tables)
    except (Failure, MemoryError):
        raise
    except BadInput as error:
        raise Failure(Status.REFUSED, str(error)) from error
    except (Exception, SystemExit) as error:
        raise Failure(Status.RAISED, f"The model raised {described(error)}") from error


def fit(model: Any, features: pd.DataFrame, labels: pd.DataFrame) -> bytes:
    """The fitted model as a cloudpickle.

    A model of our protocol gets the labels as they are; a scikit-learn estimator gets the rows
    whose `target` was observed.
    """
    import cloudpickle

    if _ours(model):
        fitted = model.fit(features, labels)
    else:
        seen = labels["target"].notna().to_numpy()
        fitted = model.fit(features[seen], labels["target"][seen].to_numpy())
    blob: bytes = cloudpickle.dumps(model if fitted is None else fitted)
    return blob


def score(model: Any, features: pd.DataFrame, outputs: Sequence[str]) -> NDArray[np.float64]:
    """The n × k matrix of a fitted model.

    A classifier that is not of our protocol gives the probability of its second class.
    """
    _check_columns(model, features)
    if not _ours(model) and hasattr(model, "predict_proba"):
        given = model.predict_proba(features)
        given = given.iloc[:, 1] if hasattr(given, "iloc") else given[:, 1]
    else:
        given = model.predict(features)
    return _matrix(given, len(features), len(outputs))


def explain(model: Any, features: pd.DataFrame, background: pd.DataFrame) -> bytes:
    """Contributions, base and margin of each row, and what they are, as `explained_reply` has it.

    Of a model that is asked again and again for it, some of the rows.
    """
    from sandbox.explanation.any_model import QUICK
    from sandbox.explanation.contributions import found_in
    from sandbox.isolation import explained_reply

    _check_columns(model, features)
    found = found_in(model, features, background, budget=QUICK)
    return explained_reply.packed(found, len(features))


def described(error: BaseException) -> str:
    """Type and message; the message is the model's own, so `str` may fail as well."""
    try:
        text = str(error)
    except Exception:
        text = ""
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def _check_columns(model: Any, features: pd.DataFrame) -> None:
    """Failure that names the first column that is not what the model was fitted on."""
    names = getattr(model, "feature_names_in_", None)
    if _ours(model) or names is None:
        return
    for place, (fitted, given) in enumerate(zip_longest(map(str, names), features.columns), 1):
        if fitted != given:
            there = "is missing" if given is None else f"is {given!r}"
            wanted = "no column" if fitted is None else repr(fitted)
            raise Failure(
                Status.REFUSED,
                f"Column {place} of the features {there}; the model was fitted on {wanted} there.",
            )


def _ours(model: Any) -> bool:
    return hasattr(model, "outputs") and hasattr(model, "role")


def _matrix(given: Any, rows: int, columns: int) -> NDArray[np.float64]:
    import numpy as np

    array = np.asarray(given)
    if array.dtype.kind == "O":
        raise Failure(Status.PROTOCOL_VIOLATION, "The model returned objects, not numbers.")
    if array.dtype.kind not in "fiub":
        raise Failure(Status.PROTOCOL_VIOLATION, f"The model returned {array.dtype}, not numbers.")
    if array.shape not in {(rows, columns), (rows,) if columns == 1 else (rows, columns)}:
        raise Failure(
            Status.PROTOCOL_VIOLATION,
            f"The model returned an array of shape {array.shape}; ({rows}, {columns}) is needed.",
        )
    return np.ascontiguousarray(array, dtype=np.float64).reshape(rows, columns)
