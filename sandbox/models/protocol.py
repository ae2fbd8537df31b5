"""What a model is: features in, a float64 matrix out. Nothing of the world, nothing of policy."""

from typing import Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@runtime_checkable
class Model(Protocol):
    """A credit-limit, fraud or PD model; fitted, scored and explained only inside a sandbox.

    Built-in models are scikit-learn estimators as well (`get_params`, clone, pipelines), but
    their features and labels are tables: see `table_model.TableModel`.
    """

    #: as a person says it: "boosted fraud"
    name: str
    #: one short word: "rules", "hgb", "logistic", "woe"
    family: str
    #: "limit", "fraud" or "pd"
    role: str
    #: names of the k columns of the matrix, such as ("pd", "limit") or ("score",)
    outputs: tuple[str, ...]

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n × d observed features and the labels a bank would have.

        `labels` has a float column `target` (1 default or confirmed fraud, 0 neither, NaN
        never observed, as for rejected applicants) and may carry more (limit, propensity).
        """
        ...

    def predict(self, features: pd.DataFrame) -> Matrix:
        """The n × k matrix; finite, probabilities within [0, 1], money in RMB."""
        ...


@runtime_checkable
class CreditLimitModel(Model, Protocol):
    """A model of role "limit".

    `outputs` are ("pd",); ("pd", "limit"), the limit in RMB; `pd` and columns of every limit,
    named as in `limit_grid` (`pd_at_2000`, `utilisation_at_2000`, `ead_at_2000`, ...); or the
    values in RMB of keeping, raising, cutting and freezing an open line. What is granted is for a
    policy to say.

    >>> from sandbox.models import RuleMatrix
    >>> isinstance(RuleMatrix(), CreditLimitModel), RuleMatrix.outputs
    (True, ('pd', 'limit'))
    """


@runtime_checkable
class FraudModel(Model, Protocol):
    """A model of role "fraud".

    `outputs` are ("score",): the probability, within [0, 1], that the application will be
    confirmed as fraud. Which are stopped is for thresholds and a budget of alerts to say.

    >>> from sandbox.models import FraudRules
    >>> isinstance(FraudRules(), FraudModel), FraudRules.outputs
    (True, ('score',))
    """


@runtime_checkable
class Explainable(Protocol):
    """A model whose output is explained additively.

    Besides `margin`, it has either `ensemble` (a fitted scikit-learn tree ensemble over exactly
    the model's columns, whose raw output is the margin) or
    `contributions(features, background) -> (values n × d, base n)`, its own exact values.
    """

    #: what the contributions add up to: "log-odds of default"
    explained: str

    def margin(self, features: pd.DataFrame) -> Matrix:
        """The n outputs that contributions add up to, in units of `explained`."""
        ...
