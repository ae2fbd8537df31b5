"""For the fault tests: a process that starts supervisors, kills them and says what stays.

    python supervisors.py SEED TIMES LEVEL

It makes itself the reaper of all below it, so whatever outlives a supervisor becomes its child.
"""

import ctypes
import os
import random
import signal
import sys
import time
from pathlib import Path

import hostile_models as hm
import numpy as np
import pandas as pd

from sandbox.isolation import Artefact, Pool, observe, session, worker
from sandbox.isolation.bubblewrap import NOBODY

FEATURES = pd.DataFrame({"x": [0.5, 0.25, 1.0]})
#: how names of tests/sandbox/lists/postgres.py and of PostgreSQL's shared memory begin
DATABASE = ("pg-", "PostgreSQL.")
#: a supervisor goes once through all that it does in about this time, seconds
ROUND = 2.5
#: seconds after which what is still there counts as left behind
PATIENCE = 20.0


def supervise(level):
    """Use every lifetime, again and again."""
    model = Artefact.of(hm.Scorer())
    while True:
        with worker(level) as place:
            place.score(model, FEATURES, ("pd",))
        with session(model, level, imports=()) as service:
            for _ in range(200):
                service.score_row(np.array([0.5]))
        with Pool(level, size=2, imports=()) as pool, pool.worker() as place:
            place.score(model, FEATURES, ("pd",))


def killed_after(delay, level):
    """How many processes the supervisor had when it was killed, and those that stay."""
    supervisor = os.fork()
    if supervisor == 0:
        try:
            supervise(level)
        finally:
            os._exit(1)
    time.sleep(delay)
    had = len(observe.descendants(supervisor)) - 1
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and below():
        time.sleep(0.01)
    return had, below()


def below():
    """What is below this process, zombies reaped."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
    return observe.descendants(os.getpid())[1:]


def never_released(pid):
    """Whether it is bubblewrap's own child, which waits to be let go and has begun nothing.

    bubblewrap clones, asks to die with its parent, and only then lets its child go on. A kill
    between the last two (1 in 2,600 of them, on a machine with three times more work than cores)
    leaves the child reading an event that nobody sends (docs/isolation.md).
    """
    process = Path(f"/proc/{pid}")
    try:
        call, first, *_ = (process / "syscall").read_text().split()
        waits_on = os.readlink(process / "fd" / str(int(first, 16)))
        return os.readlink(process / "exe").endswith("/bwrap") and (
            call in ("0", "63") and waits_on == "anon_inode:[eventfd]"  # read, x86 and ARM
        )
    except (OSError, ValueError):
        return False


def mounts():
    return set(Path("/proc/self/mountinfo").read_text().splitlines())


def files():
    """In the folder for temporary files, and of the workers' user where all may write."""
    found = {str(path) for path in Path(os.environ["TMPDIR"]).rglob("*")}
    for folder in (Path("/tmp"), Path("/dev/shm")):
        for path in folder.iterdir():
            try:
                # the database of other tests runs as the same user; a worker has no such names
                if path.lstat().st_uid == NOBODY and not path.name.startswith(DATABASE):
                    found.add(str(path))
            except FileNotFoundError:
                continue
    return found


def stays(look, before):
    """What is new and does not go by itself: other tests run at the same time."""
    until = time.monotonic() + PATIENCE
    while (new := look() - before) and time.monotonic() < until:
        time.sleep(0.1)
    return new


def main():
    seed, times, level = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    before, chance = (mounts(), files()), random.Random(seed)
    busy = unreleased = 0
    for _ in range(times):
        delay = chance.uniform(0.0, ROUND)
        had, left = killed_after(delay, level)
        busy += had > 0
        if len(left) == 1 and not unreleased and never_released(left[0]):
            unreleased += 1
            os.kill(left[0], signal.SIGKILL)
        elif left:
            sys.exit(f"killed after {delay:.4f} s, processes {left} stay")
        for look, known in zip((mounts, files), before, strict=True):
            if new := stays(look, known):
                sys.exit(f"killed after {delay:.4f} s, {look.__name__} stay: {new}")
    print(busy)


if __name__ == "__main__":
    main()
