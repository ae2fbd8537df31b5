"""Starting a worker: from a thread that never ends, with nothing inherited but what is named."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TypeVar

from sandbox.isolation import bubblewrap, interpreter, memory
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.kernel import Layers, reach, seccomp
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level
from sandbox.isolation.process import Process

T = TypeVar("T")


class _Spawner:
    """The one thread that starts workers: a worker dies when the thread that started it ends."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def call(self, function: Callable[[], T]) -> T:
        with self._lock:  # a second thread, forgotten, would end and take workers with it
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="sandbox-spawner")
        return self._thread.submit(function).result()

    def _forget(self) -> None:
        self._thread = None
        self._lock = threading.Lock()


_SPAWNER = _Spawner()


def start(
    level: Level,
    limits: Limits,
    layers: Layers | None = None,
    surroundings: Surroundings | None = None,
) -> Process:
    """Start a worker at any level but `none`; it says so itself when it is ready.

    `layers` are the level's own but in tests of one layer alone.
    """
    layers = layers or Layers.of(level)
    surroundings = surroundings or Surroundings.default()
    if level is Level.VM:
        from sandbox.isolation.vm import gvisor

        return gvisor.start(limits, layers, surroundings)
    ours, theirs = socket.socketpair()
    output, written = os.pipe()
    passed = [theirs.fileno()]
    try:
        command = worker_command(theirs.fileno(), limits, level, layers, surroundings)
        if layers.bubblewrap:
            filtering = seccomp.starting() if layers.seccomp else b""
            plan = bubblewrap.plan(
                command, limits.threads, os.geteuid() == 0, surroundings, filtering
            )
            passed += (given := descriptors(plan))
            command = filled(plan, given)
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
    command: Sequence[str],
    threads: int,
    passed: Sequence[int],
    output: int,
    given: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a process that inherits nothing but what is named, from the permanent thread.

    `given` is its standard input.
    """
    return _SPAWNER.call(
        lambda: subprocess.Popen(
            list(command),
            stdin=given,
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


def worker_command(
    connection: int,
    limits: Limits,
    level: Level,
    layers: Layers | None = None,
    surroundings: Surroundings | None = None,
) -> list[str]:
    """How the interpreter is started, inside."""
    layers = layers or Layers.of(level)
    surroundings = surroundings or Surroundings.default()
    confined = layers.bubblewrap or level is Level.VM
    code = [str(interpreter.SANDBOX.parent), *map(str, surroundings.packages)]
    configuration = {
        "socket": connection,
        "limits": asdict(limits),
        "path": bubblewrap.import_path(surroundings) if confined else code,
        "foreign": surroundings.packages != interpreter.current().packages,
        "parent": 0 if confined else os.getpid(),
        "scratch": confined,
        **asdict(layers),
        "reach": [],
    }
    if layers.landlock:
        seen = bubblewrap.view(surroundings)
        rules = reach.inside(seen) if confined else reach.outside(seen)
        configuration["reach"] = [[rule.path, rule.rights] for rule in rules]
    home = bubblewrap.CODE / "sandbox" if confined else interpreter.SANDBOX
    return [*python(), str(home / "isolation/inside.py"), json.dumps(configuration)]


def python() -> list[str]:
    """The base interpreter without environment variables, `site` or writing of bytecode."""
    return [str(interpreter.current().executable), "-I", "-S", "-B"]
