"""Where the model is asked: in its sandbox, with patience of so many milliseconds."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.isolation import Artefact, Level, Limits, Outcome, Status, session
from sandbox.isolation.pool import IMPORTS

Floats = NDArray[np.float64]
#: seconds after which a call is given up, so that a hanging model is replaced
WALL = 5.0
#: calls and seconds after which a worker is replaced; the call after it waits for the model to load
CALLS, SECONDS = 200_000, 3600.0


@dataclass(frozen=True)
class Answer:
    """The model's score, or why there is none."""

    score: float | None
    #: a few words; "" with a score
    absent: str = ""


class ModelDesk:
    """One model in one sandbox, asked row by row; closed with `close`.

    A model that fails or is late leaves no score and the desk goes on: the worker is replaced, and
    made ready with the row of the start before the next application needs it.
    """

    def __init__(
        self,
        model: Artefact,
        columns: Sequence[str],
        output: str = "score",
        *,
        level: Level | str = Level.NAMESPACE,
        patience: float = 0.25,
        wall: float = WALL,
        imports: Sequence[str] = IMPORTS,
        first: Floats | None = None,
    ) -> None:
        """Open the sandbox and ask the model once, with `first` (d; None: zeros).

        `patience` and `wall` are in seconds: after the first an application goes on without a
        score, after the second the call is given up and the model replaced. `imports` are what a
        waiting worker imports ahead, within `wall`, too. Raises BadInput when
        the model does not answer, and IsolationUnavailable when the level cannot be had.
        """
        if not 0 < patience < wall:
            raise BadInput(f"patience is {patience} s; give more than 0 and less than {wall:g}.")
        self.digest, self.patience = model.digest, patience
        self._first = np.zeros(len(columns)) if first is None else first
        self._session = session(
            model, level, Limits(wall=wall), CALLS, SECONDS, (output,), tuple(columns), imports
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="screening-model")
        self._lock = threading.Lock()
        self._pending: Future[Outcome[Floats]] | None = None
        outcome = self._thread.submit(self._session.score_row, self._first).result()
        if outcome.status is not Status.OK:
            self.close()
            raise BadInput(
                f"The model does not answer at the start ({outcome.status}: {outcome.reason}); "
                "screening starts with a model that does."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox; may be called twice."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._session.close()

    def ask(self, row: Floats) -> Answer:
        """The score of d features. Never raises for what the model does."""
        with self._lock:
            if self._pending is not None and not self._over(self._pending):
                return Answer(None, "late")
            self._pending = self._thread.submit(self._session.score_row, row)
            if not self._over(self._pending):
                return Answer(None, "late")
            call, self._pending = self._pending, None
            if isinstance(call.exception(), IsolationUnavailable):
                return Answer(None, "no sandbox could be started")
            outcome = call.result()
            if outcome.value is not None:
                return Answer(float(outcome.value[0]))
            # the next worker gets its model now, not when an application waits for it
            self._pending = self._thread.submit(self._session.score_row, self._first)
            return Answer(None, str(outcome.status))

    def _over(self, call: "Future[Outcome[Floats]]") -> bool:
        try:
            call.exception(timeout=self.patience)
        except Late:
            return False
        return True
