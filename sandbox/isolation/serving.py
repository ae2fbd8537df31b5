"""Inside: one request after the other, until the supervisor has gone.

By now this process is the model's. What holds it was set up before; nothing here guards.
"""

from __future__ import annotations

import os
import socket
from typing import Any

from sandbox.isolation import memory, tables, wire, work
from sandbox.isolation.outcome import Status
from sandbox.isolation.rehearsal import rehearse
from sandbox.isolation.rows import RowShape, Served


def serve(connection: socket.socket) -> None:
    """Answer requests, one at a time, until the supervisor has gone."""
    desk = Desk()
    while (received := wire.receive(connection)) is not None:
        request, descriptors = received
        try:
            line = desk.answer(request, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        wire.send(connection, line)


class Desk:
    """Where requests about the one model are answered."""

    def __init__(self) -> None:
        self.model: Any = None
        self.rows: Served | None = None

    def answer(self, request: dict[str, Any], descriptors: list[int]) -> bytes:
        """The line that answers a request; what went wrong is told in it."""
        number = request["number"]
        try:
            if request["task"] == "row":
                assert self.rows is not None
                self.rows.score(self.model)
                return wire.row(number)
            return self._done(request, descriptors).line()
        except work.Failure as failure:
            return wire.Reply(number, failure.status, failure.reason, 0).line()
        except MemoryError:
            return wire.Reply(number, Status.OUT_OF_MEMORY, "", 0).line()

    def _done(self, request: dict[str, Any], descriptors: list[int]) -> wire.Reply:
        """Do it; descriptors are the artefact (if any), the tables or the slot, the result's."""
        number, given = request["number"], descriptors[:-1]
        if request["kind"]:
            size = os.fstat(given[0]).st_size
            self.model = work.load(request["kind"], bytes(memory.contents(given.pop(0), size)))
        outputs = tuple(request["outputs"])
        if request["task"] == "rehearse":
            rehearse(outputs)
            return wire.Reply(number, Status.OK, "", 0)
        if request["task"] == "rows":
            shape = RowShape(request["width"], outputs, tuple(request["columns"]))
            self.rows = Served(shape, given[0], descriptors[-1])
            return wire.Reply(number, Status.OK, "", 0)
        frames = [tables.read(descriptor) for descriptor in given]
        data = memoryview(work.perform(request["task"], self.model, frames, outputs))
        if data.nbytes > request["size"]:
            reason = f"{data.nbytes:,} bytes came of it, more than file_size={request['size']:,}."
            return wire.Reply(number, Status.REFUSED, reason, 0)
        memory.put(descriptors[-1], data)
        return wire.Reply(number, Status.OK, "", data.nbytes)
