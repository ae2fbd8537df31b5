"""A policy by its decisions: what it decided, what came of it, what it cost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: columns that a table of decisions must have
DECIDED = ("approve", "limit", "pd", "reason")
#: columns that a table of outcomes must have
HAPPENED = ("taken", "default", "profit")


@dataclass(frozen=True)
class Book:
    """A policy's decisions on n applications, with what is known of them.

    >>> decisions = pd.DataFrame(
    ...     {"approve": [True, False], "limit": [5e3, 0.0], "pd": [0.02, 0.4],
    ...      "reason": ["income multiple", "pd above cut-off"]}
    ... )
    >>> Book("old", decisions).approve.tolist()
    [True, False]
    """

    #: what the committee calls the policy
    name: str
    #: a row an application: `approve`, `limit` (RMB), `pd`, `reason` and, where the policy has
    #: them, `price` (yearly share) and `expected_profit` (RMB)
    decisions: pd.DataFrame
    #: a row an application, or None: `taken`, `default`, `profit` (RMB over the horizon) and,
    #: where they are known, `utilisation` (share of limit), `balance` and `drawn` (RMB)
    outcomes: pd.DataFrame | None = None
    #: RMB that each application earns less than with the best limit; NaN where the truth is
    #: not known; None outside a simulated world
    regret: Floats | None = None

    def __post_init__(self) -> None:
        _columns(f"The decisions of {self.name!r}", self.decisions, DECIDED)
        if self.decisions.empty:
            raise BadInput(f"The decisions of {self.name!r} have no rows; give at least one.")
        one_currency(f"The decisions of {self.name!r}", self.decisions)
        limit = self.limit
        wrong = ~(np.isfinite(limit) & (limit >= 0))
        if wrong.any():
            raise BadInput(
                f"Row {int(np.argmax(wrong))} of {self.name!r} has a limit of "
                f"{limit[np.argmax(wrong)]:g}; limits are RMB from 0."
            )
        odd = self.approve != (limit > 0)
        if odd.any():
            raise BadInput(
                f"Row {int(np.argmax(odd))} of {self.name!r} is approved without a limit or "
                "declined with one; approve exactly the limits above 0."
            )
        if self.outcomes is not None:
            _columns(f"The outcomes of {self.name!r}", self.outcomes, HAPPENED)
            one_currency(f"The outcomes of {self.name!r}", self.outcomes)
        for what, rows in (("outcomes", self.outcomes), ("regret", self.regret)):
            if rows is not None and len(rows) != len(self.decisions):
                raise BadInput(
                    f"{self.name!r} has {len(self.decisions)} decisions and {len(rows)} rows of "
                    f"{what}; give one row for each application, in the same order."
                )

    @property
    def limit(self) -> Floats:
        """Limits, n, RMB; 0 where declined."""
        return self.decisions["limit"].to_numpy(dtype=float)

    @property
    def approve(self) -> Flags:
        """Whether each application is approved, n."""
        return self.decisions["approve"].to_numpy(dtype=bool)

    @property
    def default(self) -> Floats:
        """Observed default, n, 0 or 1; NaN where there is no account."""
        if self.outcomes is None:
            return np.full(len(self.decisions), np.nan)
        taken = self.outcomes["taken"].to_numpy(dtype=bool) & self.approve
        return np.where(taken, self.outcomes["default"].to_numpy(dtype=float), np.nan)

    @property
    def profit(self) -> Floats:
        """Profit, n, RMB: observed where there are outcomes, else expected, else NaN."""
        if self.outcomes is not None:
            return self.outcomes["profit"].to_numpy(dtype=float)
        if "expected_profit" in self.decisions:
            return self.decisions["expected_profit"].to_numpy(dtype=float)
        return np.full(len(self.decisions), np.nan)

    @property
    def profit_is(self) -> str:
        """Where `profit` comes from: "observed", "expected by the policy" or "not known"."""
        if self.outcomes is not None:
            return "observed"
        expected = "expected_profit" in self.decisions
        return "expected by the policy" if expected else "not known"

    @property
    def regrets(self) -> Floats:
        """`regret`, all NaN where it is None."""
        return np.full(len(self.decisions), np.nan) if self.regret is None else self.regret


def same_applications(old: Book, new: Book) -> None:
    """BadInput unless the two books decide on as many applications."""
    if len(old.decisions) != len(new.decisions):
        raise BadInput(
            f"{old.name!r} decides on {len(old.decisions)} applications and {new.name!r} on "
            f"{len(new.decisions)}; compare policies on the same applications."
        )


def one_currency(what: str, table: pd.DataFrame) -> None:
    """BadInput when a column `currency` says anything but RMB."""
    if "currency" in table:
        found = sorted(set(table["currency"].astype(str)) - {"RMB", "CNY"})
        if found:
            raise BadInput(f"{what} hold amounts in {', '.join(found)}; convert them to RMB.")


def mean(values: Floats) -> float:
    """Mean of what is known; NaN when nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _columns(what: str, table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in table]
    if missing:
        raise BadInput(
            f"{what} have no column {', '.join(missing)}; they need {', '.join(needed)}."
        )
