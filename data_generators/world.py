"""A world: customers of a scenario whose outcome is known under every decision."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from data_generators.applications import Applications, draw_applications
from data_generators.customers import Traits, draw_traits
from data_generators.decisions import Decisions, Outcomes
from data_generators.errors import InvalidInput
from data_generators.incumbent import Logged, decide
from data_generators.repayment import (
    CENTS,
    Happened,
    Ledger,
    Months,
    draw_months,
    replay_months,
)
from data_generators.scenarios import Scenario
from data_generators.streams import Block, Floats, Streams, blocks

if TYPE_CHECKING:
    from data_generators.observation import Observed
    from data_generators.truth import Truth

#: raised whenever the same seed gives other contents
VERSION = 1


@dataclass(frozen=True)
class Residents:
    """All that is fixed about a block's customers before any decision."""

    block: Block
    traits: Traits
    applications: Applications
    logged: Logged


@dataclass(frozen=True)
class World:
    """Customers of a scenario over some months; frozen, and the same for the same seed.

    >>> from data_generators import scenarios
    >>> world = World(scenarios.online_rental, customers=1_000, months=12, seed=7)
    >>> outcomes = world.replay(Decisions.of(np.full(1_000, 5_000.0), price=0.18))
    >>> bool(outcomes.customers["default"].mean() < 0.2)
    True
    """

    scenario: Scenario
    #: how many customers apply, one application each
    customers: int
    #: months on book that each account is followed
    months: int = 24
    #: any non-negative integer; evaluation seeds have 128 bits
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least, most in (
            ("customers", 1, 100_000_000),
            ("months", 1, 120),
            ("seed", 0, 2**128 - 1),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise InvalidInput(f"{name} is {value!r}; it must be a whole number.")
            if not least <= value <= most:
                raise InvalidInput(f"{name} is {value}; it must lie from {least} to {most}.")

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def digest(self) -> str:
        """Hex digest of version, scenario, size and seed: equal digests, equal contents."""
        text = f"{VERSION}|{self.scenario.digest}|{self.customers}|{self.months}|{self.seed}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def reseeded(self, seed: int, customers: int | None = None) -> Self:
        """The same market with other customers."""
        return replace(self, seed=seed, customers=customers or self.customers)

    def residents(self) -> Iterator[Residents]:
        """Truth, block by block; for `observed`, `replay` and `truth`, not for models."""
        for block in blocks(self.customers):
            streams = Streams(self.seed, block)
            traits = draw_traits(self.scenario, streams)
            applications = draw_applications(self.scenario, traits, streams)
            logged = decide(self.scenario, traits, applications.observed, streams)
            yield Residents(block, traits, applications, logged)

    def months_of(self, residents: Residents, replica: int = 0) -> Months:
        """The exogenous months that a block lives through; replica 0 is what happens."""
        streams = Streams(self.seed, residents.block, replica)
        return draw_months(self.scenario, residents.traits, streams, self.months)

    def logged_decisions(self) -> Decisions:
        """What the incumbent decided; observed."""
        limit = np.concatenate([r.logged.limit for r in self.residents()])
        return Decisions.of(limit, price=self.scenario.economics.apr)

    def replay(self, decisions: Decisions, *, accounts: bool = False) -> Outcomes:
        """What happens under `decisions` (one a customer, in order); pure.

        With `accounts`, the monthly ledger is kept too (a row a customer and month on book).
        Raises InvalidInput when the number of decisions is not the number of customers.
        """
        if len(decisions) != self.customers:
            raise InvalidInput(
                f"There are {len(decisions)} decisions for {self.customers} customers; "
                "give one for each, in customer order."
            )
        replays = [
            replay_block(
                self,
                residents,
                decisions.limit[residents.block.start : residents.block.stop],
                decisions.price[residents.block.start : residents.block.stop],
                accounts=accounts,
            )
            for residents in self.residents()
        ]
        summaries = pd.concat([summary for summary, _ in replays], ignore_index=True)
        return Outcomes(summaries, tuple(ledger for _, ledger in replays if accounts))

    def observed(self, as_of: float | None = None) -> "Observed":
        """What the bank could have known `as_of` a day (default: after everything happened)."""
        from data_generators.observation import observe

        return observe(self, as_of)

    @cached_property
    def truth(self) -> "Truth":
        """The one door to the truth; never passed to a model."""
        from data_generators.truth import Truth

        return Truth(self)


def replay_block(
    world: World,
    residents: Residents,
    limit: Floats,
    price: Floats,
    *,
    accounts: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`World.replay` for one block: a row a customer, and a row a customer and open month.

    The second table is empty unless `accounts` asks for it.
    """
    block = residents.block
    zero = np.zeros(block.size)
    totals = {"drawn": zero, "interest": zero, "paid": zero, "ead": zero}
    profit, used, held, opening = zero, zero, zero, zero
    default_month = np.full(block.size, np.nan)
    ledger: list[pd.DataFrame] = []
    run = replay_months(
        world.scenario,
        residents.traits,
        residents.applications.fraudulent,
        world.months_of(residents),
        limit,
        price,
    )
    for t, (state, happened, earned) in enumerate(run):
        profit = profit + earned
        for name, amount in (
            ("drawn", happened.drawn),
            ("interest", happened.interest),
            ("paid", happened.paid),
            ("ead", happened.written_off),
        ):
            totals[name] = totals[name] + amount
        default_month[happened.was_open & state.defaulted] = t + 1
        used, held = used + state.balance, held + happened.was_open
        if accounts:
            ledger.append(_account_rows(block, t, limit, opening, state, happened))
        opening = state.balance
    with np.errstate(divide="ignore", invalid="ignore"):
        utilisation = used / held / CENTS / limit
    summary = pd.DataFrame(
        {
            "limit": limit,
            "default": ~np.isnan(default_month),
            "default_month": default_month,
            **{name: amount / CENTS for name, amount in totals.items()},
            "balance": opening / CENTS,
            "utilisation": np.where(limit > 0, utilisation, np.nan),
            "profit": profit,
        }
    )
    return summary, pd.concat(ledger, ignore_index=True) if ledger else pd.DataFrame()


def _account_rows(
    block: Block, t: int, limit: Floats, opening: Floats, state: Ledger, happened: Happened
) -> pd.DataFrame:
    """Month `t` of the accounts that were open in it, RMB."""
    rows = happened.was_open
    flow = {
        "opening": opening,
        "drawn": happened.drawn,
        "interest": happened.interest,
        "paid": happened.paid,
        "written_off": happened.written_off,
        "closing": state.balance,
        "due": happened.due,
    }
    return pd.DataFrame(
        {
            "customer_id": np.arange(block.start, block.stop)[rows],
            "mob": np.full(int(rows.sum()), t + 1, dtype=np.int16),
            "credit_limit": limit[rows],
            **{name: amount[rows] / CENTS for name, amount in flow.items()},
            "months_late": state.months_late[rows],
        }
    )
