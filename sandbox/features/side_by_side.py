"""Independent pieces of work on several threads, where numpy lets go of the interpreter's lock."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


def each(function: Callable[[Item], Found], items: Iterable[Item], threads: int) -> list[Found]:
    """What the function makes of each, in order; on the caller's thread where `threads` is 1.

    >>> each(abs, [-1, 2], threads=2)
    [1, 2]
    """
    if threads == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))
