"""A small study in a process of its own, to be killed, and what the store says of it."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import data_generators as dg
import sandbox as sb
from sandbox.tracking import open_store

NAME = "killed"


def small_study(root, seeds=(1, 2, 3), **fields):
    """Logistic fraud models on 600 customers; a second or two a cell."""
    world = dg.World(dg.scenarios.online_rental, customers=600, months=12, seed=5)
    given = {"level": "none", "jobs": 2, "evaluation_seed": 76543210123456789, **fields}
    return sb.Study(
        NAME,
        worlds=[world],
        models=[sb.models.LogisticFraud()],
        seeds=list(seeds),
        workspace=sb.Workspace(Path(root)),
        **given,
    )


def started(root, seeds):
    """The study in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, __file__, str(root), *map(str, seeds)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process):
    """SIGKILL to the study and to its workers."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def living(workspace):
    """The study's living runs, as the store has them when it is opened."""
    store = open_store(workspace)
    found = store.client.get_experiment_by_name(NAME)
    return store.client.search_runs([found.experiment_id]) if found else []


def states(found):
    """How many runs there are in which state."""
    return dict(Counter(run.info.status for run in found))


if __name__ == "__main__":
    small_study(sys.argv[1], [int(seed) for seed in sys.argv[2:]]).run(progress=False)
