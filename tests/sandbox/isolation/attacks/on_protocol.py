"""Attacks on the supervisor through what it reads, and on what it judges, from inside."""

import contextlib
import os
import socket
import threading
import time

import numpy as np


def held(kind):
    """Descriptors of a kind; the socket has its number in the supervisor, which may be any."""
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/self/fd/{number}").startswith(kind):
                yield number


def memory_files(kind):
    return held(f"/memfd:{kind}")


def say(line, times=1, descriptors=0, wait=60.0):
    """Speak in the worker's place, then never answer."""
    for number in held("socket:"):
        connection = socket.socket(fileno=os.dup(number))
        given = [os.open("/dev/null", os.O_RDONLY) for _ in range(descriptors)]
        for _ in range(times):
            socket.send_fds(connection, [line.encode()], given)
    time.sleep(wait)


def answer_with(values, line):
    """Lay down what the worker's own code would have refused, and answer in its place."""
    for number in memory_files("out"):
        os.pwrite(number, np.asarray(values, dtype=np.float64).tobytes(), 0)
    say(line)


def shorten(kind):
    """Leave the supervisor with a mapping beyond the end: reading it would be a SIGBUS."""
    for number in memory_files(kind):
        with contextlib.suppress(OSError):
            os.ftruncate(os.open(f"/proc/self/fd/{number}", os.O_RDWR), 0)
        with contextlib.suppress(OSError):
            os.ftruncate(number, 0)
    os.kill(os.getpid(), 9)


def lengthen(kind):
    for number in memory_files(kind):
        with contextlib.suppress(OSError):
            os.pwrite(number, b"\0" * 4096, os.fstat(number).st_size)


def overwrite(kind):
    """Change what others will read: by a descriptor opened again, for writing."""
    for number in memory_files(kind):
        with contextlib.suppress(OSError):
            again = os.open(f"/proc/self/fd/{number}", os.O_RDWR)
            os.pwrite(again, b"\0" * 64, os.fstat(again).st_size // 2)


def keep_writing():
    """Go on changing the scores after they were given out."""
    numbers = [os.dup(number) for number in memory_files("out")]

    def write():
        while True:
            for number in numbers:
                os.pwrite(number, np.full(3, 0.75).tobytes(), 0)
            time.sleep(0.001)

    def later():
        time.sleep(0.2)
        write()

    threading.Thread(target=later, daemon=True).start()


def speak_later():
    """A line that nobody asked for, once the answer is out."""

    def later():
        time.sleep(0.2)
        say('{"number": 2, "status": "ok", "reason": "", "size": 24}\n')

    threading.Thread(target=later, daemon=True).start()


class Hostile:
    """Acts when it is opened, as a hostile pickle does: once through a shell, once directly."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


class Fitted:
    """Fits into something that acts when it is opened."""

    outputs = ("pd",)
    role = "pd"

    def __init__(self, path):
        self.path = path

    def fit(self, features, labels):
        return Hostile(self.path)


class Seeker:
    """Looks for numbers in all memory that was shared with it; found: 1, else 0."""

    outputs = ("pd",)
    role = "pd"

    def __init__(self, needle):
        self.needle = needle

    def fit(self, features, labels):
        if found_in_memory(self.needle):
            raise LookupError("labels are within reach")
        return self

    def predict(self, features):
        return np.full((len(features), 1), float(found_in_memory(self.needle)))


def found_in_memory(needle):
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            if "/memfd:" in line:
                start, end = (int(x, 16) for x in line.split()[0].split("-"))
                memory.seek(start)
                if needle in memory.read(end - start):
                    return True
    return False


class Counter:
    """Remembers how often it was asked, and says so."""

    outputs = ("pd",)
    role = "pd"
    asked = 0

    def predict(self, features):
        type(self).asked += 1
        return np.full((len(features), 1), (type(self).asked - 1) / 10)


def leave_behind(folders, name):
    """Look for what the last one left; leave it for the next."""
    places = [os.path.join(folder, name) for folder in folders]
    found = any(map(os.path.exists, places))
    for place in places:
        with contextlib.suppress(OSError):
            open(place, "w").close()
    return np.full((3, 1), float(found))


class Index:
    """Scores by what the rows are called."""

    outputs = ("pd",)
    role = "pd"

    def predict(self, features):
        called = [str(name).startswith("bad") for name in features.index]
        return np.array(called, dtype=float).reshape(-1, 1)


class Attributes(Index):
    """Scores by what the table carries beside its columns."""

    def predict(self, features):
        given = features.attrs.get("labels", [0.0] * len(features))
        return np.array(given, dtype=float).reshape(-1, 1)


def import_generators():
    import data_generators

    return data_generators.__name__.encode()


def seed_in_own_traces(seed):
    """The seed in the environment or command line of this process or of those above it."""
    pids = {"self", "1", os.getppid()}
    for pid in pids:
        for name in ("environ", "cmdline"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/{name}", "rb") as file:
                if seed in file.read():
                    return seed
    return b""
