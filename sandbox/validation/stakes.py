"""What each application puts at stake: the loss of a fraud, the profit of an honest applicant."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, vector

#: amounts that are never below 0, RMB
_MONEY = ("loss", "amount", "profit")


@dataclass(frozen=True, eq=False)
class Stakes:
    """n applications, as they truly were and as they would go if they were let through.

    Raises BadInput for columns of different lengths, a day or amount that is not finite, an
    amount below 0, a fraud with a profit to forgo, an honest applicant with a loss, and money
    out on confirmation where nothing was confirmed.

    >>> one = Stakes([7, 8], [0.2, 0.9], ["ring", ""], [900.0, 0], [1000.0, 0], [0, 50.0])
    >>> one.n, one.at_stake, one.fraud.tolist()
    (2, 900.0, [True, False])
    """

    #: who applied; an id of any type, ties are broken by it
    customer: npt.NDArray[np.generic]
    #: when, in days
    day: Vector
    #: kind of fraud; "" where honest
    typology: npt.NDArray[np.str_]
    #: what a fraud costs the bank if let through, RMB, 0 or more; 0 where honest
    loss: Vector
    #: the money that a fraud leaves with, RMB, 0 or more; 0 where honest
    amount: Vector
    #: what is forgone where an honest applicant is stopped, RMB, 0 or more; 0 where fraud
    profit: Vector
    #: when the bank would confirm the fraud by itself, in days; NaN: never (None: never, for all)
    confirmed_day: Vector | None = None
    #: the part of `amount` that is out by then, RMB; NaN where never confirmed (None: all of it)
    out_when_confirmed: Vector | None = None

    def __post_init__(self) -> None:
        kept = {"customer": np.asarray(self.customer)}
        kept["typology"] = np.asarray(self.typology, dtype=np.str_)
        for name in ("day", *_MONEY):
            kept[name] = finite(name, getattr(self, name))
        for name in _MONEY:
            not_negative(name, kept[name])
        never = np.full(len(kept["day"]), np.nan)
        confirmed = never if self.confirmed_day is None else self.confirmed_day
        kept["confirmed_day"] = vector("confirmed_day", confirmed)
        sure = ~np.isnan(kept["confirmed_day"])
        out = self.out_when_confirmed
        if out is None and len(sure) == len(kept["amount"]):
            out = np.where(sure, kept["amount"], np.nan)
        kept["out_when_confirmed"] = vector("out_when_confirmed", never if out is None else out)
        for name, values in kept.items():
            object.__setattr__(self, name, values)
        self._check()

    def _check(self) -> None:
        lengths = {f.name: len(getattr(self, f.name)) for f in fields(self)}
        odd = next((n for n, rows in lengths.items() if rows != lengths["day"]), None)
        if odd is not None:
            raise BadInput(
                f"{odd} has {lengths[odd]} and day has {lengths['day']} rows; give one value an "
                "application in each."
            )
        for name, wrong in (
            ("loss", ~self.fraud & (self.loss > 0)),
            ("amount", ~self.fraud & (self.amount > 0)),
            ("profit", self.fraud & (self.profit > 0)),
            ("confirmed_day", ~self.fraud & ~np.isnan(self.confirmed)),
        ):
            if wrong.any():
                row = int(wrong.argmax())
                kind = "a fraud" if name == "profit" else "honest"
                raise BadInput(
                    f"{name} is {getattr(self, name)[row]:g} in row {row}, which is {kind}; "
                    "loss, amount and confirmed_day are of frauds, profit of the honest."
                )
        early = self.confirmed < self.day
        if early.any():
            row = int(early.argmax())
            raise BadInput(
                f"confirmed_day is {self.confirmed[row]:g} in row {row}, before its day "
                f"{self.day[row]:g}; a fraud is confirmed on the day of application or later."
            )

    @property
    def n(self) -> int:
        """Applications."""
        return len(self.day)

    @cached_property
    def fraud(self) -> npt.NDArray[np.bool_]:
        """Which applications are fraud, n flags."""
        flags: npt.NDArray[np.bool_] = self.typology != ""
        return flags

    @property
    def confirmed(self) -> Vector:
        """`confirmed_day` as n numbers, NaN where never."""
        return np.asarray(self.confirmed_day)

    @property
    def at_stake(self) -> float:
        """What all frauds would cost if let through, RMB."""
        return float(self.loss.sum())

    def taken(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Self:
        """These applications alone, by flags or positions, in that order."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def not_negative(name: str, amounts: Vector) -> None:
    """BadInput where an amount is below 0."""
    wrong = np.flatnonzero(amounts < 0)
    if len(wrong):
        raise BadInput(
            f"{name} is {amounts[wrong[0]]:g} RMB in row {wrong[0]} ({len(wrong)} such rows); "
            "give 0 or more in every row."
        )


def flags(name: str, values: npt.ArrayLike, n: int | None = None) -> npt.NDArray[np.bool_]:
    """One column of yes and no, as bool or 0 and 1; BadInput otherwise, or unless `n` rows."""
    given = np.asarray(values)
    if given.ndim != 1 or (n is not None and len(given) != n):
        rows = "one column" if n is None else f"one column of {n} rows"
        raise BadInput(f"{name} has shape {given.shape}; give {rows} of true and false.")
    if given.dtype != np.bool_ and not np.isin(given, (0, 1)).all():
        raise BadInput(f"{name} holds other values than 0 and 1; give true or false in each row.")
    return given.astype(bool)
