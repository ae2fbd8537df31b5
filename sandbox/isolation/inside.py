"""The process that holds the model. Run as a script: `python -I -S -B inside.py CONFIGURATION`.

It starts without `site`, so no `.pth` file and no `sitecustomize` of anyone runs. In this order
it ties its life to its supervisor's, holds itself with Landlock while it has one thread, imports
what every model needs, limits itself, filters the system calls of all its threads, says what it
put in force and that it is ready, and answers requests until its socket closes. Where the packages
are a model's own choice, importing them is running the model: the limits and the filter come first,
and until then only the standard library and this project can be imported. Nothing here
guards against the model: by the time a model runs, this process is the model's. What holds it
was set up before, by the supervisor, by the kernel and by this file.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from typing import Any

#: address space beyond the imports that a model gets at the least, bytes
_ROOM = 64 << 20
#: threads that the user may have elsewhere where a limit counts all of them (assumed); 30 KiB of
#: the kernel's memory each
_OTHERS = 8192


def main() -> None:
    """Confine, import, limit, filter, then serve the socket named in the configuration."""
    configuration = json.loads(sys.argv[1])
    if configuration["parent"]:
        die_with(configuration["parent"])
    limit("RLIMIT_CORE", 0)
    code, *packages = configuration["path"]
    sys.path.insert(0, code)
    in_force = landlocked(configuration) if configuration["landlock"] else []
    if configuration["foreign"]:
        in_force += held(configuration)
    sys.path += packages

    import pandas  # noqa: F401
    import pyarrow as pa

    from sandbox.isolation import serving, wire
    from sandbox.isolation.outcome import Status

    pa.set_cpu_count(configuration["limits"]["threads"])
    connection = socket.socket(fileno=configuration["socket"])
    os.set_inheritable(connection.fileno(), False)
    if configuration["rlimits"]:
        roomy(configuration["limits"]["memory"])
    if not configuration["foreign"]:
        in_force += held(configuration)
    ready = wire.Reply(0, Status.OK, "; ".join(in_force), 0)
    wire.send(connection, ready.line())
    serving.serve(connection)


def landlocked(configuration: dict[str, Any]) -> list[str]:
    """Hold this thread, and all that it will start, to what may be opened; see that it holds."""
    from sandbox.isolation.kernel import landlock

    if not configuration["scratch"]:
        # the project's folder was needed to find `sandbox`, which is found now
        sys.path.remove(configuration["path"][0])
        # a rule is about the folder as it is in memory: keep it there
        os.set_inheritable(os.open("/proc/self", os.O_PATH), False)
    abi = landlock.restrict([landlock.Rule(*rule) for rule in configuration["reach"]])
    try:
        os.listdir("/")
    except PermissionError:
        return [f"landlock abi {abi}"]
    sys.exit("Landlock was put in force and holds nothing: / can be read")


def held(configuration: dict[str, Any]) -> list[str]:
    """Limit this process and filter its system calls, as far as the configuration says."""
    if configuration["rlimits"]:
        limited(configuration["limits"], own_user=not configuration["parent"])
    return filtered(configuration["scratch"]) if configuration["seccomp"] else []


def roomy(memory: int) -> None:
    """End with a sentence for the caller when the imports have left a model no memory."""
    taken = address_space()
    if memory < taken + _ROOM:
        mib = 1 << 20
        sys.exit(
            f"Limits(memory={memory}) is too low: the imports alone take "
            f"{taken // mib} MiB of address space; give at least {(taken + _ROOM) // mib + 1} MiB"
        )


def limited(limits: dict[str, int], own_user: bool) -> None:
    """Set every limit for good."""
    limit("RLIMIT_AS", limits["memory"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit("RLIMIT_CPU", int(used.ru_utime + used.ru_stime) + 1 + limits["cpu"], spare=1)
    limit("RLIMIT_FSIZE", limits["file_size"])
    limit("RLIMIT_NOFILE", 128)  # as `observe` has it
    if own_user:
        limit("RLIMIT_NPROC", limits["processes"])
    elif sys.platform == "linux":
        # counted per user: outside a user namespace that is everything the user runs
        limit("RLIMIT_NPROC", _OTHERS + limits["processes"])


def filtered(scratch: bool) -> list[str]:
    """Put the model's filter on every thread; see that it holds."""
    from sandbox.isolation.kernel import seccomp

    seccomp.install(seccomp.confining(os.getpid(), scratch))
    try:
        socket.socket().close()
    except PermissionError:
        return ["seccomp"]
    sys.exit("The filter of system calls was taken and holds nothing: a socket was made")


def address_space() -> int:
    """Bytes of address space that this process takes; 0 where the kernel does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


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
    """Without bwrap, which does it elsewhere: be killed when the supervisor's thread ends."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit()


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        if type(error).__name__ != "IsolationUnavailable":
            raise
        sys.exit(str(error))
