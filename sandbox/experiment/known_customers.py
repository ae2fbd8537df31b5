"""Customers of a world with the PDs that the best model on their features could give them."""

import numpy as np
import pandas as pd

from data_generators import World
from sandbox.errors import BadInput
from sandbox.features import credit_features
from sandbox.validation.quality.population import Population

#: RMB at which true PDs are taken
LIMIT = 10_000.0


def known_customers(
    world: World, *, limit: float = LIMIT, replicas: int = 32, columns: int = 12
) -> Population:
    """Honest applicants with true PDs at `limit`, averaged over customers with like features.

    Trees learn the true PDs of `replicas` replays from the features; what they say of a customer
    is then taken as its PD, from which outcomes are drawn. So scores equal to it are right, vary as
    those of a good model do, and hang on features as they do in the world. The first `columns`
    features that take more than two values are kept.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    if not limit > 0:
        raise BadInput(f"limit={limit:g}; give a limit above 0 RMB.")
    honest = world.truth.fraud() == ""
    true = world.truth.true_pd(np.full(world.customers, limit), replicas)[honest]
    features: pd.DataFrame = credit_features(world.observed().applications)[honest]
    trees = HistGradientBoostingRegressor(
        loss="poisson", max_iter=80, max_leaf_nodes=12, early_stopping=False, random_state=0
    )
    trees.fit(features.to_numpy(), true)
    kept = [c for c in features.columns if features[c].nunique() > 2][:columns]
    rates = np.clip(trees.predict(features.to_numpy()), 1e-4, 0.95)
    return Population(rates, features[kept].reset_index(drop=True))
