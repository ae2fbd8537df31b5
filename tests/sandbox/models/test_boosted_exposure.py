"""A PD that does not know the limit, and an exposure that does."""

import numpy as np
import pytest

from sandbox.errors import BadInput
from sandbox.explanation.contributions import attribute
from sandbox.models.expected_profit import BoostedExposure
from sandbox.models.limit_grid import LIMITS, OUTPUTS, table
from tests.sandbox.models.logs import confounded_log

QUICK = {"trees": 30, "depth": 3}


@pytest.fixture(scope="module")
def log():
    return confounded_log(4_000)


@pytest.fixture(scope="module")
def matrix(log):
    return BoostedExposure(**QUICK).fit(*log).predict(log[0])


def test_pd_is_the_same_at_every_limit_and_differs_between_customers(matrix):
    pd_at = table(OUTPUTS, matrix, "pd")
    assert (pd_at == pd_at[:, [0]]).all()
    assert np.array_equal(matrix[:, 0], pd_at[:, 2])
    assert pd_at[:, 0].std() > 0.01


def test_exposure_is_the_balance_and_a_share_of_what_is_undrawn(log):
    features, labels = log
    none, all_ = (BoostedExposure(ccf=c, **QUICK).fit(features, labels) for c in (0.0, 1.0))
    drawn = table(OUTPUTS, none.predict(features), "ead")
    used = table(OUTPUTS, none.predict(features), "utilisation")
    assert np.allclose(drawn, used * LIMITS)
    assert np.allclose(
        table(OUTPUTS, all_.predict(features), "ead"), np.maximum(used, 1.0) * LIMITS
    )


def test_it_needs_no_propensities(log, matrix):
    features, labels = log
    again = BoostedExposure(**QUICK).fit(features, labels.drop(columns="propensity"))
    assert np.array_equal(again.predict(features), matrix)


def test_a_conversion_factor_is_a_share(log):
    with pytest.raises(BadInput, match=r"ccf is 1\.5"):
        BoostedExposure(ccf=1.5).fit(*log)


def test_columns_of_no_value_keep_their_places_in_an_explanation(log):
    """The log has a column that is missing for everybody, between two that are not."""
    features, labels = log
    model = BoostedExposure(**QUICK).fit(features, labels)
    values, _, margin = attribute(model, features.head(200), features.tail(50))
    assert (np.abs(values).max(axis=0) > 0).tolist() == [True, False, True]
    assert np.array_equal(margin, model.margin(features.head(200)))


def test_a_column_known_of_good_customers_alone_does_no_harm(log):
    """Exposure on default is learned from defaults, where such a column is empty."""
    features, labels = log
    good = features["noise"].where(labels["target"] == 0)
    assert (labels["target"] == 1).sum() > 100
    matrix = (
        BoostedExposure(**QUICK)
        .fit(features.assign(good=good), labels)
        .predict(features.assign(good=good))
    )
    assert np.isfinite(matrix).all()
