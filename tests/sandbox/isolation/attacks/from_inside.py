"""What every attack of the suite is made of. It runs inside, and travels there by value."""

import contextlib
import ctypes
import os
import signal
import threading
import time

import numpy as np

from sandbox.isolation.kernel import syscalls

NUMBERS = syscalls.numbers(syscalls.ALL, syscalls.here())
#: rows of the table that is scored, and so the most bytes that an attack can carry out
ROWS = 512
#: seconds one attack may take when it shares a worker with others
PATIENCE = 2.0


class Thief:
    """Tries every attack it is given, each on a thread of its own, and carries what they find
    out through its scores.
    """

    outputs = ("pd",)
    role = "pd"

    def __init__(self, attacks):
        self.attacks = attacks

    def predict(self, features):
        matrix = np.full((len(features), len(self.attacks)), -1.0)
        for column, (what, arguments) in enumerate(self.attacks):
            booty = np.frombuffer(tried(what, arguments)[: len(features)], dtype=np.uint8)
            matrix[: len(booty), column] = booty
        return matrix


def tried(what, arguments):
    found = []

    def attack():
        with contextlib.suppress(Exception):
            found.append(what(**arguments) or b"")

    thread = threading.Thread(target=attack, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return found[0] if found else b""


class Doing:
    """Does one thing before it scores."""

    outputs = ("pd",)
    role = "pd"

    def __init__(self, what, **arguments):
        self.what, self.arguments = what, arguments

    def predict(self, features):
        given = self.what(**self.arguments)
        return given if isinstance(given, np.ndarray) else np.full((len(features), 1), 0.5)


def call(name, *words):
    """A system call by its name; OSError when the kernel refuses."""
    return called(NUMBERS[name], *words)


def called(number, *words):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    given = [ctypes.c_long(w) if isinstance(w, int) else w for w in words]
    answer = libc.syscall(ctypes.c_long(number), *given)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def apart(function, stay=60.0):
    """Run it in a child that then stays, to be looked at from outside; here if none can be made."""
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        return function()
    if child == 0:
        said = b""
        with contextlib.suppress(BaseException):
            said = function() or b"done"
        os.write(writing, said[:ROWS])
        os.close(writing)
        time.sleep(stay if said else 0)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        return answer.read(ROWS)


def each(*ways):
    """The booty of the first of several ways that works."""
    for way in ways:
        with contextlib.suppress(Exception):
            return way() or b"done"
    return b""


def deaf():
    """Ignore every signal that can be ignored."""
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
