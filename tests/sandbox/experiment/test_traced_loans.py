"""Traced loans: what became of the money, known only after it was followed."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.experiment.traced_loans import REPORTED, STATED, traced_loans
from sandbox.features import screening_features

MISUSED = dg.scenarios.ecommerce.replace(
    fraud__rate=0.3, fraud__ring=0.07, fraud__identity_theft=0.0, fraud__purpose_misuse=0.5
)
WORLD = dg.World(MISUSED, 700, 3, 4)


@pytest.fixture(scope="module")
def transfers():
    return WORLD.fund_flows(months=3, progress=False).transfers


def test_misuse_is_seen_where_the_money_went(transfers):
    loans = traced_loans(transfers, "goods")
    typology = WORLD.truth.fraud()[loans["customer_id"]]
    against = loans["against"].groupby(typology).mean()
    assert against["purpose_misuse"] > against[""] + 0.3
    assert loans["back"].dropna().between(0, 1).all()
    assert (loans["against"] + loans["back"]).max() < 1 + 1e-9


def test_a_loans_row_is_not_changed_by_what_became_known_later(transfers):
    loans = traced_loans(transfers, "goods")
    for known_at in loans["known_at"].quantile([0.2, 0.5, 0.8], interpolation="nearest"):
        cut = traced_loans(transfers[transfers["known_at"] <= known_at], "goods")
        cut = cut[cut["known_at"] <= known_at].reset_index(drop=True)
        before = loans[loans["known_at"] <= known_at].reset_index(drop=True)
        pd.testing.assert_frame_equal(cut, before)


def test_money_that_returns_to_the_borrower_is_told():
    away = {"loan_id": -1, "to_customer_id": -1, "from_holder": "person", "kind": "transfer"}
    rows = [
        {"transfer_id": 1, "from_account": 90, "to_account": 10, "amount": 1_000.0, "loan_id": 7,
         "to_customer_id": 7, "from_holder": "bank", "to_holder": "person", "kind": "disbursement"},
        {**away, "transfer_id": 2, "from_account": 10, "to_account": 55, "amount": 800.0,
         "to_holder": "person"},
        {**away, "transfer_id": 3, "from_account": 55, "to_account": 10, "amount": 600.0,
         "to_holder": "person", "to_customer_id": 7},
    ]  # fmt: skip
    table = pd.DataFrame(rows).assign(event_time=[3.0, 3.5, 4.0], known_at=[3.0, 4.0, 5.0])
    (loan,) = traced_loans(table, "goods").to_dict("records")
    assert loan["known_at"] == 3.0 + 3.0 + REPORTED
    assert (loan["traced"], loan["back"], loan["against"]) == (800.0, 0.75, 0.25)
    late = table.assign(known_at=[3.0, 4.0, 9.0])
    assert traced_loans(late, "goods")["back"].tolist() == [0.0]


def test_no_payout_gives_no_loan_and_columns_without_shares(transfers):
    none = traced_loans(transfers[transfers["kind"] != "disbursement"], "goods")
    assert none.empty
    features = screening_features(WORLD.observed(), none)
    assert features["partner_traced_loans"].eq(0).all()
    assert features["partner_against_share"].isna().all()


def test_every_market_has_a_purpose_and_its_loans_become_columns(transfers):
    assert set(STATED) == set(dg.scenarios.catalogue())
    features = screening_features(WORLD.observed(), traced_loans(transfers, STATED["ecommerce"]))
    assert features["partner_traced_loans"].max() > 5
    assert np.isfinite(features["partner_against_share"]).mean() > 0.3
