"""What a worker may open, as rules for Landlock: the folders it is meant to see, no other."""

from collections.abc import Iterator
from pathlib import Path

from sandbox.isolation import bubblewrap, interpreter
from sandbox.isolation.bubblewrap import View
from sandbox.isolation.kernel import landlock
from sandbox.isolation.kernel.landlock import Rule

_DEVICES = (
    Rule("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE),
    *(Rule(f"/dev/{name}", landlock.READ_FILE) for name in ("zero", "full", "random", "urandom")),
)
#: of a machine's /proc and /sys: the process itself, and what numeric libraries ask about it
_ASKED = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu")


def inside(seen: View) -> list[Rule]:
    """For a worker in namespaces of its own: what is bound, its own `/proc`, and its scratch."""
    return [
        *(Rule(str(place)) for _, place in seen.binds),
        Rule("/proc"),
        *_DEVICES,
        Rule(bubblewrap.SCRATCH, landlock.WRITING),
    ]


def outside(seen: View) -> list[Rule]:
    """For a worker that sees the host's folders: the same ones where they lie, nothing to write.

    There is no scratch folder. One on disk could be filled without end, since a limit counts for
    each file by itself, and it would stay behind when the supervisor is killed.
    """
    project = interpreter.SANDBOX.parent
    rules = [rule for source, _ in seen.binds for rule in _without(project, source)]
    return [*rules, *map(Rule, _ASKED), *_DEVICES]


def _without(project: Path, source: Path) -> Iterator[Rule]:
    """Reading a folder; of the project, where it lies below, `sandbox` and packages alone."""
    if source == interpreter.SANDBOX or not project.is_relative_to(source):
        yield Rule(str(source))
        return
    hidden = project
    if project in interpreter.current().packages:  # installed as a wheel, beside other packages
        hidden = project / "data_generators"
    yield from landlock.around(hidden, source)
