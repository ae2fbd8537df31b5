"""Workers that are ready before they are needed, each for one model."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sandbox.errors import BadInput
from sandbox.isolation import host
from sandbox.isolation.closing import Closing
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level
from sandbox.isolation.place import Place
from sandbox.isolation.supervisor import Worker, opened

#: what most models need beside numpy and pandas; 0.7 s
IMPORTS = ("sklearn.linear_model", "sklearn.ensemble", "sklearn.pipeline", "sklearn.compose")


#: seconds before a taken worker's successor is started: building its command line holds this
#: interpreter's lock, and the taker's first request goes first
_SUCCESSION = 0.05


class Pool(Closing):
    """`size` workers kept ready: imports done, what holds them confirmed, no model seen.

    Each serves one model and is then gone, as one of `worker()` is; another starts in the
    background when it is taken. Where workers are taken faster than they start, taking waits.
    A worker that ended while it waited is not handed out.

    A waiting worker takes no processor time and about 200 MiB of resident memory, of which 115 MiB
    are its own and the rest is shared with every other; with `imports=()` it is 100 and 50 MiB,
    and a scikit-learn model then takes 0.7 s longer to load. Several threads may take workers.
    At the end of the `with` block every waiting worker is gone; workers in use end with their
    own blocks.

    >>> with Pool("none", size=1) as pool, pool.worker() as place:
    ...     str(place.level)
    'none'
    """

    def __init__(
        self,
        level: Level | str = Level.NAMESPACE,
        limits: Limits | None = None,
        size: int = 1,
        imports: Sequence[str] = IMPORTS,
        surroundings: Surroundings | None = None,
    ) -> None:
        if size < 1:
            raise BadInput(f"size is {size}; a pool keeps at least 1 worker ready.")
        self.level = host.require(level)
        self.limits = limits or Limits()
        self._imports = tuple(imports)
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="sandbox-pool")
        self._waiting: deque[Future[Place]] = deque()
        self._closing = threading.Event()
        for _ in range(size):
            self._order(0.0)

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A ready worker for one model; it is gone when the block ends, whatever happened.

        Raises IsolationUnavailable when it could not be started, BadInput when the pool is closed.
        """
        place = self.take()
        try:
            yield Worker(place, self.level, self.limits)
        finally:
            place.close()

    def take(self) -> Place:
        """A ready place, which the caller closes."""
        while True:
            with self._lock:
                if self._closing.is_set():
                    raise BadInput("This pool has been closed; open another.")
                first = self._waiting.popleft()
                self._order(_SUCCESSION)
            place = first.result()
            if place.handed_over():
                return place
            place.close()

    def close(self) -> None:
        """End every waiting worker; may be called twice."""
        with self._lock:
            self._closing.set()
            waiting = list(self._waiting)
            self._waiting.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for future in waiting:
            if not future.cancelled() and future.exception() is None:
                future.result().close()

    def _order(self, delay: float) -> None:
        self._waiting.append(self._threads.submit(self._started, delay))

    def _started(self, delay: float) -> Place:
        self._closing.wait(delay)
        place = opened(self.level, self.limits, self._surroundings, self._imports)
        try:
            place.ready()
        except BaseException:
            place.close()
            raise
        return place
