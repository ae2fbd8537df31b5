"""The same customers in worse times: a market's scenario changed, the noise the same."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from data_generators import Decisions, World
from data_generators.scenarios import Scenario
from sandbox.experiment.trial import Floats


@dataclass(frozen=True)
class Shock:
    """What becomes worse in a market; sizes are a house convention."""

    name: str
    #: added to the log-odds of not wanting to pay in a month
    unwilling: float = 0.0
    #: factor on the chance of losing the job, and on the loss given default
    job_loss: float = 1.0
    lgd: float = 1.0
    #: added to the monthly log-odds of a partner's collapse
    collapse: float = 0.0

    def of(self, market: Scenario) -> Scenario:
        """The market under the shock; in a blend, each of its parts from its own level."""
        people, repaid, lent = market.population, market.repayment, market.economics
        return replace(
            market,
            population=replace(people, job_loss_in=min(self.job_loss * people.job_loss_in, 1.0)),
            repayment=replace(
                repaid, unwilling_intercept=repaid.unwilling_intercept + self.unwilling
            ),
            economics=replace(lent, lgd=min(self.lgd * lent.lgd, 1.0)),
            partners=replace(
                market.partners,
                collapse_intercept=market.partners.collapse_intercept + self.collapse,
            ),
            parts=tuple(replace(p, scenario=self.of(p.scenario)) for p in market.parts),
        )


SHOCKS = (
    Shock("downturn", unwilling=0.4, job_loss=2.0, lgd=1.15),
    Shock("partners collapse", collapse=3.0),
    Shock("downturn and collapse", unwilling=0.4, job_loss=2.0, lgd=1.15, collapse=3.0),
)


def lived_through(
    world: World, limit: Floats, price: Floats, shocks: tuple[Shock, ...] = SHOCKS
) -> dict[str, pd.DataFrame]:
    """What becomes of a world's customers under the same decisions, by shock.

    `limit` (RMB) and `price` of its customers in order. A row each: `default`, `loss` (written
    off, RMB), `profit` (RMB), `taken`.
    """
    decisions = Decisions.of(limit, price=price)
    found = {}
    for shock in (Shock("base"), *shocks):
        stressed = replace(world, scenario=shock.of(world.scenario))
        happened = stressed.replay(decisions, progress=False).customers
        found[shock.name] = pd.DataFrame(
            {
                "default": happened["default"].to_numpy(dtype=np.float64),
                "loss": happened["ead"].to_numpy(dtype=np.float64),
                "profit": happened["profit"].to_numpy(dtype=np.float64),
                "taken": happened["taken"].to_numpy(),
            }
        )
    return found


def owed_at(world: World, limits: tuple[float, ...], price: Floats) -> tuple[Floats, Floats]:
    """What each customer owes at each limit, n × K RMB, and whether the offer is taken, n flags.

    The balance at default or at the end, as the labels of a limit model have it; one draw of
    noise, the same at every limit.
    """
    owed, taken = [], np.ones(world.customers, dtype=bool)
    for limit in limits:
        everyone = Decisions.of(np.full(world.customers, float(limit)), price=price)
        happened = world.replay(everyone, progress=False).customers
        owed.append((happened["ead"] + happened["balance"]).to_numpy(dtype=np.float64))
        taken &= happened["taken"].to_numpy(dtype=bool)
    return np.column_stack(owed), taken.astype(np.float64)
