"""Running Python as an ordinary user from tests that run as root."""

import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]


def command(words):
    """The command that runs `python -B WORDS` as user 12345.

    Private folders on the way to the interpreter and to this clone are replaced by passable ones.
    """
    needed = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()]
    needed += [PROJECT / name for name in ("sandbox", "data_generators", "tests", "pyproject.toml")]
    passable = ["--perms", "0755"]  # bwrap makes folders that only their owner may pass
    line = [shutil.which("bwrap"), "--dev-bind", "/", "/", "--cap-add", "ALL"]
    for path in needed:
        ways = [*reversed(path.parents)]
        closed = [way for way in ways if not way.stat().st_mode & 0o001]
        if closed and str(closed[0]) not in line:
            line += [*passable, "--tmpfs", str(closed[0])]
        if closed:
            for way in ways[ways.index(closed[0]) + 1 :]:
                line += [*passable, "--dir", str(way)]
            line += ["--ro-bind", str(path), str(path)]
    line += ["--", shutil.which("setpriv"), "--reuid=12345", "--regid=12345"]
    line += ["--clear-groups", "--inh-caps=-all", "--bounding-set=-all", sys.executable, "-B"]
    return [*line, *words]
