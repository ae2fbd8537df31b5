"""Labels of a world as a bank knows them on a day, and what comes of the same accounts."""

from dataclasses import dataclass

import numpy as np

from data_generators import World
from data_generators.observation import Observed
from sandbox.errors import BadInput
from sandbox.experiment.trial import Floats

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class LabelsAsOf:
    """Accounts opened before a day; what `label_delay` and `maturity` ask for."""

    #: n ages on that day, months
    age: Floats
    #: n ages at which the default became known, NaN where that is not yet so
    bad_age: Floats
    #: share of the accounts whose default is known within the window, once all have lived it
    true_rate: float


def labels_as_of(world: World, day: float, window: float = 12.0) -> LabelsAsOf:
    """Accounts of `world` that were open on `day` (from 0), with a window in months.

    The world must follow accounts through the window and the lag of the last report. A default
    counts when the bank knew of it, not when it happened.
    """
    if world.months <= window:
        raise BadInput(
            f"The world follows accounts for {world.months} months; give more than the window's "
            f"{window:g}."
        )
    return labels_of(world.observed(), day, window)


def labels_of(observed: Observed, day: float, window: float = 12.0) -> LabelsAsOf:
    """The same of what a bank observed, where accounts were followed through the window."""
    opened = observed.applications.set_index("customer_id")["event_time"]
    ends = observed.performance.set_index("customer_id")
    start = opened[ends.index].to_numpy(dtype=float)
    there = start < day
    if not there.any():
        raise BadInput(f"No account was open on day {day:g}; give a later day.")
    age = (day - start[there]) / DAYS_A_MONTH
    known_at = ends["known_at"].to_numpy(dtype=float)
    comes = np.where(ends["default"], (known_at - start) / DAYS_A_MONTH, np.nan)[there]
    known = np.where(comes <= age, comes, np.nan)
    return LabelsAsOf(age, known, float((comes <= window).mean()))
