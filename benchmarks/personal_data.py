"""Personal data on one core: profiles a second, beside Faker and beside the plain limit.

python benchmarks/personal_data.py --seed 7
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from data_generators.identity import IDENTITIES, LOCALES, REGIONS, draw_identities, region_shares
from data_generators.identity.locales import pools_of
from data_generators.streams import BLOCK, Block, Floats, Streams
from sandbox.cli.tables import print_table

BLOCKS, FAKER_PROFILES = 60, 2_000
ON, BUSINESSES = "2024-03-01", 0.1
#: what Faker is asked for, one profile at a time: ten fields that do not agree with one another
FAKER_FIELDS = (
    "name",
    "date_of_birth",
    "ssn",
    "phone_number",
    "ascii_safe_email",
    "administrative_unit",
    "city",
    "street_address",
    "postcode",
    "company",
)


def seconds_a_row(work: Callable[[Block], object], blocks: int = BLOCKS) -> float:
    """The median block's time, a row; the first block fills the caches and does not count."""
    taken = []
    for index in range(blocks + 1):
        started = time.perf_counter()
        work(Block(index, index * BLOCK, (index + 1) * BLOCK))
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:]) / BLOCK


def people(seed: int, locale: str) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Age, region and whether a business, of one block."""
    noise = np.random.default_rng(seed)
    region = noise.choice(REGIONS, BLOCK, p=region_shares(locale))
    return 18 + 47 * noise.random(BLOCK), region, noise.random(BLOCK) < BUSINESSES


def uniforms(seed: int, locale: str) -> list[str]:
    """What a block draws uniforms for."""

    class Counted(Streams):
        asked: list[str] = []  # noqa: RUF012

        def uniform(self, purpose: str, month: int = 0) -> Floats:
            self.asked.append(purpose)
            return super().uniform(purpose, month)

    draw_identities(Counted(seed, Block(0, 0, BLOCK)), *people(seed, locale), ON, locale)
    return Counted.asked


def limit(seed: int, locale: str) -> float:
    """Seconds a row of as many uniforms and as many bytes copied, and nothing else."""
    drawn = draw_identities(Streams(seed, Block(0, 0, BLOCK)), *people(seed, locale), ON, locale)
    purposes = uniforms(seed, locale)
    buffers = []
    for column in drawn.columns:
        chunk = column.chunk(0)
        rows = chunk.indices if pa.types.is_dictionary(chunk.type) else chunk
        buffers += [np.frombuffer(b, np.uint8) for b in rows.buffers() if b is not None]

    def plain(block: Block) -> None:
        for purpose in purposes:
            Streams(seed, block).uniform(purpose)
        for buffer in buffers:
            buffer.copy()

    return seconds_a_row(plain)


def faker_seconds(locale: str) -> float:
    """Seconds a profile of Faker's, field by field."""
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(1)
    draws = [getattr(fake, field) for field in FAKER_FIELDS]
    started = time.perf_counter()
    for _ in range(FAKER_PROFILES):
        [draw() for draw in draws]
    return (time.perf_counter() - started) / FAKER_PROFILES


def row(seed: int, locale: str) -> list[str]:
    started = time.perf_counter()
    pools_of.__wrapped__(locale)
    pools = time.perf_counter() - started
    given = people(seed, locale)
    ours = seconds_a_row(
        lambda block: draw_identities(Streams(seed, block), *given, ON, locale=locale)
    )
    plain, faker = limit(seed, locale), faker_seconds(locale)
    return [
        locale,
        f"{1 / ours:,.0f}",
        f"{1 / plain:,.0f}",
        f"{plain / ours:.2f}",
        f"{1 / faker:,.0f}",
        f"{faker / ours:,.0f}",
        f"{pools:.2f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    seed = parser.parse_args().seed
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    headings = (
        "locale",
        "profiles a second",
        "plain limit",
        "share of it",
        "Faker",
        "times Faker",
        "pools, s",
    )
    title = (
        f"Profiles of {len(IDENTITIES.columns) - 1} fields (Faker: {len(FAKER_FIELDS)}), "
        f"{BLOCKS * BLOCK:,} rows, one core; the limit draws and copies as much and does no more"
    )
    rows = [row(seed, locale) for locale in LOCALES]
    print_table(headings, rows, title, figures=len(headings) - 1)


if __name__ == "__main__":
    main()
