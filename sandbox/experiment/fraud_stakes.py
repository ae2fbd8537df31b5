"""From a world to what its applications put at stake under the incumbent's limits."""

import numpy as np
from numpy.typing import NDArray

from data_generators import World
from data_generators.decisions import Outcomes
from data_generators.replay import MONTH
from sandbox.experiment.trial import Floats
from sandbox.validation.stakes import Stakes

Flags = NDArray[np.bool_]

#: honest accounts at one limit from which their mean profit is taken; with fewer, from all
ENOUGH = 50


def fraud_stakes(world: World) -> Stakes:
    """A row each application, in customer order, as if nobody were alerted.

    The incumbent's decisions are replayed. `loss` of a fraud is its discounted loss to the bank
    (minus the profit, where that is below 0), `amount` the balance that it left with. `profit` of
    an honest applicant is the mean of honest accounts at the same limit, 0 at least: what the
    credit decision expects. Its own outcome would reward a fraud model for stopping the honest
    who lose their job, which is credit loss. Whom the incumbent declines puts nothing at stake.
    Confirmations are those of the bank's own labels; `out_when_confirmed` is the balance at the
    end of the month of confirmation.

    >>> from data_generators import scenarios
    >>> stakes = fraud_stakes(World(scenarios.online_rental, customers=2_000, months=12, seed=7))
    >>> stakes.n, bool(stakes.at_stake > 0), bool((stakes.profit[stakes.fraud] == 0).all())
    (2000, True, True)
    """
    observed = world.observed()
    typology = world.truth.fraud()
    fraud = typology != ""
    happened = world.replay(world.logged_decisions(), accounts=True, progress=False)
    customers = happened.customers
    labels = observed.fraud_labels
    labelled = labels["customer_id"].to_numpy()
    confirmed = np.full(world.customers, np.nan)
    applied = observed.applications["event_time"].to_numpy(dtype=float)
    confirmed[labelled] = np.maximum(labels["known_at"].to_numpy(dtype=float), applied[labelled])
    confirmed[~fraud] = np.nan
    lost = np.maximum(-customers["profit"].to_numpy(dtype=float), 0.0)
    left = customers["ead"].to_numpy(dtype=float)
    limit = customers["limit"].to_numpy(dtype=float)
    earned = _honest_profit(limit, customers["profit"].to_numpy(dtype=float), fraud)
    return Stakes(
        customer=np.arange(world.customers),
        day=applied,
        typology=typology,
        loss=np.where(fraud, lost, 0.0),
        amount=np.where(fraud, left, 0.0),
        profit=np.where(fraud, 0.0, earned),
        confirmed_day=confirmed,
        out_when_confirmed=_out_when_confirmed(happened, applied, confirmed, left),
    )


def _honest_profit(limit: Floats, profit: Floats, fraud: Flags) -> Floats:
    """Mean profit of honest accounts at each customer's limit, RMB, 0 at least."""
    honest = ~fraud & (limit > 0)
    if not honest.any():
        return np.zeros(len(limit))
    grid, place = np.unique(limit, return_inverse=True)
    count = np.bincount(place[honest], minlength=len(grid))
    total = np.bincount(place[honest], weights=profit[honest], minlength=len(grid))
    mean = np.where(count >= ENOUGH, total / np.maximum(count, 1), profit[honest].mean())
    return np.where(limit > 0, np.maximum(mean, 0.0)[place], 0.0)


def _out_when_confirmed(
    happened: Outcomes, applied: Floats, confirmed: Floats, left: Floats
) -> Floats:
    """Balance of each confirmed fraud when it was confirmed, RMB; NaN where never confirmed.

    An account that had ended by then had taken all it would take.
    """
    out = np.where(np.isnan(confirmed), np.nan, left)
    ledger = happened.accounts()
    who = ledger["customer_id"].to_numpy()
    month = np.maximum(np.ceil((confirmed - applied) / MONTH), 1)
    then = ledger["mob"].to_numpy() == month[who]
    closing = ledger["closing"].to_numpy(dtype=float)
    written_off = ledger["written_off"].to_numpy(dtype=float)
    out[who[then]] = np.minimum(closing + written_off, left[who])[then]
    return out
