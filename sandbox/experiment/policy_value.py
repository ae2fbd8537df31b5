"""From worlds to what evaluating policies needs: logs with profit, true values, the bound."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data_generators import Decisions, World
from data_generators.limit_reviews import Review
from sandbox.errors import BadInput
from sandbox.experiment.trial import Floats
from sandbox.features import credit_features
from sandbox.policy.best_observable import BestObservable
from sandbox.policy.decision_log import DecisionLog
from sandbox.policy.evaluation import beside_truth, off_policy
from sandbox.policy.outcome_model import cross_fitted_profit


def log_with_profit(world: World) -> pd.DataFrame:
    """The incumbent's log and what each decision earned over the world's months, RMB.

    Columns `customer_id`, `credit_limit` (RMB), `price`, `propensity`, `profit` (RMB): what
    `off_policy` takes. The profit is the world's own figure for what happened; a bank's books
    agree with it but for recoveries that are still to come.
    """
    decisions = world.observed().decisions
    happened = world.replay(world.logged_decisions(), progress=False).customers
    names = ["customer_id", "credit_limit", "price", "propensity"]
    return decisions[names].assign(profit=happened["profit"].to_numpy())


def estimates_from_log(
    world: World,
    rows: NDArray[np.intp],
    features: pd.DataFrame,
    decisions: pd.DataFrame,
    realised: float,
) -> pd.DataFrame | None:
    """`off_policy` of decisions for `rows` of a world, with what they earned beside: `realised`.

    `features` and `decisions` have a row each of `rows`; `realised` is what a replay of the
    decisions earned, RMB a customer, and `bias` the value less that. The outcome model of `dr`
    is learnt from the log's own other folds. None where the log says nothing: no decision in
    common, or too few approvals to learn from.
    """
    log = DecisionLog.from_table(log_with_profit(world).iloc[rows])
    try:
        expected = cross_fitted_profit(log, features, decisions)
        estimates = off_policy(log, decisions, expected=expected)
    except BadInput:
        return None
    return beside_truth(estimates, realised).rename(columns={"truth": "realised"})


def replayed_values(world: World, policies: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """Realised profit (RMB) of every customer, a column each policy (limits, RMB, by name).

    All policies meet the same noise at the incumbent's prices, so columns are paired.
    """
    price = world.logged_decisions().price
    return pd.DataFrame(
        {
            name: world.replay(
                Decisions.of(np.asarray(limit, dtype=float), price=price), progress=False
            ).customers["profit"]
            for name, limit in policies.items()
        }
    )


def worth_of_review(world: World, review: Review) -> Floats:
    """What a review of limits adds to the incumbent's decisions, RMB, a customer each; paired."""
    logged = world.logged_decisions()
    with_it = world.replay(logged, review=review, progress=False).customers["profit"]
    without = world.replay(logged, progress=False).customers["profit"]
    return (with_it - without).to_numpy(dtype=float)


def learn_best_observable(
    training: World, replicas: int = 4, bound: BestObservable | None = None
) -> BestObservable:
    """The best policy on observed features, from the potential outcomes of another world.

    Learns from honest customers, as models are judged on them. `replicas` of each half; they
    may be few, since trees average over customers; `bound` has the trees (None: the default).
    Give it 100,000 or more customers: with fewer the bound is too low. Raises BadInput when too
    few are honest to fill a leaf on either side.
    """
    features = credit_features(training.observed().applications)
    potential = training.truth.potential_outcomes(replicas, progress=False)
    honest = training.truth.fraud() == ""
    profit = (potential.profit_to_choose + potential.profit_to_score) / 2
    bound = bound or BestObservable()
    if honest.sum() < 2 * bound.smallest_leaf:
        raise BadInput(
            f"The world has {int(honest.sum())} honest customers; the best policy on features "
            f"is learnt from {2 * bound.smallest_leaf} at least, better 100,000."
        )
    return bound.fit(features[honest], profit[honest], potential.limits)
