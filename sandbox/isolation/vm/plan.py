"""Arguments of runsc for one worker, and of the bubblewrap that runsc runs in."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from sandbox.isolation import interpreter
from sandbox.isolation.bubblewrap import NOBODY, SCRATCH, SCRATCH_SIZE, Plan, View
from sandbox.isolation.limits import MIB, Limits

#: where bubblewrap shows what becomes the model's root folder, and what is runsc's own
_ROOT, _BUNDLE, _STATE, PROGRAM = Path("/rootfs"), Path("/bundle"), Path("/run"), Path("/runsc")
#: over which the outer bwrap, as root, binds what the inner one takes
_STAGE = Path("/tmp")
#: host memory for the model's pages and files together, beyond the limit of one process
_SPARE = 256 * MIB
#: host threads that runsc starts for itself, and for each process of the model (measured: 40, 3)
_OWN_THREADS, _STUB_THREADS = 96, 4


def plan(command: Sequence[str], seen: View, limits: Limits, platform: str, as_root: bool) -> Plan:
    """How to start `command` on a kernel of its own; its socket goes in as standard input."""
    bwrap = str(shutil.which("bwrap"))
    binds = _binds(seen)
    configuration = json.dumps(_configuration(command, limits)).encode()
    shown = ("--ro-bind-data", "{1}", str(_BUNDLE / "config.json"), "--remount-ro", "/")
    inner = (bwrap, "--args", "{0}", *shown, "--", *_runsc(limits, platform))
    if not as_root:
        return Plan(inner, (_arguments(seen, binds), configuration))
    staged = [(source, _STAGE / str(i)) for i, (source, _) in enumerate(binds)]
    taken = [(a, inside) for (_, a), (_, inside) in zip(staged, binds, strict=True)]
    arguments = (_arguments(seen, taken), configuration, _staging(staged))
    return Plan((bwrap, "--args", "{2}", "--", *_dropping(), *inner), arguments)


def bounds(limits: Limits) -> dict[str, int]:
    """What bounds runsc, and with it all of the model's processes together, as prlimit's words.

    The model's memory and files are one file of the sentry's, so the largest file that the
    sentry may make is the most memory that all of them take. A sentry that reaches a bound
    ends, and the worker with it.
    """
    return {
        "fsize": max(limits.memory, limits.file_size) + SCRATCH_SIZE + _SPARE,
        "nproc": _OWN_THREADS + _STUB_THREADS * limits.processes,
        "core": 0,
    }


def _configuration(command: Sequence[str], limits: Limits) -> dict[str, object]:
    """What an OCI runtime reads: who the model is, what it sees, what it may use."""
    variables = interpreter.environment(limits.threads, SCRATCH)
    scratch = [f"size={SCRATCH_SIZE}", "nosuid", "nodev"]
    names = ("pid", "network", "ipc", "uts", "mount")
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": NOBODY, "gid": NOBODY},
            "args": list(command),
            "env": [f"{name}={value}" for name, value in variables.items()],
            "cwd": "/",
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": str(_ROOT), "readonly": True},
        "hostname": "sandbox",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": SCRATCH, "type": "tmpfs", "source": "tmpfs", "options": scratch},
        ],
        "linux": {"namespaces": [{"type": name} for name in names]},
    }


def _runsc(limits: Limits, platform: str) -> list[str]:
    words = ["--rootless", "--network=none", "--overlay2=none", "--ignore-cgroups"]
    words += [f"--platform={platform}", f"--root={_STATE}"]
    run = ["run", f"--bundle={_BUNDLE}", "model"]
    given = [f"--{name}={value}" for name, value in bounds(limits).items()]
    return ["/prlimit", *given, str(PROGRAM), *words, *run]


def _binds(seen: View) -> list[tuple[Path, Path]]:
    """What bubblewrap shows: the model's root, runsc, and the libraries that prlimit needs."""
    libraries = [(s, i) for s, i in seen.binds if str(i).startswith(("/lib", "/usr/lib"))]
    programs = [(_found("runsc"), PROGRAM), (_found("prlimit"), Path("/prlimit"))]
    model = [(source, _inside(place)) for source, place in seen.binds]
    return [*programs, *libraries, *model]


def _arguments(seen: View, binds: Sequence[tuple[Path, Path]]) -> bytes:
    """Of the bubblewrap around runsc, which is root in a user namespace of its own only."""
    words = [f"--unshare-{name}" for name in ("user", "pid", "net", "ipc", "uts", "cgroup-try")]
    words += ["--uid", "0", "--gid", "0", "--cap-add", "ALL", "--hostname", "sandbox"]
    words += ["--new-session", "--die-with-parent", "--clearenv", "--setenv", "PATH", "/usr/bin"]
    folders = [_inside(Path(place)) for place in ("/proc", "/dev", "/sys", SCRATCH)]
    folders += [way for _, place in binds for way in place.parents]
    # bwrap makes folders that only their owner may pass, and inside runsc the model owns none
    for folder in sorted({*folders, _BUNDLE, Path("/tmp")} - {Path("/")}):
        if not any(folder.is_relative_to(place) for _, place in binds):
            words += ["--perms", "0755", "--dir", str(folder)]
    words += [word for a, b in binds for word in ("--ro-bind", str(a), str(b))]
    for target, place in seen.links:
        words += ["--symlink", target, str(place), "--symlink", target, str(_inside(place))]
    for place in seen.masked:
        hidden = str(_inside(place))
        words += ["--perms", "0755", "--tmpfs", hidden, "--remount-ro", hidden]
    words += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    words += ["--size", str(MIB), "--tmpfs", str(_STATE), "--chdir", "/"]
    return _joined(words)


def _staging(places: Sequence[tuple[Path, Path]]) -> bytes:
    """Of the outer bubblewrap that root needs; see `bubblewrap`."""
    words = ["--dev-bind", "/", "/", "--tmpfs", str(_STAGE), "--cap-add", "ALL"]
    words += ["--die-with-parent"]
    return _joined([*words, *(w for a, b in places for w in ("--ro-bind", str(a), str(b)))])


def _dropping() -> list[str]:
    """How root becomes nobody between the two; changing the user clears the death signal."""
    who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    what = ["--inh-caps=-all", "--bounding-set=-all", "--pdeathsig=KILL"]
    # as in `bubblewrap`: bwrap could not pass its death on to another user's process
    return [str(_found("unshare")), "--kill-child", "--", str(_found("setpriv")), *who, *what]


def _inside(place: Path) -> Path:
    return _ROOT / place.relative_to("/")


def _found(name: str) -> Path:
    return Path(str(shutil.which(name))).resolve()


def _joined(words: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(word) + b"\0" for word in words)
