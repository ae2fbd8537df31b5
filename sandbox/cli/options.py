"""Options that several commands share."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

#: of one command; more are a study of its own, in Python
MOST_SEEDS = 100

#: as `sandbox.isolation.Level` spells them; that module is not imported for --help
LEVELS = ("vm", "namespace", "lsm", "process", "none")
DEFAULT_LEVEL = "namespace"
#: as `data_generators.scenarios.catalogue`; that module is not imported for --help
SCENARIOS = (
    "online_rental",
    "online_education",
    "travel",
    "medical_beauty",
    "lifestyle",
    "ecommerce",
    "car_purchase",
    "home_renovation",
    "micro_business",
)


def scenario(function: F) -> F:
    """--scenario: which of the markets."""
    return click.option(
        "--scenario",
        metavar="NAME",
        default=SCENARIOS[0],
        show_default=True,
        help=f"What is being financed: {', '.join(SCENARIOS)}.",
    )(function)


def customers(default: int, what: str = "Customers of each simulated market.") -> Callable[[F], F]:
    """--customers: how large a simulated market is, and `what` they are."""
    return click.option(
        "--customers",
        type=Whole(1),
        default=default,
        show_default=True,
        help=what,
    )


def seed(default: int = 7, what: str = "Seed.") -> Callable[[F], F]:
    """--seed: of a single market; `what` it is."""
    return click.option("--seed", type=Whole(0), default=default, show_default=True, help=what)


def months(function: F) -> F:
    """--months: the past that models learn from."""
    return click.option(
        "--months",
        type=Whole(1),
        default=24,
        show_default=True,
        help="Months the bank has watched.",
    )(function)


def seeds(default: int, what: str) -> Callable[[F], F]:
    """--seeds and --seed: which simulated worlds, see `seeds_from`; `what` they are."""

    def both(function: F) -> F:
        first = seed(what="First seed, where --seeds is a number.")
        many = click.option(
            "--seeds",
            type=Seeds(),
            default=default,
            show_default=True,
            help=f"How many {what}, or a list of their seeds.",
        )
        return many(first(function))

    return both


def evaluation_seed(function: F) -> F:
    """--evaluation-seed: the customers that nobody has seen."""
    return click.option(
        "--evaluation-seed",
        type=Whole(0),
        help="Seed of the customers that models are judged on; without it a secret one is drawn.",
    )(function)


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
        default=DEFAULT_LEVEL,
        show_default=True,
        help="How strongly models are held; `risk-sandbox doctor` says what works here.",
    )(function)


def jobs(function: F) -> F:
    """--jobs: cells at the same time."""
    return click.option(
        "--jobs",
        type=Whole(1),
        default=2,
        show_default=True,
        help="Models that run at the same time.",
    )(function)


def refits(function: F) -> F:
    """--refits: how often models are trained again."""
    return click.option(
        "--refits",
        type=Whole(0),
        default=0,
        show_default=True,
        help="Times that each model is trained again on other draws of its rows, to test that it "
        "is stable: 0, or at least 2. Each costs a fit.",
    )(function)


class Whole(click.ParamType):  # type: ignore[type-arg]  # not generic when run
    """A whole number from `least` up."""

    name = "N"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; otherwise the value and what is possible."""
        try:
            number = int(str(value))
        except ValueError:
            number = self.least - 1
        if number < self.least:
            self.fail(f"{value} is not a whole number from {self.least} up", param, ctx)
        return number


class Day(click.ParamType):  # type: ignore[type-arg]  # not generic when run
    """A number of days since the first one."""

    name = "DAY"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; otherwise the value and what is possible."""
        try:
            day = float(value)
        except ValueError:
            day = math.nan
        if not (math.isfinite(day) and day >= 0):
            self.fail(f"{value} is not a number of days from 0, the first day, up", param, ctx)
        return day


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
        if not numbers:
            self.fail(
                f"{value!r} is neither a number such as 3 nor a list such as 7,8,11", param, ctx
            )
        is_list = "," in str(value)
        count = len(numbers) if is_list else numbers[0]
        if not 1 <= count <= MOST_SEEDS:
            self.fail(f"{count} seeds are not possible; 1 to {MOST_SEEDS} are", param, ctx)
        if is_list and min(numbers) < 0:
            self.fail(f"the seed {min(numbers)} is negative; seeds count from 0 up", param, ctx)
        twice = next((n for i, n in enumerate(numbers) if n in numbers[:i]), None)
        if twice is not None:
            self.fail(f"{twice} stands twice in {value}; give each seed once", param, ctx)
        return numbers if is_list else count


def seeds_from(seeds: int | tuple[int, ...], first: int) -> tuple[int, ...]:
    """The list itself, or as many seeds as asked, counted up from `first`.

    >>> seeds_from(3, 7), seeds_from((1, 5), 7)
    ((7, 8, 9), (1, 5))
    """
    return seeds if isinstance(seeds, tuple) else tuple(range(first, first + seeds))


def say_at_once(line: str) -> None:
    """A first sign of life, before imports that take seconds, to a person who waits.

    Where stderr is no terminal it holds errors only, as with progress bars.
    """
    if sys.stderr.isatty():
        click.echo(line, err=True)
