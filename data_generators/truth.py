"""The one door to the truth: traits, fraud, potential outcomes, the oracle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.decisions import Decisions
from data_generators.errors import InvalidInput
from data_generators.repayment import replay_months
from data_generators.streams import Floats
from data_generators.typologies import TYPOLOGIES

if TYPE_CHECKING:
    from data_generators.world import Residents, World


@dataclass(frozen=True)
class PotentialOutcomes:
    """Expected outcomes of n customers at every limit of the grid, over replicas of noise.

    Expectations are kept in two halves of disjoint replicas: a policy that chooses by one half
    (as the oracle does) is scored on the other, or its luck would count as skill.
    """

    #: RMB, the scenario's grid, 0 first
    limits: Floats
    #: probability of default, n × limits, all replicas
    pd: Floats
    #: expected profit in RMB, n × limits, replicas to choose by
    profit_to_choose: Floats
    #: the same, replicas to score on
    profit_to_score: Floats
    #: replicas of noise behind each half; choosing by few makes a weak oracle
    replicas: int

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


@dataclass(frozen=True)
class Truth:
    """Everything about a world that no bank sees."""

    world: "World"

    def traits(self) -> pd.DataFrame:
        """Latent traits, a row a customer; columns as in `customers.Traits`."""
        parts = [pd.DataFrame(vars(r.traits)) for r in self.world.residents()]
        return pd.concat(parts, ignore_index=True)

    def fraud(self) -> NDArray[np.str_]:
        """Typology of every customer's application, "" for honest ones."""
        names = np.array(["", *(t.name for t in TYPOLOGIES)])
        code = np.concatenate([r.applications.typology for r in self.world.residents()])
        labels: NDArray[np.str_] = names[code]
        return labels

    def potential_outcomes(
        self, replicas: int = 256, price: float | None = None
    ) -> PotentialOutcomes:
        """Expected default and profit on the limit grid at a yearly `price` (None: the apr).

        Twice `replicas` of noise are lived through: one half to choose by, one to score on.
        The cost is customers × limits × 2 × replicas × months, 10 million of them a second.
        """
        if replicas < 1:
            raise InvalidInput(f"replicas is {replicas}; it must be at least 1.")
        yearly = self.world.scenario.economics.apr if price is None else price
        grid = np.asarray(self.world.scenario.limit_grid, dtype=float)
        defaults, choose, score = [], [], []
        for residents in self.world.residents():
            limit = grid[1:, None]
            size = residents.block.size
            charged = np.full(size, yearly)
            default = np.zeros((len(grid) - 1, size))
            profit = (default.copy(), default.copy())
            for replica in range(1, 2 * replicas + 1):
                defaulted, earned = self._lived(residents, replica, limit, charged)
                default += defaulted
                profit[replica % 2][:] += earned
            defaults.append(default / (2 * replicas))
            choose.append(profit[0] / replicas)
            score.append(profit[1] / replicas)
        return PotentialOutcomes(
            limits=grid,
            pd=_with_zero_limit(defaults),
            profit_to_choose=_with_zero_limit(choose),
            profit_to_score=_with_zero_limit(score),
            replicas=replicas,
        )

    def true_pd(self, limit: Floats, replicas: int = 64) -> Floats:
        """Probability of default at any limit (RMB, one a customer), over replicas of noise."""
        decisions = Decisions.of(limit, price=self.world.scenario.economics.apr)
        parts = []
        for residents in self.world.residents():
            part = slice(residents.block.start, residents.block.stop)
            default = np.zeros(residents.block.size)
            for replica in range(1, replicas + 1):
                default += self._lived(
                    residents, replica, decisions.limit[part], decisions.price[part]
                )[0]
            parts.append(default / replicas)
        return np.concatenate(parts)

    def _lived(
        self, residents: "Residents", replica: int, limit: Floats, price: Floats
    ) -> tuple[NDArray[np.bool_], Floats]:
        """Who defaulted in a replica under limits (n or limits × n), and the profit, RMB."""
        months = self.world.months_of(residents, replica)
        never_pays = residents.applications.fraudulent
        run = replay_months(self.world.scenario, residents.traits, never_pays, months, limit, price)
        profit: Floats = np.zeros(())
        for month in run:
            profit = profit + month[2]
        return month[0].defaulted, profit


def _with_zero_limit(parts: list[Floats]) -> Floats:
    """Blocks of limits × n as one n × (1 + limits), with nothing happening at a limit of 0."""
    table = np.concatenate(parts, axis=1).T
    return np.column_stack([np.zeros(len(table)), table])
