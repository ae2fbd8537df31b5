"""What the best policy on observed features is worth where a study's models were judged."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.experiment.parallel import shown
from sandbox.experiment.plan import CellPlan, prepare
from sandbox.experiment.policy_value import learn_best_observable
from sandbox.features import credit_features


def observable_values(
    plans: Sequence[CellPlan], customers: int, *, progress: bool = True
) -> pd.DataFrame:
    """A row each market and seed: `scenario`, `seed`, `observable` (RMB a customer).

    In each market the bound is learnt once, from another world of `customers` under a seed of
    its own, 100,000 or more for a bound that is not too low, and decides for the customers that
    models were judged on, valued by the same potential outcomes.
    """
    judged = {(plan.arena.name, plan.seed): plan for plan in plans if plan.role == "limit"}
    markets = list(dict.fromkeys(name for name, _ in judged))
    rows = []
    for market in shown(markets, progress, "best observable", len(markets)):
        own = [plan for (name, _), plan in judged.items() if name == market]
        rows += _of_market(own, customers)
    return pd.DataFrame(rows, columns=["scenario", "seed", "observable"])


def _of_market(plans: Sequence[CellPlan], customers: int) -> list[dict[str, object]]:
    # Three words: models' worlds are seeded by two (see `CellPlan.evaluation`).
    words = np.random.SeedSequence([plans[0].evaluation_seed, 0, 1]).generate_state(1, np.uint64)
    bound = learn_best_observable(plans[0].evaluation.reseeded(int(words[0]), customers))
    rows: list[dict[str, object]] = []
    for plan in plans:
        world, potential = plan.evaluation, prepare(plan)
        if potential.limits.tolist() != bound.limits.tolist():
            raise BadInput(f"The limits of {plan.arena.name} are not those of its bound.")
        known = len(potential.pd)
        features = credit_features(world.observed().applications, bound.columns)[:known]
        honest = world.truth.fraud()[:known] == ""
        value = potential.value(bound.decide(features))[honest].mean()
        rows.append({"scenario": plan.arena.name, "seed": plan.seed, "observable": float(value)})
    return rows
