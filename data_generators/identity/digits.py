"""Numbers as text, a column at a time: fixed widths, check sums, numbers that never repeat."""

import zlib
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_generators.streams import Ints

Codes = NDArray[np.int32]


@cache
def digits(width: int) -> NDArray[np.bytes_]:
    """Every number of `width` digits as text; `width` up to 5.

    >>> digits(2)[7]
    np.bytes_(b'07')
    """
    return np.array([b"%0*d" % (width, i) for i in range(10**width)], dtype=f"S{width}")


def fixed_width(*parts: NDArray[np.bytes_] | bytes) -> pa.StringArray:
    """One string a row: the parts side by side, each of one width throughout.

    A part that is plain bytes is the same in every row. Much faster than joining strings, since
    every offset is known before.

    >>> fixed_width(b"A-", digits(1)[[3, 5]]).to_pylist()
    ['A-3', 'A-5']
    """
    rows = next(len(part) for part in parts if not isinstance(part, bytes))
    fields = {f"part {i}": np.asarray(part) for i, part in enumerate(parts)}
    record = np.empty(rows, dtype=[(name, part.dtype) for name, part in fields.items()])
    for name, part in fields.items():
        record[name] = part
    width = record.dtype.itemsize
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(record))


def weighted(texts: NDArray[np.bytes_], weights: Sequence[int]) -> Ints:
    """Weighted sum of each text's digits, for check characters.

    >>> weighted(np.array([b"12", b"30"]), [10, 1]).tolist()
    [12, 30]
    """
    letters = np.ascontiguousarray(texts).view(np.uint8).reshape(-1, len(weights))
    total: Ints = (letters.astype(np.int64) - ord("0")) @ np.array(weights)
    return total


@cache
def digit_sums(width: int, weights: tuple[int, ...]) -> Ints:
    """`weighted` of every number of `width` digits.

    >>> digit_sums(2, (7, 1))[35]
    np.int64(26)
    """
    return weighted(digits(width), weights)


def scatter(ids: Ints, seed: int, purpose: str, high: int, low: int) -> tuple[Ints, Ints]:
    """A number for each id, as (number // low, number % low), that looks drawn and never repeats.

    A Feistel network in mixed radix: two ids share a number only if they are congruent modulo
    high * low. A draw would repeat itself after about the square root of that many.

    >>> a, b = scatter(np.arange(100), 7, "phone", 10, 10)
    >>> len(set(a * 10 + b))
    100
    """
    left, right = np.divmod(ids % (high * low), low)
    for to_left, to_right in _rounds(seed, purpose, high, low):
        left = left + to_left[right]
        left -= high * (left >= high)
        right = right + to_right[left]
        right -= low * (right >= low)
    return left, right


@lru_cache(maxsize=32)
def _rounds(seed: int, purpose: str, high: int, low: int) -> tuple[tuple[Ints, Ints], ...]:
    key = (zlib.crc32(f"identity numbers {purpose}".encode()),)
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))
    return tuple(
        ((generator.random(low) * high).astype(int), (generator.random(high) * low).astype(int))
        for _ in range(2)
    )
