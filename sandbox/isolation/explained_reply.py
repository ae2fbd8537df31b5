"""The reply to a request to explain: numbers of a size fixed beforehand, then a few words.

The supervisor knows n rows and d features, so it knows the size: n × (d + 2) numbers, row by row,
and a trailer of the same length whatever a worker has to say. The trailer holds how many rows
were explained (the first; of a slow model not all, and zeros follow), what the contributions
add up to, and how they were found. A model may have written all of it, so the text is cut, made
printable and kept to one line before anybody sees it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from sandbox.isolation import work

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sandbox.explanation.recipe import Found

#: rows explained, then two texts: UTF-8, cut to so many bytes, zeros after the end
_TRAILER = struct.Struct("<q240s240s")
#: characters of a text that are shown
_SHOWN = 120


def packed(found: Found, rows: int) -> bytes:
    """The whole reply of a worker that was asked about so many rows."""
    import numpy as np

    matrix = np.zeros((rows, found.values.shape[1] + 2))
    matrix[: len(found.values)] = np.column_stack([found.values, found.base, found.margin])
    texts = (found.output.encode(), found.method.encode())
    return matrix.tobytes() + _TRAILER.pack(len(found.values), *texts)


def size(rows: int, features: int) -> int:
    """Bytes of the reply.

    >>> size(10, 3) - 10 * 5 * 8
    488
    """
    return 8 * rows * (features + 2) + _TRAILER.size


def matrix_of(reply: bytes | bytearray | memoryview, rows: int) -> NDArray[np.float64]:
    """The k × (d + 2) numbers of a reply of the right size; ValueError for a k out of range."""
    import numpy as np

    explained = _TRAILER.unpack(reply[-_TRAILER.size :])[0]
    if not 1 <= explained <= rows:
        raise ValueError(f"The worker explained {explained} rows; it was asked about {rows}.")
    numbers = (len(reply) - _TRAILER.size) // 8
    return np.frombuffer(reply, dtype=np.float64, count=numbers).reshape(rows, -1)[:explained]


def words_of(reply: bytes | bytearray | memoryview) -> tuple[str, ...]:
    """What the contributions add up to and how they were found, by the worker's own account."""
    texts = _TRAILER.unpack(reply[-_TRAILER.size :])[1:]
    return tuple(
        work.one_line(text.rstrip(b"\0").decode(errors="replace"), _SHOWN) for text in texts
    )
