"""Tables of fund flows: what the bank sees of transfers, and the ledger behind it."""

from data_generators.schema.table import Column, Table, columns_of

_TIMES = columns_of(
    "float64",
    [
        ("event_time", "days", "when the money moved, since the scenario's first day", "bank"),
        ("known_at", "days", "when the bank could know it", "bank"),
    ],
)

TRANSFERS = Table(
    "transfers",
    "observed",
    "transfers that the bank sees, in order of time; all it executes itself, a part of the others",
    (
        Column("transfer_id", "int64", "", "the transfer, opaque", "bank"),
        *_TIMES,
        Column("from_account", "int64", "", "account that pays, opaque", "bank"),
        Column("to_account", "int64", "", "account that is paid, opaque", "bank"),
        Column("amount", "float64", "RMB", "amount", "bank"),
        *columns_of(
            "category",
            [
                ("kind", "", "salary, spending, bill, rent, withdrawal, transfer, ...", "bank"),
                ("channel", "", "app, card, branch, standing_order or terminal", "bank"),
                ("from_bank", "", "where the payer's account is: own, other or wallet", "bank"),
                ("to_bank", "", "where the payee's account is", "bank"),
                ("from_holder", "", "who pays: person, merchant, employer, lender, ...", "bank"),
                ("to_holder", "", "who is paid", "bank"),
            ],
        ),
        *columns_of(
            "int64",
            [
                ("from_customer_id", "", "customer who pays, -1 for none", "bank"),
                ("to_customer_id", "", "customer who is paid, -1 for none", "bank"),
                ("loan_id", "", "customer whose loan is paid out or back, -1 for none", "bank"),
            ],
        ),
        Column("reference", "category", "", "what the payer wrote: none, family, ...", "applicant"),
        Column("device_id", "int64", "", "device that ordered it, opaque; -1: no app", "device"),
        *columns_of(
            "float64",
            [
                ("session_seconds", "seconds", "length of the app session; NaN: no app", "device"),
                ("from_account_age_days", "days", "since the payer's account was seen", "bank"),
                ("to_account_age_days", "days", "since the payee's account was seen", "bank"),
            ],
        ),
    ),
)

TRANSFER_LABELS = Table(
    "transfer_labels",
    "observed",
    "transfers confirmed as fraud, late and a part of them only",
    (Column("transfer_id", "int64", "", "the transfer", "bank"), *_TIMES),
)

LEDGER = Table(
    "ledger",
    "truth",
    "every transfer, in order of time within a block of customers; each leaves one account and "
    "arrives in another",
    (
        *TRANSFERS.columns,
        Column("seen", "bool", "", "the bank sees it", "truth"),
        *columns_of(
            "float64",
            [
                ("from_balance", "RMB", "balance of the payer after it", "truth"),
                ("to_balance", "RMB", "balance of the payee after it", "truth"),
            ],
        ),
        Column("typology", "category", "", "fraud that it belongs to, or empty", "truth"),
        Column("case_id", "int64", "", "its case, -1 for none", "truth"),
        Column("hop", "int16", "count", "step within the case, or from a loan", "truth"),
        Column("look_alike", "category", "", "fraud that an honest one looks like", "truth"),
        Column("use", "category", "", "where a loan's money really went, or empty", "truth"),
    ),
)

FLOW_ACCOUNTS = Table(
    "flow_accounts",
    "truth",
    "accounts with transfers, and customers' own: opening + in - out = closing; what those "
    "outside hold is counted from nothing",
    (
        Column("account", "int64", "", "the account, opaque as in transfers", "truth"),
        Column("customer_id", "int64", "", "who holds it, -1 for nobody in the world", "truth"),
        Column("holder", "category", "", "kind of holder", "truth"),
        Column("bank", "category", "", "own, other or wallet", "truth"),
        *columns_of(
            "float64",
            [
                ("opened_day", "days", "when it was first seen", "truth"),
                ("opening", "RMB", "balance on the first day", "truth"),
                ("paid_in", "RMB", "all that arrived", "truth"),
                ("paid_out", "RMB", "all that left", "truth"),
                ("closing", "RMB", "balance at the end", "truth"),
            ],
        ),
    ),
)

TRANSFER_CASES = Table(
    "transfer_cases",
    "truth",
    "cases of fraud in transfers, one row each",
    (
        Column("case_id", "int64", "", "the case", "truth"),
        Column("typology", "category", "", "kind of fraud", "truth"),
        *columns_of(
            "float64",
            [
                ("first", "days", "first transfer", "truth"),
                ("last", "days", "last transfer", "truth"),
                ("transfers", "count", "transfers", "truth"),
                ("transfers_seen", "count", "transfers that the bank sees", "truth"),
                ("amount", "RMB", "sum of the transfers", "truth"),
            ],
        ),
    ),
)

#: what `World.fund_flows` shows, and what `truth.fund_flows` knows
FUND_FLOWS = (TRANSFERS, TRANSFER_LABELS)
FUND_FLOWS_TRUTH = (LEDGER, FLOW_ACCOUNTS, TRANSFER_CASES)
