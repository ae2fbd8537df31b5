"""What this host can do, found out by doing it; no version number decides anything."""

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import BadInput, IsolationUnavailable
from sandbox.isolation import bubblewrap, launcher, memory
from sandbox.isolation.kernel import seccomp, trial
from sandbox.isolation.outcome import Level
from sandbox.isolation.vm import gvisor

INSTALL = (
    "install it: `apt-get install bubblewrap` (Debian, Ubuntu), `dnf install bubblewrap` "
    "(Fedora, RHEL), `pacman -S bubblewrap` (Arch), `zypper install bubblewrap` (openSUSE)"
)
_ELSEWHERE = "run it on Linux, or in a Linux virtual machine or container"
_SECONDS = 20
_LINUX = sys.platform.startswith("linux")
_ALLOW_MEMFD = "in a container use a seccomp profile that allows memfd_create"
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


@dataclass(frozen=True)
class Probe:
    """One thing tried on this host."""

    name: str
    works: bool
    #: what was seen: a version, or the mechanism's own words
    detail: str
    #: what to do where it does not work
    remedy: str = ""


@functools.cache
def probe() -> tuple[Probe, ...]:
    """Try each mechanism once in this process's life, and then each level, strongest first."""
    if not _LINUX:
        return tuple(_levels((), ()))
    kernel = (_seals(), _landlock(), _seccomp())
    walls = (_bubblewrap(), *_setpriv(), _user_namespaces())
    return (*kernel, *walls, *_levels(kernel, walls))


def strongest() -> Level:
    """The strongest level that works here."""
    works = {p.name for p in probe() if p.works}
    return next(level for level in Level if f"level {level}" in works)


def require(level: Level | str) -> Level:
    """The level, if it can be had here; IsolationUnavailable in one sentence otherwise."""
    try:
        level = Level(level)
    except ValueError as error:
        names = ", ".join(Level)
        raise BadInput(f"There is no isolation level {level!r}; choose one of {names}.") from error
    answer = next(p for p in probe() if p.name == f"level {level}")
    if answer.works:
        return level
    best = strongest()
    caution = {
        Level.PROCESS: " (which is no boundary against a hostile model)",
        Level.NONE: " (which isolates nothing: trusted models only)",
    }.get(best, "")
    remedy = f"; {answer.remedy}" if answer.remedy else ""
    raise IsolationUnavailable(
        f"Isolation level {level} cannot be had on this host: {answer.detail}{remedy}. "
        f"The strongest level that works here is {best}{caution}; "
        f"choose it with --isolation {best}."
    )


def bubblewrap_version() -> str:
    """Such as `bubblewrap 0.8.0`, for the evidence."""
    return next(p.detail for p in probe() if p.name == "bubblewrap")


def _seals() -> Probe:
    if not memory.SEALS:
        return Probe("sealed memory", False, f"{sys.platform} has no sealed memory")
    try:
        descriptor = memory.sealed(lambda file: file.write(b"x"))
    except OSError as error:
        return Probe("sealed memory", False, f"memfd_create: {error.strerror}", _ALLOW_MEMFD)
    try:
        again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR)
        try:
            os.pwrite(again, b"y", 0)
        except PermissionError:
            return Probe("sealed memory", True, "a write to a sealed memfd is refused")
        finally:
            os.close(again)
        return Probe("sealed memory", False, "a sealed memfd could be written to")
    finally:
        os.close(descriptor)


def _landlock() -> Probe:
    remedy = (
        "use Linux 5.13 or newer with `landlock` in the kernel's `lsm=` list, and in a container "
        "a seccomp profile that allows the landlock_* calls"
    )
    return _on_a_thread("Landlock", trial.of_landlock, remedy)


def _seccomp() -> Probe:
    remedy = "use Linux 4.8 or newer with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64"
    return _on_a_thread("seccomp", trial.of_seccomp, remedy)


def _on_a_thread(name: str, try_it: Callable[[], str], remedy: str) -> Probe:
    try:
        return Probe(name, True, try_it())
    except IsolationUnavailable as error:
        return Probe(name, False, str(error).rstrip("."), remedy)


def _bubblewrap() -> Probe:
    if shutil.which("bwrap") is None:
        return Probe("bubblewrap", False, "bubblewrap (bwrap) is not on the PATH", INSTALL)
    works, words = _tried([str(shutil.which("bwrap")), "--version"])
    return Probe("bubblewrap", works, words, "" if works else INSTALL)


def _setpriv() -> tuple[Probe, ...]:
    """Needed by root only, to stop being root."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        remedy = "install util-linux, or run as an ordinary user"
        return (Probe("setpriv", False, "setpriv is not on the PATH", remedy),)
    setpriv = str(shutil.which("setpriv"))
    words = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL"]
    # it starts itself: whatever else is on the PATH or not, it is there
    works, said = _tried([*words, setpriv, "--version"])
    remedy = "" if works else "run as an ordinary user"
    return (Probe("setpriv", works, "root becomes nobody" if works else said, remedy),)


def _user_namespaces() -> Probe:
    name = "user namespaces"
    if (bwrap := shutil.which("bwrap")) is None:
        return Probe(name, False, "not tried: bubblewrap is missing", INSTALL)
    words = [bwrap, "--unshare-user", "--unshare-net", "--ro-bind", "/", "/", "--", "true"]
    works, said = _tried(words)
    return Probe(name, works, said or "made and left", "" if works else _userns_remedy())


def _userns_remedy() -> str:
    if _RESTRICTED.exists() and _RESTRICTED.read_text().strip() == "1":
        return (
            "AppArmor keeps unprivileged user namespaces from programs without a profile: "
            "install the bwrap profile (Ubuntu: `apt-get install apparmor-profiles`, then load "
            "bwrap-userns-restrict) or ask an administrator for "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
        )
    return (
        "ask an administrator to allow them (`sysctl user.max_user_namespaces=10000`, on older "
        "Debian `kernel.unprivileged_userns_clone=1`), or in a container start it with a "
        "seccomp profile that allows unshare and mount"
    )


def _levels(kernel: Sequence[Probe], walls: Sequence[Probe]) -> list[Probe]:
    process = Probe(
        f"level {Level.PROCESS}",
        os.name == "posix",
        "no boundary against a hostile model" if os.name == "posix" else "needs Linux or macOS",
    )
    elsewhere = f"it needs Linux, this is {sys.platform}"
    return [
        _vm(kernel),
        _namespace([*kernel, *walls])
        if _LINUX
        else Probe(f"level {Level.NAMESPACE}", False, elsewhere, _ELSEWHERE),
        _lsm(kernel) if _LINUX else Probe(f"level {Level.LSM}", False, elsewhere, _ELSEWHERE),
        process,
        Probe(f"level {Level.NONE}", True, "isolates nothing: trusted models only"),
    ]


def _lsm(kernel: Sequence[Probe]) -> Probe:
    """What it is made of was tried on this very process's threads; a worker is no different."""
    name = f"level {Level.LSM}"
    if os.geteuid() == 0:
        reason = "it holds an ordinary user, this is root, to whom much else is allowed"
        return Probe(name, False, reason, "run as an ordinary user, or use namespace")
    if missing := next((p for p in kernel if not p.works), None):
        return Probe(name, False, missing.detail, missing.remedy)
    landlock = next(p.detail for p in kernel if p.name == "Landlock")
    return Probe(name, True, f"Landlock {landlock}; other processes' numbers can be seen")


def _vm(kernel: Sequence[Probe]) -> Probe:
    name = f"level {Level.VM}"
    if not _LINUX:
        return Probe(name, False, f"it needs Linux, this is {sys.platform}")
    seals = kernel[0]
    if not seals.works:
        return Probe(name, False, seals.detail, seals.remedy)
    trial = gvisor.trial()
    return Probe(name, trial.works, trial.detail, trial.remedy)


def _namespace(found: Sequence[Probe]) -> Probe:
    """The walls as a worker gets them, around an interpreter that ends at once."""
    name = f"level {Level.NAMESPACE}"
    if missing := next((p for p in found if not p.works), None):
        return Probe(name, False, missing.detail, missing.remedy)
    command = [*launcher.python(), "-c", ""]
    plan = bubblewrap.plan(command, 1, os.geteuid() == 0, filtering=seccomp.starting())
    given = launcher.descriptors(plan)
    try:
        works, said = _tried(launcher.filled(plan, given), given)
    finally:
        for descriptor in given:
            os.close(descriptor)
    remedy = "" if works else _stack_remedy(said)
    return Probe(name, works, said or "starts: no network, read-only, filtered", remedy)


def _stack_remedy(said: str) -> str:
    """What to do when the parts work and the whole does not, by bubblewrap's own words."""
    if "--disable-userns" in said:
        return "bubblewrap 0.8 or newer is needed (--disable-userns)"
    if unreadable := re.search(r"source path (/.+): Permission denied", said):
        closed = _closed(Path(unreadable[1]))
        return (
            f"{closed} may not be entered by this user, and Python or this clone lies in it: ask "
            f"its owner for `chmod o+rx {shlex.quote(str(closed))}`, or use a Python and a clone "
            "in a folder of your own"
        )
    if os.geteuid() == 0:
        return "check that the interpreter's files may be read by everyone"
    return _userns_remedy()


def _closed(path: Path) -> Path:
    """The first folder on the way to `path` that this process may not enter; else its parent."""
    ways = [*reversed(path.parents)]
    return next((way for way in ways if way.exists() and not os.access(way, os.X_OK)), path)


def _tried(command: Sequence[str], passed: Sequence[int] = ()) -> tuple[bool, str]:
    """Whether a command ended well, and the last line it said."""
    reading, writing = os.pipe()
    try:
        child = launcher.spawn(command, 1, passed, writing)
    except OSError as error:
        os.close(reading)
        return False, f"{command[0]}: {error.strerror}"
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as output:
        try:
            code = child.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return False, f"{command[0]} did not end within {_SECONDS} s"
        lines = output.read(4096).decode(errors="replace").strip().splitlines()
    said = lines[-1] if lines else ""
    return code == 0, said or ("" if code == 0 else f"{command[0]} ended with status {code}")
