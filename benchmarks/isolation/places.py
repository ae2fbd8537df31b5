"""What is compared: the same worker in a plain process, and in the sandbox."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.isolation import Level, Limits, Status, launcher, readiness
from sandbox.isolation.kernel import Layers
from sandbox.isolation.place import Place
from sandbox.isolation.pool import IMPORTS
from sandbox.isolation.process import Process
from sandbox.isolation.separate import Separate
from sandbox.isolation.supervisor import Worker

LIMITS = Limits()
NOTHING = Layers(bubblewrap=False, seccomp=False, landlock=False, rlimits=False)
BARE, SANDBOXED = "bare", "sandboxed"
PLACES = (BARE, SANDBOXED)


class Plain(Separate):
    """A worker with not one layer around it: no namespaces, no filters, no limits.

    Interpreter, imports, transport and checks are the same, so what differs is the sandbox.
    """

    def _start(self, surroundings: object) -> None:
        self._surroundings = None
        self._process: Process = launcher.start(Level.PROCESS, LIMITS, layers=NOTHING)

    def ready(self) -> None:
        if not self.mechanisms:
            self.mechanisms = ("none", *readiness._ready(self._process, Level.PROCESS, NOTHING))
            if self._imports:
                self._rehearse()


def opened(name: str, imports: tuple[str, ...] = ()) -> Place:
    if name == BARE:
        return Plain(Level.PROCESS, LIMITS, imports=imports)
    return Separate(Level.NAMESPACE, LIMITS, imports=imports)


@contextmanager
def ready(name: str) -> Iterator[Worker]:
    """A worker that has been warmed, as a pool keeps it."""
    place = opened(name, IMPORTS)
    try:
        place.ready()
        place.handed_over()
        yield Worker(place, Level.NAMESPACE, LIMITS)
    finally:
        place.close()


def timed(call, *arguments) -> float:
    """Milliseconds of a call whose outcome, if it has one, is ok."""
    started = time.perf_counter()
    outcome = call(*arguments)
    spent = 1_000 * (time.perf_counter() - started)
    if hasattr(outcome, "status"):
        assert outcome.status is Status.OK, outcome.reason
    return spent
