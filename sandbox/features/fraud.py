"""What a fraud model of the main job sees: the application, and counts on its identifiers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.features.credit import NOT_FEATURES, TERMS, without_businesses

#: features made here -> meaning, unit and source of what they are made from
DERIVED = {
    "device_applications_30d": ("earlier on the same device, in 30 days", "count", "device"),
    "address_applications_30d": ("earlier at the same address, in 30 days", "count", "applicant"),
    "request_to_income": ("amount asked for over declared income", "months", "applicant"),
}


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
    return without_businesses(features) if columns is None else features[list(columns)]


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
