"""Point-in-time features from observed applications; the same for training and evaluation.

Identifiers and times never reach a model: they are turned into counts over earlier
applications and dropped. The table `profiles`, which holds more of each customer, is not joined
yet: models see the columns of `applications` alone.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
#: features made here -> meaning, unit and source of what they are made from
DERIVED = {
    "device_applications_30d": ("earlier on the same device, in 30 days", "count", "device"),
    "address_applications_30d": ("earlier at the same address, in 30 days", "count", "applicant"),
    "request_to_income": ("amount asked for over declared income", "months", "applicant"),
}
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
    return _without_businesses(features.drop(columns="tenor_months") if only_lines else features)


def _without_businesses(features: pd.DataFrame) -> pd.DataFrame:
    """The features less those of businesses that are 0 everywhere: such a column tells nothing."""
    return features.drop(
        columns=[c for c in OF_BUSINESSES if c in features and not features[c].any()]
    )


def _flags(product: pd.Series) -> list[str]:
    """One flag a product but one, in alphabetical order; none where there is one product."""
    there = sorted(product.unique())
    unflagged = LINE if LINE in there else there[-1]
    return [FLAG + name for name in there if name != unflagged]


def fraud_features(
    applications: pd.DataFrame, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """What a fraud model sees: profile, behaviour, and counts on shared identifiers.

    Adds `device_applications_30d`, `address_applications_30d` (earlier applications on the same
    identifier within 30 days, counts) and `request_to_income` (asked for over declared income).
    `declared_turnover` (RMB a month) is there unless there is no business among the applicants.
    `columns` are those that a model was trained on; None: as these applications have it.
    """
    dropped = [c for c in (*NOT_FEATURES, *TERMS) if c in applications]
    day = applications["event_time"].to_numpy(dtype=float)
    income = applications["declared_income"].to_numpy(dtype=float)
    features = (
        applications.drop(columns=dropped)
        .assign(
            device_applications_30d=earlier_within(applications["device_id"], day, 30.0),
            address_applications_30d=earlier_within(applications["address_id"], day, 30.0),
            request_to_income=applications["requested_amount"] / np.maximum(income, 1.0),
        )
        .astype(np.float64)
    )
    return _without_businesses(features) if columns is None else features[list(columns)]


def earlier_within(key: pd.Series, day: NDArray[np.float64], days: float) -> NDArray[np.float64]:
    """For each row, how many rows with the same key came before it, at most `days` earlier.

    >>> earlier_within(pd.Series([5, 5, 5, 6]), np.array([0.0, 10.0, 35.0, 36.0]), 30.0).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    codes = pd.factorize(key)[0]
    order = np.lexsort((day, codes))
    # Keys are laid end to end on one time axis, too far apart for a window to reach across.
    reach = float(day.max() - day.min()) + days + 1.0 if len(day) else 1.0
    position = codes[order] * reach + (day[order] - day.min() if len(day) else 0.0)
    first = np.searchsorted(position, position - days, side="left")
    counts = np.empty(len(day))
    counts[order] = np.arange(len(day)) - first
    return counts
