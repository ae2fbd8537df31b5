"""The one door to the truth: traits, fraud, potential outcomes, the oracle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.customers import PRODUCTS
from data_generators.decisions import Decisions
from data_generators.errors import InvalidInput
from data_generators.potential import PotentialOutcomes, potential_outcomes
from data_generators.repayment import Offer, lived
from data_generators.repayment.life import KINDS, draw_life
from data_generators.rows import together
from data_generators.streams import Floats
from data_generators.typologies import TYPOLOGIES

if TYPE_CHECKING:
    from data_generators.world import World


@dataclass(frozen=True)
class Truth:
    """Everything about a world that no bank sees."""

    world: "World"

    def traits(self) -> pd.DataFrame:
        """Latent traits, a row a customer; columns as in `schema.TRAITS`."""
        parts = []
        for r in self.world.residents():
            names = np.array(PRODUCTS, dtype=object)[r.traits.product]
            columns = {**vars(r.traits), "product": names, "market": r.market.astype(object)}
            parts.append(pd.DataFrame(columns))
        return pd.concat(parts, ignore_index=True)

    def fraud(self) -> NDArray[np.str_]:
        """Typology of every customer's application, "" for honest ones."""
        names = np.array(["", *(t.name for t in TYPOLOGIES)])
        code = np.concatenate([r.typology for r in self.world.residents()])
        labels: NDArray[np.str_] = names[code]
        return labels

    def tampering(self) -> NDArray[np.bool_]:
        """Customers whose data the partner tampered with before the bank saw them."""
        return np.concatenate([r.applications.tampered for r in self.world.residents()])

    def partners(self) -> pd.DataFrame:
        """Partners as they are, and what becomes of them under the incumbent's decisions.

        Columns: `partner_id`, `leverage`, `leverage_financed` (with the bank's financing in it),
        `quality` (0 to 1), `collapse_day` (NaN if none), `shock` (log-odds).
        """
        from data_generators.partners import MONTH_DAYS, NEVER

        parts = []
        for residents in self.world.residents():
            for market in residents.markets:
                fates = market.fates(market.logged_offer)
                gone = fates.collapse_month < NEVER
                columns = {
                    "partner_id": market.first_partner_id + np.arange(len(gone)),
                    "leverage": market.partners.leverage,
                    "leverage_financed": fates.leverage,
                    "quality": market.partners.quality,
                    "collapse_day": np.where(gone, MONTH_DAYS * fates.collapse_month, np.nan),
                    "shock": fates.shock,
                }
                parts.append(pd.DataFrame(columns))
        return pd.concat(parts, ignore_index=True)

    def life_events(self) -> pd.DataFrame:
        """First event of each kind in the months on book: `customer_id`, `mob`, `kind`."""
        parts = []
        for residents in self.world.residents():
            for market in residents.markets:
                life = draw_life(market.scenario, market.traits, market.streams, market.months)
                columns = {
                    "customer_id": residents.block.start + market.streams.positions[life.who],
                    "mob": (life.month + 1).astype(np.int16),
                    "kind": np.array(KINDS, dtype=object)[life.kind],
                }
                parts.append(pd.DataFrame(columns))
        table = pd.concat(parts, ignore_index=True)
        return table.sort_values(["customer_id", "mob"], ignore_index=True)

    def potential_outcomes(
        self, replicas: int = 256, price: float | None = None, *, progress: bool = False
    ) -> PotentialOutcomes:
        """Expected default and profit on the limit grid at a yearly `price` (None: the apr).

        Twice `replicas` of noise are lived through: one half to choose by, one to score on.
        The cost is customers × limits × 2 × replicas × months; see benchmarks/oracle.py.
        """
        if replicas < 1:
            raise InvalidInput(f"replicas is {replicas}; it must be at least 1.")
        return potential_outcomes(self.world, replicas, price, progress=progress)

    def true_pd(self, limit: Floats, replicas: int = 64) -> Floats:
        """Probability of default of an account at any limit (RMB, one a customer).

        Over replicas of noise, and as if every offer were taken: `pd` is a property of the
        account, whoever opens it. NaN at a limit of 0, where there is no account.
        """
        if replicas < 1:
            raise InvalidInput(f"replicas is {replicas}; it must be at least 1.")
        decisions = Decisions.of(limit, price=self.world.scenario.economics.apr)
        if len(decisions) != self.world.customers:
            raise InvalidInput(
                f"There are {len(decisions)} limits for {self.world.customers} customers; give "
                "one for each, in customer order."
            )
        parts = []
        for residents in self.world.residents():
            granted = decisions.limit[residents.block.start : residents.block.stop]
            pds = []
            for market in residents.markets:
                own = market.part_of(granted)
                price = np.full(len(own), market.scenario.economics.apr)
                offer = Offer(own, price, np.ones(len(own), dtype=bool))
                default = np.zeros(len(own))
                for replica in range(1, replicas + 1):
                    months = market.lives(market.fates(market.logged_offer, replica), replica)
                    args = (market.scenario, market.traits, market.frauds, months, offer)
                    default += lived(*args)[0]
                pds.append(np.where(own > 0, default / replicas, np.nan))
            parts.append(together(pds, residents.rows))
        return np.concatenate(parts)
