"""Every table: column, dtype, unit, meaning, source, and whether it is observed or truth."""

from data_generators.schema.flows import (
    FLOW_ACCOUNTS,
    FUND_FLOWS,
    FUND_FLOWS_TRUTH,
    LEDGER,
    TRANSFER_CASES,
    TRANSFER_LABELS,
    TRANSFERS,
)
from data_generators.schema.observed import (
    ACCOUNTS,
    APPLICATIONS,
    ARREARS,
    CASH_EVENTS,
    DECISIONS,
    FRAUD_LABELS,
    FRAUD_REVIEWS,
    JOINT_LENDING,
    LINKS,
    OBSERVED,
    PARTNER_EVENTS,
    PARTNERS,
    PERFORMANCE,
    PROFILES,
)
from data_generators.schema.table import Column, Table
from data_generators.schema.truth import (
    FRAUD_CASES,
    HUBS,
    LIFE_EVENTS,
    LOSSES,
    PARTNER_TRUTH,
    TRAITS,
    TRUTH,
)

__all__ = [
    "ACCOUNTS", "APPLICATIONS", "ARREARS", "CASH_EVENTS", "DECISIONS", "FLOW_ACCOUNTS",
    "FRAUD_CASES", "FRAUD_LABELS", "FRAUD_REVIEWS", "FUND_FLOWS", "FUND_FLOWS_TRUTH", "HUBS",
    "JOINT_LENDING", "LEDGER", "LIFE_EVENTS", "LINKS", "LOSSES", "OBSERVED", "PARTNERS",
    "PARTNER_EVENTS", "PARTNER_TRUTH", "PERFORMANCE", "PROFILES", "TRAITS", "TRANSFERS",
    "TRANSFER_CASES", "TRANSFER_LABELS", "TRUTH", "Column", "Table",
]  # fmt: skip
