"""Attacks on a worker's life cycle, and on the promise to refuse rather than to run unheld."""

import contextlib
import ctypes
import functools
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import host_facts
import on_kernel
import on_resources
import pandas as pd
from from_inside import Doing
from rig import FEATURES, Attack, Rig
from scene import Look, soon

from sandbox.errors import IsolationUnavailable
from sandbox.isolation import Artefact, Limits, Status, observe
from sandbox.isolation.kernel import bpf, seccomp, syscalls

HERE = str(Path(__file__).parent)
OWN = "the supervisor"

SUPERVISOR = f"""
import sys
sys.path.insert(0, {HERE!r})
import attacks_on_life, json
attacks_on_life.supervise(**json.loads(sys.argv[1]))
"""


def supervise(cell, deaf, ready):
    """A supervisor that is about to be killed: says when its worker is where it should be."""
    rig = Rig(cell, None)
    with rig.worker(Limits(wall=60.0)) as place:
        if ready:
            place._place.ready()
        print("ready", flush=True)
        what = deaf_sleep if deaf else on_resources.sleep
        place.score(Artefact.of(Doing(what)), FEATURES, ("pd",))


def deaf_sleep():
    on_kernel.forget_the_parent()
    on_resources.sleep()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def outlives(rig, deaf, ready=True, after=0.7):
    """Kill the supervisor; whether anything of it is left then. What is, is killed."""
    words = json.dumps({"cell": rig.cell, "deaf": deaf, "ready": ready})
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, words], stdout=subprocess.PIPE
    ) as supervisor:
        assert supervisor.stdout.readline() == b"ready\n"
        time.sleep(after)
        below = observe.descendants(supervisor.pid)[1:]
        supervisor.kill()
    assert below, "the supervisor had no worker yet"
    left = not soon(lambda: not any(map(alive, below)), 5.0 if not rig.bare else 0.5)
    for pid in below:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return left


def child_of_the_dead(rig, after):
    """Bare: an ordinary child of a killed process stays. Held: nothing does."""
    if not rig.bare:
        return outlives(rig, deaf=False, ready=after is None, after=after or 0.7)
    script = "import subprocess, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=1)"
    with subprocess.Popen(
        [sys.executable, "-c", f"{script}; time.sleep(60)"], stdout=subprocess.PIPE
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    left = alive(child)
    os.kill(child, signal.SIGKILL)
    return left


def daemon_stays(rig):
    """Whether a grandchild in a session of its own is there when the worker has gone."""
    name = b"a" + rig.scene.token[:12]
    rig.scored(Doing(on_resources.daemon, name=name), limits=Limits(wall=10.0))
    left = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_bytes().strip() == name and alive(pid):
                left.append(int(pid))
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return bool(left)


def dies_with_a_thread(rig):
    """Whether a worker that a short-lived thread asked for ends with that thread."""
    started = []
    if rig.bare:
        libc = ctypes.CDLL(None)

        def start():
            started.append(
                subprocess.Popen(["sleep", "60"], preexec_fn=lambda: libc.prctl(1, 9, 0, 0, 0))
            )
    else:
        stack = contextlib.ExitStack()

        def start():
            started.append(stack.enter_context(rig.worker()))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    time.sleep(0.2)
    if rig.bare:
        return started[0].wait(5) != 0
    with stack:
        model = Artefact.of(Doing(lambda: None))
        return started[0].score(model, FEATURES, ("pd",)).status is not Status.OK


def past_the_wall(rig, what):
    """Whether it is alive two seconds after its time."""
    limits = Limits(wall=60.0 if rig.bare else 0.7)
    with rig.worker(limits) as place:
        place._place.ready()
        pid = place._place._process.worker_pid()
        model = Artefact.of(Doing(what))
        thread = threading.Thread(target=place.score, args=(model, FEATURES, ("pd",)))
        thread.start()
        time.sleep(2.7 if not rig.bare else 1.5)
        still = alive(pid)
        if still:
            os.kill(pid, signal.SIGKILL)
        thread.join()
    return still


def core_dumped(rig):
    """Whether a core file is left in a folder of the caller's; bare: by any process that may."""
    folder = rig.scene.folder
    if rig.bare:
        script = "ulimit -c unlimited; exec sh -c 'kill -SEGV $$'"
        subprocess.run(["sh", "-c", script], cwd=folder, check=False)
    else:
        folders = ["/", "/dev/shm", "/var/tmp", "/tmp", str(folder)]
        rig.scored(Doing(on_resources.core_dump, folders=folders), limits=Limits(wall=8.0))
    return any(folder.glob("core*"))


def rlimits_stay(rig):
    """Whether a lowered hard limit is raised again, as its line in /proc says outside."""
    level = Rig("rlimits alone", rig.scene) if rig.bare else rig
    with level.worker(Limits(wall=3.0)) as place:
        place._place.ready()
        look = Look(rig.scene, place._place._process.worker_pid())
        before = look.limit("Max file size")
        model = Artefact.of(Doing(on_resources.raise_limits))
        place.score(model, FEATURES, ("pd",))
        return look.limit("Max file size") > before


def _life(name, witness, run, **more):
    return Attack(name, "life cycle", witness, run=run, supervisor=OWN, **more)


LIFE = (
    Attack(
        "core dump",
        "resources",
        "the folder",
        run=core_dumped,
        alone=("bubblewrap", "landlock", "seccomp", "rlimits"),
        **host_facts.core_files(),
    ),
    Attack(
        "limits raised again",
        "resources",
        "/proc/PID/limits",
        run=rlimits_stay,
        alone=("bubblewrap", "seccomp"),
        **host_facts.oom_score(),
    ),
    _life(
        "supervisor killed (SIGKILL)",
        "the process list",
        lambda rig: child_of_the_dead(rig, None),
    ),
    _life(
        "supervisor killed while the worker starts",
        "the process list",
        lambda rig: child_of_the_dead(rig, 0.15),
    ),
    Attack(
        "deaf, and tied to no parent, when the supervisor is killed",
        "life cycle",
        "the process list",
        run=lambda rig: outlives(rig, deaf=True),
        alone=("bubblewrap", "seccomp"),
    ),
    Attack(
        "double fork into a session of its own",
        "life cycle",
        "the process list",
        run=daemon_stays,
        alone=("bubblewrap", "seccomp"),
    ),
    _life("the thread that asked for it ends", "the worker", dies_with_a_thread),
    _life(
        "sleeps for ever", "the process list", lambda rig: past_the_wall(rig, on_resources.sleep)
    ),
    _life(
        "sleeps, all signals ignored",
        "the process list",
        lambda rig: past_the_wall(rig, on_resources.sleep_deaf),
    ),
)

#: run where something is missing: opens a model that leaves a trace; says how that ended
CALLER = f"""
import sys
sys.path.insert(0, {HERE!r})
import attacks_on_life
attacks_on_life.call(sys.argv[1], sys.argv[2])
"""


def call(level, trace):
    """Score with a model that leaves a trace where it runs; the words of a refusal if any."""
    from sandbox.isolation import worker

    try:
        with worker(level) as place:
            outcome = place.score(Artefact.of(Doing(note)), pd.DataFrame({"x": [0.5]}), ("pd",))
            Path(trace).write_text(str(outcome.status))
    except IsolationUnavailable as error:
        print(error)


def note():
    return None


def without(calls, error=38):
    """Take system calls from this process and all it will start, as an old kernel would."""
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = syscalls.numbers(syscalls.ALL, syscalls.here())
    lines = [bpf.load(bpf.NUMBER)]
    for name in calls:
        lines.append(bpf.if_equal(numbers[name], no=f"after {name}"))
        lines.append(bpf.answer(0x00050000 | error))
        lines.append(bpf.load(bpf.NUMBER, label=f"after {name}"))
    lines.append(bpf.answer(seccomp.ALLOW))
    seccomp.install(bpf.assembled(lines))
    del libc


def ran(rig, prefix=(), path=None, missing=(), error=38, level=""):
    """Whether a model was run although something is missing; bare: whether without lack it is."""
    level = level or ("lsm" if rig.cell == "lsm" and missing else "namespace")
    if rig.bare:
        return _ran_without_lack(level)
    environment = dict(os.environ) | ({"PATH": path} if path is not None else {})
    if missing:
        script = (
            f"import sys, os; sys.path.insert(0, {HERE!r}); import attacks_on_life as a; "
            f"a.without({list(missing)!r}, {error}); os.execv(sys.argv[1], sys.argv[1:])"
        )
        prefix = [sys.executable, "-c", script]
    return _ran(prefix, level, environment)


@functools.cache
def _ran_without_lack(level):
    return _ran((), level, dict(os.environ))


def _ran(prefix, level, environment):
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "ran"
        words = [*prefix, sys.executable, "-c", CALLER, level, str(trace)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        refusals = ("cannot be had", "worker started without", "did not start")
        if not trace.exists():
            assert any(words in done.stdout for words in refusals), done
        return trace.exists()


def without_userns(rig):
    nested = ["bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--"]
    return ran(rig, prefix=nested)


def lying_bwrap(rig):
    """A bwrap that drops its arguments and runs the command as it is."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bwrap"
        program.write_text(
            f"#!{sys.executable}\n"
            "import os, sys\n"
            "if '--version' in sys.argv: print('bubblewrap 0.8.0'); sys.exit()\n"
            "words = sys.argv[sys.argv.index('--') + 1:]\n"
            "os.execvp(words[0], words)\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        Path(folder).chmod(0o755)
        return ran(rig, path=f"{folder}:{os.environ['PATH']}")


def root_at_lsm(rig):
    """At `lsm` root is refused; whoever is not root has nothing to be refused for."""
    return os.geteuid() == 0 and ran(rig, level="process" if rig.bare else "lsm")


def _closed(name, run, **more):
    return Attack(
        name, "failing closed", "a trace of the model", run=run, supervisor="the probe", **more
    )


CLOSED = (
    Attack(
        "root asks for level lsm",
        "failing closed",
        "a trace of the model",
        run=root_at_lsm,
        bare=frozenset({"root"}),
        reason="an ordinary user is given the level",
        supervisor="the probe",
    ),
    _closed("no user namespaces", without_userns),
    _closed("no bubblewrap", lambda rig: ran(rig, path="/nowhere")),
    _closed("a bubblewrap that does nothing", lying_bwrap),
    _closed(
        "no Landlock",
        lambda rig: ran(rig, missing=["landlock_create_ruleset"]),
    ),
    _closed(
        "Landlock forbidden by a container",
        lambda rig: ran(rig, missing=["landlock_create_ruleset"], error=1),
    ),
    _closed(
        "no seccomp filters in the worker",
        lambda rig: ran(rig, missing=["seccomp"]),
    ),
    _closed("no sealed memory", lambda rig: ran(rig, missing=["memfd_create"])),
    _closed(
        "no unshare, no clone of namespaces",
        lambda rig: ran(
            rig, missing=["unshare", "mount", "pivot_root"], error=1, level="namespace"
        ),
    ),
)
