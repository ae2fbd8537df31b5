"""Whose run it is: the process that works on it, and whether that process is still there.

A process that is killed cannot say so. A run therefore names its owner, and whoever opens the
store next can look. The host is told by a digest only: names of machines are often people's.
"""

import hashlib
import os
import platform
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

_PROC = Path("/proc")


@dataclass(frozen=True)
class Owner:
    """A process, told from a later one of the same number by when it was started.

    >>> here = Owner.here()
    >>> Owner.of(here.tag) == here, here.is_gone()
    (True, False)
    """

    #: digest of the machine's name and identity
    host: str
    pid: int
    #: when it was started, as the system counts; "" where that cannot be had
    started: str

    @classmethod
    def here(cls) -> Self:
        """This process."""
        return cls(_host(), os.getpid(), _started(os.getpid()) or "")

    @classmethod
    def of(cls, tag: str) -> Self | None:
        """The owner that a tag names; None when it names none."""
        words = dict(part.partition(" ")[::2] for part in tag.split(", "))
        if not words.get("host") or not words.get("process", "").isdigit():
            return None
        return cls(words["host"], int(words["process"]), words.get("started", ""))

    @property
    def tag(self) -> str:
        """`host 3f2a9c10b4de, process 4711, started 123456`."""
        return f"host {self.host}, process {self.pid}, started {self.started}"

    def is_gone(self) -> bool:
        """Whether the process has certainly ended: False also where this host cannot know."""
        if self.host != _host() or os.name != "posix":
            return False
        now = _started(self.pid)
        return now is None or bool(self.started and now and now != self.started)


@cache
def _host() -> str:
    identity = b""
    for place in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        if os.access(place, os.R_OK):
            identity = Path(place).read_bytes()
            break
    return hashlib.sha256(platform.node().encode() + b"\0" + identity).hexdigest()[:12]


def _started(pid: int) -> str | None:
    """When a process was started; None when there is none, "" when that cannot be told."""
    if (_PROC / "self" / "stat").exists():
        try:
            # the name in brackets may hold spaces and brackets itself
            after = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        except OSError:
            return ""
        # a zombie has ended, whether or not its parent has looked
        return None if after[0] in ("Z", "X") else after[19]
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "-".join(answer.stdout.split()) or None
