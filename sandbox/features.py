"""Point-in-time features from observed applications; the same for training and evaluation.

Identifiers and times never reach a model: they are turned into counts over earlier
applications and dropped.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: columns of `applications` that say which row it is or when, not what the applicant is like
NOT_FEATURES = (
    "customer_id",
    "event_time",
    "known_at",
    "partner_id",
    "product",
    "tenor_months",
    "device_id",
    "address_id",
    "phone_id",
)
#: columns about the act of applying, which say nothing of the ability to repay
BEHAVIOUR = (
    "apply_hour",
    "session_seconds",
    "device_age_days",
    "email_age_days",
    "requested_amount",
)


def credit_features(applications: pd.DataFrame) -> pd.DataFrame:
    """What a limit or PD model sees: the profile columns, float64, one row an application."""
    dropped = [c for c in (*NOT_FEATURES, *BEHAVIOUR) if c in applications]
    return applications.drop(columns=dropped).astype(np.float64)


def fraud_features(applications: pd.DataFrame) -> pd.DataFrame:
    """What a fraud model sees: profile, behaviour, and counts on shared identifiers.

    Adds `device_applications_30d`, `address_applications_30d` (earlier applications on the same
    identifier within 30 days, counts) and `request_to_income` (asked for over declared income).
    """
    dropped = [c for c in NOT_FEATURES if c in applications]
    day = applications["event_time"].to_numpy(dtype=float)
    income = applications["declared_income"].to_numpy(dtype=float)
    return (
        applications.drop(columns=dropped)
        .assign(
            device_applications_30d=earlier_within(applications["device_id"], day, 30.0),
            address_applications_30d=earlier_within(applications["address_id"], day, 30.0),
            request_to_income=applications["requested_amount"] / np.maximum(income, 1.0),
        )
        .astype(np.float64)
    )


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
