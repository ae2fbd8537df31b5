"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

#: as `sandbox.isolation.Level` spells them; that module is not imported for --help
LEVELS = ("vm", "namespace", "lsm", "process", "none")


def store(function: F) -> F:
    """--store: the folder of results."""
    return click.option(
        "--store",
        type=click.Path(file_okay=True, path_type=Path),
        default=Path("results"),
        show_default=True,
        help="Folder for studies, reports and the MLflow database.",
    )(function)


def isolation(function: F) -> F:
    """--isolation: how strongly models are held."""
    return click.option(
        "--isolation",
        type=click.Choice(LEVELS),
        default="namespace",
        show_default=True,
        help="How strongly models are held; `risk-sandbox doctor` says what works here.",
    )(function)


def jobs(function: F) -> F:
    """--jobs: cells at the same time."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        default=2,
        show_default=True,
        help="Models that run at the same time.",
    )(function)


class Seeds(click.ParamType):  # type: ignore[type-arg]  # not generic when run
    """A number of seeds, `3`, or a list of them, `7,8,11`."""

    name = "N|LIST"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | tuple[int, ...]:
        """An int stays a count; a comma makes a list."""
        if isinstance(value, int | tuple):
            return value
        try:
            numbers = tuple(int(part) for part in str(value).split(",") if part.strip())
        except ValueError:
            numbers = ()
        if not numbers or min(numbers) < 0 or len(set(numbers)) < len(numbers):
            self.fail(
                f"{value!r} is neither a number such as 3 nor a list such as 7,8,11", param, ctx
            )
        if "," in str(value):
            return numbers
        if not 1 <= numbers[0] <= 100:
            self.fail(f"{value} seeds; 1 to 100 are possible", param, ctx)
        return numbers[0]


def seeds_from(seeds: int | tuple[int, ...], first: int) -> tuple[int, ...]:
    """The list itself, or as many seeds as asked, counted up from `first`.

    >>> seeds_from(3, 7), seeds_from((1, 5), 7)
    ((7, 8, 9), (1, 5))
    """
    return seeds if isinstance(seeds, tuple) else tuple(range(first, first + seeds))
