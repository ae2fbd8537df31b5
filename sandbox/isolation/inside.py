"""The process that holds the model. Run as a script: `python -I -S -B inside.py CONFIGURATION`.

It starts without `site`, so no `.pth` file and no `sitecustomize` of anyone runs, limits itself,
imports what every model needs, says it is ready, and answers requests until its socket closes.
Nothing here guards against the model: by the time a model runs, this process is the model's.
What holds it was set up before, by the supervisor and by the kernel.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys

TYPE_CHECKING = False  # importing typing for this alone would precede the limits
if TYPE_CHECKING:
    from typing import Any

    from sandbox.isolation.wire import Reply


def main() -> None:
    """Limit, import, then serve the socket named in the configuration."""
    configuration = json.loads(sys.argv[1])
    limits = configuration["limits"]
    if configuration["parent"]:
        die_with(configuration["parent"])
    limit("RLIMIT_CORE", 0)
    limit("RLIMIT_AS", limits["memory"])
    sys.path[:0] = configuration["path"]

    import pandas  # noqa: F401
    import pyarrow as pa

    from sandbox.isolation import wire
    from sandbox.isolation.outcome import Status

    pa.set_cpu_count(limits["threads"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit("RLIMIT_CPU", int(used.ru_utime + used.ru_stime) + 1 + limits["cpu"], spare=1)
    limit("RLIMIT_FSIZE", limits["file_size"])
    limit("RLIMIT_NOFILE", 128)
    if not configuration["parent"]:  # counted per user outside a user namespace
        limit("RLIMIT_NPROC", limits["processes"])
    connection = socket.socket(fileno=configuration["socket"])
    os.set_inheritable(connection.fileno(), False)
    wire.send(connection, wire.Reply(0, Status.OK, "", 0).line())
    serve(connection)


def serve(connection: socket.socket) -> None:
    """Answer requests, one at a time, until the supervisor has gone."""
    from sandbox.isolation import wire

    model = None
    while (received := wire.receive(connection)) is not None:
        request, descriptors = received
        try:
            reply, model = answer(request, descriptors, model)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        wire.send(connection, reply.line())


def answer(request: dict[str, Any], descriptors: list[int], model: Any) -> tuple[Reply, Any]:
    """Do one request; descriptors are the artefact (if any), the tables and the result's."""
    from sandbox.isolation import memory, tables, wire, work
    from sandbox.isolation.outcome import Status

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


def limit(name: str, value: int, spare: int = 0) -> None:
    """Set a resource limit that cannot be raised again."""
    which = getattr(resource, name)
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard - spare)
    try:
        resource.setrlimit(which, (value, value + spare))
    except (ValueError, OSError):
        if sys.platform == "linux":  # macOS knows no limit of address space
            raise


def die_with(parent: int) -> None:
    """At level `process`: be killed when the supervisor's thread ends (bwrap does it elsewhere)."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit()


if __name__ == "__main__":
    main()
