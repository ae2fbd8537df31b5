"""Models that misbehave, for the tests. They travel by value, as a notebook's classes would."""

import contextlib
import os
import signal
import socket
import sys
import time

import numpy as np


class Scorer:
    """Half of the first column; what every other model here starts from."""

    outputs = ("pd",)
    role = "pd"
    explained = "log-odds"

    def fit(self, features, labels):
        self.level = float(labels["target"].mean())
        return self

    def predict(self, features):
        self.misbehave(features)
        return features.to_numpy()[:, :1] / 2

    def misbehave(self, features):
        pass

    def margin(self, features):
        return features.to_numpy().sum(axis=1)

    def contributions(self, features, background):
        centre = background.to_numpy().mean(axis=0)
        values = features.to_numpy() - centre
        return values, np.full(len(features), centre.sum())


class Constant(Scorer):
    """Returns what it was given, whatever that is."""

    def __init__(self, value):
        self.value = value

    def predict(self, features):
        if np.ndim(self.value):
            return np.asarray(self.value)
        return np.full((len(features), 1), self.value)


class Doing(Scorer):
    """Does one thing before it scores; `what` is a function below."""

    def __init__(self, what, **arguments):
        self.what = what
        self.arguments = arguments

    def misbehave(self, features):
        self.what(**self.arguments)


class Loaded:
    """Acts when it is opened, as a hostile pickle does."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.system, (f"echo opened > {self.path}",))


class BigWhenFitted(Scorer):
    def fit(self, features, labels):
        self.ballast = os.urandom(2 << 20)
        return self


class Thief(Scorer):
    """Tries every attack it is told and carries what it finds out through its scores."""

    def __init__(self, attacks):
        self.attacks = attacks

    def predict(self, features):
        matrix = np.full((len(features), len(self.attacks)), -1.0)
        for column, (what, arguments) in enumerate(self.attacks):
            try:
                booty = what(**arguments) or b""
            except Exception:
                booty = b""
            booty = np.frombuffer(booty[: len(features)], dtype=np.uint8)
            matrix[: len(booty), column] = booty
        return matrix


def sleep():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


def spin():
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass


def allocate():
    np.ones(8 << 30, dtype=np.uint8)


def hold(mib):
    np.ones(mib << 20, dtype=np.uint8)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def leave():
    os._exit(0)


def leave_a_child():
    """A process of the model's that has the socket as well stays."""
    if os.fork() == 0:
        time.sleep(600)
    leave()


def leave_politely():
    sys.exit("goodbye")


def complain():
    print("I was here", file=sys.stderr)
    raise ValueError("line one\nline two \x1b[31m" + "x" * 100_000)


def flood():
    for _ in range(400):
        os.write(1, b"spam " * 20_000)
    raise ValueError("after the flood")


def fork_many(count):
    for _ in range(count):
        try:
            if os.fork() == 0:
                time.sleep(600)
        except OSError:
            return


def held(kind):
    """Descriptors of a kind. The socket has the number that it had in its supervisor, which may
    be any: all that are open are looked at.
    """
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/self/fd/{number}").startswith(kind):
                yield number


def say(line, times=1, descriptors=0):
    """Speak in the worker's place, then never answer."""
    for number in held("socket:"):
        connection = socket.socket(fileno=os.dup(number))
        given = [os.open("/dev/null", os.O_RDONLY) for _ in range(descriptors)]
        for _ in range(times):
            socket.send_fds(connection, [line.encode()], given)
    time.sleep(600)


def overwrite_features():
    for number in held("/memfd:in"):
        with contextlib.suppress(OSError):
            again = os.open(f"/proc/self/fd/{number}", os.O_RDWR)
            for how in (
                lambda again: os.pwrite(again, b"\0" * 64, os.fstat(again).st_size // 2),
                lambda again: os.ftruncate(again, os.fstat(again).st_size + 4096),
            ):
                with contextlib.suppress(OSError):
                    how(again)


def connect_tcp(port):
    with socket.create_connection(("127.0.0.1", port), 1) as connection:
        connection.sendall(b"stolen")


def connect_unix(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(b"stolen")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path):
    with open(path, "wb") as file:
        file.write(b"changed")


def open_code_for_writing():
    import sandbox

    with open(sandbox.__path__[0] + "/errors.py", "r+b"):
        return b"opened"


def list_folder(path):
    return " ".join(sorted(os.listdir(path))).encode()


def import_generators():
    import data_generators

    return data_generators.__name__.encode()


def environments(marker):
    found = b""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            words = read(f"/proc/{pid}/environ").split(b"\0")
            found += b" ".join(w for w in words if w.startswith(marker.encode()))
    return found


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def rewrite_scores(value, after):
    """Start threads that write `value` to all shared memory that can be written, on and on."""
    import mmap
    import threading

    def write(mapping):
        time.sleep(after)
        while True:
            np.frombuffer(mapping)[:] = value
            time.sleep(0.001)

    for number in held("/memfd:out"):
        with contextlib.suppress(OSError, ValueError):
            mapping = mmap.mmap(number, 0)
            threading.Thread(target=write, args=(mapping,), daemon=True).start()
