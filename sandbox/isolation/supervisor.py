"""One model in one place: requests go in, outcomes come out, everything is checked here.

The supervisor is the caller's own process. It reads numbers and bytes from memory whose size
it fixed, checks its own copy, and never opens, unpickles or parses what a model gave out.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from sandbox.errors import BadInput
from sandbox.isolation import checks, host, tables
from sandbox.isolation.artefact import Artefact
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Outcome, Status
from sandbox.isolation.place import Answer, Caller, Place, Request
from sandbox.isolation.separate import Separate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

T = TypeVar("T")
_FLOAT = 8


class Worker:
    """A place where one model runs: used to fit it, or to score with it and then explain it.

    Each request has the whole of `limits.wall`. After any status but ok the worker is gone.
    A worker that has fitted has seen labels, so it never scores.
    """

    def __init__(self, place: Place, level: Level, limits: Limits) -> None:
        self.level = level
        self.limits = limits
        self._place = place
        self._digest = ""
        self._fitted = False
        self._ended = ""

    def fit(
        self, artefact: Artefact, features: pd.DataFrame, labels: pd.DataFrame
    ) -> Outcome[Artefact]:
        """Fit on n × d features and the labels; the fitted model is opaque outside.

        `labels` has a column `target` and as many rows as `features`.
        """
        if "target" not in labels.columns:
            raise BadInput(f"The labels have columns {list(labels.columns)}; `target` is needed.")
        if len(labels) != len(features):
            raise BadInput(f"There are {len(features)} rows of features, {len(labels)} of labels.")
        if self._digest:
            raise BadInput("This worker has been used; open another to fit a model.")
        self._fitted = True
        answer = self._ask("fit", artefact, (features, labels), (), self.limits.file_size)
        if answer.status is not Status.OK or not answer.data:
            return self._outcome(_without(answer, "a fitted model"), None)
        return self._outcome(answer, Artefact.from_blob(bytes(answer.data)))

    def score(
        self, artefact: Artefact, features: pd.DataFrame, outputs: tuple[str, ...]
    ) -> Outcome[NDArray[np.float64]]:
        """The n × k matrix of a fitted model on n × d features, one column an output.

        Every value is finite; `pd`, `score` and `probability` are within 0 and 1, `limit` is 0
        or more. A matrix that breaks this is a protocol violation.
        """
        if not outputs:
            raise BadInput("No outputs were asked for; name at least one, such as ('pd',).")
        return self._matrix("score", artefact, (features,), outputs)

    def explain(
        self, artefact: Artefact, features: pd.DataFrame, background: pd.DataFrame
    ) -> Outcome[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
        """Contributions (n × d), base values (n) and margins (n); see `sandbox.explanation`."""
        if list(background.columns) != list(features.columns):
            raise BadInput("Features and background have different columns; give the same.")
        columns = (*map(str, features.columns), "base", "margin")
        outcome = self._matrix("explain", artefact, (features, background), columns)
        matrix = outcome.value
        if matrix is None:
            return Outcome(outcome.status, None, outcome.reason, outcome.evidence)
        parts = matrix[:, :-2], matrix[:, -2], matrix[:, -1]
        return Outcome(outcome.status, parts, outcome.reason, outcome.evidence)

    def _matrix(
        self,
        task: str,
        artefact: Artefact,
        given: tuple[pd.DataFrame, ...],
        columns: tuple[str, ...],
    ) -> Outcome[NDArray[np.float64]]:
        import numpy as np

        if self._fitted:
            raise BadInput("This worker has seen labels; open another one to score or explain.")
        rows = len(given[0])
        size = rows * len(columns) * _FLOAT
        if size > self.limits.file_size:
            raise BadInput(
                f"{rows:,} rows × {len(columns)} columns take {size:,} bytes, more than "
                f"file_size={self.limits.file_size:,}; raise it or score in parts."
            )
        names = columns if task == "score" else ()
        answer = self._ask(task, artefact, given, names, size)
        if answer.status is not Status.OK:
            return self._outcome(answer, None)
        if len(answer.data) != size:
            return self._outcome(_without(answer, f"{size} bytes of numbers"), None)
        matrix = np.frombuffer(answer.data, dtype=np.float64).reshape(rows, len(columns))
        # a feature may be called `pd`; only scores have a range
        wrong = checks.complaint(matrix, columns if names else ("",) * len(columns))
        if wrong:
            return self._outcome(Answer(Status.PROTOCOL_VIOLATION, wrong), None)
        return self._outcome(answer, matrix)

    def _ask(
        self,
        task: str,
        artefact: Artefact,
        given: tuple[pd.DataFrame, ...],
        outputs: Sequence[str],
        size: int,
    ) -> Answer:
        if self._ended:
            raise BadInput(f"This worker is gone ({self._ended}); open another.")
        digest = artefact.digest
        if self._digest and self._digest != digest:
            raise BadInput("This worker holds another model; open a worker for each model.")
        names = {"fit": ("features", "labels"), "explain": ("features", "background")}
        for table, what in zip(given, names.get(task, ("features",)), strict=True):
            tables.checked(table, what)
        first = not self._digest
        self._digest = digest
        return self._place.answer(
            Request(task, artefact if first else None, given, tuple(outputs), size)
        )

    def _outcome(self, answer: Answer, value: T | None) -> Outcome[T]:
        if answer.status is not Status.OK:
            self._ended = str(answer.status)
            self._place.close()
        evidence = Evidence(
            level=self.level,
            mechanisms=self._place.mechanisms,
            limits=self.limits,
            peak_memory=self._place.peak_memory,
            cpu_seconds=self._place.cpu_seconds,
            wall_seconds=self._place.wall_seconds,
            host=f"{platform.system()} {platform.release()} {platform.machine()}",
        )
        return Outcome(answer.status, value, answer.reason, evidence)


@contextmanager
def worker(level: Level | str = Level.NAMESPACE, limits: Limits | None = None) -> Iterator[Worker]:
    """Open a worker for one model; it is gone when the block ends, whatever happened.

    Raises IsolationUnavailable when the level cannot be had on this host, BadInput when there
    is no such level. What a model does is never an exception but an `Outcome`.
    """
    limits = limits or Limits()
    level = host.require(level)
    place: Place = Caller() if level is Level.NONE else Separate(level, limits)
    try:
        yield Worker(place, level, limits)
    finally:
        place.close()


def _without(answer: Answer, needed: str) -> Answer:
    if answer.status is not Status.OK:
        return answer
    return Answer(Status.PROTOCOL_VIOLATION, f"The worker answered ok without {needed}.")
