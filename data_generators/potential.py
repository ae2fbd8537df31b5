"""Potential outcomes on the limit grid, and the oracle that knows their expectations.

The oracle of this world chooses each customer's limit by expectations over one half of the
replicas of noise, and everyone, the oracle too, is scored on the other half. The reference
figures use 512 + 512 replicas and the first 10,000 customers (`REPLICAS`, `CUSTOMERS`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame

from data_generators.errors import InvalidInput
from data_generators.streams import Floats

#: replicas of noise to choose by, and as many to score on, behind reference figures
REPLICAS = 512
#: customers behind reference figures: the first of a world
CUSTOMERS = 10_000


@dataclass(frozen=True)
class PotentialOutcomes:
    """Expected outcomes of n customers at every limit of the grid, over replicas of noise.

    Expectations are kept in two halves of disjoint replicas: a policy that chooses by one half
    (as the oracle does) is scored on the other, or its luck would count as skill. `value`,
    `regret` and `clairvoyant_regret` are of the scoring half.
    """

    #: RMB, the scenario's grid, 0 first
    limits: Floats
    #: probability of default of an account, n × limits, all replicas; 0 at no limit
    pd: Floats
    #: expected profit in RMB, n × limits, replicas to choose by
    profit_to_choose: Floats
    #: the same, replicas to score on
    profit_to_score: Floats
    #: expected profit of choosing the best limit with each scoring replica's noise known, n:
    #: what no policy can reach, since it sees the future; the oracle knows expectations only
    clairvoyant: Floats
    #: replicas of noise behind each half; choosing by few makes a weak oracle
    replicas: int

    def __repr__(self) -> str:
        customers, limits = self.pd.shape
        return (
            f"PotentialOutcomes({customers:,} customers at {limits} limits, "
            f"{self.replicas} replicas to choose by and {self.replicas} to score on)"
        )

    def at(self, table: Floats, limit: Floats) -> Floats:
        """Entries of `table` (n × limits) at each customer's limit, linear between grid points."""
        upper = np.clip(np.searchsorted(self.limits, limit), 1, len(self.limits) - 1)
        low, high = self.limits[upper - 1], self.limits[upper]
        weight = np.clip((limit - low) / (high - low), 0.0, 1.0)
        rows = np.arange(len(limit))
        value: Floats = (1 - weight) * table[rows, upper - 1] + weight * table[rows, upper]
        return value

    def oracle(self) -> Floats:
        """The limit (RMB) with the best expected profit, chosen on the choosing half."""
        best: Floats = self.limits[np.argmax(self.profit_to_choose, axis=1)]
        return best

    def value(self, limit: ArrayLike) -> Floats:
        """Expected profit (RMB) of each customer at its limit (RMB; one for all, or n).

        Limits may lie between the grid's, not beyond its largest (InvalidInput).
        """
        given = np.asarray(limit, dtype=float)
        if given.shape not in ((), (len(self.pd),)):
            raise InvalidInput(
                f"limit has shape {given.shape}; give one number, or {len(self.pd)}: a limit for "
                "each customer."
            )
        outside = ~((given >= 0) & (given <= self.limits[-1]))
        if outside.any():
            raise InvalidInput(
                f"limit {given[outside].ravel()[0]:g} lies outside the grid, from 0 to "
                f"{self.limits[-1]:g} RMB."
            )
        return self.at(self.profit_to_score, np.broadcast_to(given, len(self.pd)))

    def regret(self, limit: ArrayLike) -> Floats:
        """What each customer earns less (RMB) than at the oracle's limit: the reachable part.

        The oracle knows every trait and all expectations, and no noise. A single regret can be
        negative, since the oracle chose on other replicas; a mean below 0 by more than its
        standard error says that the oracle has too few.
        """
        return self.value(self.oracle()) - self.value(limit)

    def clairvoyant_regret(self, limit: ArrayLike) -> Floats:
        """What each customer earns less (RMB) than with the future known; never negative.

        No policy reaches 0: the regret of the oracle itself is the worth of knowing the noise.
        """
        return self.clairvoyant - self.value(limit)

    def compare(
        self, policies: Mapping[str, ArrayLike], among: NDArray[np.bool_] | None = None
    ) -> DataFrame:
        """Policies and the oracle, best first; a row each, RMB a customer.

        `policies` are limits by name; `among` flags the customers who count (None: all).
        Columns `policy`, `value`, `regret` (to the oracle), `clairvoyant_regret`, each of the
        last three with its standard error over customers in `..._se`. That of a regret is
        paired: both are scored on the same customers and noise.
        """
        rows = []
        for name, limit in {**policies, "oracle": self.oracle()}.items():
            row: dict[str, object] = {"policy": name}
            for column in ("value", "regret", "clairvoyant_regret"):
                each: Floats = getattr(self, column)(limit)
                counted = each if among is None else each[among]
                row[column], row[f"{column}_se"] = mean_and_error(counted)
            rows.append(row)
        return DataFrame(rows).sort_values("value", ascending=False, ignore_index=True)

    def save(self, path: Path | str) -> None:
        """Write to one file (npz, readable without pickle)."""
        with Path(path).open("wb") as file:
            np.savez(file, **vars(self))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what `save` wrote; InvalidInput when the file holds something else."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except FileNotFoundError:
            raise
        except (OSError, ValueError, EOFError) as error:
            raise InvalidInput(f"{path} is no file of potential outcomes: {error}") from None
        names = {field.name for field in fields(cls)}
        if set(arrays) != names:
            odd = ", ".join(sorted(set(arrays) ^ names))
            raise InvalidInput(f"{path} is no file of potential outcomes: it differs in {odd}.")
        replicas = int(arrays.pop("replicas"))
        return cls(**arrays, replicas=replicas)


def mean_and_error(values: Floats) -> tuple[float, float]:
    """Mean and its standard error over customers (NaN for a single one).

    >>> mean_and_error(np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    if len(values) < 2:
        return float(values.mean()), float("nan")
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
