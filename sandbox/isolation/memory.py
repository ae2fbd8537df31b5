"""Anonymous memory that crosses the boundary: sealed, of a fixed size, passed as a descriptor.

Features and artefacts go in sealed against every change; single rows, one after the other, through
memory that only the supervisor can write to. Results come out through memory whose
size is fixed before the worker gets it, so reading it can neither fault nor grow.
"""

import mmap
import os
import tempfile
from collections.abc import Callable
from typing import BinaryIO

try:
    import fcntl

    _FIXED = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    _UNCHANGING = _FIXED | fcntl.F_SEAL_WRITE
    #: nobody can write but through a mapping that is there already (Linux 5.1; the number is
    #: the kernel's, Python names it from 3.13 on)
    _NO_MORE_WRITERS = _FIXED | 0x10
    SEALS = hasattr(os, "memfd_create")
except (ImportError, AttributeError):  # macOS and Windows: level `process` holds no one anyway
    SEALS = False

CHUNK = 1 << 20


def sealed(write: Callable[[BinaryIO], object]) -> int:
    """A read-only descriptor of what `write` wrote, which nobody can change any more."""
    descriptor = _anonymous("in")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            write(file)
        if not SEALS:
            os.lseek(descriptor, 0, os.SEEK_SET)
            return os.dup(descriptor)
        seal(descriptor, _UNCHANGING)
        return reader(descriptor)
    finally:
        os.close(descriptor)


def reader(descriptor: int) -> int:
    """Another, read-only descriptor of the same memory, with an offset and flags of its own."""
    if not SEALS:
        return os.dup(descriptor)
    return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)


def sealed_bytes(data: bytes) -> int:
    """A read-only descriptor of `data`, which nobody can change any more."""
    return sealed(lambda file: file.write(data))


def writable(size: int, filling: bytes = b"") -> int:
    """A descriptor of `size` bytes that can be written to but neither shortened nor lengthened.

    With a `filling` its repetitions make up the first contents; otherwise the memory is zero
    and takes no room until it is written to.
    """
    descriptor = _anonymous("out")
    try:
        os.ftruncate(descriptor, size)
        if filling:
            block = filling * (CHUNK // len(filling))
            for offset in range(0, size, len(block)):
                os.pwrite(descriptor, block[: size - offset], offset)
        if SEALS:
            seal(descriptor, _FIXED)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def slot(size: int) -> tuple[int, mmap.mmap]:
    """Memory that its maker goes on writing to and nobody else can: a read-only descriptor to
    give away, and the maker's own mapping.
    """
    descriptor = _anonymous("in")
    try:
        os.ftruncate(descriptor, size)
        mapping = mmap.mmap(descriptor, size)
        if SEALS:
            seal(descriptor, _NO_MORE_WRITERS)
        return reader(descriptor), mapping
    finally:
        os.close(descriptor)


def seal(descriptor: int, seals: int) -> None:
    """Add seals to a memfd; they cannot be taken off."""
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)


def contents(descriptor: int, size: int) -> bytearray:
    """A copy of the first `size` bytes; shorter only if the memory is."""
    copy = bytearray(size)
    view, done = memoryview(copy), 0
    while done < size:
        count = os.preadv(descriptor, [view[done:]], done)
        if count == 0:
            break
        done += count
    view.release()
    return copy[:done] if done < size else copy


def put(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data` from the start."""
    view = memoryview(data).cast("B")
    done = 0
    while done < len(view):
        done += os.pwrite(descriptor, view[done : done + 64 * CHUNK], done)


def _anonymous(name: str) -> int:
    if SEALS:
        return os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
