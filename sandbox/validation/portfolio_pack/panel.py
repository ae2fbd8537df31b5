"""Account-months in one shape, from which vintages, rolls, categories and stages are read."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: columns that an account-month needs: see `AccountPanel`
NEEDED = ("account", "month", "dpd", "balance")
#: columns that some exhibits need besides
OPTIONAL = ("vintage", "followed_until", "amount", "written_off", "overdue", "borrower", "retail",
            "all_banks_overdue_90", "credit_impaired", "loss_share", "sicr", "pd",
            "pd_origination")  # fmt: skip


@dataclass(frozen=True)
class AccountPanel:
    """A row an account and month while the account is open, in order of account and month.

    Made by `AccountPanel.of`. Columns of `rows`, those after `balance` where a bank has them:

    - `account`: its id; `month`: calendar month, a whole number that counts months
    - `dpd`: days past due at the month's end; `balance`: RMB at the month's end, what is written
      off in that month included
    - `vintage`: month of origination, counted as `month`; month on book = month − vintage
    - `followed_until`: last month in which the account would be seen if it were open; without it,
      the last month of the table, and one that is gone before has left
    - `amount`: RMB granted at origination; `written_off`: RMB written off in the month
    - `overdue`: RMB past due (for the materiality threshold)
    - `borrower`: its id; `retail`: whether that is a retail customer (all are, where not given);
      `all_banks_overdue_90`: share of its debts to all banks over 90 days past due
    - `credit_impaired`, `sicr`: flags of the bank (significant increase in credit risk);
      `loss_share`: expected loss over balance; `pd`, `pd_origination`: PDs of one horizon
    """

    rows: pd.DataFrame
    #: account of each row, counted from 0
    code: Ints

    @classmethod
    def of(cls, table: pd.DataFrame) -> "AccountPanel":
        """Check and order a table; BadInput names the column, the row and the value.

        >>> table = pd.DataFrame(
        ...     {"account": [7, 7], "month": [2, 1], "dpd": [31, 0], "balance": [90.0, 100.0]}
        ... )
        >>> AccountPanel.of(table).rows["dpd"].tolist()
        [0, 31]
        """
        missing = [name for name in NEEDED if name not in table]
        if missing:
            raise BadInput(
                f"The account-months have no column {', '.join(missing)}; they need "
                f"{', '.join(NEEDED)}."
            )
        if table.empty:
            raise BadInput("The account-months have no rows; give at least one.")
        for name in ("month", "vintage", "followed_until"):
            if name in table and not pd.api.types.is_integer_dtype(table[name]):
                raise BadInput(
                    f"Column {name} is {table[name].dtype}; count months by whole numbers."
                )
        for name in ("dpd", "balance", "amount", "written_off", "overdue"):
            if name in table:
                _at_least_0(table, name)
        rows = table[[name for name in (*NEEDED, *OPTIONAL) if name in table]]
        code, _ = pd.factorize(rows["account"], sort=True)
        if (code < 0).any():
            raise BadInput(f"Row {int(np.argmax(code < 0))} has no account; every row needs one.")
        order = np.lexsort((rows["month"].to_numpy(), code))
        rows = rows.iloc[order].reset_index(drop=True)
        panel = cls(rows, code[order].astype(np.int64))
        panel._no_month_twice()
        panel._one_each("vintage")
        panel._one_each("followed_until")
        return panel

    def _no_month_twice(self) -> None:
        twice = (self.code[1:] == self.code[:-1]) & (self.month[1:] == self.month[:-1])
        if twice.any():
            row = int(np.argmax(twice))
            account = self.rows["account"].iloc[row]
            raise BadInput(
                f"Account {account} has month {self.month[row]} twice ({int(twice.sum())} such "
                "rows); give one row an account and month."
            )

    def _one_each(self, name: str) -> None:
        """The same month in all rows of an account, not after (or before) what is seen."""
        if name not in self.rows:
            return
        said = self.rows[name].to_numpy(dtype=np.int64)
        changes = (self.code[1:] == self.code[:-1]) & (said[1:] != said[:-1])
        late = said > self.month if name == "vintage" else said < self.month
        if changes.any() or late.any():
            account = self.rows["account"].iloc[int(np.argmax(late if late.any() else changes))]
            side = "after" if name == "vintage" else "before"
            what = f"lies {side} a month of it" if late.any() else "changes from month to month"
            raise BadInput(f"Column {name} of account {account} {what}; give one month each.")

    @property
    def month(self) -> Ints:
        """Calendar month of each row."""
        return self.rows["month"].to_numpy(dtype=np.int64)

    @property
    def balance(self) -> Floats:
        """RMB of each row."""
        return self.rows["balance"].to_numpy(dtype=np.float64)

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return int(self.code[-1]) + 1

    @property
    def first_month(self) -> int:
        """The first month of the panel."""
        return int(self.month.min())

    @property
    def last_month(self) -> int:
        """The last month of the panel."""
        return int(self.month.max())

    @property
    def followed_until(self) -> Ints:
        """Last month in which the account of each row would be seen if it were open."""
        if "followed_until" not in self.rows:
            return np.full(len(self.rows), self.last_month)
        return self.rows["followed_until"].to_numpy(dtype=np.int64)

    @property
    def first_rows(self) -> Ints:
        """Position of the first row of each account."""
        return np.flatnonzero(np.r_[True, self.code[1:] != self.code[:-1]])

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        return all(name in self.rows for name in names)

    def flags(self, name: str, otherwise: bool = False) -> Flags:
        """A column of flags; `otherwise` in every row where there is none."""
        if name not in self.rows:
            return np.full(len(self.rows), otherwise)
        found: Flags = self.rows[name].to_numpy(dtype=bool)
        return found

    def days(self, definitions: Definitions) -> Floats:
        """Days past due of each row, 0 where what is overdue is not material."""
        days = self.rows["dpd"].to_numpy(dtype=np.float64)
        if "overdue" not in self.rows:
            return days
        overdue = self.rows["overdue"].to_numpy(dtype=np.float64)
        least = definitions.default.materiality_share * self.balance
        small = (overdue <= definitions.default.materiality_rmb) | (overdue <= least)
        return np.where(small & (overdue > 0), 0.0, days)


def _at_least_0(table: pd.DataFrame, name: str) -> None:
    try:
        values = table[name].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"Column {name} holds something that is no number ({error}).") from error
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(
            f"Column {name} is {values[row]} in row {row} ({int(wrong.sum())} such rows); give a "
            "number from 0."
        )


def first_where(panel: AccountPanel, flag: Flags) -> tuple[Ints, Ints]:
    """Accounts that have a flagged row, and the position of the first such row of each."""
    rows = np.flatnonzero(flag)
    codes = panel.code[rows]
    new = np.r_[True, codes[1:] != codes[:-1]] if len(rows) else np.zeros(0, dtype=bool)
    return codes[new], rows[new]
