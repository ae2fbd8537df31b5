"""A world: customers of a scenario whose outcome is known under every decision."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from data_generators.decisions import Decisions, Outcomes, told
from data_generators.errors import InvalidInput
from data_generators.progress import shown
from data_generators.replay import replay_block
from data_generators.residents import Residents, draw_residents
from data_generators.rows import stacked
from data_generators.scenarios import Scenario
from data_generators.scenarios.scenario import check_scenario
from data_generators.streams import Block, blocks

if TYPE_CHECKING:
    from data_generators.fund_flows.doors import FundFlows
    from data_generators.limit_reviews import Review
    from data_generators.observation import Observed
    from data_generators.truth import Truth

#: raised whenever the same seed gives other contents
VERSION = 3


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
        check_scenario("scenario", self.scenario)
        for name, least, most in (
            ("customers", 1, 100_000_000),
            ("months", 1, 120),
            ("seed", 0, 2**128 - 1),
        ):
            value = getattr(self, name)
            is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if not (is_whole and least <= value <= most):
                raise InvalidInput(
                    f"{name} is {value!r:.60}; it must be a whole number from {least} to {most:,}."
                )
        cards = self.scenario.cards
        if cards is not None and self.months != cards.months:
            raise InvalidInput(
                f"months is {self.months}; accounts of {self.name} have as many months as the "
                f"table it was calibrated to has statements: give months={cards.months}."
            )

    def __repr__(self) -> str:
        size = f"customers={self.customers:_}, months={self.months}, seed={self.seed}"
        return f"World({self.name}, {size})"

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
        size = self.customers if customers is None else customers
        return replace(self, seed=seed, customers=size)

    def blocks(self) -> list[Block]:
        """The blocks of customers that the world is computed in."""
        return list(blocks(self.customers))

    def residents_of(self, block: Block) -> Residents:
        """Truth of one block; for `observed`, `replay` and `truth`, not for models."""
        if self.scenario.cards is not None:
            from data_generators.calibration.card_worlds import refused

            raise refused("applications, partners, fraud or life events")
        return draw_residents(self.scenario, self.seed, block, self.months)

    def residents(self, what: str | None = None) -> Iterator[Residents]:
        """Truth, block by block; with a bar that says `what` is made, when it takes long."""
        for block in shown(self.blocks(), what or "", progress=what is not None):
            yield self.residents_of(block)

    def logged_decisions(self) -> Decisions:
        """What the incumbent decided; observed."""
        if self.scenario.cards is not None:
            from data_generators.calibration.card_worlds import granted

            return granted(self)
        logged = [r.logged for r in self.residents("decisions")]
        limit = np.concatenate([each.limit for each in logged])
        return Decisions.of(limit, price=np.concatenate([each.price for each in logged]))

    def replay(
        self,
        decisions: Decisions,
        *,
        accounts: bool = False,
        review: "Review | None" = None,
        progress: bool = True,
    ) -> Outcomes:
        """What happens under `decisions` (one a customer, in order); pure.

        With `accounts`, the monthly ledger is kept too (a row a customer and month on book).
        A `review` is shown the lines at each month's end (`limit_reviews.MonthEnd`) and answers
        with the next month's limits, RMB: increases, decreases, freezes. Equal noise, so the
        difference to the replay without it is what the review was worth, account by account.
        A bar shows when it takes over two seconds, unless `progress` is off.
        Raises InvalidInput unless they are `Decisions`, as many as there are customers.
        """
        if not isinstance(decisions, Decisions):
            raise InvalidInput(
                f"decisions is {told(decisions)}; it must be Decisions: say "
                "Decisions.of(limit, price=0.18)."
            )
        if len(decisions) != self.customers:
            raise InvalidInput(
                f"There are {len(decisions)} decisions for {self.customers} customers; "
                "give one for each, in customer order."
            )
        if self.scenario.cards is not None:
            from data_generators.calibration import card_worlds

            if accounts:
                raise card_worlds.refused("monthly ledger")
            if review is not None:
                raise card_worlds.refused("reviews of limits")
            return Outcomes(card_worlds.replay(self, decisions, progress=progress))
        summaries, ledgers = [], []
        for block in shown(self.blocks(), "replay", progress=progress):
            part = slice(block.start, block.stop)
            replayed = replay_block(
                self.residents_of(block),
                decisions.limit[part],
                decisions.price[part],
                accounts=accounts,
                review=review,
            )
            summaries.append(replayed.customers)
            ledgers.append(replayed.accounts)
        kept = tuple(pd.DataFrame(ledger) for ledger in ledgers) if accounts else ()
        return Outcomes(pd.DataFrame(stacked(summaries)), kept)

    def portfolio(self, limit: ArrayLike | None = None, *, progress: bool = True) -> pd.DataFrame:
        """The accounts of a calibrated market in the bank's own columns, a row a customer.

        With `limit` (currency; one for all, or one a customer), what the same accounts would
        have shown at other limits: the noise is the same, so differences are paired. Nobody
        with a limit of 0 has a row; the index is the customer. The bank codes as it does in its
        own table, and cuts a few limits before the last statement.
        Raises InvalidInput for a market that was not calibrated.
        """
        from data_generators.calibration import card_worlds

        return card_worlds.portfolio(self, limit, progress=progress)

    def observed(self, as_of: float | None = None) -> "Observed":
        """What the bank could have known `as_of` a day (default: after everything happened).

        Days count from 0, the scenario's first day; InvalidInput when `as_of` is no such day.
        """
        from data_generators.observation import observe

        return observe(self, as_of)

    def fund_flows(
        self, months: int = 12, as_of: float | None = None, *, progress: bool = True
    ) -> "FundFlows":
        """What the bank sees of the transfers of the first calendar `months`: salary, spending, ...

        `transfers` has a row a transfer with the columns of `schema.TRANSFERS`, in order of time
        within each block of customers; `transfer_labels` those that were confirmed as fraud.
        Both as they were known `as_of` a day (None: after everything happened). Fewer months are
        the beginning of more. A customer has some ten transfers a month, of which a share of
        `flows.observability` is seen; 20,000 customers and twelve months take about four
        seconds and 300 MB. Nobody who does not ask pays for it.
        Raises InvalidInput unless `months` is from 1 to the world's months and 12, and for a
        market calibrated to cards, whose accounts have no transfers.

        >>> from data_generators import scenarios
        >>> world = World(scenarios.travel, customers=200, months=12, seed=7)
        >>> flows = world.fund_flows(months=2)
        >>> sorted(set(flows.transfers["from_bank"]))
        ['other', 'own', 'wallet']
        """
        from data_generators.fund_flows.doors import fund_flows

        return fund_flows(self, months, as_of, progress=progress)

    def identities(self, locale: str = "zh_CN", *, progress: bool = True) -> pd.DataFrame:
        """Personal data of the customers, a row each in order: made up, of nobody.

        Columns are those of `identity.IDENTITIES`; region, age and business are those that
        `observed` shows. `locale` is zh_CN or en_US, and InvalidInput names these when it is
        another. A bar shows when it takes over two seconds, unless `progress` is off.

        >>> from data_generators import scenarios
        >>> world = World(scenarios.online_rental, customers=100, seed=7)
        >>> world.identities("en_US")["email"].str.contains("@example.").all()
        np.True_
        """
        import pyarrow as pa

        from data_generators.identity import IDENTITIES
        from data_generators.identity.residents import identities_of

        parts = [
            identities_of(self.residents_of(block), locale)
            for block in shown(self.blocks(), "identities", progress=progress)
        ]
        return IDENTITIES.check(pa.concat_tables(parts).to_pandas())

    @cached_property
    def truth(self) -> "Truth":
        """The one door to the truth; never passed to a model."""
        from data_generators.truth import Truth

        return Truth(self)
