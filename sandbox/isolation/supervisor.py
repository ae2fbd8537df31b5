"""One model in one place: requests go in, outcomes come out, everything is checked here.

The supervisor is the caller's own process. It reads numbers and bytes from memory whose size
it fixed, checks its own copy, and never opens, unpickles or parses what a model gave out.
"""

from __future__ import annotations

import functools
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sandbox.errors import BadInput
from sandbox.isolation import checks, explained_reply, host, tables
from sandbox.isolation.artefacts.artefact import Artefact
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Outcome, Status
from sandbox.isolation.place import Answer, Caller, Place, Request
from sandbox.isolation.rows import RowShape
from sandbox.isolation.separate import Separate
from sandbox.isolation.shared_features import SharedFeatures

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    #: a table, or one that was written before
    Features = pd.DataFrame | SharedFeatures

T = TypeVar("T")
_FLOAT = 8


class Worker:
    """A place where one model runs: used to fit it, or to score with it and then explain it.

    Each request has the whole of `limits.wall`. After any status but ok the worker is gone.
    A worker that has fitted has seen labels, so it never scores. Nothing is reset between two
    requests, so evaluation opens a worker for each model and each fold; a `session` is for
    services. One thread at a time may use it.
    """

    def __init__(self, place: Place, level: Level, limits: Limits) -> None:
        self.level = level
        self.limits = limits
        self._place = place
        self._artefact: Artefact | None = None
        self._rows: RowShape | None = None
        self._fitted = False
        self._ended = ""

    def fit(
        self, artefact: Artefact, features: Features, labels: pd.DataFrame
    ) -> Outcome[Artefact]:
        """Fit on n × d features and the labels; the fitted model is opaque outside.

        `labels` has a column `target` and as many rows as `features`.
        """
        if "target" not in labels.columns:
            raise BadInput(f"The labels have columns {list(labels.columns)}; `target` is needed.")
        if len(labels) != len(features):
            raise BadInput(f"There are {len(features)} rows of features, {len(labels)} of labels.")
        if self._artefact is not None:
            raise BadInput("This worker has been used; open another to fit a model.")
        self._fitted = True
        answer = self._ask("fit", artefact, (features, labels), (), self.limits.file_size)
        if answer.status is not Status.OK or not answer.data:
            return self._outcome(_without(answer, "a fitted model"), None)
        return self._outcome(answer, artefact.fitted(bytes(answer.data)))

    def score(
        self, artefact: Artefact, features: Features, outputs: tuple[str, ...]
    ) -> Outcome[NDArray[np.float64]]:
        """The n × k matrix of a fitted model on n × d features, one column an output.

        Every value is finite; `pd`, `score` and `probability` are within 0 and 1, `limit` is 0
        or more. A matrix that breaks this is a protocol violation.
        """
        if not outputs:
            raise BadInput("No outputs were asked for; name at least one, such as ('pd',).")
        return self._matrix(artefact, features, outputs)

    def explain(
        self, artefact: Artefact, features: Features, background: Features
    ) -> Outcome[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
        """Contributions (k × d), base values (k) and margins (k); see `sandbox.explanation`.

        Of the first k rows: all n, or fewer for a model that is slow to explain. `said` is what
        they add up to and how they were found, in the worker's words; whether they do add up is
        for the caller to check.
        """
        if list(background.columns) != list(features.columns):
            raise BadInput("Features and background have different columns; give the same.")
        rows, width = len(features), len(features.columns)
        size = explained_reply.size(rows, width)
        self._check_size(size, rows, width + 2)
        answer = self._ask("explain", artefact, (features, background), (), size)
        if answer.status is not Status.OK:
            return self._outcome(answer, None)
        if len(answer.data) != size:
            return self._outcome(_without(answer, f"{size} bytes of an explanation"), None)
        try:
            matrix = explained_reply.matrix_of(answer.data, rows)
            wrong = checks.complaint(matrix, ("",) * (width + 2))  # only scores have a range
        except ValueError as error:
            wrong = str(error)
        if wrong:
            return self._outcome(Answer(Status.PROTOCOL_VIOLATION, wrong), None)
        parts = matrix[:, :-2], matrix[:, -2], matrix[:, -1]
        outcome = self._outcome(answer, parts)
        return replace(outcome, said=explained_reply.words_of(answer.data))

    def score_row(
        self, artefact: Artefact, values: NDArray[np.float64], shape: RowShape
    ) -> Outcome[NDArray[np.float64]]:
        """The k scores of one row (d floats, NaN allowed), checked as those of a table are.

        Rows of one shape after each other cost least: memory is set up with the first. This is
        what a `session` is made of.
        """
        import numpy as np

        row = shape.checked(values)
        if artefact.signature is not None:
            artefact.signature.check_row(row, shape.columns)
        self._admit(artefact, "score")
        if artefact.signature is not None:
            artefact.signature.check_row(row, shape.columns)
        if self._rows != shape:
            if artefact.signature is not None and shape.columns:
                artefact.signature.check_names(shape.columns)
            request = Request("rows", artefact, (), shape.outputs, 0, shape.columns, shape.width)
            opened = self._sent(request)
            if opened.status is not Status.OK:
                return self._outcome(opened, None)
            self._rows = shape
        answer = self._place.row(row)
        if answer.status is not Status.OK:
            return self._outcome(answer, None)
        scores = np.frombuffer(answer.data)
        if wrong := checks.complaint(scores.reshape(1, -1), shape.outputs):
            return self._outcome(Answer(Status.PROTOCOL_VIOLATION, wrong), None)
        return self._outcome(answer, scores)

    def close(self) -> None:
        """End it before its block does; it takes no more requests."""
        self._ended = self._ended or "closed"
        self._place.close()

    def _matrix(
        self, artefact: Artefact, features: Features, outputs: tuple[str, ...]
    ) -> Outcome[NDArray[np.float64]]:
        import numpy as np

        rows = len(features)
        size = rows * len(outputs) * _FLOAT
        self._check_size(size, rows, len(outputs))
        answer = self._ask("score", artefact, (features,), outputs, size)
        if answer.status is not Status.OK:
            return self._outcome(answer, None)
        if len(answer.data) != size:
            return self._outcome(_without(answer, f"{size} bytes of numbers"), None)
        matrix = np.frombuffer(answer.data, dtype=np.float64).reshape(rows, len(outputs))
        if wrong := checks.complaint(matrix, outputs):
            return self._outcome(Answer(Status.PROTOCOL_VIOLATION, wrong), None)
        return self._outcome(answer, matrix)

    def _check_size(self, size: int, rows: int, columns: int) -> None:
        if size > self.limits.file_size:
            raise BadInput(
                f"{rows:,} rows × {columns} columns take {size:,} bytes, more than "
                f"file_size={self.limits.file_size:,}; raise it or score in parts."
            )

    def _ask(
        self,
        task: str,
        artefact: Artefact,
        given: tuple[Features, ...],
        outputs: Sequence[str],
        size: int,
    ) -> Answer:
        self._admit(artefact, task)
        names = {"fit": ("features", "labels"), "explain": ("features", "background")}
        for table, what in zip(given, names.get(task, ("features",)), strict=True):
            if not isinstance(table, SharedFeatures):
                tables.checked(table, what)
        artefact.check(given[0])
        return self._sent(Request(task, artefact, given, tuple(outputs), size))

    def _admit(self, artefact: Artefact, task: str) -> None:
        """BadInput when this worker does not take such a request, or not any more."""
        if self._fitted and task != "fit":
            raise BadInput("This worker has seen labels; open another one to score or explain.")
        if self._ended:
            raise BadInput(f"This worker is gone ({self._ended}); open another.")
        if self.level is Level.NONE and artefact.packages is not None:
            raise BadInput(
                "The model has packages of its own and level none runs it with those of this "
                "process; choose level process, or environment='installed'."
            )
        held = self._artefact
        if held is not None and held is not artefact and held.digest != artefact.digest:
            raise BadInput("This worker holds another model; open a worker for each model.")

    def _sent(self, request: Request) -> Answer:
        """The answer; the model goes along with the first request only."""
        if self._artefact is None:
            answer = self._place.answer(request)
        else:
            answer = self._place.answer(replace(request, artefact=None))
        self._artefact = self._artefact or request.artefact
        return answer

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
            host=_host(),
        )
        return Outcome(answer.status, value, answer.reason, evidence)


@contextmanager
def worker(level: Level | str = Level.NAMESPACE, limits: Limits | None = None) -> Iterator[Worker]:
    """Open a worker for one model; it is gone when the block ends, whatever happened.

    Raises IsolationUnavailable when the level cannot be had on this host, BadInput when there
    is no such level. What a model does is never an exception but an `Outcome`.
    """
    limits = limits or Limits()
    place = opened(host.require(level), limits)
    try:
        yield Worker(place, Level(level), limits)
    finally:
        place.close()


def opened(
    level: Level,
    limits: Limits,
    surroundings: Surroundings | None = None,
    imports: tuple[str, ...] = (),
) -> Place:
    """A place of a level that can be had; it starts in the background."""
    return Caller() if level is Level.NONE else Separate(level, limits, surroundings, imports)


@functools.cache
def _host() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def _without(answer: Answer, needed: str) -> Answer:
    if answer.status is not Status.OK:
        return answer
    return Answer(Status.PROTOCOL_VIOLATION, f"The worker answered ok without {needed}.")
