"""One model, many calls: the lifetime of a service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.errors import BadInput
from sandbox.isolation.artefacts.artefact import Artefact
from sandbox.isolation.closing import Closing
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level, Outcome, Status
from sandbox.isolation.pool import IMPORTS, Pool
from sandbox.isolation.rows import RowShape
from sandbox.isolation.shared_features import SharedFeatures
from sandbox.isolation.supervisor import Worker

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

T = TypeVar("T")


class Session(Closing):
    """A worker that holds one model and is asked again and again; made by `session`.

    The worker is replaced after `calls` calls or `seconds` seconds, and after any outcome but
    ok; the call that failed has its outcome, and the next one goes to a worker that was ready.
    Between replacements a model may keep what it likes from call to call, as it could in
    production: **evaluation never uses a session**.

    Several threads may call; calls are answered one at a time. A second worker, ready and
    without a model, waits as long as the session is open (see `Pool` for what it takes).
    """

    def __init__(
        self,
        artefact: Artefact,
        pool: Pool,
        calls: int,
        seconds: float,
        outputs: tuple[str, ...],
        columns: tuple[str, ...],
    ) -> None:
        self._artefact = artefact
        self._pool = pool
        self._calls = calls
        self._seconds = seconds
        self._outputs = outputs
        self._columns = columns
        #: columns of tables, from the first call that went well
        self._known = columns
        self._shape: RowShape | None = None
        self._lock = threading.RLock()
        self._worker: Worker | None = None
        self._left = 0
        self._until = 0.0
        self._closed = False

    def score(
        self, features: pd.DataFrame | SharedFeatures, outputs: tuple[str, ...] | None = None
    ) -> Outcome[NDArray[np.float64]]:
        """The n × k matrix for n × d features, as `Worker.score` gives it.

        `outputs` are the session's where none are named. The columns are those of the first
        call, or those that the session was opened with, in the same order; BadInput otherwise.
        """
        with self._lock:
            self._check(given := tuple(features.columns))
            wanted = self._outputs if outputs is None else outputs
            outcome = self._call(lambda worker: worker.score(self._artefact, features, wanted))
            if outcome.status is Status.OK:
                self._known = given
            return outcome

    def score_row(self, values: NDArray[np.float64]) -> Outcome[NDArray[np.float64]]:
        """The k scores of one row of d floats; NaN stands for what is missing.

        The model is given an array, 1 × d, or, where the session was opened with `columns`, a
        table of one row with these names, all of float64. This is the fast path: it writes no
        Arrow and no JSON, and looks at memory use once a second.
        """
        with self._lock:
            shape = self._shape or self._shape_of(values)
            row = shape.checked(values)
            outcome = self._call(lambda worker: worker.score_row(self._artefact, row, shape))
            if outcome.status is Status.OK:
                self._shape = shape
            return outcome

    def close(self) -> None:
        """End the worker and the one that waits; may be called twice."""
        with self._lock:
            self._closed = True
            self._end()
            self._pool.close()

    def _call(self, request: Callable[[Worker], Outcome[T]]) -> Outcome[T]:
        outcome = request(self._fresh())
        self._left -= 1
        if outcome.status is not Status.OK:
            self._end()
        return outcome

    def _fresh(self) -> Worker:
        """The worker, another one when this one has served its time."""
        if self._closed:
            raise BadInput("This session has been closed; open another.")
        if self._worker is not None and (self._left <= 0 or time.monotonic() >= self._until):
            self._end()
        if self._worker is None:
            self._worker = Worker(self._pool.take(), self._pool.level, self._pool.limits)
            self._left = self._calls
            self._until = time.monotonic() + self._seconds
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _shape_of(self, values: Any) -> RowShape:
        if self._columns:
            return RowShape(len(self._columns), self._outputs, self._columns)
        width = getattr(values, "size", None)
        return RowShape(len(values) if width is None else width, self._outputs)

    def _check(self, given: tuple[str, ...]) -> None:
        """Against the columns that this session knows."""
        if self._known and given != self._known:
            raise BadInput(_difference(self._known, given))


def session(
    artefact: Artefact,
    level: Level | str = Level.NAMESPACE,
    limits: Limits | None = None,
    calls: int = 10_000,
    seconds: float = 600.0,
    outputs: Sequence[str] = ("pd",),
    columns: Sequence[str] = (),
    imports: Sequence[str] = IMPORTS,
) -> Session:
    """Open a session with a model, to be used in a `with` block.

    `outputs` names the scores of a row (and of a table, unless a call says otherwise);
    `columns` the features, where the model is to see their names (those of its signature, if it
    has one); `imports` what a waiting
    worker imports ahead, such as ("xgboost",). Raises IsolationUnavailable
    when the level cannot be had, BadInput for numbers that make no sense.

    >>> import numpy as np
    >>> from sklearn.dummy import DummyRegressor
    >>> model = Artefact.of(DummyRegressor().fit([[0.2], [0.9]], [0.0, 0.5]))
    >>> with session(model, "none") as service:
    ...     service.score_row(np.array([0.4])).value.tolist()
    [0.25]
    """
    if calls < 1:
        raise BadInput(f"calls is {calls}; a worker answers at least 1 call.")
    if not seconds > 0:
        raise BadInput(f"seconds is {seconds}; it must be more than 0.")
    pool = Pool(level, limits, size=1, imports=imports, surroundings=artefact.surroundings)
    if not columns and artefact.signature is not None:
        columns = [column.name for column in artefact.signature.columns]
    return Session(artefact, pool, calls, seconds, tuple(outputs), tuple(columns))


def _difference(known: tuple[str, ...], given: tuple[str, ...]) -> str:
    """What is wrong with the columns of a call, naming the first that is."""
    if missing := [name for name in known if name not in given]:
        return f"Column {missing[0]!r} is missing; this session began with {len(known)} columns."
    if new := [name for name in given if name not in known]:
        return f"Column {new[0]!r} is new; this session began without it."
    place = next(i for i, (a, b) in enumerate(zip(known, given, strict=False)) if a != b)
    return (
        f"Column {given[place]!r} stands where {known[place]!r} stood when this session began; "
        "give the columns in the same order."
    )
