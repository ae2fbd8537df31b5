"""Arguments of bubblewrap for one worker: what it sees, and that it sees nothing else.

As an ordinary user one bwrap builds the namespaces. As root two are needed. The worker must
not be root, yet an unprivileged process often cannot reach the interpreter (below /root) or
the clone (below a private folder). So an outer bwrap, still root and running nothing of a
model's, binds the few folders to places that can be reached; setpriv then becomes `nobody`
without capabilities; and the inner bwrap starts as any user would start it.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.isolation import interpreter
from sandbox.isolation.interpreter import Surroundings
from sandbox.isolation.limits import MIB

#: nobody: who the worker is, inside and, when root started it, outside
NOBODY = 65534
#: where packages and the project's `sandbox` folder are seen inside
PACKAGES, CODE = Path("/opt/packages"), Path("/opt/code")
#: where a model's own folder is seen inside
MODEL = Path("/opt/model")
#: the one writable place inside, in memory
SCRATCH, SCRATCH_SIZE = "/tmp", 64 * MIB
#: over which the outer bwrap, as root, binds what the inner one takes
_STAGE = Path("/tmp")


@dataclass(frozen=True)
class Plan:
    """A command line; each of `arguments` is read from a descriptor of its own."""

    #: with `{0}`, `{1}`, `{2}` where the descriptors' numbers go
    command: tuple[str, ...]
    arguments: tuple[bytes, ...]


@dataclass(frozen=True)
class View:
    """Folders and files bound read-only: from where, to where inside."""

    binds: tuple[tuple[Path, Path], ...]
    links: tuple[tuple[str, Path], ...]
    #: places below a bind that appear empty
    masked: tuple[Path, ...]


def view(surroundings: Surroundings | None = None) -> View:
    """Shared libraries, the interpreter, packages, the model's folder if it has one, and of this
    project `sandbox` alone."""
    surroundings = surroundings or Surroundings.default()
    python = interpreter.current()
    binds, links = [], []
    for name in ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64"):
        folder = Path(name)
        if folder.is_symlink():
            links.append((os.readlink(folder), folder))
        elif folder.is_dir():
            binds.append((folder, folder))
    binds += [(p, p) for p in (Path("/etc/ld.so.cache"),) if p.is_file()]
    if python.prefix != Path("/usr"):
        binds.append((python.prefix, python.prefix))
    if python.prefix == Path("/usr") or not python.executable.is_relative_to(python.prefix):
        binds.append((python.executable, python.executable))
    binds += [(folder, PACKAGES / str(i)) for i, folder in enumerate(surroundings.packages)]
    binds.append((interpreter.SANDBOX, CODE / "sandbox"))
    if surroundings.model is not None:
        binds.append((surroundings.model, MODEL))
    return View(tuple(binds), tuple(links), _masked(binds))


def import_path(surroundings: Surroundings) -> list[str]:
    """`sys.path` inside: ours before the standard library; packages, after it, replace nothing."""
    return [str(CODE), *(str(PACKAGES / str(i)) for i, _ in enumerate(surroundings.packages))]


def plan(
    command: Sequence[str],
    threads: int,
    as_root: bool,
    surroundings: Surroundings | None = None,
    filtering: bytes = b"",
) -> Plan:
    """How to start `command` in a sandbox of its own, under a filter of system calls if any."""
    bwrap = str(shutil.which("bwrap"))
    seen = view(surroundings)
    filters = (filtering,) if filtering else ()
    if not as_root:
        filtered = ("--seccomp", "{1}") if filtering else ()
        return Plan(
            (bwrap, "--args", "{0}", *filtered, "--", *command), (_inner(seen, threads), *filters)
        )
    staged = [(source, _STAGE / str(i)) for i, (source, _) in enumerate(seen.binds)]
    stage = ["--dev-bind", "/", "/", "--tmpfs", str(_STAGE), "--cap-add", "ALL"]
    stage += ["--die-with-parent", *_bound(staged)]
    # bwrap waits without capabilities, so when it is killed the kernel keeps its death signal
    # from a process of another user; unshare, which does nothing else here, is still capable
    drop = (
        str(shutil.which("unshare")),
        "--kill-child",
        "--",
        str(shutil.which("setpriv")),
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all",
        "--pdeathsig=KILL",  # changing the user clears the one that bwrap set
    )
    taken = tuple(
        (place, inside) for (_, place), (_, inside) in zip(staged, seen.binds, strict=True)
    )
    inner = _inner(View(taken, seen.links, seen.masked), threads)
    start = (bwrap, "--args", "{1}", *(("--seccomp", "{2}") if filtering else ()), "--")
    return Plan(
        (bwrap, "--args", "{0}", "--", *drop, *start, *command), (_joined(stage), inner, *filters)
    )


def _inner(seen: View, threads: int) -> bytes:
    words = [f"--unshare-{name}" for name in ("user", "pid", "net", "ipc", "uts", "cgroup-try")]
    words += ["--disable-userns", "--cap-drop", "ALL", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    words += ["--hostname", "sandbox", "--new-session", "--die-with-parent", "--clearenv"]
    for name, value in interpreter.environment(threads, SCRATCH).items():
        words += ["--setenv", name, value]
    # before the binds: an interpreter or a clone may lie below /tmp
    words += ["--size", str(SCRATCH_SIZE), "--tmpfs", SCRATCH]
    words += _bound(seen.binds)
    for target, place in seen.links:
        words += ["--symlink", target, str(place)]
    for place in seen.masked:
        words += ["--tmpfs", str(place), "--remount-ro", str(place)]
    words += ["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    words += ["--remount-ro", "/", "--chdir", "/"]
    return _joined(words)


def _masked(binds: Sequence[tuple[Path, Path]]) -> tuple[Path, ...]:
    """The generators of worlds, wherever a bind would show them.

    They lie beside `sandbox`: in the clone, or among the packages when installed as a wheel.
    A clone below the interpreter's prefix is hidden whole.
    """
    project = interpreter.SANDBOX.parent
    hidden = []
    for source, inside in binds:
        if source == interpreter.SANDBOX or not project.is_relative_to(source):
            continue
        place = inside / project.relative_to(source)
        generators = project / "data_generators"
        if project in interpreter.current().packages:
            hidden += [place / generators.name] if generators.is_dir() else []
        else:
            hidden.append(place)
    return tuple(hidden)


def _bound(pairs: Sequence[tuple[Path, Path]]) -> list[str]:
    return [word for a, b in pairs for word in ("--ro-bind", str(a), str(b))]


def _joined(words: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(word) + b"\0" for word in words)
