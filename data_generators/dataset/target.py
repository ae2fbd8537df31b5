"""A folder that appears whole, and what an earlier kill left of it.

Files are first written to a hidden folder beside the target, which takes the target's place by
one rename. Until then it holds a mark that the writing process keeps locked: where the mark is
there and nobody holds it, the writer was killed, and the next write to the same target clears
the remains away. A folder without the mark is never touched.
"""

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data_generators.errors import InvalidInput

#: the mark; it grows by a byte with every block that is written
UNFINISHED = ".unfinished"


def as_path(folder: object) -> Path:
    """The path of a folder; InvalidInput for what is none."""
    if not isinstance(folder, str | os.PathLike) or not str(folder):
        raise InvalidInput(f"folder is {folder!r}; it must be a path, such as 'spring/'.")
    return Path(folder)


def check_target(folder: Path) -> None:
    """InvalidInput unless `folder` can be made or is an empty folder."""
    for place in (folder, *folder.parents):
        if place.is_file():
            raise InvalidInput(f"{place} is a file; give a new folder or an empty one.")
    if folder.is_dir() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} is not empty; give a new folder or empty this one.")


@contextmanager
def appearing_whole(folder: Path) -> Iterator[Path]:
    """A folder to write to that becomes `folder` when all went well, and else is gone."""
    folder = folder.absolute()
    partial = _begun(folder)
    try:
        with (partial / UNFINISHED).open("ab") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            yield partial
            partial.chmod(0o755)
            (partial / UNFINISHED).unlink()
            # where there is an empty folder, this takes its place in the same moment
            partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _begun(folder: Path) -> Path:
    """A new folder beside the target; InvalidInput where none can be made."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear_remains(folder)
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise  # the folder is fine, the disk is not
        raise InvalidInput(
            f"{folder} cannot be written ({error.strerror}); give a folder where you may write."
        ) from error


def _clear_remains(folder: Path) -> None:
    """Remove what killed writes to the same target left."""
    remains = re.compile(rf"\.{re.escape(folder.name)}\.[a-z0-9_]{{8}}")
    for place in folder.parent.iterdir():
        mark = place / UNFINISHED
        if not (remains.fullmatch(place.name) and mark.is_file()):
            continue
        # held by somebody who is writing there, or not ours to open: left alone
        with suppress(OSError), mark.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
