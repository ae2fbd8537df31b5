"""Trying Landlock and system-call filters on this host, each on a thread that then ends.

Both bind the thread that asks for them. A thread of its own costs under a millisecond, where an
interpreter of its own costs 20, and nothing of either is left when it has ended.
"""

import os
import socket
import threading
from collections.abc import Callable

from sandbox.errors import IsolationUnavailable
from sandbox.isolation.kernel import landlock, seccomp


def of_landlock() -> str:
    """Forbid every file and try one; what was seen, or IsolationUnavailable with the reason."""

    def held() -> str:
        abi = landlock.restrict([])
        try:
            os.close(os.open("/", os.O_RDONLY))
        except PermissionError:
            left = landlock.missing(abi)
            return f"ABI {abi}, {left}" if left else f"ABI {abi}, files and network are refused"
        raise IsolationUnavailable("Landlock was taken and holds nothing")

    return _on_a_thread(held)


def of_seccomp() -> str:
    """Forbid sockets and try one; what was seen, or IsolationUnavailable with the reason."""

    def held() -> str:
        seccomp.install(seccomp.confining(os.getpid(), scratch=False), every_thread=False)
        try:
            socket.socket().close()
        except PermissionError:
            return "a forbidden system call is refused"
        raise IsolationUnavailable("A filter of system calls was taken and holds nothing")

    return _on_a_thread(held)


def _on_a_thread(function: Callable[[], str]) -> str:
    seen: list[str] = []
    failed: list[Exception] = []

    def tried() -> None:
        try:
            seen.append(function())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=tried, name="sandbox-trial")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return seen[0]
