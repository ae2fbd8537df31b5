"""What a limit or PD model sees of observed applications: the profile, and what is applied for."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

#: columns of `applications` that say which row it is or when, not what the applicant is like
NOT_FEATURES = (
    "customer_id",
    "event_time",
    "known_at",
    "partner_id",
    "device_id",
    "address_id",
    "phone_id",
)
#: what is applied for, beside the amount: the product, and the months of an instalment loan
TERMS = ("product", "tenor_months")
#: columns about the act of applying, which say nothing of the ability to repay
BEHAVIOUR = (
    "apply_hour",
    "session_seconds",
    "device_age_days",
    "email_age_days",
)
#: what the name of a flag begins with; the product follows
FLAG = "is_"
#: the product that has no flag of its own, where a market has it
LINE = "revolving"
#: of businesses alone: 0 for everyone in a market that has none
OF_BUSINESSES = ("declared_turnover",)


def credit_features(
    applications: pd.DataFrame, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """What a limit or PD model sees: profile and what is applied for, float64, a row each.

    The amount stands in `requested_amount` (RMB). `tenor_months` is there unless all are lines,
    `declared_turnover` (RMB a month) unless there is no business among them.
    Where there are several products, flags of 0 or 1 such as `is_instalment` tell them from a
    revolving line, or from the last of them where there is none. `columns` are those that a model
    was trained on, so that other applications are described as its training table was, whatever
    is applied for; None: as these applications have it.

    >>> rows = pd.DataFrame({"product": ["instalment", "revolving"], "tenor_months": [6, np.nan]})
    >>> credit_features(rows.assign(requested_amount=5_000)).columns.tolist()
    ['tenor_months', 'requested_amount', 'is_instalment']
    >>> credit_features(rows, ["is_working_capital"])["is_working_capital"].tolist()
    [0.0, 0.0]
    """
    dropped = [c for c in (*NOT_FEATURES, *BEHAVIOUR, "product") if c in applications]
    features = applications.drop(columns=dropped).astype(np.float64)
    only_lines = features["tenor_months"].isna().all()
    # a line has no term; NaN would read as one that was lost
    features["tenor_months"] = features["tenor_months"].fillna(0.0)
    product = applications["product"].astype(str)
    names = _flags(product) if columns is None else [c for c in columns if c.startswith(FLAG)]
    for name in names:
        features[name] = (product == name.removeprefix(FLAG)).astype(np.float64)
    if columns is not None:
        return features[list(columns)]
    return without_businesses(features.drop(columns="tenor_months") if only_lines else features)


def without_businesses(features: pd.DataFrame) -> pd.DataFrame:
    """The features less those of businesses that are 0 everywhere: such a column tells nothing."""
    return features.drop(
        columns=[c for c in OF_BUSINESSES if c in features and not features[c].any()]
    )


def _flags(product: pd.Series) -> list[str]:
    """One flag a product but one, in alphabetical order; none where there is one product."""
    there = sorted(product.unique())
    unflagged = LINE if LINE in there else there[-1]
    return [FLAG + name for name in there if name != unflagged]
