"""Replay of a world under one decision vector, against the numpy draws that it needs.

python benchmarks/replay_speed.py --scenario online_rental --customers 1000000

A draw is needed when other noise in its place changes some customer's outcome: this is tried for
every vector that a replay draws, and vectors that change nothing do not count. The draws are then
timed plainly, a vector a block and month from SFC64 as `Streams` has it: from one generator, and
from one seeded for every vector. Rounds take turns on one core: draws, draws seeded, replay.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from data_generators import Decisions, World, scenarios
from data_generators.streams import BLOCK, Block, Streams
from sandbox.cli.tables import print_table

#: RMB, for everyone
LIMIT = 10_000.0
#: times the draws, at most
AIM = 4.0


class Draw(NamedTuple):
    """One vector of a block: `count` numbers, as many as customers or as many as partners."""

    purpose: str
    month: int
    distribution: str
    count: int


class Listener:
    """A generator that notes what is drawn from it; `Streams` knows these two methods only."""

    def __init__(self, generator: np.random.Generator, note: Callable[[str, int], None]) -> None:
        self.generator, self.note = generator, note

    def random(self, count: int) -> np.ndarray:
        self.note("uniform", count)
        return self.generator.random(count)

    def standard_normal(self, count: int) -> np.ndarray:
        self.note("normal", count)
        return self.generator.standard_normal(count)


@contextmanager
def heard(other: Draw | None = None) -> Iterator[set[Draw]]:
    """The vectors that are drawn meanwhile; `other` is drawn from noise that is not its own."""
    drawn: set[Draw] = set()
    real = Streams._generator

    def listening(self: Streams, purpose: str, month: int) -> Listener:
        replaced = other is not None and (purpose, month) == (other.purpose, other.month)
        generator = real(self, f"{purpose}/other" if replaced else purpose, month)
        return Listener(generator, lambda kind, count: drawn.add(Draw(purpose, month, kind, count)))

    Streams._generator = listening
    try:
        yield drawn
    finally:
        Streams._generator = real


def at_one_limit(world: World, accounts: bool = False) -> pd.DataFrame:
    """Outcomes with the same limit for everyone, or the account months."""
    decisions = Decisions.of(np.full(world.customers, LIMIT), price=world.scenario.economics.apr)
    replayed = world.replay(decisions, accounts=accounts, progress=False)
    return replayed.accounts() if accounts else replayed.customers


def needed(world: World) -> tuple[list[Draw], list[Draw]]:
    """Vectors of a whole block that change an outcome, and those that are drawn for nothing."""
    block = world.reseeded(world.seed, BLOCK)
    with heard() as drawn:
        outcomes = at_one_limit(block)

    def matters(draw: Draw) -> bool:
        with heard(draw):
            return not at_one_limit(block).equals(outcomes)

    used = {draw: matters(draw) for draw in sorted(drawn)}
    return [d for d, is_used in used.items() if is_used], [d for d, u in used.items() if not u]


def length(draw: Draw, block: Block) -> int:
    """Numbers of a vector in a block that may be cut short."""
    return block.size if draw.count == BLOCK else draw.count


def plainly(world: World, draws: Sequence[Draw]) -> None:
    """All draws of the world from one generator."""
    generator = np.random.Generator(np.random.SFC64(world.seed))
    of = {"uniform": generator.random, "normal": generator.standard_normal}
    for block in world.blocks():
        for draw in draws:
            of[draw.distribution](length(draw, block))


def seeded(world: World, draws: Sequence[Draw]) -> None:
    """The same, from a generator of its own for every vector, as keyed noise has to be."""
    for block in world.blocks():
        for place, draw in enumerate(draws):
            key = np.random.SeedSequence(world.seed, spawn_key=(place, block.index, draw.month, 0))
            generator = np.random.Generator(np.random.SFC64(key))
            of = {"uniform": generator.random, "normal": generator.standard_normal}
            of[draw.distribution](length(draw, block))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def print_draws(world: World, used: Sequence[Draw], unused: Sequence[Draw]) -> None:
    """What is drawn, by purpose: distribution, months and count."""
    together: dict[tuple[bool, str, str], list[Draw]] = defaultdict(list)
    for is_used, draws in ((True, used), (False, unused)):
        for draw in draws:
            together[not is_used, draw.distribution, draw.purpose].append(draw)
    rows, total = [], defaultdict(int)
    for (is_unused, distribution, purpose), draws in sorted(together.items()):
        count = sum(length(draw, block) for draw in draws for block in world.blocks())
        total[is_unused, distribution] += count
        months = f"{len(draws)}" if len(draws) > 1 else ""
        verdict = "no" if is_unused else "yes"
        rows.append([purpose, distribution, verdict, months, f"{count / 1e6:,.2f}"])
    for (is_unused, distribution), count in total.items():
        verdict = "no" if is_unused else "yes"
        rows.append(["all", distribution, verdict, "", f"{count / 1e6:,.2f}"])
    title = f"Draws of a replay of {world.customers:,} customers × {world.months} months"
    print_table(["purpose", "distribution", "needed", "months", "million"], rows, title, figures=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="online_rental", choices=list(scenarios.catalogue()))
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core for all of it
    world = World(scenarios.by_name(asked.scenario), asked.customers, asked.months, asked.seed)
    used, unused = needed(world)
    print_draws(world, used, unused)
    block = world.reseeded(world.seed, BLOCK)
    is_open = len(at_one_limit(block, accounts=True)) / (block.customers * block.months)
    at_one_limit(block)
    works = {
        "the draws, one generator": partial(plainly, world, used),
        "the draws, a seed for every vector": partial(seeded, world, used),
        "World.replay": partial(at_one_limit, world),
    }
    taken = {name: [] for name in works}
    for _ in range(asked.rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    replay = np.array(taken["World.replay"])
    rows = []
    for name, each in taken.items():
        ratio = ""
        if name != "World.replay":
            ratio = f"{replay.min() / min(each):.2f} ({np.median(replay / each):.2f})"
        rows.append([name, f"{min(each):.3f}", f"{np.median(each):.3f}", ratio])
    print_table(
        ["", "least, s", "median, s", f"replay takes, times (aim: {AIM:g})"],
        rows,
        f"{world.name}, every limit {LIMIT:,.0f} RMB: {asked.rounds} rounds on one core; "
        "ratio of the least (median of the rounds)",
        figures=3,
    )
    months = world.customers * world.months
    print(f"{months / replay.min() / 1e6:.1f} million customer months a second.")
    print(f"Accounts are open in {is_open:.1%} of them; draws for the others are counted too.")


if __name__ == "__main__":
    main()
