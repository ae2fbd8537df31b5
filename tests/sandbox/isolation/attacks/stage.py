"""Puts up the stage: a network of its own, and, for root, an ordinary user who reaches Python.

As root everything runs in an outer bubblewrap: what attacks do to the network, the mounts and
the host's name when they run bare stays there. As an ordinary user it runs as it is.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ORDINARY = 12345
#: nothing of these attacks is done as root when we are not
WHO = ("user", "root") if os.geteuid() == 0 else ("user",)

SETTING = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    for i, address in enumerate(sys.argv[1].split(",")):
        name = b"lo:%d" % i
        words = name, 2, b"", socket.inet_aton(address), b""
        fcntl.ioctl(s, 0x8916, struct.pack("16sH2s4s8s", *words))
with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", "w") as f:
    f.write("0")
os.execvp(sys.argv[2], sys.argv[2:])
"""


def ran(cell, who, names=()):
    """The driver's results for a cell, run by root or by an ordinary user."""
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        file = Path(folder) / "results.json"
        if os.geteuid() == 0 and who == "user":
            os.chown(folder, ORDINARY, ORDINARY)
        done = subprocess.run(
            [*_stage(who), sys.executable, str(HERE / "driver.py"), cell, str(file), *names],
            env=_environment(folder),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if not file.exists():
            raise RuntimeError(f"The attacks at {cell} by {who} broke off: {done.stderr[-3000:]}")
        return json.loads(file.read_text())


def _environment(folder):
    kept = {name: os.environ[name] for name in ("PATH", "CI") if name in os.environ}
    staged = {"ATTACKS_STAGED": "1"} if os.geteuid() == 0 else {}
    project = str(HERE.parents[3])
    return (
        kept
        | staged
        | {
            "ATTACK_SECRET": secrets.token_hex(8),
            "PYTHONPATH": project,
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "HOME": folder,
            # else MLflow looks for a store in / and calls home
            "MLFLOW_TRACKING_URI": f"file:{folder}/runs",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "LANG": "C.UTF-8",
        }
    )


def _stage(who):
    if os.geteuid() != 0:
        return []
    from scene import METADATA, name_server

    words = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-uts", "--unshare-ipc"]
    words += ["--cap-add", "ALL"]
    if who == "user":
        words += _opened()
    addresses = f"{METADATA},{name_server()}"
    words += ["--", sys.executable, "-c", SETTING, addresses]
    if who == "user":
        words += ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
        words += ["--inh-caps=-all", "--bounding-set=-all", "--"]
    return words


def _opened():
    """Binds that let another user pass folders that are closed, on the way to Python and here."""
    needed = {Path(p).resolve() for p in (sys.base_prefix, sys.prefix, HERE.parents[3])}
    closed = {c for place in needed if (c := _closed(place))}
    words = []
    for folder in sorted(closed):
        words += ["--perms", "0755", "--tmpfs", str(folder)]
        inside = sorted(p for p in needed if p.is_relative_to(folder))
        ways = {w for p in inside for w in p.parents if w != folder and w.is_relative_to(folder)}
        for way in sorted(ways):
            words += ["--perms", "0755", "--dir", str(way)]
        for place in inside:
            words += ["--ro-bind", str(place), str(place)]
    return words


def _closed(place):
    """The first folder on the way that others may not pass."""
    ways = [*reversed(place.parents), place]
    return next((way for way in ways if not way.stat().st_mode & 0o001), None)


def versions():
    """What the table was made on."""
    from sandbox.isolation.kernel import landlock

    said = subprocess.run(
        [str(shutil.which("bwrap")), "--version"], capture_output=True, text=True, check=False
    )
    words = (
        f"Linux {os.uname().release} {os.uname().machine}",
        said.stdout.strip(),
        f"Landlock ABI {landlock.abi()}",
        f"Python {sys.version.split()[0]}",
    )
    return ", ".join(words)
