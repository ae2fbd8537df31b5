"""The portfolio that a limit model's decisions make: account-months, provisions, ladders, swaps.

Accounts are those of the replay of the model's decisions on the evaluation world. What a bank would
see of them goes into the same tables and tests as a bank's own account-months.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from data_generators import Outcomes
from sandbox.errors import BadInput
from sandbox.exhibits.book import Book
from sandbox.experiment.trial import Scores
from sandbox.policy.economics import Economics
from sandbox.validation.definitions import Definitions
from sandbox.validation.judge import not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio import validate_portfolio
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.provisions import YEAR, provisions
from sandbox.validation.portfolio_pack.reading import from_months_late
from sandbox.validation.portfolio_pack.tables import cell_tables
from sandbox.validation.result import ValidationResult

if TYPE_CHECKING:
    from sandbox.experiment.limit_judge import LimitJudge

#: months of account history that a reporting date has before it, at the least
LEAST_HISTORY = 6
COVERAGE = "portfolio.ecl_coverage"
NO_PROVISIONS = "provisions are those of the roll matrix on what is drawn; the model makes none"
#: large, and made of others that are kept
LEFT_OUT = ("rolls by month", "rolls by month, balance")


@dataclass(frozen=True)
class PortfolioOfDecisions:
    """Decisions, and what became of them month by month."""

    judge: "LimitJudge"
    scores: Scores
    decisions: pd.DataFrame
    #: the replay of the decisions, with accounts where the market keeps them
    outcomes: Outcomes
    #: the replay's rows of those who were judged
    happened: pd.DataFrame

    def results(self, policy: Policy) -> tuple[ValidationResult, ...]:
        """The tests of the family `portfolio`; provisions are shown, and not judged."""
        found = validate_portfolio(self.data, Definitions.built_in(), policy)
        return tuple(
            not_evaluated(r.id, NO_PROVISIONS, n=r.n, policy=policy) if r.id == COVERAGE else r
            for r in found
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The exhibits by name, `portfolio.vintages` and so on."""
        return cell_tables(self.data, Definitions.built_in(), leave_out=LEFT_OUT)

    @cached_property
    def data(self) -> PortfolioData:
        """All that is known, as a bank would give it."""
        panel = self._panel()
        accounts, curves = self._provisions(panel)
        model = self._book("the model", self.decisions, self.happened)
        return PortfolioData(
            panel=panel,
            accounts=accounts,
            curves=curves,
            old=self._incumbent(),
            new=model,
            shown=model,
            reference_score=self.scores.training_risk(),
            score=self.scores.risk(),
            target=model.default,
        )

    def _panel(self) -> AccountPanel | None:
        """Account-months of the replay; None where there are no accounts or no months."""
        when = self.judge.origination
        if when is None or self.judge.world.scenario.cards is not None:
            return None
        ledger = self.outcomes.accounts()
        if ledger.empty:
            return None
        opened = pd.Series(when.month, index=self.judge.honest)
        return from_months_late(ledger, opened, months=self.judge.world.months)

    def _provisions(
        self, panel: AccountPanel | None
    ) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
        """Accounts of a reporting date with what expected losses need, and curves.

        The date is the last on which a year lies ahead of every account, or else the last month
        in which anybody applied. Loss given default is the market's, as policies take it: what a
        defaulted account earned before is no recovery.
        """
        if panel is None:
            return None, None
        months = self.judge.world.months
        date = months - YEAR
        if date < LEAST_HISTORY:
            date = int(panel.rows["vintage"].max()) + 1
        lgd = Economics.from_terms(self.judge.world.scenario.economics, months).present_lgd
        rate = pd.Series(self.judge.price[self.judge.honest], index=self.judge.honest)
        try:
            return provisions(panel, Definitions.built_in(), date, lgd=lgd, eir=rate)
        except BadInput:
            return None, None

    def _incumbent(self) -> Book:
        """What the incumbent granted the same customers, and what came of it.

        Its own PDs are not known; those of the model stand in their place, and none of the
        tables that compare the two reads them.
        """
        logged, rows = self.judge.logged, self.judge.honest
        granted = logged.limit[rows]
        decisions = pd.DataFrame(
            {
                "approve": granted > 0,
                "limit": granted,
                "pd": self.decisions["pd"].to_numpy(dtype=float),
                "reason": "the incumbent's own",
            }
        )
        happened = self.judge.under_the_incumbent.iloc[rows].reset_index(drop=True)
        return self._book("the incumbent", decisions, happened)

    def _book(self, name: str, decisions: pd.DataFrame, happened: pd.DataFrame) -> Book:
        return Book(name, decisions.reset_index(drop=True), happened)
