"""What is typed to compare models on simulated markets: the options, and them as one value."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sandbox.cli import options

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

#: the word that stands for every market
ALL = "all"
#: a decorator that adds an option to the function of a command
Option = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class StudyOptions:
    """What a command was asked to compare models on, and how."""

    #: a market's name, or `ALL` where a command takes it
    scenario: str
    #: customers of each market, and months that its bank has watched
    customers: int
    months: int
    #: a market each
    seeds: tuple[int, ...]
    #: None: a secret one is drawn
    evaluation_seed: int | None
    store: Path
    #: cells that run at the same time
    jobs: int
    #: a level of `sandbox.isolation.Level`
    isolation: str

    @property
    def markets(self) -> tuple[str, ...]:
        """Names of the markets; none stands for all of them."""
        return () if self.scenario == ALL else (self.scenario,)

    @property
    def is_known(self) -> bool:
        """Whether there is such a market; another is refused before anything is tried."""
        return self.scenario == ALL or self.scenario in options.SCENARIOS

    @property
    def workspace(self) -> "Workspace":
        """Where the results go."""
        from sandbox.workspace import Workspace

        return Workspace(self.store)

    def trying(self, models: str) -> str:
        """What is about to happen, said before imports that take seconds.

        >>> from pathlib import Path
        >>> asked = StudyOptions("all", 15_000, 24, (7, 8), None, Path("results"), 2, "none")
        >>> asked.trying("7 fraud models")
        'Trying 7 fraud models on 9 markets, 2 worlds each of 15,000 customers ...'
        """
        markets = len(self.markets) or len(options.SCENARIOS)
        return (
            f"Trying {models} on {counted(markets, 'market')}, "
            f"{counted(len(self.seeds), 'world')} each of {counted(self.customers, 'customer')} ..."
        )

    def setting(self, *, seeds: bool) -> str:
        """What models learned from and were judged on, for the head of the tables."""
        how_many = f"{counted(len(self.seeds), 'seed')}, " if seeds else ""
        return (
            f"{self.customers:,} customers × {self.months} months to learn from, as many others "
            f"to judge on; {how_many}every model at isolation level {self.isolation}."
        )


def study_options(scenario: Option, customers: int, seeds: int, what: str, *own: Option) -> Option:
    """Options of a command that compares models; its function takes them as one `StudyOptions`.

    `scenario` is the option that names the market, `customers` and `seeds` are defaults, `what`
    the seeds are; `own` are the command's other options, shown before --store.
    """
    shown: tuple[Option, ...] = (
        scenario,
        options.customers(customers),
        options.months,
        options.seeds(seeds, what),
        options.evaluation_seed,
        *own,
        options.store,
        options.jobs,
        options.isolation,
    )

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(
            scenario: str,
            customers: int,
            months: int,
            seeds: int | tuple[int, ...],
            seed: int,
            evaluation_seed: int | None,
            store: Path,
            jobs: int,
            isolation: str,
            **of_its_own: Any,
        ) -> None:
            chosen = options.seeds_from(seeds, seed)
            asked = StudyOptions(
                scenario, customers, months, chosen, evaluation_seed, store, jobs, isolation
            )
            function(asked, **of_its_own)

        found: Callable[..., Any] = command
        for option in reversed(shown):
            found = option(found)
        return found

    return decorated


def any_market(function: Callable[..., Any]) -> Callable[..., Any]:
    """--scenario: one of the markets, or all of them."""
    return click.option(
        "--scenario",
        metavar="NAME",
        default=ALL,
        show_default=True,
        help=f"One market, or all: {', '.join(options.SCENARIOS)}.",
    )(function)


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "world"), counted(15_000, "customer")
    ('1 world', '15,000 customers')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"
