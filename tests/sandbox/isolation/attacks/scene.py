"""What the attacks are aimed at, and who watches: all of it outside."""

import contextlib
import ctypes
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sandbox.isolation import observe

#: where a cloud tells a machine its secrets
METADATA = "169.254.169.254"
#: set by `stage` where that address and a name server's are put up on loopback
STAGED = "ATTACKS_STAGED"
#: in the driver's environment from its first moment
SECRET = "ATTACK_SECRET"

BYSTANDER = """
import ctypes, os, sys, time
token = os.environ["TOKEN"].encode()
if os.geteuid() == 0:
    ctypes.CDLL(None).unshare(0x04000000)
folder = sys.argv[1]
buffer = ctypes.create_string_buffer(token)
deleted = open(folder + "/deleted", "w+b")
deleted.write(token); deleted.flush(); os.unlink(folder + "/deleted")
os.chdir(folder)
print(ctypes.addressof(buffer), deleted.fileno(), flush=True)
while True:
    open(folder + "/busy/" + token.decode(), "w").close()
    os.unlink(folder + "/busy/" + token.decode())
    time.sleep(0.02)
"""


class Scene:
    """Files, listeners, a terminal, and two other processes of the same user."""

    def __init__(self):
        self.token = os.urandom(8).hex().encode()
        self.staged = bool(os.environ.get(STAGED))
        self.secret = os.environ.get(SECRET, "").encode()
        self._folder = tempfile.TemporaryDirectory(prefix="attacked-")
        self.folder = Path(self._folder.name)
        self._files()
        self._listeners()
        self._processes()
        self.terminal, self.slave = os.openpty()
        subprocess.run(["stty", "raw", "-echo"], stdin=self.slave, check=False)

    def path(self, name):
        return str(self.folder / name)

    def close(self):
        for process in (self.bystander, self.target):
            process.kill()
            process.wait()
        for listener in self.listeners.values():
            listener.close()
        os.close(self.terminal)
        os.close(self.slave)
        for place in ("/dev/shm", "/", "/tmp", "/var/tmp"):
            for left in Path(place).glob(f"*{self.token.decode()}*"):
                with contextlib.suppress(OSError):
                    left.unlink()
        self._folder.cleanup()

    def heard(self, name):
        """Whether the token came in at a listener."""
        listener = self.listeners[name]
        listener.setblocking(False)
        with contextlib.suppress(OSError):
            if listener.type in (socket.SOCK_DGRAM, socket.SOCK_RAW):
                while True:
                    if self.token in listener.recv(4096):
                        return True
            visitor = listener.accept()[0]
            visitor.settimeout(0.5)
            return self.token in visitor.recv(64)
        return False

    def typed(self):
        """Whether the token was put into the terminal's input."""
        os.set_blocking(self.slave, False)
        with contextlib.suppress(OSError):
            return self.token in os.read(self.slave, 256)
        return False

    def bystanders_memory(self):
        with open(f"/proc/{self.bystander.pid}/mem", "rb", 0) as memory:
            memory.seek(self.address)
            return memory.read(len(self.token))

    def tracer(self):
        status = Path(f"/proc/{self.bystander.pid}/status").read_text()
        return int(status.partition("TracerPid:")[2].split()[0])

    def _files(self):
        self.changed = ("write", "append", "mode", "times", "length", "name", "existence")
        for name in ("labels", "model", *self.changed, "attributes"):
            (self.folder / name).write_bytes(self.token)
            (self.folder / name).chmod(0o644)
        self.size = random.SystemRandom().randrange(10**5, 10**6)
        (self.folder / "sized").write_bytes(b"x" * self.size)
        for name in ("home", "busy", "root"):
            (self.folder / name).mkdir()
        (self.folder / "home/credentials").write_bytes(self.token)
        (self.folder / "root" / self.token.decode()).touch()

    def _listeners(self):
        def stream(address, family=socket.AF_INET):
            listener = socket.socket(family)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
            return listener

        def datagrams(address, family=socket.AF_INET):
            listener = socket.socket(family, socket.SOCK_DGRAM)
            listener.bind(address)
            return listener

        here = ("127.0.0.1", 0)
        self.listeners = {name: stream(here) for name in ("tcp", "fast open", "mptcp", "ring")}
        self.listeners |= {
            "udp": datagrams(here),
            "tcp6": stream(("::1", 0), socket.AF_INET6),
            "udp6": datagrams(("::1", 0), socket.AF_INET6),
            "abstract": stream(b"\0" + self.token, socket.AF_UNIX),
            "abstract datagrams": datagrams(b"\0d" + self.token, socket.AF_UNIX),
            "path": stream(self.path("socket"), socket.AF_UNIX),
            "path datagrams": datagrams(self.path("datagrams"), socket.AF_UNIX),
        }
        if self.staged:
            self.listeners["metadata"] = stream((METADATA, 80))
            self.listeners["names"] = datagrams((name_server(), 53))
        with socket.create_server(here) as free:
            self.door = free.getsockname()[1]
        self.ports = {
            name: listener.getsockname()[1]
            for name, listener in self.listeners.items()
            if listener.family in (socket.AF_INET, socket.AF_INET6)
        }

    def _processes(self):
        words = [sys.executable, "-I", "-S", "-c"]
        self.bystander = subprocess.Popen(
            [*words, BYSTANDER, str(self.folder), self.token.decode()],
            env={"TOKEN": self.token.decode()},
            stdout=subprocess.PIPE,
        )
        said = self.bystander.stdout.readline().split()
        self.address, self.deleted = map(int, said)
        self.target = subprocess.Popen([*words, "import time; time.sleep(600)"])
        gone = subprocess.Popen(["true"])
        gone.wait()
        self.lives = [random.SystemRandom().random() < 0.5 for _ in range(24)]
        self.pids = [self.bystander.pid if lives else gone.pid for lives in self.lives]
        self.pids[:2], self.lives[:2] = [self.bystander.pid, gone.pid], [True, False]


def name_server():
    for line in Path("/etc/resolv.conf").read_text().splitlines():
        words = line.split()
        if words[:1] == ["nameserver"] and words[1].count(".") == 3:
            return words[1]
    return "127.0.0.53"


class Look:
    """A worker as it is seen from outside while an attack runs, and what came out of it."""

    def __init__(self, scene, pid, booty=b""):
        self.scene, self.pid, self.booty = scene, pid, booty

    def pids(self):
        return observe.descendants(self.pid)

    def links(self):
        """What the worker's descriptors are, and those of all it started."""
        found = {}
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for number in os.listdir(f"/proc/{pid}/fd"):
                    with contextlib.suppress(OSError):
                        found[pid, int(number)] = os.readlink(f"/proc/{pid}/fd/{number}")
        return found

    def holds(self, kind):
        return any(kind in link for link in self.links().values())

    def sockets(self):
        """Family and kind of each of its sockets, looked at through a second descriptor."""
        libc = ctypes.CDLL(None, use_errno=True)
        found = set()
        for (pid, number), link in self.links().items():
            if not link.startswith("socket:"):
                continue
            process = os.pidfd_open(pid)
            taken = libc.syscall(438, process, number, 0)
            os.close(process)
            if taken >= 0:
                with socket.socket(fileno=taken) as seen:
                    found.add((int(seen.family), int(seen.type)))
        return found

    def text(self, name):
        """A file of /proc of all its processes."""
        said = ""
        for pid in self.pids():
            with contextlib.suppress(OSError):
                said += Path(f"/proc/{pid}/{name}").read_text(errors="replace")
        return said

    def number(self, field):
        """The largest of a field of `status`."""
        rows = [line.split() for line in self.text("status").splitlines()]
        return max((int(row[1]) for row in rows if row and row[0] == f"{field}:"), default=0)

    def inside(self, path):
        """The place as the worker sees it."""
        return Path(f"/proc/{self.pid}/root{path}")

    def blocks(self, kind):
        """Bytes of the files of a kind that it holds open."""
        size = 0
        for (pid, number), link in self.links().items():
            if kind in link:
                with contextlib.suppress(OSError):
                    size += os.stat(f"/proc/{pid}/fd/{number}").st_blocks * 512
        return size

    def written(self, folders):
        """Bytes in files whose name has the token, in the folders as the worker sees them."""
        return sum(self._sizes(folders))

    def largest(self, folders):
        """Bytes of the largest of them."""
        return max(self._sizes(folders), default=0)

    def _sizes(self, folders):
        name = self.scene.token.decode()
        for folder in folders:
            with contextlib.suppress(OSError):
                for file in self.inside(folder).glob(f"*{name}*"):
                    yield file.stat().st_blocks * 512

    def limit(self, name):
        """A hard limit; infinity for none."""
        for line in self.text("limits").splitlines():
            if line.startswith(name):
                word = line[26:].split()[1]
                return float("inf") if word == "unlimited" else int(word)
        return 0


def soon(true, seconds=3.0):
    """Whether it becomes true within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())
