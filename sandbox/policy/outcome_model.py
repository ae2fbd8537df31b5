"""Expected profit at a decision, learnt from the log without the row's own outcome."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sandbox.errors import BadInput
from sandbox.policy.decision_log import DecisionLog, Floats

#: parts of the log; each is predicted by a model of the others
FOLDS = 4


def cross_fitted_profit(
    log: DecisionLog,
    features: pd.DataFrame,
    decisions: pd.DataFrame | ArrayLike,
    folds: int = FOLDS,
) -> Floats:
    """Expected profit (RMB, n) of each decision, by boosted trees on the other folds' rows.

    Profit over limit is learnt from `features` (n × d, observed) and the limit, on the rows that
    were approved. The log is confounded and so is what is learnt: that is what the weights of the
    doubly robust estimate correct. Row i is in fold i modulo `folds`, since customers come in no
    order. Raises BadInput with fewer than 100 approved rows a fold.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    limit = log.decisions(decisions)
    if len(features) != len(log):
        raise BadInput(f"There are {len(features):,} rows of features for {len(log):,} of the log.")
    fold, approved = np.arange(len(log)) % folds, log.limit > 0
    fewest = int(min(np.bincount(fold[approved], minlength=folds)))
    if fewest < 100:
        raise BadInput(
            f"A fold of the log has {fewest} approved rows; an outcome model needs at least 100."
        )
    table = features.to_numpy(dtype=float)
    expected = np.zeros(len(log))
    for each in range(folds):
        rows, asked = approved & (fold != each), (limit > 0) & (fold == each)
        if not asked.any():
            continue
        model = HistGradientBoostingRegressor(
            max_iter=80, max_depth=4, learning_rate=0.06, min_samples_leaf=40,
            early_stopping=False, random_state=0,
        )  # fmt: skip
        seen = np.column_stack([table[rows], np.log(log.limit[rows])])
        model.fit(seen, log.profit[rows] / log.limit[rows])
        new = np.column_stack([table[asked], np.log(limit[asked])])
        expected[asked] = model.predict(new) * limit[asked]
    return expected
