"""Whose money an analyst should see, and where it went, as it was known at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from sandbox.plots.money import OneLoan

#: hours through which a loan's money is followed
HOURS = 120.0


class Traced(OneLoan, Protocol):
    """A loan that was followed, with where its money was last seen."""

    @property
    def destinations(self) -> pd.DataFrame:
        """A row an account: holder, amount (RMB), share (of the loan), hours."""
        ...


#: follows loans through transfers: `data_generators.fund_flows.tracing.trace`
Trace = Callable[[pd.DataFrame, int, float], Traced]


@dataclass(frozen=True)
class MoneyPath:
    """One loan's money."""

    #: whose loan it is, as a sentence
    whose: str
    traced: Traced


def money_path(
    transfers: pd.DataFrame,
    trace: Trace,
    customer_id: int,
    neighbours: Mapping[int, str],
    as_of: float,
) -> MoneyPath | None:
    """The applicant's own loan if it is disbursed by then, else that of the first neighbour's.

    A loan has its customer's number. `neighbours` are customers and what they share, in order.
    `transfers` are the observed ones, of which those known after `as_of` are left out. None where
    no loan of these was disbursed.
    """
    known = transfers[transfers["known_at"] <= as_of]
    lent = set(known.loc[known["kind"] == "disbursement", "loan_id"].tolist())
    if customer_id in lent:
        return MoneyPath("The applicant's own loan.", trace(known, customer_id, HOURS))
    near = next((customer for customer in neighbours if customer in lent), None)
    if near is None:
        return None
    whose = f"The loan of neighbour {near} (shares: {neighbours[near]}), as far as seen by then."
    return MoneyPath(whose, trace(known, near, HOURS))
