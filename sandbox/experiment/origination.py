"""When customers applied, and how the defaults of a market come in the life of an account."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data_generators.observation import Observed
from sandbox.experiment.labels_as_of import DAYS_A_MONTH, LabelsAsOf, labels_of
from sandbox.experiment.trial import Floats

#: months of the performance window of late labels
WINDOW = 12
#: day on which labels are read: the youngest accounts are then a month old
READ_ON = 400.0


@dataclass(frozen=True)
class Origination:
    """Of the evaluation rows and of the log that models learnt from."""

    #: n days from the market's first one on which each evaluation row applied
    day: Floats
    #: share of the cumulative hazard passed by months 1, 2, ... on book, in the training log
    hazard_share: Floats
    #: the evaluation world's labels as a bank knows them early; None where the world is too short
    labels: LabelsAsOf | None

    @property
    def month(self) -> NDArray[np.int64]:
        """n months of origination, from 0."""
        return (self.day // DAYS_A_MONTH).astype(np.int64)

    @property
    def quarter(self) -> NDArray[np.str_]:
        """n quarters of origination, as labels that sort by time."""
        return np.char.add("Q", (self.month // 3 + 1).astype(str))

    @classmethod
    def of(
        cls,
        training: Observed,
        fresh: Observed,
        rows: np.ndarray[tuple[int], np.dtype[np.intp]],
        months: int,
    ) -> "Origination":
        """From what a bank sees of both worlds; `rows` are those of the evaluation.

        Confirmed frauds are left out of both, as they are of what models learn from and of the
        evaluation: they never pay, and would bring every default forward.
        """
        learnt, honest = without_frauds(training), without_frauds(fresh)
        day = fresh.applications["event_time"].to_numpy(dtype=float)[rows]
        long = months > WINDOW and len(honest.performance) > 0
        labels = labels_of(honest, READ_ON, float(WINDOW)) if long else None
        return cls(day, hazard_share(learnt, months), labels)


def without_frauds(seen: Observed) -> Observed:
    """The same without what became of confirmed frauds."""
    ends = seen.performance
    kept = ends[~ends["customer_id"].isin(seen.fraud_labels["customer_id"])]
    return replace(seen, performance=kept.reset_index(drop=True))


def hazard_share(seen: Observed, months: int) -> Floats:
    """Share of the cumulative hazard of default that has passed by months 1 to `months` on book.

    Nelson and Aalen's estimate over all accounts of a log, each followed through `months`; rising
    to 1, in equal steps where nobody defaulted. Only the shape
    is taken from it; PDs say the level.
    """
    opened = seen.applications.set_index("customer_id")["event_time"]
    ends = seen.performance.set_index("customer_id")
    age = (ends["event_time"] - opened[ends.index]).to_numpy(dtype=float) / DAYS_A_MONTH
    month = np.clip(np.rint(age), 1, months).astype(np.int64)
    lost = ends["default"].to_numpy(dtype=bool)
    defaults = np.bincount(month[lost], minlength=months + 1)[1:].astype(float)
    there = len(ends) - np.concatenate([[0.0], np.cumsum(defaults)[:-1]])
    passed: Floats = np.cumsum(defaults / np.maximum(there, 1.0))
    if not len(ends) or not passed[-1] > 0:
        passed = np.arange(1.0, months + 1)
    share: Floats = passed / passed[-1]
    return share
