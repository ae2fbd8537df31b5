"""Where a request is answered: what a place is, and the simplest one, the caller's process."""

from __future__ import annotations

import io
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.isolation import observe, tables, work
from sandbox.isolation.artefact import Artefact
from sandbox.isolation.outcome import Status

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Request:
    """One task for the model of this place."""

    #: "fit", "score" or "explain"
    task: str
    #: the model with the first request, None afterwards
    artefact: Artefact | None
    tables: tuple[pd.DataFrame, ...]
    outputs: tuple[str, ...]
    #: bytes of the result: exactly for numbers, at most for a fitted model
    size: int


@dataclass(frozen=True)
class Answer:
    """What came of it; `data` is a copy that nobody else can change."""

    status: Status
    reason: str = ""
    data: bytes | bytearray = b""


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

    def answer(self, request: Request) -> Answer:
        """Never raises for what a model does."""
        ...

    def close(self) -> None:
        """Leave nothing behind; may be called twice."""
        ...


class Caller:
    """The caller's own process: no isolation, for trusted models and tests."""

    mechanisms: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._model: Any = None
        self._started = time.monotonic()
        self._cpu = time.process_time()
        self.peak_memory = 0
        self.cpu_seconds = 0.0
        self.wall_seconds = 0.0

    def answer(self, request: Request) -> Answer:
        """The same work on the same tables, which pass through Arrow as at other levels."""
        try:
            if request.artefact is not None:
                self._model = work.load(request.artefact.kind, request.artefact.payload)
            given = []
            for table in request.tables:
                file = io.BytesIO()
                tables.write(table, file)
                given.append(tables.read(file.getvalue()))
            data = work.perform(request.task, self._model, given, request.outputs)
            return Answer(Status.OK, data=bytearray(data))
        except work.Failure as failure:
            return Answer(failure.status, failure.reason)
        except MemoryError:
            return Answer(Status.OUT_OF_MEMORY, "There was not enough memory.")
        finally:
            self._measure()

    def close(self) -> None:
        """Forget the model."""
        self._model = None

    def _measure(self) -> None:
        self.wall_seconds = time.monotonic() - self._started
        self.cpu_seconds = time.process_time() - self._cpu
        if observe.PROC.exists():
            self.peak_memory = observe.usage([os.getpid()])[0]
