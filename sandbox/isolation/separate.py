"""A place in a process of its own, and what came of a worker that went without an answer."""

from __future__ import annotations

import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sandbox.errors import IsolationUnavailable
from sandbox.isolation import host, launcher, memory, observe, tables, wire, work
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level, Status
from sandbox.isolation.place import Answer, Request
from sandbox.isolation.process import PATIENCE, Ended

#: seconds a worker may take to start; 1.2 on an idle machine
START = 120.0
_NAN = struct.pack("d", float("nan"))


class Separate:
    """A process of its own, at level `namespace` or `process`."""

    def __init__(self, level: Level, limits: Limits) -> None:
        self.mechanisms: tuple[str, ...] = ()
        self._level = level
        self._limits = limits
        self._requests = 0
        self._memory_kills = observe.kills_by_memory()
        self._process = launcher.start(level, limits)
        self._until = self._process.started

    @property
    def peak_memory(self) -> int:
        """Largest resident set of one process of the worker's tree, bytes, sampled outside."""
        return self._process.peak

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the tree; of processes that have ended, where they were reaped."""
        return self._process.cpu_seconds

    @property
    def wall_seconds(self) -> float:
        """From start to the last answer, seconds."""
        return self._until - self._process.started

    def answer(self, request: Request) -> Answer:
        """Send the request, wait, copy the result; kill the worker unless all went well."""
        if not self._requests:
            self._await_ready()
        self._requests += 1
        try:
            with _shared(request) as (descriptors, result):
                answer = self._exchange(request, descriptors, result)
        finally:
            self._process.sample()
            self._until = time.monotonic()
        return answer

    def close(self) -> None:
        """Kill the worker and everything it started."""
        self._process.end()

    def _exchange(self, request: Request, descriptors: list[int], result: int) -> Answer:
        line = wire.encoded(
            {
                "number": self._requests,
                "task": request.task,
                "kind": request.artefact.kind if request.artefact else "",
                "outputs": request.outputs,
                "size": request.size,
            }
        )
        try:
            self._process.send(line, descriptors)
            reply = self._process.receive(time.monotonic() + self._limits.wall)
            said = wire.Reply.read(reply, self._requests)
        except TimeoutError:
            return self._failed(Status.TIMED_OUT, f"No answer within {self._limits.wall:g} s.")
        except wire.BrokenProtocol as error:
            return self._failed(Status.PROTOCOL_VIOLATION, f"The worker sent {error}.")
        except Ended:
            return self._post_mortem()
        if said.status is Status.OUT_OF_MEMORY:
            mib = self._limits.memory >> 20
            return self._failed(said.status, f"More memory than the limit of {mib} MiB was needed.")
        if said.status is not Status.OK:
            return self._failed(said.status, said.reason or "No reason was given.")
        if said.size > request.size:
            return self._failed(Status.PROTOCOL_VIOLATION, "The result is longer than agreed.")
        return Answer(Status.OK, data=memory.contents(result, said.size))

    def _await_ready(self) -> None:
        """Wait for the imports, then look from outside at what holds this very process."""
        process = self._process
        try:
            reply = process.receive(process.started + START)
            wire.Reply.read(reply, 0)
        except (TimeoutError, Ended, wire.BrokenProtocol) as error:
            process.end(grace=1.0)
            said = work.one_line(process.last_words.decode(errors="replace")) or repr(error)
            raise IsolationUnavailable(
                f"A worker at level {self._level} did not start; its last words: {said}; "
                "`risk-sandbox doctor` says what to do."
            ) from error
        pid = process.worker_pid()
        if self._level is Level.NAMESPACE:
            seen = observe.mechanisms(pid, self._limits)
            if missing := [name for name, holds in seen.items() if not holds]:
                process.end()
                raise IsolationUnavailable(
                    f"The worker started without {', '.join(missing)}; it was stopped before "
                    "any model was loaded; run `risk-sandbox doctor`."
                )
            self.mechanisms = (host.bubblewrap_version(), *seen, "sealed memory", "wall clock")
        else:
            limited = sys.platform == "linux" and observe.rlimits(
                pid, self._limits, skipping=frozenset({"processes"})
            )
            self.mechanisms = ("separate process", *(["rlimits"] * limited), "wall clock")

    def _failed(self, status: Status, reason: str) -> Answer:
        """End the worker and quote what it said last; most failures are explained there."""
        self._process.end()
        said = work.one_line(self._process.last_words.decode(errors="replace")[-300:])
        quoted = f" Last words: {said}" if said else ""
        return Answer(status, work.one_line(reason) + quoted)

    def _post_mortem(self) -> Answer:
        """Why a worker went without an answer."""
        code = self._process.end(grace=PATIENCE)
        number = -code if code < 0 else code - 128 if code > 128 else 0
        spent = self._process.cpu_seconds >= self._limits.cpu
        if number == signal.SIGXCPU or (number == signal.SIGKILL and spent):
            return self._failed(
                Status.TIMED_OUT, f"More processor time than {self._limits.cpu} s was needed."
            )
        if number == signal.SIGKILL and observe.kills_by_memory() > self._memory_kills:
            return self._failed(Status.OUT_OF_MEMORY, "The kernel killed it for lack of memory.")
        if number:
            try:
                name = signal.Signals(number).name
            except ValueError:
                name = f"signal {number}"
            return self._failed(Status.KILLED, f"The worker was killed by {name}.")
        return self._failed(
            Status.PROTOCOL_VIOLATION, f"The worker ended with status {code} without an answer."
        )


@contextmanager
def _shared(request: Request) -> Iterator[tuple[list[int], int]]:
    """Descriptors of the request, in the order the worker takes them; the last is the result."""
    descriptors: list[int] = []
    try:
        if request.artefact is not None:
            descriptors.append(memory.sealed_bytes(request.artefact.payload))
        descriptors.extend(memory.sealed(partial(tables.write, t)) for t in request.tables)
        # not a number until it is written: rows that were left out are found
        filling = b"" if request.task == "fit" else _NAN
        result = memory.writable(request.size, filling)
        descriptors.append(result)
        yield descriptors, result
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
