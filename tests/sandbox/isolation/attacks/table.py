"""Runs the suite and prints its table as Markdown:
`python tests/sandbox/isolation/attacks/table.py`.

With `--layers` each layer is tried alone as well, and what differs from the catalogue is told.
"""

import datetime
import sys

import stage
import tally
from catalogue import ATTACKS


def main(layers):
    columns = (*tally.CELLS, *(tally.ALONE if layers else ()))
    wrong = list(differing(columns))
    print(f"Run on {datetime.date.today()}: {stage.versions()}.\n")
    print(*(f"- {line}" for line in tally.summary()), sep="\n")
    print(*tally.markdown(), sep="\n")
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


def differing(columns):
    """What turned out otherwise than the catalogue says."""
    for cell, who in columns:
        found = tally.of(cell, who)
        for attack in ATTACKS:
            if attack.name in found and found[attack.name] is not attack.expected(cell, who):
                yield f"{cell} as {who}: {attack.name}: {found[attack.name]}"


if __name__ == "__main__":
    sys.exit(main("--layers" in sys.argv[1:]))
