"""What a user reads when something went wrong: one sentence, and an exit status."""

import errno
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from sandbox.errors import SandboxError

#: misuse, or a host that cannot do what was asked
MISUSE = 2
#: a fault of ours
FAULT = 1
#: what shells expect after Ctrl-C: 128 + SIGINT
INTERRUPTED = 130

#: where many things are written, one by one; elsewhere it is one, whole or not at all
_STORE = "--store"
#: what `tempfile` adds to a name that `written_whole` and `dataset.write` write to first
_TEMPORARY = re.compile(r"(?<=/)\.([^/]+)\.[a-z0-9_]{8}(?=/|$)")


@dataclass(frozen=True)
class Failure:
    """One sentence for the user and the exit status of the process."""

    sentence: str
    status: int


def of(error: BaseException, place: str = _STORE) -> Failure:
    """What to say about an exception, whatever it is; `place` chooses where files go."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        kept = "what was finished is kept" if place == _STORE else "nothing was written"
        return Failure(f"Interrupted; {kept}.", INTERRUPTED)
    if isinstance(error, click.ClickException):
        return _usage(error)
    full = next((e for e in _causes(error) if _is_disk_full(e)), None)
    if full is not None:
        return Failure(_disk_full(full, place), MISUSE)
    if any("attempt to write a readonly database" in str(e) for e in _causes(error)):
        return Failure(
            f"The database of results may not be written to; choose another folder ({place}).",
            MISUSE,
        )
    if isinstance(error, (SandboxError, *_refusals())):
        return Failure(_line(error), MISUSE)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return Failure(_file_trouble(error, place), MISUSE)
    return Failure(
        f"Unexpected {type(error).__name__}: {_line(error)}; run again with --debug to see where.",
        FAULT,
    )


def _disk_full(error: BaseException, place: str) -> str:
    path = getattr(error, "filename", None)
    what = f": {_spoken(path)} could not be written" if path else ""
    kept = "what was finished is kept, nothing is half-written"
    return (
        f"The disk is full{what}; {kept if place == _STORE else 'nothing was half-written'}; "
        f"free space or choose another folder ({place})."
    )


def _file_trouble(error: OSError, place: str) -> str:
    path = _spoken(error.filename)
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return f"{path} is or goes through a file, not a folder; choose another place ({place})."
    said = str(error.strerror).lower()
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{path}: {said}; choose a place where you may write ({place})."
    return f"{path}: {said}; check the path, or choose another place ({place})."


def _spoken(path: object) -> str:
    """A path as the user knows it: without the temporary names that files have at first.

    >>> _spoken("/proc/.limits.html.q_t0hy0r")
    '/proc/limits.html'
    """
    return _TEMPORARY.sub(r"\1", f"/{path}")[1:]


def _usage(error: click.ClickException) -> Failure:
    sentence = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    hint = f"; see {context.command_path} --help" if context else ""
    return Failure(f"{' '.join(sentence.split())}{hint}.", MISUSE)


def _refusals() -> tuple[type[BaseException], ...]:
    """The generators' errors, if they were imported at all: only then can one have been raised."""
    module = sys.modules.get("data_generators.errors")
    return (module.InvalidInput, module.WorkerKilled) if module else ()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was raised from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _is_disk_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    # sqlite's own words, however many layers deep
    return "database or disk is full" in str(error)


def _line(error: BaseException) -> str:
    """The message on one line."""
    return " ".join(str(error).split()) or type(error).__name__
