"""What this host forbids to everybody, or to ordinary users, sandbox or not."""

import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BOTH, ROOT, NOBODY = frozenset({"user", "root"}), frozenset({"root"}), frozenset()
_SYS_RESOURCE = 24


def setting(name, default=0):
    """A number below /proc/sys; the default where this kernel does not know it."""
    try:
        return int(Path("/proc/sys", name).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return default


def only(name, allowed, words):
    """`bare` and `reason` of an attack that a setting leaves to some."""
    value = setting(name)
    return {"bare": allowed(value), "reason": f"{name.replace('/', '.')}={value}: {words}"}


def io_uring():
    return _unless(
        "kernel/io_uring_disabled", lambda v: (BOTH, ROOT, NOBODY)[v], "io_uring is not for all"
    )


def perf():
    return _unless(
        "kernel/perf_event_paranoid", lambda v: BOTH if v <= 2 else ROOT, "counting is for root"
    )


def bpf():
    return _unless(
        "kernel/unprivileged_bpf_disabled", lambda v: ROOT if v else BOTH, "bpf is for root"
    )


def tracing():
    """Another process of the same user that is no child."""
    return _unless(
        "kernel/yama/ptrace_scope",
        lambda v: (BOTH, ROOT, ROOT, NOBODY)[v],
        "tracing others is for root",
    )


def terminals():
    value = setting("dev/tty/legacy_tiocsti", 1)
    if value:
        return {}
    return {"bare": ROOT, "reason": "dev.tty.legacy_tiocsti=0: for root"}


def _unless(name, allowed, words):
    given = only(name, allowed, words)
    return {} if given["bare"] == BOTH else given


def oom_score():
    effective = next(
        int(line.split()[1], 16)
        for line in Path("/proc/1/status").read_text().splitlines()
        if line.startswith("CapBnd")
    )
    if effective >> _SYS_RESOURCE & 1:
        return {"bare": ROOT, "reason": "needs CAP_SYS_RESOURCE"}
    return {"bare": NOBODY, "reason": "nobody on this host has CAP_SYS_RESOURCE"}


@functools.cache
def door(name):
    """Whether the kernel answers calls of another machine's numbers at all."""
    here = str(Path(__file__).parent)
    script = (
        f"import sys, os; sys.path[:0] = {[here, *sys.path]!r}; import on_kernel; "
        f"on_kernel.{name}(100); os.fstat(100)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    if done.returncode == 0:
        return {}
    return {"bare": NOBODY, "reason": "this kernel is built without it"}


def core_files():
    """A core file lies beside its process only where the pattern is a plain name."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern.startswith(("|", "/")):
        return {"bare": NOBODY, "reason": f"kernel.core_pattern is {pattern.split()[0]}"}
    return {}


def cached(file):
    """Write a file that lies on the disk as well as in memory."""
    file.write_bytes(b"x" * 8192)
    file.chmod(0o644)
    with file.open("rb") as written:
        os.fsync(written.fileno())
        written.read()


@functools.cache
def forgetting_pages():
    """Whether the kernel can be made to forget what it keeps of a temporary file."""
    import on_marks

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "cached")
        cached(file)
        if not on_marks.evicted(file):
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            if on_marks.evicted(file):
                return {}
    return {"bare": NOBODY, "reason": "temporary files lie in memory alone here"}


@functools.cache
def attributes_of_memory():
    descriptor = os.memfd_create("in")
    try:
        os.setxattr(descriptor, "user.mark", b"1")
    except OSError:
        return {"bare": NOBODY, "reason": "this kernel keeps no attributes of memory files"}
    finally:
        os.close(descriptor)
    return {}
