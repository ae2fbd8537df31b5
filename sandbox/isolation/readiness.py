"""Waiting for a worker, and looking from outside at what holds it before it gets a model."""

from __future__ import annotations

import sys

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.isolation import host, observe, wire, work
from sandbox.isolation.kernel import Layers, landlock
from sandbox.isolation.limits import MIB, Limits
from sandbox.isolation.outcome import Level
from sandbox.isolation.process import Ended, Process
from sandbox.isolation.vm import gvisor
from sandbox.isolation.vm import plan as gvisor_plan
from sandbox.isolation.vm import seen as gvisor_seen

#: seconds a worker may take to start; 0.3 on an idle machine, 1.2 without compiled bytecode
START = 120.0
#: memory of gVisor's own, bytes, beside the file that holds the model's: 100 MiB at rest, and 2 KiB
#: for each file that the model makes, which nothing else bounds
_SENTRY = 512 * MIB


def confirmed(
    process: Process, level: Level, limits: Limits, layers: Layers | None = None
) -> tuple[str, ...]:
    """The mechanisms in force on this very process; IsolationUnavailable when one is not.

    With `layers` of a test's choice those that hold are named and none is missed.

    No model has been near the process yet, so what it says of itself is the word of code that
    is trusted; what the kernel shows of it is looked at all the same. A model's own packages are
    imported by now, in a process that our code had limited and filtered before.
    """
    said = _ready(process, level, layers or Layers.of(level))
    pid = process.worker_pid()
    if level is Level.PROCESS and layers is None:
        limited = sys.platform == "linux" and observe.rlimits(
            pid, limits, skipping=frozenset({"processes"})
        )
        return ("separate process", *(["rlimits"] * limited), *said, "wall clock")
    if level is Level.VM:
        seen = gvisor_seen.mechanisms(process.child.pid, limits)
        process.most = gvisor_plan.bounds(limits)["fsize"] + _SENTRY
    else:
        seen = observe.mechanisms(pid, limits, layers or Layers.of(level))
        if (layers or Layers.of(level)).landlock:
            told = {name: True for name in said if name.startswith("landlock")}
            seen |= told or {"landlock": False}
        if (layers or Layers.of(level)).bubblewrap:
            process.scratch_of = pid
    if layers is not None:
        return tuple(name for name, holds in seen.items() if holds)
    if missing := [name for name, holds in seen.items() if not holds]:
        process.end()
        raise IsolationUnavailable(
            f"The worker started without {', '.join(missing)}; it was stopped before any model "
            "was loaded; run `risk-sandbox doctor`."
        )
    own = (name for name in said if name not in seen)
    first: tuple[str, ...] = (gvisor.trial().detail,) if level is Level.VM else ()
    first += () if level is Level.LSM else (host.bubblewrap_version(),)
    return (*first, *seen, *own, "sealed memory", "wall clock")


def _ready(process: Process, level: Level, layers: Layers) -> list[str]:
    """What the worker says it put in force itself, once its imports are done.

    Of packages that a model brings the imports are hostile, so no other words are passed on than
    those that it could be meant to say. BadInput when its memory does not hold the imports.
    """
    try:
        reply = process.receive(process.started + START)
        said = wire.Reply.read(reply, 0).reason
    except (TimeoutError, Ended, wire.BrokenProtocol) as error:
        process.end(grace=1.0)
        words = work.one_line(process.last_words.decode(errors="replace")) or repr(error)
        if words.startswith("Limits(memory="):
            raise BadInput(f"{words}.") from error
        raise IsolationUnavailable(
            f"A worker at level {level} did not start; its last words: {words}; "
            "`risk-sandbox doctor` says what to do."
        ) from error
    expected = [f"landlock abi {landlock.abi()}"] if layers.landlock else []
    expected += ["seccomp"] if layers.seccomp else []
    told = {name.strip() for name in said.split(";")}
    return [name for name in expected if name in told]
