"""scikit-learn's own checks of estimators, on every built-in model that they can be given.

The checks pass arrays; the models take tables with named columns. Here each model gets names for
the columns and a table of labels, and nothing else of it is changed.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import check_estimator

from sandbox import models
from sandbox.models.rule_matrix import INCOME, POINTS
from sandbox.rules import Rule, RuleSet, to_jdm

OWN_WORDS = "it refuses this as well, in words of its own"
BY_NAME = "columns are found by name, and the ones that are missing are named, not counted"
NO_EVIDENCE = "it refuses a few rows in which no feature tells good from bad"
OWN_COLUMNS = "it reads the features that it has points or rules for, however many there are"

#: checks that no model passes, and why
EXPECTED = {
    "check_n_features_in_after_fitting": BY_NAME,
    "check_dtype_object": OWN_WORDS,
    "check_fit2d_1sample": OWN_WORDS,
    "check_fit2d_predict1d": OWN_WORDS,
    "check_requires_y_none": OWN_WORDS,
}
#: further ones, by model
EXPECTED_OF = {
    "FraudRules": {"check_n_features_in": OWN_COLUMNS},
    "RuleMatrix": {
        "check_n_features_in": OWN_COLUMNS,
        "check_estimators_empty_data_messages": OWN_COLUMNS,
    },
    "Scorecard": {
        "check_fit2d_1feature": NO_EVIDENCE,
        "check_pipeline_consistency": NO_EVIDENCE,
    },
}
#: models that the checks cannot be given
OTHER_TABLES = {"LimitIncrease": "its features are months of accounts, eight columns that agree"}


class FromArrays:
    """Names for columns, and labels out of a vector; the rest is the model's."""

    def fit(self, X, y):
        if y is None:
            return super().fit(self.named(X), y)
        target = np.asarray(y).ravel()
        labels = pd.DataFrame(
            {"target": (target == target.max()).astype(float), "credit_limit": 1e4}
        )
        return super().fit(self.named(X), labels.assign(utilisation=0.5, ead=5e3))

    def predict(self, X):
        return super().predict(self.named(X))

    def named(self, X):
        if not isinstance(X, np.ndarray) or X.ndim != 2:
            return X
        return pd.DataFrame(X, columns=[f"f{i}" for i in range(X.shape[1])])


class NamedBoostedExposure(FromArrays, models.BoostedExposure):
    pass


class NamedBoostedFraud(FromArrays, models.BoostedFraud):
    pass


class NamedBoostedPD(FromArrays, models.BoostedPD):
    pass


class NamedCausalPair(FromArrays, models.CausalPair):
    pass


class NamedFraudRules(FromArrays, models.FraudRules):
    pass


class NamedFraudStack(FromArrays, models.FraudStack):
    pass


class NamedIsolationForestFraud(FromArrays, models.IsolationForestFraud):
    pass


class NamedLogisticFraud(FromArrays, models.LogisticFraud):
    pass


class NamedRuleMatrix(FromArrays, models.RuleMatrix):
    def named(self, X):
        if not isinstance(X, np.ndarray) or X.ndim != 2:
            return X
        table = super().named(X)
        table.columns = [*POINTS, *table.columns][: table.shape[1]]
        absent = {name: np.nan for name in POINTS if name not in table}
        return table.assign(**absent, **{INCOME: 8_000.0})


class NamedScorecard(FromArrays, models.Scorecard):
    pass


RULES = to_jdm(RuleSet("one", (Rule.of("much", "much", {"f0": "> 0.5"}, points=5),)))

NAMED = {
    "BoostedExposure": NamedBoostedExposure(trees=5),
    "BoostedFraud": NamedBoostedFraud(trees=5),
    "BoostedPD": NamedBoostedPD(trees=5),
    "CausalPair": NamedCausalPair(trees=5, use_propensities=False),
    "FraudRules": NamedFraudRules(rules=RULES),
    "FraudStack": NamedFraudStack(trees=5, folds=2),
    "IsolationForestFraud": NamedIsolationForestFraud(trees=5),
    "LogisticFraud": NamedLogisticFraud(),
    "RuleMatrix": NamedRuleMatrix(),
    "Scorecard": NamedScorecard(min_iv=0.0, max_bins=2, smallest_share=0.3),
}


def test_every_built_in_model_is_checked_or_has_a_reason():
    assert set(NAMED) | set(OTHER_TABLES) == set(models.__all__)


@pytest.mark.parametrize("name", NAMED)
def test_it_passes_the_checks_that_apply(name):
    expected = EXPECTED | EXPECTED_OF.get(name, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = check_estimator(
            NAMED[name], on_skip=None, on_fail=None, expected_failed_checks=expected
        )
    failed = {
        one["check_name"]: repr(one["exception"]) for one in done if one["status"] == "failed"
    }
    assert failed == {}
    assert {one["check_name"] for one in done if one["status"] == "xfail"} == set(expected)
    assert sum(one["status"] == "passed" for one in done) >= 20
