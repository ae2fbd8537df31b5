"""Inside: one request after the other, until the supervisor has gone.

By now this process is the model's. What holds it was set up before; nothing here guards.
"""

from __future__ import annotations

import os
import socket
from typing import Any

from sandbox.isolation import memory, tables, wire, work
from sandbox.isolation.outcome import Status


def serve(connection: socket.socket) -> None:
    """Answer requests, one at a time, until the supervisor has gone."""
    model = None
    while (received := wire.receive(connection)) is not None:
        request, descriptors = received
        try:
            reply, model = answer(request, descriptors, model)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        wire.send(connection, reply.line())


def answer(request: dict[str, Any], descriptors: list[int], model: Any) -> tuple[wire.Reply, Any]:
    """Do one request; descriptors are the artefact (if any), the tables and the result's."""
    number, given = request["number"], descriptors[:-1]
    try:
        if request["kind"]:
            size = os.fstat(given[0]).st_size
            model = work.load(request["kind"], bytes(memory.contents(given.pop(0), size)))
        frames = [tables.read(descriptor) for descriptor in given]
        data = memoryview(work.perform(request["task"], model, frames, request["outputs"]))
        if data.nbytes > request["size"]:
            reason = f"{data.nbytes:,} bytes came of it, more than file_size={request['size']:,}."
            return wire.Reply(number, Status.REFUSED, reason, 0), model
        memory.put(descriptors[-1], data)
    except work.Failure as failure:
        return wire.Reply(number, failure.status, failure.reason, 0), model
    except MemoryError:
        return wire.Reply(number, Status.OUT_OF_MEMORY, "", 0), model
    return wire.Reply(number, Status.OK, "", data.nbytes), model
