"""What a portfolio may use of something: exposure, capital, a partner, a region."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Budget:
    """At most so much of a weight, over everyone or group by group; at least so much, if wanted.

    One for all customers has no `group`. With groups (partners, regions), `most` and `least`
    have an entry each, and a customer is in one group or (-1) in none.

    >>> Budget("exposure", weight=np.array([0.0, 5e3]), most=1e6).labels
    ('all',)
    """

    #: what is limited, as a reason says it: "exposure", "capital", "partner", "region"
    name: str
    #: use of each option, K or n × K, 0 or more; 0 for the first option, which is to decline
    weight: Floats
    #: largest use of each group (G, or one number), in units of the weight; inf: no bound
    most: ArrayLike
    #: group of each customer, 0 to G - 1, or -1; None: one group of all
    group: Codes | None = None
    #: smallest use of each group, as committed to a partner; None: no such bound
    least: ArrayLike | None = None
    #: names of the groups; None: "all", or their numbers
    names: Sequence[str] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the groups."""
        if self.names is not None:
            return tuple(self.names)
        return ("all",) if self.group is None else tuple(map(str, range(self.groups)))

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(np.atleast_1d(np.asarray(self.most)).shape[0])

    def check(self, n: int, k: int) -> None:
        """BadInput unless it fits a table of n customers and k options."""
        if self.weight.shape not in ((k,), (n, k)):
            raise BadInput(
                f"The weight of {self.name} has shape {self.weight.shape}; it must be ({k},) or "
                f"({n}, {k}): a number for each option."
            )
        if not (np.isfinite(self.weight).all() and (self.weight >= 0).all()):
            raise BadInput(
                f"The weight of {self.name} holds NaN or a number below 0; what an option uses "
                "is 0 or more."
            )
        if np.any(self.weight[..., 0] != 0):
            raise BadInput(f"Declining uses {self.name}; the weight of the first option must be 0.")
        most, least = self._bounds()
        if self.group is not None:
            if self.group.shape != (n,) or self.group.dtype.kind not in "iu":
                raise BadInput(
                    f"The groups of {self.name} must be {n} whole numbers, one a customer."
                )
            if n and not (self.group.min() >= -1 and self.group.max() < len(most)):
                raise BadInput(
                    f"The groups of {self.name} go from {self.group.min()} to "
                    f"{self.group.max()}; there are bounds for 0 to {len(most) - 1}."
                )
        if len(self.labels) != len(most):
            raise BadInput(f"{self.name} has {len(self.labels)} names for {len(most)} groups.")
        for label, upper, lower in zip(self.labels, most, least, strict=True):
            if not upper >= 0:
                raise BadInput(
                    f"{self.name} ({label}) may use at most {upper:,.10g}; what is on the books "
                    "already passes the bound, or it is NaN: a budget is 0 or more."
                )
            if not lower <= upper:
                raise BadInput(
                    f"{self.name} ({label}) must use at least {lower:,.10g} and at most "
                    f"{upper:,.10g}: these two exclude each other."
                )

    def _bounds(self) -> tuple[Floats, Floats]:
        most = np.atleast_1d(np.asarray(self.most, dtype=float))
        least = np.full_like(most, 0.0)
        if self.least is not None:
            least = np.broadcast_to(np.asarray(self.least, dtype=float), most.shape)
        return most, least

    def sides(self) -> "list[Side]":
        """Its bounds as "at most" alone: a floor is a ceiling on what is used, negated."""
        most, least = self._bounds()
        weight = np.atleast_2d(self.weight)
        found = []
        if np.isfinite(most).any():
            found.append(Side(self, weight, self.group, most, 1.0))
        if (least > 0).any():
            bound = np.where(least > 0, -least, np.inf)
            found.append(Side(self, weight, self.group, bound, -1.0))
        return found


@dataclass(frozen=True)
class Side:
    """sign × use of each group <= bound."""

    budget: Budget
    #: 1 × K or n × K
    weight: Floats
    group: Codes | None
    #: G; inf where there is no bound
    bound: Floats
    #: 1 for a ceiling, -1 for a floor
    sign: float

    @property
    def size(self) -> int:
        """Groups."""
        return len(self.bound)

    def codes(self, part: slice | Codes, rows: int) -> Codes:
        """Group of some customers; those in none get a number of their own, `size`."""
        if self.group is None:
            return np.zeros(rows, dtype=np.intp)
        codes = self.group[part]
        return np.where(codes < 0, self.size, codes)

    def weights(self, part: slice | Codes) -> Floats:
        """Signed use of each option by some customers, 1 × K or rows × K."""
        some = self.weight if len(self.weight) == 1 else self.weight[part]
        return some if self.sign > 0 else -some

    def of(self, rows: Codes, share: float) -> "Side":
        """The same bound on a part of the customers."""
        weight = self.weight if len(self.weight) == 1 else self.weight[rows]
        group = None if self.group is None else self.group[rows]
        return Side(self.budget, weight, group, self.bound * share, self.sign)
