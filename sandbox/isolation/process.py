"""A worker's process as its supervisor has it: spoken to, watched, and always killed."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.isolation import observe, wire

if TYPE_CHECKING:
    from resource import struct_rusage

#: bytes of a worker's output that are kept; the rest is read and dropped
LAST_WORDS = 2048
#: seconds between looks at memory and processor use
SAMPLING = 0.1
#: seconds after which a killed worker is given up on
PATIENCE = 5.0
_CHUNK = 1 << 16


class Ended(Exception):
    """The worker closed its socket without an answer."""


@dataclass
class Process:
    """A started worker and the supervisor's ends of its socket and its output."""

    child: subprocess.Popen[bytes]
    connection: socket.socket
    output: int
    started: float
    last_words: bytes = b""
    #: largest resident set seen, bytes; the kernel forgets it when the process is gone
    peak: int = 0
    cpu_seconds: float = 0.0
    _received: bytes = field(default=b"", repr=False)

    def send(self, line: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a request; Ended when nobody reads, BrokenProtocol when it spoke out of turn."""
        self.connection.setblocking(False)
        try:
            early = self._received or self.connection.recv(1)
        except BlockingIOError:
            early = b""
        else:
            if not early:
                raise Ended
        if early:
            raise wire.BrokenProtocol("a message that nobody asked for")
        self.connection.setblocking(True)
        try:
            wire.send(self.connection, line, descriptors)
        except OSError as error:
            raise Ended from error

    def receive(self, deadline: float) -> bytes:
        """The next line; TimeoutError, Ended or BrokenProtocol when there is none to be had."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            selector.register(self.output, selectors.EVENT_READ)
            looked = 0.0
            while b"\n" not in self._received:
                if (now := time.monotonic()) >= deadline:
                    raise TimeoutError
                if now - looked >= SAMPLING:
                    self.sample()
                    looked = now
                for key, _ in selector.select(min(SAMPLING, deadline - now)):
                    if key.fileobj is self.connection:
                        self._hear()
                    elif not self._drain():
                        selector.unregister(self.output)
        line, _, self._received = self._received.partition(b"\n")
        if self._received:
            raise wire.BrokenProtocol("more than one answer to one request")
        return line

    def sample(self) -> None:
        """Look at memory and processor use of the worker's whole tree, from outside."""
        if self.child.returncode is not None:
            return  # reaped: the number may be another process's by now
        peak, seconds = observe.usage(observe.descendants(self.child.pid))
        self.peak = max(self.peak, peak)
        self.cpu_seconds = max(self.cpu_seconds, seconds)

    def worker_pid(self) -> int:
        """The process that holds the model, as numbered outside."""
        first = observe.first_inside(self.child.pid)
        inside = observe.descendants(first)[1:] if first is not None else []
        return inside[0] if inside else self.child.pid

    def end(self, grace: float = 0.0) -> int:
        """Give it `grace` seconds to end by itself, kill it, reap it, close everything.

        Returns the exit status as `subprocess` gives it. Number 1 of the namespace is killed
        first: the kernel takes all of the sandbox with it, and each process outside is reaped
        by its parent, so no zombie stays in a container whose init reaps nobody.
        """
        if self.child.returncode is None:
            self.sample()
            status, spent = self._reaped(grace) or self._killed()
            self.child.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = max(self.cpu_seconds, spent.ru_utime + spent.ru_stime)
            self.connection.close()
            os.set_blocking(self.output, False)
            while self._drain():
                pass
            os.close(self.output)
        return self.child.returncode

    def _killed(self) -> tuple[int, struct_rusage]:
        first = observe.first_inside(self.child.pid)
        if first is not None:
            _kill(os.kill, first)
        else:  # level `process`, or a sandbox that is only being built
            _kill(os.killpg, self.child.pid)
        if done := self._reaped(PATIENCE):
            return done
        for straggler in observe.descendants(self.child.pid):
            _kill(os.kill, straggler)
        _, status, spent = os.wait4(self.child.pid, 0)
        return status, spent

    def _reaped(self, seconds: float) -> tuple[int, struct_rusage] | None:
        """Wait for the process; with it goes what the model left in its process group."""
        deadline = time.monotonic() + seconds
        while True:
            pid, status, spent = os.wait4(self.child.pid, os.WNOHANG)
            if pid:
                _kill(os.killpg, self.child.pid)
                return status, spent
            if time.monotonic() >= deadline:
                return None
            time.sleep(0.001)

    def _hear(self) -> None:
        try:
            data = self.connection.recv(_CHUNK)
        except ConnectionResetError as error:
            raise Ended from error
        if not data:
            raise Ended
        self._received += data
        if len(self._received) > wire.LINE:
            raise wire.BrokenProtocol(f"a message of more than {wire.LINE} bytes")

    def _drain(self) -> bool:
        try:
            data = os.read(self.output, _CHUNK)
        except BlockingIOError:
            return False
        self.last_words = (self.last_words + data)[-LAST_WORDS:]
        return bool(data)


def _kill(how: Callable[[int, int], None], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(number, signal.SIGKILL)
