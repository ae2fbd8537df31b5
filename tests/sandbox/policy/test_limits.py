"""Decisions keep every cap, and say which one bound."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import BadInput
from sandbox.policy import LimitPolicy

POLICY = LimitPolicy()


def features(income, rent=0.0, lenders=0.0):
    return pd.DataFrame(
        {"declared_income": [income], "rent_monthly": [rent], "bureau_lenders": [lenders]}
    )


@given(
    st.floats(500, 1e6), st.floats(0, 5e4), st.integers(0, 8), st.floats(0, 1), st.floats(0, 1e7)
)
def test_no_decision_breaks_a_cap(income, rent, lenders, pd_, wanted):
    table = features(income, rent, float(lenders))
    for limit in (None, np.array([wanted])):
        row = POLICY.decide(table, pd=np.array([pd_]), limit=limit).iloc[0]
        committed = rent + POLICY.other_debt_share * lenders * income + 0.1 * row["limit"]
        assert row["limit"] in POLICY.grid
        assert row["limit"] <= POLICY.regulatory_cap
        assert row["approve"] == (row["limit"] > 0)
        if row["approve"]:
            assert committed <= POLICY.dti_cap * income * (1 + 1e-12)
        if limit is None and pd_ > POLICY.pd_bands[-1]:
            assert not row["approve"]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1_000, 1e5))
def test_a_riskier_applicant_never_gets_more(one, other, income):
    table = pd.concat([features(income)] * 2, ignore_index=True)
    low, high = sorted([one, other])
    limits = POLICY.decide(table, pd=np.array([low, high]))["limit"]
    assert limits[0] >= limits[1]


@pytest.mark.parametrize(
    ("table", "pd_", "reason"),
    [
        (features(8_000.0), 0.02, "income multiple"),
        (features(8_000.0), 0.5, "pd above cut-off"),
        (features(8_000.0, rent=4_700.0), 0.005, "dti cap"),
        (features(400_000.0), 0.005, "regulatory cap"),
        (features(1_000.0), 0.1, "below smallest limit"),
    ],
)
def test_the_reason_is_what_bound(table, pd_, reason):
    assert POLICY.decide(table, pd=np.array([pd_]))["reason"][0] == reason


def test_bands_and_multiples_must_match():
    with pytest.raises(BadInput, match="one multiple for each band"):
        LimitPolicy(pd_bands=(0.1,), income_multiples=(1.0, 2.0))
