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

    from sandbox.isolation import serving, wire
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
    serving.serve(connection)


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
