"""Models in isolation: theory of operation.

**Who is trusted.** The caller, the packages installed beside this one, the kernel, bubblewrap.
A model is not: it may be a colleague's notebook class or a vendor's pickle, and both are taken
to be hostile. Opening a model is running it, so that happens inside as well.

**How it works.** The caller's process is the supervisor. It starts a worker from a thread that
never ends (a worker dies with the thread that started it), with an environment of its own
making and no descriptor but one socket. At level `namespace` bubblewrap gives the worker user,
mount, process, network, ipc and host-name namespaces of its own, no capabilities, nothing to
see but shared libraries, the interpreter, the installed packages and this project's `sandbox`
folder, all read-only, and 64 MiB of scratch memory. The worker limits itself, imports what
every model needs, and says that it is ready. The supervisor then looks at that process from
outside, and only if the kernel shows every mechanism in force is the model sent. Features go
in as sealed memory, scores come out through memory of a fixed size and are checked on a copy;
a fitted model comes out as bytes that are only ever opened inside again. Messages are single
bounded lines, checked field by field. Nothing that comes out is unpickled or parsed as Arrow.

**What is contained at `namespace`.** Network (also abstract sockets and loopback), files, other
processes and their environment, labels at the time of scoring (a worker that has fitted never
scores), memory and processor time of each process, number of processes, size of each file,
floods of output, hanging, dying, numbers that are not scores. The sandbox ends with its
supervisor, however that ends.

**What is not, in this version.** There is no system-call filter (seccomp) and no Landlock: a
model that holds an exploit for the kernel meets namespaces and nothing else, and it may execute
what lies in the folders it sees. Memory and processor time are limited for each process and not
for all of a worker's together, and memory files that are not mapped count only one by one, so
`processes` times `memory` may be taken before the kernel intervenes. `/proc` inside tells of the
machine (processors, memory, load) though of no process outside. A model can signal by how long
it takes. State may be carried from one score request to the next of the same worker: open a new
worker for each fold.

**Other levels**, each only when asked for, nothing falls back by itself. `process` is a process
of its own with limits and a wall clock: it stops accidents, not malice. `none` runs the model
in the caller's process: for trusted models and tests. `vm` and `lsm` are not there yet and say
so. `probe` tries what a host can do.

>>> import pandas as pd
>>> from sklearn.dummy import DummyRegressor
>>> features = pd.DataFrame({"utilisation": [0.2, 0.9]})
>>> model = Artefact.of(DummyRegressor().fit(features, [0.0, 0.5]))
>>> with worker("none") as place:
...     outcome = place.score(model, features, outputs=("pd",))
>>> str(outcome.status), outcome.value.tolist()
('ok', [[0.25], [0.25]])
"""

from sandbox.isolation.artefact import Artefact
from sandbox.isolation.host import Probe, probe, strongest
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Outcome, Status
from sandbox.isolation.supervisor import Worker, worker

__all__ = [
    "Artefact",
    "Evidence",
    "Level",
    "Limits",
    "Outcome",
    "Probe",
    "Status",
    "Worker",
    "probe",
    "strongest",
    "worker",
]
