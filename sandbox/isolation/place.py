"""Where a request is answered: what a place is, and the simplest one, the caller's process."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.isolation import observe, rows, tables, work
from sandbox.isolation.artefacts.artefact import Artefact
from sandbox.isolation.outcome import Status
from sandbox.isolation.rows import RowShape
from sandbox.isolation.shared_features import SharedFeatures

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Request:
    """One task for the model of this place."""

    #: "fit", "score", "explain", "rows" (make ready for rows of a shape) or "rehearse"
    #: (import what `outputs` names)
    task: str
    #: the model with the first request, None afterwards
    artefact: Artefact | None
    tables: tuple[pd.DataFrame | SharedFeatures, ...]
    outputs: tuple[str, ...]
    #: bytes of the result: exactly for numbers, at most for a fitted model
    size: int
    #: names of a row's features, if the model is to see them, and their number
    columns: tuple[str, ...] = ()
    width: int = 0

    @property
    def rows(self) -> RowShape:
        """Of task "rows": the shape."""
        return RowShape(self.width, self.outputs, self.columns)


@dataclass(frozen=True)
class Answer:
    """What came of it; `data` is a copy that nobody else can change."""

    status: Status
    reason: str = ""
    data: bytes | bytearray | memoryview = b""


class Place(Protocol):
    """Answers requests about one model and says what that took."""

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """What was seen to be in force."""
        ...

    @property
    def peak_memory(self) -> int:
        """Largest resident set, bytes."""
        ...

    @property
    def cpu_seconds(self) -> float:
        """Processor time, seconds."""
        ...

    @property
    def wall_seconds(self) -> float:
        """From start to the last answer, seconds."""
        ...

    def ready(self) -> None:
        """Wait until it could be given a model; IsolationUnavailable when that fails."""
        ...

    def handed_over(self) -> bool:
        """Start the clock of the evidence; False when the place is not there any more."""
        ...

    def answer(self, request: Request) -> Answer:
        """Never raises for what a model does."""
        ...

    def row(self, values: NDArray[np.float64]) -> Answer:
        """The scores of one row of the shape that the last request of task "rows" gave."""
        ...

    def close(self) -> None:
        """Leave nothing behind; may be called twice."""
        ...


class Caller:
    """The caller's own process: no isolation, for trusted models and tests."""

    mechanisms: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._model: Any = None
        self._shape: RowShape | None = None
        self.peak_memory = 0
        self.cpu_seconds = 0.0
        self.wall_seconds = 0.0
        self.handed_over()

    def ready(self) -> None:
        """It always is."""

    def handed_over(self) -> bool:
        """Start the clock."""
        self._started = time.monotonic()
        self._cpu = time.process_time()
        return True

    def answer(self, request: Request) -> Answer:
        """The same work on the same tables, which pass through Arrow as at other levels."""
        try:
            return self._measured(lambda: self._done(request))
        finally:
            if observe.PROC.exists():
                self.peak_memory = observe.usage([os.getpid()])[0]

    def row(self, values: NDArray[np.float64]) -> Answer:
        """The same work on a copy of the row; memory is not looked at."""
        shape = self._shape
        assert shape is not None
        given = rows.seen_as(shape)(values.copy())
        return self._measured(lambda: rows.scored(self._model, given, shape).data)

    def close(self) -> None:
        """Forget the model."""
        self._model = None

    def _done(self, request: Request) -> bytes | memoryview:
        if request.artefact is not None:
            self._model = work.load(request.artefact.kind, request.artefact.payload)
        if request.task == "rows":
            self._shape = request.rows
            return b""
        given = [_own_copy(table) for table in request.tables]
        return work.perform(request.task, self._model, given, request.outputs)

    def _measured(self, task: Callable[[], bytes | memoryview]) -> Answer:
        try:
            return Answer(Status.OK, data=bytearray(task()))
        except work.Failure as failure:
            return Answer(failure.status, failure.reason)
        except MemoryError:
            return Answer(Status.OUT_OF_MEMORY, "There was not enough memory.")
        finally:
            self.wall_seconds = time.monotonic() - self._started
            self.cpu_seconds = time.process_time() - self._cpu


def _own_copy(table: pd.DataFrame | SharedFeatures) -> pd.DataFrame:
    """The table as it comes out of Arrow."""
    if not isinstance(table, SharedFeatures):
        file = io.BytesIO()
        tables.write(table, file)
        return tables.read(file.getvalue())
    descriptor = table.reader()
    try:
        return tables.read(descriptor)
    finally:
        os.close(descriptor)
