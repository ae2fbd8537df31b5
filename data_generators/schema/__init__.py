"""Every table: column, dtype, unit, meaning, source, and whether it is observed or truth."""

from data_generators.schema.observed import (
    ACCOUNTS,
    APPLICATIONS,
    ARREARS,
    CASH_EVENTS,
    DECISIONS,
    FRAUD_LABELS,
    JOINT_LENDING,
    OBSERVED,
    PARTNER_EVENTS,
    PARTNERS,
    PERFORMANCE,
    PROFILES,
)
from data_generators.schema.table import Column, Table
from data_generators.schema.truth import LIFE_EVENTS, PARTNER_TRUTH, TRAITS, TRUTH

__all__ = [
    "ACCOUNTS", "APPLICATIONS", "ARREARS", "CASH_EVENTS", "DECISIONS", "FRAUD_LABELS",
    "JOINT_LENDING", "LIFE_EVENTS", "OBSERVED", "PARTNERS", "PARTNER_EVENTS", "PARTNER_TRUTH",
    "PERFORMANCE", "PROFILES", "TRAITS", "TRUTH", "Column", "Table",
]  # fmt: skip
