"""A worker's process as its supervisor has it: spoken to, watched, and always killed."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
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
#: seconds between looks at memory and processor use while a request is waited for
SAMPLING = 0.1
#: seconds between such looks on the path of single rows; a look takes 0.3 ms
ROW_SAMPLING = 1.0
#: seconds after which a killed worker is given up on
PATIENCE = 5.0
_CHUNK = 1 << 16
#: files in scratch memory. Its size does not bound them: an empty one takes no room there, and 1
#: KiB of the kernel's memory (bwrap has no option for it)
FILES = 20_000
#: reads of what a dead worker left in its output; a pipe holds less
_REMAINS = 64
#: `struct timeval`: how long the kernel lets a send wait
_SENDING = struct.pack("@ll", int(PATIENCE), 0)
#: of `waitid`: has it ended; it is not reaped by the question
_LOOKING = os.WEXITED | os.WNOHANG | os.WNOWAIT if hasattr(os, "waitid") else 0


class Crowded(Exception):
    """The worker takes more of what no limit of its own bounds; in a sentence, what."""


class Ended(Exception):
    """The worker has gone, or closed its socket, without an answer."""


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
    #: whose scratch memory is looked at; 0: nobody's
    scratch_of: int = 0
    #: bytes that one process of its tree may have resident; 0: no matter, the kernel bounds it
    most: int = 0
    _files: int = 0
    _received: bytes = field(default=b"", repr=False)
    _sampled: float = field(default=0.0, repr=False)
    _events: select.poll = field(default_factory=select.poll, repr=False)

    def __post_init__(self) -> None:
        # each request finds the socket empty: one that does not fit meets a worker that answers
        # without reading, and would wait for ever
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _SENDING)
        self._events.register(self.connection, select.POLLIN)
        self._events.register(self.output, select.POLLIN)

    def send(self, line: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a request; Ended when nobody reads, BrokenProtocol when it spoke out of turn."""
        if self._received or self._spoke():
            raise wire.BrokenProtocol("a message that nobody asked for")
        try:
            wire.send(self.connection, line, descriptors)
        except BlockingIOError as error:
            raise wire.BrokenProtocol("answers to requests that it did not read") from error
        except OSError as error:
            raise Ended from error

    def receive(self, deadline: float) -> bytes:
        """The next line; TimeoutError, Ended, Crowded or BrokenProtocol when there is none.

        The socket tells at once when the worker has gone, unless another process holds its end:
        a fork of this process made while the worker was started, or, at level `process`, one of
        the model's. So the process itself is looked at as well.
        """
        while b"\n" not in self._received:
            if (now := time.monotonic()) >= deadline:
                raise TimeoutError
            events = self._events.poll(1_000 * min(SAMPLING, deadline - now))
            if looked := not events or now - self._sampled >= ROW_SAMPLING:
                self.sample()
            if self._files > FILES:
                raise Crowded(f"More than {FILES:,} files were made.")
            if 0 < self.most < self.peak:
                raise Crowded(f"More than {self.most >> 20} MiB were taken for files and memory.")
            if looked and self._gone() and not self._spoke():  # its last line is still taken
                raise Ended
            for descriptor, _ in events:
                if descriptor != self.output:
                    self._hear()
                elif not self._drain():
                    self._events.unregister(descriptor)
        line, _, self._received = self._received.partition(b"\n")
        if self._received:
            raise wire.BrokenProtocol("more than one answer to one request")
        return line

    def sample(self) -> None:
        """Look at memory and processor use of the worker's whole tree, from outside."""
        if self.child.returncode is not None:
            return  # reaped: the number may be another process's by now
        self._sampled = time.monotonic()
        peak, seconds = observe.usage(observe.descendants(self.child.pid))
        self.peak = max(self.peak, peak)
        self.cpu_seconds = max(self.cpu_seconds, seconds)
        if self.scratch_of:
            self._files = observe.scratch_files(self.scratch_of)

    def waiting(self) -> bool:
        """Whether it lives and has said nothing that it was not asked."""
        try:
            return not self._received and not self._spoke() and not self._gone()
        except Ended:
            return False

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
            for _ in range(_REMAINS):  # at level `process` a process that got away may go on
                if not self._drain():
                    break
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

    def _gone(self) -> bool:
        """Whether the process has ended, which it stays to be reaped for."""
        if not hasattr(os, "waitid"):  # macOS before Python 3.13: its socket alone tells
            return False
        return os.waitid(os.P_PID, self.child.pid, _LOOKING) is not None

    def _spoke(self) -> bool:
        """Whether something lies in the socket, left there; Ended when the other end is closed."""
        try:
            data = self.connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except ConnectionResetError as error:
            raise Ended from error
        if not data:
            raise Ended
        return True

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
