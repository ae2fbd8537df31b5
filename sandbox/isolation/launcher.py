"""Starting a worker: from a thread that never ends, with nothing inherited but what is named."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TypeVar

from sandbox.isolation import bubblewrap, interpreter, memory
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level
from sandbox.isolation.process import Process

T = TypeVar("T")


class _Spawner:
    """The one thread that starts workers: a worker dies when the thread that started it ends."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def call(self, function: Callable[[], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="sandbox-spawner")
        return self._thread.submit(function).result()

    def _forget(self) -> None:
        self._thread = None


_SPAWNER = _Spawner()


def start(level: Level, limits: Limits) -> Process:
    """Start a worker at level `namespace` or `process`; it says so itself when it is ready."""
    ours, theirs = socket.socketpair()
    output, written = os.pipe()
    passed = [theirs.fileno()]
    try:
        if level is Level.NAMESPACE:
            command = worker_command(theirs.fileno(), limits, level)
            plan = bubblewrap.plan(command, limits.threads, as_root=os.geteuid() == 0)
            passed += (given := descriptors(plan))
            command = filled(plan, given)
        else:
            command = worker_command(theirs.fileno(), limits, level)
        child = spawn(command, limits.threads, passed, written)
    except BaseException:
        ours.close()
        os.close(output)
        raise
    finally:
        theirs.close()
        os.close(written)
        for descriptor in passed[1:]:
            os.close(descriptor)
    return Process(child, ours, output, time.monotonic())


def spawn(
    command: Sequence[str], threads: int, passed: Sequence[int], output: int
) -> subprocess.Popen[bytes]:
    """Start a process that inherits nothing but what is named, from the permanent thread."""
    return _SPAWNER.call(
        lambda: subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=interpreter.environment(threads, bubblewrap.SCRATCH),
            cwd="/",
            close_fds=True,
            pass_fds=tuple(passed),
            start_new_session=True,
        )
    )


def descriptors(plan: bubblewrap.Plan) -> list[int]:
    """Each of the plan's argument lists in a descriptor, as `bwrap --args` reads them."""
    return [memory.sealed_bytes(data) for data in plan.arguments]


def filled(plan: bubblewrap.Plan, given: Sequence[int]) -> list[str]:
    """The plan's command with the numbers of the descriptors in place."""
    numbers = {f"{{{i}}}": str(descriptor) for i, descriptor in enumerate(given)}
    return [numbers.get(word, word) for word in plan.command]


def worker_command(connection: int, limits: Limits, level: Level) -> list[str]:
    """How the interpreter is started, inside."""
    confined = level is Level.NAMESPACE
    packages = [str(folder) for folder in interpreter.current().packages]
    configuration = {
        "socket": connection,
        "limits": asdict(limits),
        "path": bubblewrap.import_path()
        if confined
        else [str(interpreter.SANDBOX.parent), *packages],
        "parent": 0 if confined else os.getpid(),
    }
    home = bubblewrap.CODE / "sandbox" if confined else interpreter.SANDBOX
    return [*python(), str(home / "isolation/inside.py"), json.dumps(configuration)]


def python() -> list[str]:
    """The base interpreter without environment variables, `site` or writing of bytecode."""
    return [str(interpreter.current().executable), "-I", "-S", "-B"]
