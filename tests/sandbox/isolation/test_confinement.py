"""What holds a worker, seen from outside. The attacks on it are in the folder `attacks`."""

import os
from pathlib import Path

import hostile_models
import pandas as pd

from sandbox.isolation import Artefact, worker


def test_a_worker_is_neither_root_nor_capable_as_seen_from_outside():
    with worker() as place:
        place.score(Artefact.of(hostile_models.Scorer()), pd.DataFrame({"x": [0.5]}), ("pd",))
        pid = place._place._process.worker_pid()
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        descriptors = Path(f"/proc/{pid}/fd").iterdir()
        held = sorted(os.readlink(d).partition(":")[0] for d in descriptors)
    assert "0" not in status["Uid"].split()
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    assert held == ["/dev/null", "pipe", "pipe", "socket"]
