"""Runs the suite in one cell of the table and writes what succeeded: `driver.py CELL FILE`.

For the cells of an ordinary user root starts it through `stage.py`.
"""

import json
import sys
import time
from pathlib import Path

from catalogue import ATTACKS
from rig import succeeded


def main(cell, file, names=()):
    started = time.monotonic()
    wanted = [
        a for a in ATTACKS if possible(a) and _runs(a, cell) and (not names or a.name in names)
    ]
    results, seconds = succeeded(wanted, cell)
    seconds["all"] = time.monotonic() - started
    Path(file).write_text(json.dumps({"succeeded": results, "seconds": seconds}))


def possible(attack):
    return bool(attack.bare) and not attack.reason.startswith("only root")


def _runs(attack, cell):
    """What the supervisor stops has nothing to do with one layer alone."""
    return not (cell.endswith(" alone") and attack.supervisor)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
