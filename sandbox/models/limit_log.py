"""The log that limit models learn from: what was granted, how likely that was, what came of it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models.labelled import check_labels, labelled_rows
from sandbox.models.limit_grid import LIMITS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: amounts that cannot be negative, RMB
AMOUNTS = ("declared_income", "declared_turnover", "requested_amount")
#: labels that a limit model needs, with what they are
NEEDED = {
    "credit_limit": "the limit granted, RMB, 0 where declined",
    "utilisation": "mean balance over limit while open, NaN where not seen",
    "ead": "balance at default or at the end, RMB, NaN where not seen",
}
#: a limit was granted at random where another one was likelier
LIKELY = 0.5
#: rows granted at random that a limit needs to be compared with others (assumed)
LEAST_AT_RANDOM = 30


@dataclass(frozen=True)
class LimitLog:
    """Rows that were granted a limit and whose answer is known; checked, arrays of n."""

    features: pd.DataFrame
    #: RMB, above 0
    limit: Floats
    #: 1 default, 0 none; NaN where the offer was not taken
    target: Floats
    #: 1 where the offer was taken, else 0
    taken: Floats
    utilisation: Floats
    #: RMB
    ead: Floats
    #: probability with which the limit was granted; None where it is not to be used
    propensity: Floats | None

    @classmethod
    def of(cls, features: pd.DataFrame, labels: pd.DataFrame, *, propensities: bool) -> Self:
        """The log out of n × d features and n labels; BadInput names what cannot be used.

        Labels are `target`, those of `NEEDED`, `propensity` if it is to be used, and `taken` (1
        or 0, NaN where not known; without it, where a target was seen).
        """
        check_labels(labels)
        for name, meaning in NEEDED.items():
            if name not in labels:
                raise BadInput(f"The labels have no column {name}: {meaning}.")
        _check_money(features, labels)
        labelled_rows(features, labels)
        target = _numbers(labels, "target")
        taken = np.where(np.isnan(target), np.nan, 1.0)
        if "taken" in labels:
            taken = _numbers(labels, "taken")
        limit = _numbers(labels, "credit_limit")
        rows = (limit > 0) & ~np.isnan(taken)
        propensity = checked_propensity(labels)[rows] if propensities else None
        log = cls(
            features.loc[rows],
            limit[rows],
            target[rows],
            taken[rows],
            _numbers(labels, "utilisation")[rows],
            _numbers(labels, "ead")[rows],
            propensity,
        )
        if propensities and not log.overlap().any():
            raise BadInput(_no_overlap(log))
        return log

    @property
    def seen(self) -> Flags:
        """Rows with an outcome."""
        return ~np.isnan(self.target)

    def places(self) -> NDArray[np.intp]:
        """For each row, the largest limit of the grid that it reaches; the smallest for less."""
        found = np.searchsorted(LIMITS, self.limit, side="right") - 1
        return np.asarray(np.maximum(found, 0), dtype=np.intp)

    def overlap(self) -> Flags:
        """Which limits of the grid were granted at random often enough to be compared."""
        if self.propensity is None:
            return np.zeros(len(LIMITS), dtype=np.bool_)
        at_random = self.seen & (self.propensity < LIKELY)
        enough = np.bincount(self.places()[at_random], minlength=len(LIMITS)) >= LEAST_AT_RANDOM
        return np.asarray(enough, dtype=np.bool_)

    def weights(self) -> Floats:
        """Inverse propensities that add up to what they are worth in equal rows (Kish, 1965)."""
        if self.propensity is None:
            return np.ones(len(self.limit))
        inverse = 1.0 / self.propensity
        weights: Floats = inverse * (inverse.sum() / (inverse**2).sum())
        return weights


def checked_propensity(labels: pd.DataFrame) -> Floats:
    """Propensities, each above 0 and at most 1; BadInput counts those missing or outside.

    >>> checked_propensity(pd.DataFrame({"propensity": [0.1, 0.0]}))
    Traceback (most recent call last):
    sandbox.errors.BadInput: 1 of 2 propensities are 0 or less, the first in row 1: a decision \
that could not be made cannot be weighted; record the probability with which it was made.
    """
    if "propensity" not in labels:
        raise BadInput(
            "The labels have no column propensity: the probability with which each limit was "
            "granted; without it, set use_propensities=False."
        )
    propensity = _numbers(labels, "propensity")
    for wrong, what in (
        (np.isnan(propensity), "missing"),
        (propensity <= 0, "0 or less"),
        (propensity > 1, "above 1"),
    ):
        if wrong.any():
            raise BadInput(
                f"{int(wrong.sum()):,} of {len(wrong):,} propensities are {what}, the first in "
                f"row {int(np.argmax(wrong))}: a decision that could not be made cannot be "
                "weighted; record the probability with which it was made."
            )
    return propensity


def _check_money(features: pd.DataFrame, labels: pd.DataFrame) -> None:
    for source in (features, labels):
        if "currency" in source and source["currency"].nunique() > 1:
            names = ", ".join(sorted(map(str, source["currency"].dropna().unique())))
            raise BadInput(f"The table mixes the currencies {names}; convert all amounts to one.")
    check_amounts(features)
    check_amounts(labels, ("credit_limit",))


def check_amounts(table: pd.DataFrame, names: tuple[str, ...] = AMOUNTS) -> None:
    """BadInput when one of these amounts, where the table has it, is negative.

    >>> check_amounts(pd.DataFrame({"declared_income": [9_000.0, -1.0]}))
    Traceback (most recent call last):
    sandbox.errors.BadInput: declared_income is -1 in row 1; an amount must be 0 or more RMB.
    """
    for name in names:
        if name in table:
            negative = table[name].to_numpy(dtype=np.float64) < 0
            if negative.any():
                row = int(np.argmax(negative))
                raise BadInput(
                    f"{name} is {float(table[name].iloc[row]):g} in row {row}; "
                    "an amount must be 0 or more RMB."
                )


def _no_overlap(log: LimitLog) -> str:
    granted = np.bincount(log.places(), minlength=len(LIMITS))
    there = ", ".join(f"{limit:,}" for limit, n in zip(LIMITS, granted, strict=True) if n)
    return (
        f"The log has no overlap: each of the limits {there} was granted at random (propensity "
        f"under {LIKELY:g}) to fewer than {LEAST_AT_RANDOM} observed customers, so no two limits "
        "can be compared; explore at random, or set use_propensities=False."
    )


def _numbers(labels: pd.DataFrame, name: str) -> Floats:
    return np.asarray(labels[name].to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
