"""Peak memory of a world written block by block: ten times the customers in the same memory.

python benchmarks/memory.py --customers 100000 --workers 1

The second table is of a world with its fund flows, by the number of blocks.
"""

import argparse
import subprocess
import sys
import tempfile

#: times the memory that ten times the customers may take
AIM = 1.3
#: what is measured, in a process of its own: its peak, and that of its largest worker, in MiB
WRITE = """
import resource, sys
from data_generators import World, dataset, scenarios
name, customers, months, seed, workers, flow_months, folder = sys.argv[1:]
world = World(scenarios.by_name(name), int(customers), int(months), int(seed))
dataset.write(world, folder, workers=int(workers), fund_flows=int(flow_months) or None)
unit = 1 << (20 if sys.platform == "darwin" else 10)
of = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(*(resource.getrusage(who).ru_maxrss / unit for who in of))
"""


def peaks(asked: argparse.Namespace, customers: int, flow_months: int = 0) -> tuple[float, float]:
    """Peak of the process that writes, and of its largest worker."""
    with tempfile.TemporaryDirectory() as folder:
        words = [asked.scenario, customers, asked.months, asked.seed, asked.workers, flow_months]
        finished = subprocess.run(
            [sys.executable, "-c", WRITE, *map(str, words), f"{folder}/out"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    here, worker = map(float, finished.stdout.split())
    return here, worker


def print_fund_flows(asked: argparse.Namespace, who: list[str]) -> None:
    """Peaks with fund flows by number of blocks: each month of a block is written and forgotten."""
    from data_generators.streams import BLOCK
    from sandbox.cli.tables import print_table

    found = [peaks(asked, count * BLOCK, asked.flow_months) for count in asked.blocks]
    rows = [
        [name, *(f"{each[i]:,.0f}" for each in found), f"{found[-1][i] / found[0][i]:.2f}", AIM]
        for i, name in enumerate(who)
    ]
    title = f"The same with {asked.flow_months} months of fund flows, MiB"
    headings = ["", *(f"{count} × {BLOCK:,}" for count in asked.blocks), "ratio", "at most"]
    print_table(headings, rows, title, figures=len(asked.blocks) + 2)


def main() -> None:
    from sandbox.cli.tables import print_table

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--flow-months", type=int, default=12)
    parser.add_argument("--blocks", type=int, nargs="+", default=[1, 2, 4, 8])
    asked = parser.parse_args()
    sizes = (asked.customers, 10 * asked.customers)
    found = [peaks(asked, size) for size in sizes]
    who = ["the process that writes", f"the largest of {asked.workers} workers"]
    who = who[: 1 + (asked.workers > 1)]
    rows = [
        [name, *(f"{each[i]:,.0f}" for each in found), f"{found[1][i] / found[0][i]:.2f}", AIM]
        for i, name in enumerate(who)
    ]
    title = f"Peak memory of {asked.scenario}, {asked.months} months, MiB"
    headings = ["", *(f"{size:,} customers" for size in sizes), "ratio", "at most"]
    print_table(headings, rows, title, figures=4)
    print_fund_flows(asked, who)


if __name__ == "__main__":
    main()
