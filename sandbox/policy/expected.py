"""What is expected of each customer at every limit, in the parts that assumptions move."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from sandbox.errors import BadInput
from sandbox.policy.economics import Behaviour, ExpectedProfit

Floats = NDArray[np.float64]
_TABLES = ("pd", "ead", "funded", "margin")


@dataclass(frozen=True)
class Expected:
    """n customers at a grid of K limits; profit = margin − cof · funded − pd · lgd · ead."""

    #: K limits above 0, rising, RMB
    limits: Floats
    #: probability of default over the horizon, n × K
    pd: Floats
    #: RMB that a default costs at an LGD of 1, n × K, net of what a guarantor pays
    ead: Floats
    #: funds used over the horizon, n × K, RMB times years
    funded: Floats
    #: profit before funding and credit loss, n × K, RMB over the horizon
    margin: Floats
    #: limit (RMB) that the policy grants, or would if the cut-off let it; n
    wanted: Floats
    #: pd that the cut-off is held against, n
    score: Floats
    #: name of each customer's partner, n; None where there is none
    partner: NDArray[np.str_] | None = None
    #: `ead` once the guarantor has collapsed, n × K; None where nobody guarantees
    ead_alone: Floats | None = None
    #: largest limit (RMB) that caps other than the cut-off leave, n; None: the grid's largest
    ceiling: Floats | None = None

    def __post_init__(self) -> None:
        shape = (len(self.wanted), len(self.limits))
        if len(self.limits) == 0 or self.limits[0] <= 0 or np.any(np.diff(self.limits) <= 0):
            raise BadInput(f"limits are {self.limits.tolist()}; give rising limits above 0 RMB.")
        for name in _TABLES:
            table = getattr(self, name)
            if table.shape != shape:
                raise BadInput(f"{name} has shape {table.shape}; it must be {shape}.")
            if not np.isfinite(table).all():
                raise BadInput(f"{name} has entries that are not finite; fill or drop those rows.")
        if ((self.pd < 0) | (self.pd > 1)).any():
            raise BadInput("pd has entries outside 0 to 1; give probabilities.")
        if (self.wanted > self.limits[-1]).any() or not (self.wanted >= 0).all():
            raise BadInput(
                f"wanted goes from {self.wanted.min():g} to {self.wanted.max():g}; it must lie "
                f"between 0 and the grid's largest limit, {self.limits[-1]:g} RMB."
            )
        if self.ceiling is not None and self.ceiling.shape != self.wanted.shape:
            raise BadInput(
                f"ceiling has shape {self.ceiling.shape}; it must be {self.wanted.shape}."
            )

    @classmethod
    def of_behaviour(
        cls,
        behaviour: Behaviour,
        profit: ExpectedProfit,
        *,
        wanted: Floats,
        score: Floats,
        price: Floats | float | None = None,
        tenor: Floats | float = 0,
        partner: NDArray[np.str_] | None = None,
        ceiling: Floats | None = None,
    ) -> "Expected":
        """From what a model expects at each limit and the bank's economics.

        At the economics' own LGD and cost of funds the value is exactly that of `profit`.
        """
        parts, e = profit.parts(behaviour, price, tenor), profit.economics
        risk = behaviour.pd * e.lgd
        alone = np.divide(parts.loss, risk, out=np.zeros_like(risk), where=risk > 0)
        net = parts.loss - parts.compensation
        ead = np.divide(net, risk, out=np.zeros_like(risk), where=risk > 0)
        funded = parts.funding / e.cof if e.cof > 0 else np.zeros_like(risk)
        margin = parts.profit + parts.funding + net
        return cls(
            behaviour.limits, behaviour.pd, ead, funded, margin, wanted, score, partner, alone,
            ceiling,
        )  # fmt: skip

    @classmethod
    def of_profit(
        cls,
        limits: Floats,
        profit: Floats,
        *,
        pd: Floats,
        ead: Floats,
        funded: Floats,
        wanted: Floats,
        score: Floats,
        lgd: float,
        cof: float,
        partner: NDArray[np.str_] | None = None,
    ) -> "Expected":
        """From expected profit (n × K, RMB), reckoned at an LGD and a yearly cost of funds.

        The margin is what remains when those two are taken out of the profit again.
        """
        margin = profit + cof * funded + pd * lgd * ead
        return cls(limits, pd, ead, funded, margin, wanted, score, partner)

    @classmethod
    def of_decisions(
        cls,
        decisions: DataFrame,
        *,
        ead: Floats,
        funded: Floats,
        lgd: float,
        cof: float,
        partner: NDArray[np.str_] | None = None,
    ) -> "Expected":
        """From a decision table alone: `limit`, `pd`, `expected_profit`, and n RMB of each.

        Nothing is known at other limits, so amounts are proportional to the limit and pd stays:
        too bad a picture of smaller limits, whose PD is smaller, and none of larger ones: decided
        anew, nobody gets more than before. Raises BadInput without
        `expected_profit`, or when nobody is approved.
        """
        limit = decisions["limit"].to_numpy(dtype=float)
        granted = limit > 0
        if "expected_profit" not in decisions:
            raise BadInput("decisions have no column expected_profit; use a policy that gives it.")
        if not granted.any():
            raise BadInput("decisions approve nobody; there is no value to be sensitive.")
        grid = np.unique(limit[granted])
        part = np.where(granted, 1.0 / np.where(granted, limit, 1.0), 0.0)[:, None] * grid
        risk = decisions["pd"].to_numpy(dtype=float)
        earned = np.where(granted, decisions["expected_profit"].to_numpy(dtype=float), 0.0)
        made = cls.of_profit(
            grid, earned[:, None] * part, pd=np.repeat(risk[:, None], len(grid), axis=1),
            ead=ead[:, None] * part, funded=funded[:, None] * part, wanted=limit, score=risk,
            lgd=lgd, cof=cof, partner=partner,
        )  # fmt: skip
        return replace(made, ceiling=limit)

    def at(self, table: Floats, limit: Floats) -> Floats:
        """Entries of an n × K table at each customer's limit, linear between the grid's, 0 at 0.

        (PD too falls in a straight line to 0 below the smallest limit.)
        """
        grid, rows = np.concatenate([[0.0], self.limits]), np.arange(len(limit))
        upper = np.clip(np.searchsorted(self.limits, limit), 0, len(self.limits) - 1)
        low, high = grid[upper], grid[upper + 1]
        weight = np.clip((limit - low) / (high - low), 0.0, 1.0)
        below = np.where(upper > 0, table[rows, np.maximum(upper - 1, 0)], 0.0)
        value: Floats = (1 - weight) * below + weight * table[rows, upper]
        return value
