"""What the kernel says of a worker on gVisor, read from outside; the worker is not asked."""

import os

from sandbox.isolation import observe
from sandbox.isolation.limits import Limits
from sandbox.isolation.vm import plan as gvisor_plan

#: namespaces of the sentry's own, and whether the gofer has them as well
_NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts")
#: which of /proc/PID/limits is which of prlimit's
_ROWS = {"fsize": "Max file size", "nproc": "Max processes", "core": "Max core file size"}


def mechanisms(pid: int, limits: Limits) -> dict[str, bool]:
    """Each mechanism of level `vm` and whether it is in force.

    `pid` is the process that the supervisor started. No process of the model's is one of the
    host's kernel: below `pid` there are bubblewrap, runsc and, below the sentry, its stubs.
    """
    tree = observe.descendants(pid)
    sentry, gofer = _called(tree, "runsc-sandbox"), _called(tree, "runsc-gofer")
    stubs = observe.descendants(sentry)[1:]
    holders = (sentry, gofer)
    statuses = [_status(number) for number in (*holders, *stubs)]
    return {
        "gVisor": bool(stubs) and all(_is_runsc(number) for number in (*holders, *stubs)),
        "seccomp around gVisor": all(s.get("Seccomp") == "2" for s in statuses),
        "an unprivileged user": all("0" not in s.get("Uid", "0").split() for s in statuses),
        "no new privileges": all(s.get("NoNewPrivs") == "1" for s in statuses),
        "no network": all(_own_namespace(number, "net") for number in holders),
        "own user, mount, process, ipc and host-name namespaces": all(
            _own_namespace(number, name) for number in holders for name in _NAMESPACES
        ),
        "read-only file system": all(_read_only(number) for number in holders),
        "rlimits": all(_bounded(number, limits) for number in holders),
    }


def _called(tree: list[int], name: str) -> int:
    """The process of runsc's that goes by this name; 0, which is nobody, when there is none."""
    return next((n for n in tree if _read(n, "cmdline").split("\0")[0] == name), 0)


def _is_runsc(pid: int) -> bool:
    try:
        return os.readlink(observe.PROC / f"{pid}/exe") == str(gvisor_plan.PROGRAM)
    except OSError:
        return False


def _own_namespace(pid: int, name: str) -> bool:
    try:
        theirs = os.readlink(observe.PROC / f"{pid}/ns/{name}")
    except OSError:
        return False
    return theirs != os.readlink(observe.PROC / f"self/ns/{name}")


def _read_only(pid: int) -> bool:
    """Whether every mount is read-only, but the sentry's proc, which has nothing to change."""
    mounts = {}
    for line in _read(pid, "mountinfo").splitlines():
        fields = line.split()
        mounts[fields[4]] = "ro" in fields[5].split(",")
    return "/" in mounts and all(ro for place, ro in mounts.items() if place != "/proc")


def _bounded(pid: int, limits: Limits) -> bool:
    lines = _read(pid, "limits").splitlines()
    rows = {line[:26].strip(): line[26:].split() for line in lines}
    hard = {name: rows.get(row, ["", "unlimited"])[1] for name, row in _ROWS.items()}
    asked = gvisor_plan.bounds(limits)
    return "unlimited" not in hard.values() and all(int(hard[n]) <= asked[n] for n in _ROWS)


def _status(pid: int) -> dict[str, str]:
    lines = _read(pid, "status").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _read(pid: int, name: str) -> str:
    try:
        return (observe.PROC / f"{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
