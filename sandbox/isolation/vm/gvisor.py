"""Level `vm`: gVisor, a kernel of its own between the model and this host's.

A model's system calls are answered by runsc's sentry, a kernel written in Go; what the sentry
itself asks of the host goes through a seccomp filter of its own. Files come through a second
process, the gofer, and all of them are read-only.

runsc is not trusted to clean up after itself. It runs inside bubblewrap, in namespaces without a
network, as an ordinary user, with its state in memory: when the supervisor ends, however it
ends, the kernel takes sentry, stubs, gofer and state together. A model that breaks out of the
sentry is held by the sentry's filter and by bubblewrap's namespaces.

The worker's socket is its standard input, the one descriptor beside its output that runsc hands
on. The sentry takes sealed memory through it as Linux does, so the wire is that of other levels.

It has run on runsc 0.0~20221219 (Debian 12), x86_64, platform ptrace, as root and as an ordinary
user. Platform systrap, newer versions and aarch64 have not been run: the probe decides there.
Platform kvm is never asked for: it needs a device that an ordinary user may not open.
"""

import functools
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.isolation import bubblewrap, launcher, memory
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.kernel import Layers
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level
from sandbox.isolation.process import Process
from sandbox.isolation.vm import plan as gvisor_plan
from sandbox.isolation.work import one_line

#: what has to be on the PATH, and what brings it
PROGRAMS = {
    "runsc": "install it: `apt-get install runsc` (Debian 12), elsewhere as gvisor.dev says",
    "bwrap": "install bubblewrap",
    "prlimit": "install util-linux",
    "setpriv": "install util-linux",
}
#: how runsc catches system calls, best first; old versions know ptrace alone
PLATFORMS = ("systrap", "ptrace")
#: the worker's socket, as numbered inside
CONNECTION = 0
#: seconds that the trial may take; 0.2 on an idle machine
_SECONDS = 20.0
#: what the trial's interpreter does: take two memories, copy one into the other, say so
_EXCHANGE = """
import array, mmap, os, socket
connection = socket.socket(fileno=0)
_, attached, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(8))
given, taken = array.array("i", attached[0][2])
with mmap.mmap(given, 0, prot=mmap.PROT_READ) as words:
    os.pwrite(taken, words, 0)
connection.sendall(b"done")
"""
_WORDS = b"crossed in sealed memory"


@dataclass(frozen=True)
class Trial:
    """Whether an interpreter ran inside and memory was exchanged with it."""

    works: bool
    #: what was seen: version and platform, or the mechanism's own last words
    detail: str
    remedy: str = ""
    platform: str = ""


@functools.cache
def trial() -> Trial:
    """Start an interpreter on runsc with each platform in turn, once in this process's life."""
    for name, remedy in PROGRAMS.items():
        if shutil.which(name) is None and (name != "setpriv" or os.geteuid() == 0):
            return Trial(False, f"{name} is not on the PATH", remedy)
    said = []
    for platform in PLATFORMS:
        words = _exchanged(platform)
        if not words:
            return Trial(True, f"{_version()}, platform {platform}", platform=platform)
        said.append(f"{platform}: {words}")
    return Trial(False, "; ".join(said), "a newer runsc may work (gvisor.dev)")


def start(limits: Limits, layers: Layers, surroundings: Surroundings) -> Process:
    """Start a worker; it says so itself when it is ready. `trial` has found that it can be."""
    command = launcher.worker_command(CONNECTION, limits, Level.VM, layers, surroundings)
    return _started(command, limits, trial().platform, surroundings)


def _exchanged(platform: str) -> str:
    """Send two memories to an interpreter inside; empty, or why they did not come through."""
    given, taken = memory.sealed_bytes(_WORDS), memory.writable(len(_WORDS))
    try:
        command = [*launcher.python(), "-c", _EXCHANGE]
        process = _started(command, Limits(), platform, Surroundings.default())
        try:
            socket.send_fds(process.connection, [b"x"], [given, taken])
            process.connection.settimeout(_SECONDS)
            answered = process.connection.recv(8)
        except OSError as error:
            answered = str(error).encode()
        process.end(grace=1.0)
        if answered == b"done" and memory.contents(taken, len(_WORDS)) == _WORDS:
            return ""
        lines = process.last_words.decode(errors="replace").strip().splitlines()
        return one_line(lines[-1]) if lines else f"no answer ({answered.decode()})"
    finally:
        os.close(given)
        os.close(taken)


def _started(
    command: Sequence[str], limits: Limits, platform: str, surroundings: Surroundings
) -> Process:
    seen = bubblewrap.view(surroundings)
    plan = gvisor_plan.plan(command, seen, limits, platform, as_root=os.geteuid() == 0)
    ours, theirs = socket.socketpair()
    output, written = os.pipe()
    given = launcher.descriptors(plan)
    try:
        filled = launcher.filled(plan, given)
        child = launcher.spawn(filled, limits.threads, given, written, theirs.fileno())
    except BaseException:
        ours.close()
        os.close(output)
        raise
    finally:
        theirs.close()
        for descriptor in (written, *given):
            os.close(descriptor)
    return Process(child, ours, output, time.monotonic())


def _version() -> str:
    said = subprocess.run(["runsc", "--version"], capture_output=True, text=True, check=False)
    return one_line(said.stdout.partition("\n")[0].replace("version ", ""))
