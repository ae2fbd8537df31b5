"""Every table: column, dtype, unit, meaning, source, and whether it is observed or truth."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from data_generators.errors import InvalidInput


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: str
    #: unit: RMB, share, count, days, months; "" for none
    unit: str
    meaning: str
    #: bank, bureau, shop, social, court, applicant, device
    source: str


@dataclass(frozen=True)
class Table:
    """A table; all of it observed or all of it truth, never both."""

    name: str
    #: "observed" or "truth"
    side: str
    meaning: str
    columns: tuple[Column, ...]

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` if it is exactly this table; InvalidInput names the first difference."""
        expected = [c.name for c in self.columns]
        if list(frame.columns) != expected:
            odd = ", ".join(sorted(set(frame.columns) ^ set(expected))) or "their order"
            raise InvalidInput(f"{self.name} differs from its schema in {odd}.")
        for column in self.columns:
            if str(frame[column.name].dtype) != column.dtype:
                raise InvalidInput(
                    f"{self.name}.{column.name} is {frame[column.name].dtype}, not {column.dtype}."
                )
        return frame

    def dictionary(self) -> pd.DataFrame:
        """The data dictionary: one row a column."""
        return pd.DataFrame(
            [{"table": self.name, "side": self.side, **vars(c)} for c in self.columns]
        )


def _columns(dtype: str, rows: Iterable[tuple[str, str, str, str]]) -> tuple[Column, ...]:
    return tuple(Column(name, dtype, unit, meaning, source) for name, unit, meaning, source in rows)


_ID = Column("customer_id", "int64", "", "customer, counted from 0", "bank")
_TIMES = _columns(
    "float64",
    [
        ("event_time", "days", "when it happened, since the scenario's first day", "bank"),
        ("known_at", "days", "when the bank could know it", "bank"),
    ],
)

APPLICATIONS = Table(
    "applications",
    "observed",
    "one application a customer, with the profile as of then",
    (
        _ID,
        *_TIMES,
        *_columns(
            "float64",
            [
                ("age", "years", "age", "applicant"),
                ("declared_income", "RMB a month", "income the applicant declares", "applicant"),
                ("rent_monthly", "RMB a month", "rent of the lease", "applicant"),
                ("bank_tenure_months", "months", "months as a customer, 0 for others", "bank"),
                ("bank_inflow", "RMB a month", "account inflow, own customers", "bank"),
                ("bank_savings", "RMB", "balance of savings, own customers", "bank"),
                ("bureau_lenders", "count", "other lenders reporting", "bureau"),
                ("bureau_inquiries_6m", "count", "inquiries in six months", "bureau"),
                ("bureau_overdue_24m", "count", "times overdue in 24 months", "bureau"),
                ("bureau_utilisation", "share", "balances over limits elsewhere", "bureau"),
                ("shop_orders_12m", "count", "orders in twelve months", "shop"),
                ("shop_late_payments_12m", "count", "orders paid late", "shop"),
                ("shop_return_rate", "share", "orders returned", "shop"),
                ("social_contacts", "count", "contact degree", "social"),
                ("social_risky_share", "share", "contacts with overdue debt", "social"),
                ("court_enforcement", "0 or 1", "enforcement record", "court"),
                ("apply_hour", "hour", "hour of the day", "device"),
                ("session_seconds", "seconds", "length of the app session", "device"),
                ("device_age_days", "days", "since the device was first seen", "device"),
                ("email_age_days", "days", "since the address was first seen", "device"),
                ("requested_amount", "RMB", "amount asked for", "applicant"),
            ],
        ),
        *_columns(
            "int64",
            [
                ("device_id", "", "device, opaque", "device"),
                ("address_id", "", "home address, opaque", "applicant"),
                ("phone_id", "", "phone number, opaque", "applicant"),
            ],
        ),
    ),
)

DECISIONS = Table(
    "decisions",
    "observed",
    "the incumbent's decision on each application",
    (
        _ID,
        *_TIMES,
        *_columns(
            "float64",
            [
                ("credit_limit", "RMB", "limit granted, 0 for a decline", "bank"),
                ("price", "share a year", "rate charged", "bank"),
                ("propensity", "share", "probability of this limit under the policy", "bank"),
            ],
        ),
        Column("explored", "bool", "", "decided at random", "bank"),
    ),
)

ACCOUNTS = Table(
    "accounts",
    "observed",
    "one row an account and month on book, while open",
    (
        _ID,
        Column("mob", "int16", "months", "months on book", "bank"),
        *_columns(
            "float64",
            [
                ("credit_limit", "RMB", "limit", "bank"),
                ("opening", "RMB", "balance at the start", "bank"),
                ("drawn", "RMB", "drawn", "bank"),
                ("interest", "RMB", "interest charged", "bank"),
                ("paid", "RMB", "paid", "bank"),
                ("written_off", "RMB", "written off on default", "bank"),
                ("closing", "RMB", "opening + drawn + interest - paid - written_off", "bank"),
                ("due", "RMB", "billed this month", "bank"),
            ],
        ),
        Column(
            "months_late", "int8", "months", "age of the oldest unpaid due, 4 is default", "bank"
        ),
        *_TIMES,
    ),
)

PERFORMANCE = Table(
    "performance",
    "observed",
    "what became of each account",
    (_ID, *_TIMES, Column("default", "bool", "", "over 90 days past due", "bank")),
)

FRAUD_LABELS = Table(
    "fraud_labels",
    "observed",
    "confirmed fraud; blocked and undetected fraud has no row",
    (_ID, *_TIMES),
)

TRAITS = Table(
    "traits",
    "truth",
    "latent traits of every customer",
    (
        *_columns(
            "float64",
            [
                ("ability", "", "ability to repay, standard normal", "truth"),
                ("willingness", "", "willingness to repay, standard normal", "truth"),
                ("impatience", "", "drives the demand for credit", "truth"),
                ("income", "RMB a month", "permanent income", "truth"),
                ("buffer", "RMB", "liquid buffer", "truth"),
                ("demand", "RMB", "demand for credit before noise", "truth"),
            ],
        ),
        Column("n_lenders", "int64", "count", "other lenders", "truth"),
        *_columns("float64", [("other_debt", "RMB a month", "debt service elsewhere", "truth")]),
        Column("transactor", "bool", "", "pays in full each month", "truth"),
        *_columns("float64", [("rent", "RMB a month", "rent", "truth")]),
    ),
)

#: in the order of `Observed`'s fields
OBSERVED = (APPLICATIONS, DECISIONS, ACCOUNTS, PERFORMANCE, FRAUD_LABELS)
TRUTH = (TRAITS,)
