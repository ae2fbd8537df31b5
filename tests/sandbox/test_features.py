"""Features look back only, and say nothing about which row they belong to."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import data_generators as dg
from sandbox.features import NOT_FEATURES, credit_features, earlier_within, fraud_features

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 120)), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def applications():
    world = dg.World(dg.scenarios.online_rental, customers=3_000, months=2, seed=3)
    return world.observed().applications


@given(ROWS, st.integers(1, 60))
def test_counts_are_those_of_a_plain_loop(rows, days):
    key = pd.Series([k for k, _ in rows])
    day = np.array([float(d) + 0.001 * i for i, (_, d) in enumerate(rows)])
    expected = [
        sum(key[j] == key[i] and 0 < day[i] - day[j] <= days for j in range(len(rows)))
        for i in range(len(rows))
    ]
    assert earlier_within(key, day, float(days)).tolist() == expected


def test_no_identifier_and_no_time_reaches_a_model(applications):
    for features in (credit_features(applications), fraud_features(applications)):
        assert not set(NOT_FEATURES) & set(features.columns)
        assert (features.dtypes == np.float64).all()


def test_what_comes_later_changes_no_earlier_row(applications):
    order = applications.sort_values("event_time", ignore_index=True)
    half = order.iloc[:1_500]
    whole = fraud_features(order).iloc[:1_500]
    pd.testing.assert_frame_equal(fraud_features(half), whole)
