"""The causal pair: PD(x, L) and utilisation(x, L), from a log with known propensities.

The incumbent saw more than the features: it gave larger limits to those it knew to be better, so
a model of its log takes larger limits for safer than they are. Two models of each outcome are
put together so that one may be wrong (Bang and Robins, "Doubly robust estimation", 2005): trees
over all rows, cross-fitted, and a low-dimensional correction on rows weighted by their inverse
propensities, in which limits are independent of what the incumbent knew. The correction alone
would be right with trees that are off in level and slope; without need of one it shrinks to none.
"""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.models import limit_grid
from sandbox.models.grounding import Grounding, expit, log_odds
from sandbox.models.limit_features import LimitFeatures
from sandbox.models.limit_grid import LIMITS, REFERENCE_LIMIT
from sandbox.models.limit_log import LimitLog, check_amounts
from sandbox.models.limit_trees import (
    MOST_USED,
    Used,
    at_each_limit,
    held_balance,
    not_falling,
)
from sandbox.models.positivity import Positivity
from sandbox.models.table_model import column_names
from sandbox.models.tree_shapley import explained_trees
from sandbox.models.trees import TreeModel, Trees, of_rows

Floats = NDArray[np.float64]

#: limits up to the one at which `pd` is given
_UP_TO_REFERENCE = LIMITS[: LIMITS.index(REFERENCE_LIMIT) + 1]


class CausalPair(TreeModel):
    """PD, utilisation, exposure on default and take-up at each limit of the grid.

    Labels: `target`, `credit_limit`, `propensity`, `utilisation`, `ead` and, where the bank
    knows who walked away, `taken`; see `LimitLog`. The first output is `pd` at the reference
    limit, the others are named by `limit_grid.OUTPUTS`.

    PD, balance, exposure and take-up never fall as the limit rises. With
    `use_propensities=False` it is the same pair of trees without the correction and without
    regard to overlap: what a bank gets that keeps no propensities.

    Explained: the log-odds of the output `pd`, that of an account at the reference limit. They
    are a line of the trees' log-odds, so contributions to those add up. Where the correction
    leaves a smaller limit with the higher pd, that one counts for the reference limit as well
    (pd does not fall), and the row is explained at the smaller limit.
    """

    name = "causal pair"
    family = "causal"
    role = "limit"
    outputs = limit_grid.OUTPUTS
    explained = "log-odds of default at a limit of 10,000 RMB"

    def __init__(
        self,
        *,
        use_propensities: bool = True,
        trees: int = 120,
        depth: int = 4,
        learning_rate: float = 0.06,
        smallest_leaf: int = 20,
        folds: int = 3,
        positivity: float = 0.03,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            trees=trees,
            depth=depth,
            learning_rate=learning_rate,
            smallest_leaf=smallest_leaf,
            random_state=random_state,
        )
        #: correct by inverse propensities, and hold back where limits do not overlap
        self.use_propensities = use_propensities
        #: parts of the log for cross-fitting: each is scored by trees of the others
        self.folds = folds
        #: probability with which the incumbent must grant such a customer a limit that was not
        #: explored, before the log is taken to speak of it (assumed)
        self.positivity = positivity

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d features and the labels named above; rows never observed are left out.

        Raises BadInput for propensities that are missing, 0 or above 1, for a log whose limits
        do not overlap (and says which), for negative incomes or limits and for mixed currencies.
        """
        if self.folds < 2:
            raise BadInput(f"folds is {self.folds}; cross-fitting takes 2 or more.")
        columns = column_names(features)
        log = LimitLog.of(features, labels, propensities=self.use_propensities)
        trees = self._trees()
        self.columns_ = columns
        self.described_ = LimitFeatures.of(log.features[log.seen])
        seen = log.seen
        x = self.described_.at(log.features, log.limit)[seen]
        rising = self.described_.rising(x, 1)
        self.pd_ = trees.classifier(x, log.target[seen], rising)
        self.used_ = Used.learned(log, self.described_, trees)
        #: corrections of pd (log-odds) and utilisation; none without propensities
        self.corrections_: tuple[Grounding, Grounding] | None = None
        self.overlap_: Positivity | None = None
        if self.use_propensities:
            self.corrections_ = self._corrections(log, x, trees)
            self.overlap_ = Positivity.learned(log, self.described_, trees, self.positivity)
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """The n × 29 matrix of `outputs`; raises BadInput for negative incomes."""
        features = self._given(features)
        check_amounts(features)
        margin = at_each_limit(self.pd_.decision_function, self.described_, features)
        used = self.used_.utilisation(features)
        taken = self.used_.take_up(features)
        limits = np.asarray(LIMITS, dtype=np.float64)
        if self.corrections_ is not None:
            margin = self.corrections_[0].corrected(margin, limits)
            used = np.clip(self.corrections_[1].corrected_share(used, limits), 0.0, MOST_USED)
        if self.overlap_ is not None:
            used, taken = self.overlap_.held(used, taken, self.overlap_.spoken_of(features))
        pd_at = not_falling(expit(margin))
        return limit_grid.matrix(pd_at, held_balance(used), self.used_.ead(features), taken)

    def margin(self, features: pd.DataFrame) -> Floats:
        """The n log-odds of the output `pd`: the largest of those at limits up to the reference."""
        margin: Floats = self._log_odds(self._given(features)).max(axis=1)
        return margin

    def contributions(
        self, features: pd.DataFrame, background: pd.DataFrame
    ) -> tuple[Floats, Floats]:
        """Interventional Shapley values n × d, and base n: see `tree_shapley`.

        Features are those of the customer: what the trees read as a ratio of limit and income
        counts as income. A row's base is the background's mean log-odds at the limit at which
        the row is explained.
        """
        log_odds_at = self._log_odds(self._given(features))
        # of equal log-odds, those at the largest limit
        place = log_odds_at.shape[1] - 1 - log_odds_at[:, ::-1].argmax(axis=1)
        values, base = np.zeros(features.shape), np.zeros(len(features))
        for k in np.unique(place):
            rows, limit = place == k, float(LIMITS[k])
            level, slope = 0.0, 1.0
            if self.corrections_ is not None:
                level, slope = self.corrections_[0].line(limit)
            found = explained_trees(self.pd_, self.described_, limit, features[rows], background)
            behind = self.described_.at(background, limit)
            base[rows] = level + slope * of_rows(self.pd_.decision_function, behind).mean()
            values[rows] = slope * found
        return values, base

    def _log_odds(self, features: pd.DataFrame) -> Floats:
        """Of pd at each limit up to the reference, n × K."""
        margin = at_each_limit(
            self.pd_.decision_function, self.described_, features, _UP_TO_REFERENCE
        )
        if self.corrections_ is None:
            return margin
        return self.corrections_[0].corrected(margin, np.asarray(_UP_TO_REFERENCE, dtype=float))

    def _corrections(
        self, log: LimitLog, x: pd.DataFrame, trees: Trees
    ) -> tuple[Grounding, Grounding]:
        """Of pd and of utilisation, on scores of trees that have not seen the row."""
        seen = log.seen
        target, used, limit = log.target[seen], log.utilisation[seen], log.limit[seen]
        margin, expected = np.empty(len(x)), np.empty(len(x))
        part = np.arange(len(x)) % self.folds
        rising = self.described_.rising(x, 1)
        for fold in range(self.folds):
            out, rest = part == fold, part != fold
            model = trees.classifier(x[rest], target[rest], rising)
            margin[out] = model.decision_function(x[out])
            expected[out] = trees.regressor(x[rest], used[rest]).predict(x[out])
        weight = log.weights()[seen]
        return (
            Grounding.fitted(margin, limit, target, weight),
            Grounding.fitted(log_odds(expected), limit, np.clip(used, 0.0, 1.0), weight),
        )
