"""A place in a process of its own, and what came of a worker that went without an answer."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sandbox.errors import IsolationUnavailable
from sandbox.isolation import launcher, memory, observe, readiness, tables, wire, work
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.kernel import Layers
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level, Status
from sandbox.isolation.place import Answer, Request
from sandbox.isolation.process import PATIENCE, Crowded, Ended, Process
from sandbox.isolation.rows import RowMemory
from sandbox.isolation.shared_features import SharedFeatures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: seconds of processor time for imports ahead, on top of the model's own; what they do not take
#: of it the model may
IMPORTING = 3
_NAN = struct.pack("d", float("nan"))


class Separate:
    """A process of its own, at any level but `none`."""

    def __init__(
        self,
        level: Level,
        limits: Limits,
        surroundings: Surroundings | None = None,
        imports: tuple[str, ...] = (),
        layers: Layers | None = None,
    ) -> None:
        self._layers = layers
        self.mechanisms: tuple[str, ...] = ()
        self._level = level
        self._limits = limits
        self._imports = imports
        self._requests = 0
        self._rows: RowMemory | None = None
        self._start(surroundings)
        self.handed_over()

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
        """From start, or from being handed over ready, to the last answer, seconds."""
        return self._until - self._since

    def ready(self) -> None:
        """Wait for the imports and confirm what holds the worker; a second time does nothing."""
        if not self.mechanisms:
            self.mechanisms = readiness.confirmed(
                self._process, self._level, self._limits, self._layers
            )
            if self._imports:
                self._rehearse()

    def handed_over(self) -> bool:
        """Start the clock of the evidence; False when the worker has ended while it waited."""
        self._since = self._until = time.monotonic()
        self._memory_kills = observe.kills_by_memory()
        return not self.mechanisms or self._process.waiting()

    def answer(self, request: Request) -> Answer:
        """Send the request, wait, copy the result; kill the worker unless all went well."""
        self._surround(request)
        self.ready()
        try:
            if request.task == "rows":
                return self._opened_rows(request)
            with _shared(request, self._level) as (descriptors, result):
                return self._asked(request, descriptors, result)
        finally:
            self._process.sample()
            self._until = time.monotonic()

    def row(self, values: NDArray[np.float64]) -> Answer:
        """The scores of one row; memory and processor use are looked at once a second only."""
        rows = self._rows
        assert rows is not None
        self._requests += 1
        rows.put(values)
        line = wire.row(self._requests)
        reply = self._exchanged(line, ())
        if isinstance(reply, bytes):
            reply = Answer(Status.OK) if reply == line[:-1] else self._read(reply)
            if reply.status is Status.OK:
                reply = Answer(Status.OK, data=rows.taken().data)
        self._until = time.monotonic()
        return reply

    def close(self) -> None:
        """Kill the worker and everything it started."""
        self._process.end()
        if self._rows is not None:
            self._rows.close()
            self._rows = None

    def _start(self, surroundings: Surroundings | None) -> None:
        self._surroundings = surroundings
        limits = self._limits
        if self._imports:
            limits = replace(limits, cpu=limits.cpu + IMPORTING)
        self._process: Process = launcher.start(self._level, limits, self._layers, surroundings)

    def _rehearse(self) -> None:
        answer = self._asked(Request("rehearse", None, (), self._imports, 0), [], None)
        if answer.status is not Status.OK:
            raise IsolationUnavailable(
                f"A worker could not import {', '.join(self._imports)} ahead ({answer.status}): "
                f"{answer.reason} Raise the limit or name fewer imports."
            )

    def _surround(self, request: Request) -> None:
        """Start again, before anything was sent, where the artefact needs other surroundings."""
        needed = request.artefact.surroundings if request.artefact is not None else None
        if needed is not None and needed != self._surroundings:
            self._process.end()
            self.mechanisms = ()
            self._start(needed)

    def _opened_rows(self, request: Request) -> Answer:
        if self._rows is not None:
            self._rows.close()
        self._rows = RowMemory(request.rows)
        given = (
            [memory.sealed_bytes(request.artefact.sent(self._level))] if request.artefact else []
        )
        try:
            return self._asked(request, [*given, self._rows.features, self._rows.scores], None)
        finally:
            for descriptor in given:
                os.close(descriptor)

    def _asked(self, request: Request, descriptors: list[int], result: int | None) -> Answer:
        self._requests += 1
        message = {
            "number": self._requests,
            "task": request.task,
            "kind": request.artefact.kind if request.artefact else "",
            "outputs": request.outputs,
            "size": request.size,
        }
        if request.task == "rows":
            message |= {"columns": request.columns, "width": request.width}
        reply = self._exchanged(wire.encoded(message), descriptors)
        return reply if isinstance(reply, Answer) else self._read(reply, request.size, result)

    def _exchanged(self, line: bytes, descriptors: Sequence[int]) -> bytes | Answer:
        """The worker's line; an answer when there is none to be had."""
        try:
            self._process.send(line, descriptors)
            return self._process.receive(time.monotonic() + self._limits.wall)
        except TimeoutError:
            return self._failed(Status.TIMED_OUT, f"No answer within {self._limits.wall:g} s.")
        except wire.BrokenProtocol as error:
            return self._failed(Status.PROTOCOL_VIOLATION, f"The worker sent {error}.")
        except Crowded as error:
            return self._failed(Status.OUT_OF_MEMORY, str(error))
        except Ended:
            return self._post_mortem()

    def _read(self, line: bytes, size: int = -1, result: int | None = None) -> Answer:
        """What the worker's line says, with a copy of the result; `size` -1: not to be ok."""
        try:
            said = wire.Reply.read(line, self._requests)
        except wire.BrokenProtocol as error:
            return self._failed(Status.PROTOCOL_VIOLATION, f"The worker sent {error}.")
        if said.status is Status.OUT_OF_MEMORY:
            mib = self._limits.memory >> 20
            return self._failed(said.status, f"More memory than the limit of {mib} MiB was needed.")
        if said.status is not Status.OK:
            return self._failed(said.status, said.reason or "No reason was given.")
        if said.size > size:
            return self._failed(Status.PROTOCOL_VIOLATION, "The result is longer than agreed.")
        return Answer(Status.OK, data=memory.contents(result, said.size) if result else b"")

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
def _shared(request: Request, level: Level) -> Iterator[tuple[list[int], int]]:
    """Descriptors of the request, in the order the worker takes them; the last is the result."""
    descriptors: list[int] = []
    try:
        if request.artefact is not None:
            descriptors.append(memory.sealed_bytes(request.artefact.sent(level)))
        for table in request.tables:
            if isinstance(table, SharedFeatures):
                descriptors.append(table.reader())
            else:
                descriptors.append(memory.sealed(partial(tables.write, table)))
        # not a number until it is written: rows that were left out are found
        filling = b"" if request.task == "fit" else _NAN
        result = memory.writable(request.size, filling)
        descriptors.append(result)
        yield descriptors, result
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
