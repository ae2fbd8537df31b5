"""The wide table of a card portfolio: one row an account, some months of statements.

Which column is what stands in a `PanelMapping`; inside, everything is arrays of months × n,
oldest month first.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from data_generators.decisions import told
from data_generators.errors import InvalidInput
from data_generators.streams import Floats

Ints = NDArray[np.int64]

#: accounts below which moments of a table are too uncertain to fit a book to
LEAST_ACCOUNTS = 1_000
#: statements below which nothing can be said of how one follows the other
FEWEST_MONTHS = 3


@dataclass(frozen=True)
class PanelMapping:
    """The roles of a bank's columns; statuses, bills and payments newest month first."""

    #: credit limit, currency
    limit: str
    #: repayment status: −2 no use, −1 paid in full, 0 revolving, 1 and more months late
    statuses: tuple[str, ...]
    #: statement balances, currency
    bills: tuple[str, ...]
    #: payments, currency; the one of a month answers the bill of the month before
    payments: tuple[str, ...]
    #: 1 for default in the month after the last status
    target: str
    #: years; None, as below, where the table does not say
    age: str | None = None
    #: codes 1 and 2
    sex: str | None = None
    #: codes, from the most to the least schooled
    education: str | None = None
    #: codes 1 married, 2 single, 3 other
    marriage: str | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.statuses), len(self.bills), len(self.payments)}
        if len(lengths) != 1 or len(self.bills) < FEWEST_MONTHS:
            raise InvalidInput(
                f"There are {len(self.statuses)} status, {len(self.bills)} bill and "
                f"{len(self.payments)} payment columns; give as many of each, at least "
                f"{FEWEST_MONTHS}."
            )

    @classmethod
    def taiwan(cls) -> Self:
        """The columns of "Default of Credit Card Clients" (Yeh 2009).

        >>> PanelMapping.taiwan().statuses[:2]
        ('PAY_0', 'PAY_2')
        """
        return cls(
            limit="LIMIT_BAL",
            statuses=("PAY_0", *(f"PAY_{k}" for k in range(2, 7))),
            bills=tuple(f"BILL_AMT{k}" for k in range(1, 7)),
            payments=tuple(f"PAY_AMT{k}" for k in range(1, 7)),
            target="default.payment.next.month",
            age="AGE",
            sex="SEX",
            education="EDUCATION",
            marriage="MARRIAGE",
        )

    @property
    def people(self) -> dict[str, str]:
        """Role to column for what is known of the person."""
        roles = ("age", "sex", "education", "marriage")
        return {r: column for r in roles if (column := getattr(self, r)) is not None}

    @property
    def columns(self) -> tuple[str, ...]:
        """All modelled columns, the target last."""
        wide = (*self.statuses, *self.bills, *self.payments)
        return (self.limit, *self.people.values(), *wide, self.target)


@dataclass(frozen=True)
class Panel:
    """A portfolio's table as arrays; months × n, oldest first."""

    #: credit limit, currency, one an account
    limit: Floats
    #: repayment status, months × n, codes as in `PanelMapping`
    status: Ints
    #: statement balances, currency, months × n; below 0 for a credit balance
    bill: Floats
    #: payments, currency, months × n; those of a month answer the bills of the month before
    payment: Floats
    #: 1 for default in the month after the last status, one an account
    target: Ints
    #: role → one value an account
    people: dict[str, Ints]

    @classmethod
    def of(cls, table: pd.DataFrame, mapping: PanelMapping) -> Self:
        """The arrays of a table.

        Raises InvalidInput for a missing column, fewer than 1,000 accounts, a value that is
        missing or no number, or a limit that is not positive.
        """
        _check(table, mapping)

        def months(columns: tuple[str, ...]) -> Floats:
            return np.stack([table[c].to_numpy(float) for c in reversed(columns)])

        return cls(
            limit=table[mapping.limit].to_numpy(float),
            status=months(mapping.statuses).astype(np.int64),
            bill=months(mapping.bills),
            payment=months(mapping.payments),
            target=table[mapping.target].to_numpy().astype(np.int64),
            people={r: table[c].to_numpy().astype(np.int64) for r, c in mapping.people.items()},
        )

    def table(self, mapping: PanelMapping) -> pd.DataFrame:
        """One row an account, in the mapping's column names and order."""
        columns: dict[str, NDArray[np.generic]] = {mapping.limit: self.limit}
        columns |= {column: self.people[role] for role, column in mapping.people.items()}
        for names, values in (
            (mapping.statuses, self.status),
            (mapping.bills, self.bill),
            (mapping.payments, self.payment),
        ):
            columns |= dict(zip(names, values[::-1], strict=True))
        columns[mapping.target] = self.target
        return pd.DataFrame(columns)

    @property
    def utilisation(self) -> Floats:
        """Bill over limit, months × n."""
        return self.bill / self.limit


def _check(table: pd.DataFrame, mapping: PanelMapping) -> None:
    """InvalidInput unless the table can be read by the mapping and calibrated to."""
    if not isinstance(table, pd.DataFrame):
        raise InvalidInput(
            f"table is {told(table)}; it must be a DataFrame with one row an account."
        )
    if not isinstance(mapping, PanelMapping):
        raise InvalidInput(
            f"mapping is {told(mapping)}; it must be a PanelMapping: say "
            "PanelMapping(limit=..., statuses=..., bills=..., payments=..., target=...)."
        )
    missing = [c for c in mapping.columns if c not in table]
    if missing:
        raise InvalidInput(f"The table has no column {missing[0]!r}; it has {list(table)[:5]}…")
    if len(table) < LEAST_ACCOUNTS:
        raise InvalidInput(
            f"The table has {len(table)} accounts; calibration needs {LEAST_ACCOUNTS:,} or more."
        )
    holes = table[list(mapping.columns)].isna().any()
    if holes.any():
        raise InvalidInput(
            f"Column {holes.idxmax()!r} has missing values; fill or drop those accounts."
        )
    for column in mapping.columns:
        if not is_numeric_dtype(table[column]):
            raise InvalidInput(
                f"Column {column!r} holds {table[column].iloc[0]!r}, which is no number; give "
                "codes and amounts as numbers."
            )
    least = table[mapping.limit].to_numpy(float).min()
    if not least > 0:
        raise InvalidInput(f"A limit is {least}; limits have to be positive.")
