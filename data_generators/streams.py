"""Keyed noise: every draw is a pure function of (seed, purpose, block, month, replica).

Customers come in blocks of fixed size, and each key yields one vector over its block. A world
of 1,000 customers therefore sees the first 1,000 numbers of the first block and a world of ten
million the same ones, whatever the number of workers or the tables asked for; and no decision
can shift a draw, because no draw follows another.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

#: customers a block; large enough that seeding (15 µs) is small beside drawing
BLOCK = 16_384

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Customers `start` to `stop` (exclusive) of a world, all within one fixed-size block."""

    index: int
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Number of customers."""
        return self.stop - self.start

    @property
    def whole(self) -> "Block":
        """The block as it is where the world does not end within it.

        >>> Block(1, 16_384, 20_000).whole.size
        16384
        """
        return Block(self.index, self.start, self.start + BLOCK)


def blocks(customers: int) -> Iterator[Block]:
    """The blocks of a world of `customers`.

    >>> [b.size for b in blocks(20_000)]
    [16384, 3616]
    """
    for index, start in enumerate(range(0, customers, BLOCK)):
        yield Block(index, start, min(start + BLOCK, customers))


@dataclass(frozen=True, eq=False)
class Streams:
    """Noise for one block of one world.

    `replica` 0 is the world that happened; others are the same customers living through other
    months, for expectations over noise. Traits of a customer are drawn without a replica.
    """

    seed: int
    block: Block
    replica: int = 0
    #: positions within the block of the customers meant; None for all of them
    rows: NDArray[np.intp] | None = None
    #: position of the market in a blended world; its partners are not those of another market
    market: int = 0

    @property
    def size(self) -> int:
        """Number of customers meant."""
        return self.block.size if self.rows is None else len(self.rows)

    @property
    def positions(self) -> NDArray[np.intp]:
        """Positions within the block of the customers meant."""
        return np.arange(self.block.size) if self.rows is None else self.rows

    @property
    def ids(self) -> Ints:
        """Ids of the customers meant."""
        return self.block.start + self.positions

    def of(self, rows: NDArray[np.intp] | None) -> "Streams":
        """The same noise for some of the customers meant, by position: each keeps its own.

        >>> streams = Streams(7, Block(0, 0, 3))
        >>> bool(streams.of(np.array([2])).uniform("a")[0] == streams.uniform("a")[2])
        True
        """
        if rows is None or self.rows is None:
            return replace(self, rows=self.rows if rows is None else rows)
        return replace(self, rows=self.rows[rows])

    def uniform(self, purpose: str, month: int = 0) -> Floats:
        """One uniform in [0, 1) a customer.

        >>> block = Block(0, 0, 3)
        >>> bool((Streams(7, block).uniform("a") == Streams(7, block).uniform("a")).all())
        True
        """
        return self._meant(self._generator(purpose, month).random(self.block.size))

    def normal(self, purpose: str, month: int = 0) -> Floats:
        """One standard normal a customer."""
        return self._meant(self._generator(purpose, month).standard_normal(self.block.size))

    def poisson(self, purpose: str, mean: Floats, month: int = 0) -> Ints:
        """One Poisson count a customer, by inverse CDF so that a mean cannot shift a draw."""
        return inverse_poisson(self.uniform(purpose, month), mean)

    def shared(self, purpose: str, count: int, month: int = 0) -> Floats:
        """`count` uniforms that belong to the block, not to a customer: for its partners."""
        own = f"{purpose}/{self.market}" if self.market else purpose
        return self._generator(own, month).random(count)

    def bits(self, purpose: str, count: int, month: int = 0) -> Ints:
        """`count` draws of 64 random bits that belong to the block: several fields of one draw."""
        own = f"{purpose}/{self.market}" if self.market else purpose
        drawn: Ints = self._generator(own, month).integers(
            -(2**63), 2**63 - 1, count, endpoint=True
        )
        return drawn

    def _meant(self, drawn: Floats) -> Floats:
        return drawn if self.rows is None else drawn[self.rows]

    def _generator(self, purpose: str, month: int) -> np.random.Generator:
        key = (zlib.crc32(purpose.encode()), self.block.index, month, self.replica)
        return np.random.Generator(
            np.random.SFC64(np.random.SeedSequence(self.seed, spawn_key=key))
        )


def inverse_poisson(uniform: Floats, mean: Floats, most: int = 60) -> Ints:
    """The smallest count whose Poisson CDF reaches `uniform`, at most `most`.

    >>> inverse_poisson(np.array([0.1, 0.5, 0.99]), np.array([1.0, 1.0, 1.0])).tolist()
    [0, 1, 4]
    """
    term = np.exp(-mean)
    counts = np.zeros(uniform.shape, dtype=np.int64)
    above = np.flatnonzero(uniform > term)
    # Only those whose CDF is still below go on: after a few steps, hardly anybody.
    whole, left = counts.reshape(-1), uniform.reshape(-1)[above]
    expected = np.broadcast_to(mean, uniform.shape).reshape(-1)[above]
    term = np.broadcast_to(term, uniform.shape).reshape(-1)[above]
    cdf = term
    for k in range(1, most + 1):
        if not len(above):
            break
        whole[above] = k
        term = term * expected / k
        cdf = cdf + term
        more = np.flatnonzero(left > cdf)
        above, left, expected = above[more], left[more], expected[more]
        term, cdf = term[more], cdf[more]
    return counts
