"""Options that the words of `risk-sandbox lists` share."""

import getpass
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

#: as `sandbox.lists.entries` spells them; that module is not imported for --help
LISTS = ("black", "grey", "white")
KINDS = ("id_number", "device", "phone", "address", "account", "merchant", "name", "customer")
DEFAULT_URL = "sqlite:///results/lists.db"


class Moment(click.ParamType):  # type: ignore[type-arg]  # not generic when run
    """A day or a time; `is_end` counts a day to its end."""

    name = "TIME"

    def __init__(self, is_end: bool = False) -> None:
        self.is_end = is_end

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The time; otherwise the value and what is possible."""
        from sandbox.lists.clock import FORMATS, read_time

        if isinstance(value, datetime):
            return value
        try:
            return read_time(str(value), self.is_end)
        except ValueError:
            self.fail(f"{value} is no day or time; write it as in {FORMATS}", param, ctx)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return ""


def store_url(function: F) -> F:
    """--store-url: where the lists are."""
    return click.option(
        "--store-url",
        metavar="URL",
        default=DEFAULT_URL,
        envvar="RISK_SANDBOX_LISTS",
        show_default=True,
        show_envvar=True,
        help="SQLite file, or postgresql://user@host/database.",
    )(function)


def by(function: F) -> F:
    """--by: who makes the change."""
    return click.option(
        "--by", default=_who, show_default="your user name", help="Who makes the change."
    )(function)


def as_of(function: F) -> F:
    """--as-of: the time to look at."""
    return click.option(
        "--as-of",
        "when",
        type=Moment(),
        help="In force at that time, as known then; of a day, at its first moment.  [default: now]",
    )(function)


clear = click.option("--clear", is_flag=True, help="Show values in full; they are personal.")
