"""The tests' own PostgreSQL leaves nothing behind, however the tests end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from tests.sandbox.lists.postgres import private_cluster
with private_cluster() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def is_gone(server):
    """Whether a process has ended; one that nobody waited for is gone, too."""
    try:
        state = Path(f"/proc/{server}/stat")
        if state.exists():
            return state.read_text().rpartition(")")[2].split()[0] == "Z"
        os.kill(server, 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    except PermissionError:
        return False
    return False


def wait_for(condition):
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()


@pytest.mark.parametrize("ending", [signal.SIGKILL, None])
def test_no_server_and_no_folder_outlive_their_process(ending):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=ROOT,
    )  # fmt: skip
    with process:
        url = process.stdout.readline().strip()
        folder = Path(url.partition("host=")[2])
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        assert not is_gone(server)
        if ending is None:
            process.communicate(timeout=60)
        else:
            process.send_signal(ending)
            process.wait(60)
        wait_for(lambda: is_gone(server))
        wait_for(lambda: not folder.exists())
