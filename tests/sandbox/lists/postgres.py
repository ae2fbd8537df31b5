"""A PostgreSQL of its own for the tests: a cluster in a temporary folder, on a Unix socket only.

A keeper starts the server, waits until its standard input ends, stops it and removes the folder.
The end comes with the tests' process however that dies, `kill -9` included, so that no server and
no folder stays behind. On Linux the server stops when its keeper is killed, too.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: where Debian, Fedora and Homebrew keep what is not on the path
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
READY = "ready\n"
#: who owns the cluster when root runs the tests: nobody, who is everywhere
_OTHER = 65534
_SECONDS = 60


@contextmanager
def private_cluster() -> Iterator[str]:
    """The URL of a database `postgres` that lives as long as the block, or as this process."""
    # a socket's path has at most 107 characters, which pytest's folders may exceed
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    keeper = subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C and `kill -- -group` are for the tests
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        told = keeper.stdout.readline()
        assert told == READY, told + keeper.stdout.read()
        yield f"postgresql://tests@/postgres?host={folder}"
    finally:
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait(_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)  # where the keeper itself was killed


def program(name: str) -> str:
    """Where a program of PostgreSQL is; AssertionError, one sentence, where it is not installed."""
    on_path = shutil.which(name)
    if on_path:
        return on_path
    for place in PLACES:
        found = sorted(Path("/").glob(f"{place[1:]}/{name}"))
        if found:
            return str(found[-1])
    raise AssertionError(
        f"PostgreSQL's {name} is not installed, and the tests of the lists need it; install the "
        "package postgresql (apt-get install postgresql), or put its folder bin on the PATH."
    )


def keep(folder: Path) -> None:
    """Run a server in `folder` until standard input ends, then remove the folder."""
    try:
        user = _other_user(folder)
        data = folder / "data"
        _initialised(user, data)
        listen = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*_dying_with_us(user), program("postgres"), "-D", str(data), "-F", *listen],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            )  # fmt: skip
        try:
            _wait_until_ready(server, folder)
            print(READY, end="", flush=True)
            sys.stdin.read()
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, yet it gives its shared memory back
            server.wait(_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialised(user: list[str], data: Path) -> None:
    command = [program("initdb"), "-D", str(data), "-U", "tests", "-A", "trust", "-N"]
    made = subprocess.run(
        [*user, *command], capture_output=True, text=True, check=False, cwd="/", timeout=_SECONDS
    )
    assert made.returncode == 0, made.stdout + made.stderr


def _wait_until_ready(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    state = folder / "data" / "postmaster.pid"
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and server.poll() is None:
        lines = state.read_text().splitlines() if state.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    raise AssertionError((folder / "log").read_text())


def _other_user(folder: Path) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    folder.chmod(0o755)
    os.chown(folder, _OTHER, _OTHER)
    return ["setpriv", f"--reuid={_OTHER}", f"--regid={_OTHER}", "--clear-groups", "--"]


def _dying_with_us(user: list[str]) -> list[str]:
    """The same, so that the server stops when its keeper is killed; where setpriv can do that."""
    if not sys.platform.startswith("linux") or shutil.which("setpriv") is None:
        return user
    return [*(user[:-1] or ["setpriv"]), "--pdeathsig=QUIT", "--"]


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
