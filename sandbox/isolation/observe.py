"""What the kernel says of a worker, read from outside; the worker is not asked.

A level's mechanisms go into the evidence only when they were seen here to be in force on the
very process that is about to load the model.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from sandbox.isolation.bubblewrap import SCRATCH
from sandbox.isolation.kernel import Layers
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Level

PROC = Path("/proc")
#: descriptors that a worker may have open
FILES = 128
#: seconds of processor time that the start may have taken by the time the limit is set
START = 120
_NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts")
_CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
#: which of /proc/PID/limits is which of ours
_LIMITS = {
    "Max address space": "memory",
    "Max file size": "file_size",
    "Max processes": "processes",
}


def descendants(pid: int) -> list[int]:
    """The process and all below it, parents before children; empty when it has gone."""
    return list(_walk(pid))


def first_inside(pid: int) -> int | None:
    """The process below `pid` that is number 1 of a process namespace of its own."""
    for candidate in descendants(pid):
        numbers = _status(candidate).get("NSpid", "").split()
        if len(numbers) > 1 and numbers[-1] == "1":
            return candidate
    return None


def usage(pids: list[int]) -> tuple[int, float]:
    """Largest resident set of one of the processes so far (bytes) and their processor time (s)."""
    peak, seconds = 0, 0.0
    tick = os.sysconf("SC_CLK_TCK")
    for pid in pids:
        peak = max(peak, int(_status(pid).get("VmHWM", "0 kB").split()[0]) * 1024)
        times = _read(pid, "stat").rpartition(")")[2].split()[11:15]
        seconds += sum(int(t) for t in times) / tick
    return peak, seconds


def scratch_files(pid: int) -> int:
    """Files and folders in the process's scratch memory; 0 when it has gone."""
    try:
        seen = os.statvfs(PROC / f"{pid}/root{SCRATCH}")
    except OSError:
        return 0
    return seen.f_files - seen.f_ffree


def mechanisms(pid: int, limits: Limits, layers: Layers | None = None) -> dict[str, bool]:
    """Each mechanism of these layers (level `namespace`'s) and whether it holds the process.

    Landlock cannot be seen from outside: the worker tries it and says so, before any model.
    """
    layers = layers or Layers.of(Level.NAMESPACE)
    status = _status(pid)
    # who is in no namespace of its own has a bounding set, which gives nobody anything
    empty = _CAPABILITIES if layers.bubblewrap else set(_CAPABILITIES) - {"CapBnd"}
    seen = {
        "an unprivileged user": bool(status.get("Uid"))
        and all(uid != "0" for uid in status["Uid"].split()),
        "no capabilities": all(int(status.get(name, "1"), 16) == 0 for name in empty),
        "no new privileges": status.get("NoNewPrivs") == "1",
    }
    if layers.bubblewrap:
        seen |= {
            "no network": _own_namespace(pid, "net"),
            "own user, mount, process, ipc and host-name namespaces": all(
                _own_namespace(pid, name) for name in _NAMESPACES
            ),
            "read-only file system": _read_only(pid),
            "scratch files counted": scratch_files(pid) > 0,  # its own folder is one
        }
    if layers.seccomp:
        seen["seccomp"] = _filtered(pid, 2 if layers.bubblewrap else 1)
    if layers.rlimits:
        # per user, and set inside a user namespace only
        skipping = frozenset() if layers.bubblewrap else frozenset({"processes"})
        seen["rlimits"] = rlimits(pid, limits, skipping)
    return seen


def rlimits(pid: int, limits: Limits, skipping: frozenset[str] = frozenset()) -> bool:
    """Whether the hard limits are those asked for, or lower."""
    rows = {line[:26].strip(): line[26:].split() for line in _read(pid, "limits").splitlines()}
    asked = {row: getattr(limits, name) for row, name in _LIMITS.items() if name not in skipping}
    asked |= {"Max core file size": 0, "Max open files": FILES, "Max cpu time": limits.cpu + START}
    set_hard = {row: rows.get(row, ["", "unlimited"])[1] for row in asked}
    if "unlimited" in set_hard.values():
        return False
    return all(int(set_hard[row]) <= value for row, value in asked.items())


def kills_by_memory() -> int:
    """How often the kernel has killed for lack of memory since it started."""
    for line in _text(PROC / "vmstat").splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0


def _own_namespace(pid: int, name: str) -> bool:
    try:
        return os.readlink(PROC / f"{pid}/ns/{name}") != os.readlink(PROC / f"self/ns/{name}")
    except OSError:
        return False


def _filtered(pid: int, filters: int) -> bool:
    """Whether each thread has so many filters of system calls more than this process."""
    own = int(_status(os.getpid()).get("Seccomp_filters", "0"))
    try:
        threads = os.listdir(PROC / f"{pid}/task")
    except OSError:
        return False
    states = [_status(pid, f"task/{thread}/status") for thread in threads]
    return bool(states) and all(
        state.get("Seccomp") == "2" and int(state.get("Seccomp_filters", "0")) >= own + filters
        for state in states
    )


def _read_only(pid: int) -> bool:
    """Whether every mount but the scratch folder and the device nodes is read-only."""
    mounts = {}
    for line in _read(pid, "mountinfo").splitlines():
        fields = line.split()
        mounts[fields[4]] = "ro" in fields[5].split(",")
    needed = {place for place in mounts if place != SCRATCH and not place.startswith("/dev/")}
    return {"/", "/proc", "/dev"} <= needed and all(mounts[place] for place in needed)


def _walk(pid: int) -> Iterator[int]:
    try:
        threads = os.listdir(PROC / f"{pid}/task")
    except OSError:
        return
    yield pid
    for thread in threads:
        for child in _text(PROC / f"{pid}/task/{thread}/children").split():
            yield from _walk(int(child))


def _status(pid: int, name: str = "status") -> dict[str, str]:
    lines = _read(pid, name).splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _read(pid: int, name: str) -> str:
    return _text(PROC / f"{pid}/{name}")


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
