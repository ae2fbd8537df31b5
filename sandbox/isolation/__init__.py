"""Models in isolation: theory of operation.

**Who is trusted.** The caller, the packages installed beside this one, the kernel, bubblewrap.
A model is not: it may be a colleague's notebook class or a vendor's pickle, and both are taken
to be hostile. Opening a model is running it, so that happens inside as well.

**How it works.** The caller's process is the supervisor. It starts a worker from a thread that
never ends (a worker dies with the thread that started it), with an environment of its own
making and no descriptor but one socket. At level `namespace` bubblewrap gives the worker user,
mount, process, network, ipc and host-name namespaces of its own, no capabilities, nothing to
see but shared libraries, the interpreter, the installed packages and this project's `sandbox`
folder, all read-only, and 64 MiB of scratch memory; a first filter of system calls (`kernel`)
goes in with it. The worker holds itself with Landlock while it has one thread, imports what
every model needs, limits itself, and puts a second filter on all its threads (before those imports
where the packages are of the model's choice, for then they are the model's code): from then on
nothing is executed, no process, socket or memory file is made, no namespace entered, and signals
reach the process alone. It tries what it has put in force, says so, and that it is ready. Opening
a model is running it, so only now comes the model. The supervisor first looks at that process from
outside, and only if the kernel shows every mechanism in force is the model sent. Features go
in as sealed memory, scores come out through memory of a fixed size and are checked on a copy;
a fitted model comes out as bytes that are only ever opened inside again. Messages are single
bounded lines, checked field by field. Nothing that comes out is unpickled or parsed as Arrow.

**Two lifetimes.** `worker` is for evaluation: one model, one fold, and nothing of it is used
again; a `Pool` has such workers ready ahead, with imports done and the kernel's answer looked at,
and no model in them. A `session` is for a service: one model, many calls, a fresh worker after so
many calls or seconds and after any fault. Between its calls a model may keep what it likes, as in
production, so evaluation never uses one. `SharedFeatures` are written once for many workers.

**What is contained at `namespace`.** Network (also abstract and pathname sockets, vsock, netlink
and loopback), files, other processes and their environment, programs, the kernel's rarer doors
(io_uring, keys, bpf, perf, userfaultfd, ptrace, mounts; calls made as i386 or x32 kill), labels at
the time of scoring (a worker that has fitted never scores), memory and processor time, number of
threads, size of each file, floods of output, hanging, dying, numbers that are not scores. The
sandbox ends with its supervisor, however that ends. Since a model is one process without memory
files, the limits of that process are the limits of the whole, up to its scratch memory; the number
of files there has no limit in the kernel, so the supervisor counts them while a request runs.

**What is not.** A hole in what the filters leave of the kernel (files, memory, threads, clocks).
There is no limit over several workers together (no cgroup). `/proc` inside tells of the machine
(processors, memory, load, where on it the bound folders lie) though of no process outside. A model
can signal by how long it takes. Workers share a kernel: locks, and calls that mark or ask what of
a file lies in memory, are refused, but two that run at one moment can wake each other at a file
that both see, and how long a file takes to read tells later ones whether it was read. State may be
carried from one score request to the next of the same worker: open a new worker for each fold.

**Level `lsm`** does without bubblewrap, for containers without user namespaces: Landlock, the
second filter and the limits, for an ordinary user only (root is refused). The host's folders stay
where they are; the same ones as at `namespace` may be read and none may be written. There is no
scratch folder: one on disk could be filled without end and would stay behind a killed supervisor.
What it does not contain: paths outside can be asked for existence, size, time and what a link
names, the numbers of other processes seen (their command lines and environment cannot be read), and
threads are bounded only together with all others that the user runs. Below Landlock's ABI 4 the
filter closes TCP alone, below ABI 6 abstract sockets and signals as well; `probe` says which.

**Other levels**, each only when asked for, nothing falls back by itself. `vm` is gVisor, where
`runsc` is installed; see `gvisor`. `process` is a process of its own with limits and a wall clock:
it stops accidents, not malice. `none` runs the model in the caller's process: for trusted models
and tests. On macOS and Windows the levels above `process` are refused with what works. `probe`
tries what a host can do.

>>> import pandas as pd
>>> from sklearn.dummy import DummyRegressor
>>> features = pd.DataFrame({"utilisation": [0.2, 0.9]})
>>> model = Artefact.of(DummyRegressor().fit(features, [0.0, 0.5]))
>>> with worker("none") as place:
...     outcome = place.score(model, features, outputs=("pd",))
>>> str(outcome.status), outcome.value.tolist()
('ok', [[0.25], [0.25]])
"""

from sandbox.isolation.artefacts.artefact import Artefact
from sandbox.isolation.host import Probe, probe, strongest
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Outcome, Status
from sandbox.isolation.pool import Pool
from sandbox.isolation.sessions import Session, session
from sandbox.isolation.shared_features import SharedFeatures
from sandbox.isolation.supervisor import Worker, worker

__all__ = [
    "Artefact",
    "Evidence",
    "Level",
    "Limits",
    "Outcome",
    "Pool",
    "Probe",
    "Session",
    "SharedFeatures",
    "Status",
    "Worker",
    "probe",
    "session",
    "strongest",
    "worker",
]
