"""Features look back only, and say nothing about which row they belong to."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import data_generators as dg
from sandbox.features import NOT_FEATURES, credit_features, earlier_within, fraud_features

ALL_TERMS = ("tenor_months", "is_instalment", "is_working_capital")
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
        assert not {*NOT_FEATURES, "product"} & set(features.columns)
        assert (features.dtypes == np.float64).all()


@pytest.mark.parametrize(
    ("scenario", "terms"),
    [
        ("online_rental", []),
        ("car_purchase", ["tenor_months"]),
        ("travel", ["tenor_months", "is_instalment"]),
        ("micro_business", ["tenor_months", "is_instalment"]),
    ],
)
def test_a_limit_model_sees_what_is_applied_for(scenario, terms):
    """The amount everywhere, the term where there is one, the product where there are several."""
    world = dg.World(dg.scenarios.by_name(scenario), customers=300, months=1, seed=3)
    applications = world.observed().applications
    features = credit_features(applications)
    asked = applications["requested_amount"]
    assert (features["requested_amount"] == asked).all()
    assert [c for c in ALL_TERMS if c in features] == terms
    if "is_instalment" in terms:
        is_instalment = applications["product"] == "instalment"
        assert (features["is_instalment"] == is_instalment).all()
        assert (features["tenor_months"] == applications["tenor_months"].fillna(0)).all()
        assert ((features["tenor_months"] == 0) == ~is_instalment).all()


def test_other_applications_are_described_as_the_training_table_was():
    """Whatever they apply for: only loans, only lines, or products that nobody had there."""
    blend = dg.scenarios.travel.blend(dg.scenarios.micro_business, 0.5)
    applications = dg.World(blend, customers=600, months=1, seed=3).observed().applications
    product = applications["product"]
    everyone = credit_features(applications)
    assert {*ALL_TERMS} < {*everyone}
    for name in product.unique():
        of_one = applications[product == name].reset_index(drop=True)
        described = credit_features(of_one, list(everyone.columns))
        expected = everyone[product == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(described, expected)
        others = credit_features(applications, list(credit_features(of_one).columns))
        assert [*others] == [*credit_features(of_one)]


def test_what_comes_later_changes_no_earlier_row(applications):
    order = applications.sort_values("event_time", ignore_index=True)
    half = order.iloc[:1_500]
    whole = fraud_features(order).iloc[:1_500]
    pd.testing.assert_frame_equal(fraud_features(half), whole)
