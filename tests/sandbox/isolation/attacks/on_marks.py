"""Messages from one worker to another through what the kernel keeps about what they share."""

import contextlib
import ctypes
import fcntl
import mmap
import os
import struct

import numpy as np
from on_protocol import memory_files

#: files of a folder that both see, one for each way
FILES = ("fcntl", "flock", "cache")
#: marks on memory that both are given
MARKS = ("mode", "times", "attributes")
_MODE, _TIME, _NAME = 0o751, 86_400, "user.mark"


class Sender:
    """Locks two files and has the kernel forget what it keeps of a third."""

    outputs = ("pd",)
    role = "pd"

    def __init__(self, folders):
        self.folders, self.held = folders, []

    def predict(self, features):
        folder = next(filter(os.path.isdir, self.folders))
        posix, flock, cache = (os.open(f"{folder}/{name}", os.O_RDONLY) for name in FILES)
        self.held += [posix, flock, cache]
        ways = (
            lambda: fcntl.fcntl(posix, fcntl.F_SETLK, _lock(fcntl.F_RDLCK)),
            lambda: fcntl.flock(flock, fcntl.LOCK_SH),
            lambda: os.posix_fadvise(cache, 0, 0, os.POSIX_FADV_DONTNEED),
        )
        for way in ways:
            with contextlib.suppress(OSError):
                way()
        return np.full((len(features), 1), 0.5)


class Receiver:
    """1 where the way that the first row names carried a message, else 0."""

    outputs = ("pd",)
    role = "pd"

    def __init__(self, folders):
        self.folders = folders

    def predict(self, features):
        folder = next(filter(os.path.isdir, self.folders))
        number = int(features["x"].iloc[0])
        heard = False
        with contextlib.suppress(OSError):
            heard = (locked, flocked, evicted)[number](f"{folder}/{FILES[number]}")
        return np.full((len(features), 1), float(heard))


def _lock(kind):
    """`struct flock` over the whole file."""
    return struct.pack("hhqqi4x", kind, 0, 0, 0, 0)


def locked(path):
    descriptor = os.open(path, os.O_RDONLY)
    answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, _lock(fcntl.F_WRLCK))
    return struct.unpack("hhqqi4x", answer)[0] != fcntl.F_UNLCK


def flocked(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def evicted(path):
    """Whether the kernel keeps none of the file's first page in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    with mmap.mmap(descriptor, 0, prot=mmap.PROT_READ) as mapping:
        page = np.frombuffer(mapping, dtype=np.uint8)
        kept, address = ctypes.c_ubyte(1), ctypes.c_void_p(page.ctypes.data)
        ctypes.CDLL(None).mincore(address, ctypes.c_size_t(1), ctypes.byref(kept))
        del page
    if not kept.value & 1:
        return True
    try:
        os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)
    except BlockingIOError:
        return True
    return False


class Marker:
    """For each kind of mark 1 where shared memory has it already; then leaves all of them."""

    outputs = MARKS
    role = "pd"

    def predict(self, features):
        held = list(memory_files("in"))
        # all are looked at first: several may be of the same memory
        found = np.any([marks_of(number) for number in held], axis=0)
        for number in held:
            leave_marks(number)
        return np.tile(found.astype(float), (len(features), 1))


def marks_of(descriptor):
    seen, named = os.fstat(descriptor), False
    with contextlib.suppress(OSError):
        named = _NAME in os.listxattr(descriptor)
    return seen.st_mode & 0o777 == _MODE, seen.st_mtime == _TIME, named


def leave_marks(descriptor):
    for way in (
        lambda: os.setxattr(descriptor, _NAME, b"1"),
        lambda: os.utime(descriptor, (_TIME, _TIME)),
        lambda: os.fchmod(descriptor, _MODE),
    ):
        with contextlib.suppress(OSError):
            way()
