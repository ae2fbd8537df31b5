"""What a user reads when something went wrong: one sentence, and an exit status."""

import errno
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

DISK_FULL = (
    "The disk is full{what}; nothing was half-written; free space or choose another folder "
    "({place})."
)


@dataclass(frozen=True)
class Failure:
    """One sentence for the user and the exit status of the process."""

    sentence: str
    status: int


def of(error: BaseException, place: str = "--store") -> Failure:
    """What to say about an exception, whatever it is; `place` chooses where files go."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Failure("Interrupted; what was finished is kept.", INTERRUPTED)
    if isinstance(error, click.ClickException):
        return _usage(error)
    full = next((e for e in _causes(error) if _is_disk_full(e)), None)
    if full is not None:
        path = getattr(full, "filename", None)
        what = f": {path} could not be written" if path else ""
        return Failure(DISK_FULL.format(what=what, place=place), MISUSE)
    if isinstance(error, (SandboxError, *_refusals())):
        return Failure(_line(error), MISUSE)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return Failure(f"{error.filename}: {error.strerror.lower()}.", MISUSE)
    return Failure(
        f"Unexpected {type(error).__name__}: {_line(error)}; run again with --debug to see where.",
        FAULT,
    )


def _usage(error: click.ClickException) -> Failure:
    sentence = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    hint = f"; see {context.command_path} --help" if context else ""
    return Failure(f"{' '.join(sentence.split())}{hint}.", MISUSE)


def _refusals() -> tuple[type[BaseException], ...]:
    """The generators' error, if they were imported at all: only then can it have been raised."""
    module = sys.modules.get("data_generators.errors")
    return (module.InvalidInput,) if module else ()


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
