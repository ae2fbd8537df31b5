"""What a bank can give to have its portfolio judged; whatever is missing is not evaluated."""

from dataclasses import dataclass

import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.exhibits.book import Book
from sandbox.validation.portfolio_pack.panel import AccountPanel


@dataclass(frozen=True)
class PortfolioData:
    """Everything is optional, and only what is given is shown and judged."""

    #: account-months
    panel: AccountPanel | None = None
    #: a roll matrix that the bank reports, with the columns of `states.matrix` up to the last
    #: bucket (by count)
    roll_matrix: pd.DataFrame | None = None
    #: accounts of the reporting date, as `ecl.expected_losses` needs them; where they are,
    #: `account` (id) and `category` (of `categories.CATEGORIES`)
    accounts: pd.DataFrame | None = None
    #: PD term structures, as `ecl.expected_losses` needs them
    curves: pd.DataFrame | None = None
    #: what was lost: `account` and `loss` (RMB, discounted to the reporting date), of the twelve
    #: months after it; accounts without a row lost nothing
    realised: pd.DataFrame | None = None
    #: the policy in force, with its outcomes
    old: Book | None = None
    #: the policy proposed, on the same applications
    new: Book | None = None
    #: the policy whose waterfall, cut-offs and utilisation are shown; None: the one in force
    shown: Book | None = None
    #: what the policy in force said, before anybody overrode it
    decided: Book | None = None
    #: what was done, with outcomes, on the same applications as `decided`
    final: Book | None = None
    #: reason of each override, "" where there was none
    override_reason: "pd.Series[str] | None" = None
    #: scores of the development sample and of today, higher is riskier
    reference_score: npt.ArrayLike | None = None
    score: npt.ArrayLike | None = None
    #: outcomes of both: 1 bad, 0 good, NaN not observed
    reference_target: npt.ArrayLike | None = None
    target: npt.ArrayLike | None = None

    def __post_init__(self) -> None:
        if self.realised is not None:
            missing = [name for name in ("account", "loss") if name not in self.realised]
            if missing:
                raise BadInput(f"The realised losses have no column {', '.join(missing)}.")
            if self.accounts is not None and "account" not in self.accounts:
                raise BadInput(
                    "The accounts have no column account; realised losses cannot be matched."
                )

    @property
    def ladders(self) -> tuple[Book | None, Book | None]:
        """The policy that ladders are of, and another one that saw what it declined."""
        return (self.old, self.new) if self.shown is None else (self.shown, self.old)
