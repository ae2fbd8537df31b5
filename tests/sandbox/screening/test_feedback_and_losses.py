"""Analysts' labels fed back without the future, and fraud told apart from credit."""

import numpy as np
import pandas as pd
import pytest
from screened_world import market

from sandbox.errors import BadInput
from sandbox.screening.labels import feed_back
from sandbox.screening.loss_split import CAUSES, loss_split


def reviews(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "known_at", "verdict"])


def confirmed(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "known_at"])


def performance(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "known_at", "default"])


def test_a_label_is_not_there_before_it_is_known():
    tables = reviews((1, 5.0, "fraud")), confirmed((2, 30.0)), performance((3, 400.0, False))
    known = {
        day: feed_back(*tables, day).labels["application_id"].tolist()
        for day in (4, 5, 29, 30, 400)
    }
    assert known == {4: [], 5: [1], 29: [1], 30: [1, 2], 400: [1, 2, 3]}


@pytest.mark.parametrize("when", [200.0, 350.0, 700.0])
def test_rows_of_the_future_change_nothing(when):
    seen = market().observed
    whole = feed_back(seen.fraud_reviews, seen.fraud_labels, seen.performance, when)
    cut = market().world.observed(as_of=when)
    alone = feed_back(cut.fraud_reviews, cut.fraud_labels, cut.performance, when)
    pd.testing.assert_frame_equal(whole.labels, alone.labels)
    pd.testing.assert_frame_equal(whole.conflicts, alone.conflicts)
    assert (whole.labels["known_at"] <= when).all()


def test_an_outcome_stands_above_an_analyst_and_the_contradiction_is_told():
    tables = (
        reviews((1, 5.0, "honest"), (2, 6.0, "fraud"), (3, 7.0, "fraud")),
        confirmed((1, 40.0), (3, 50.0)),
        performance((2, 370.0, False)),
    )
    feedback = feed_back(*tables, 400.0)
    assert feedback.targets(pd.Series([1, 2, 3, 4])).tolist()[:3] == [1.0, 0.0, 1.0]
    assert np.isnan(feedback.targets(pd.Series([4]))[0])
    told = feedback.conflicts[["application_id", "analyst", "outcome", "days"]]
    assert told.to_numpy().tolist() == [
        [1, "honest", "confirmed", 35.0],
        [2, "fraud", "paid", 364.0],
    ]
    assert feed_back(*tables, 39.0).conflicts.empty


def test_of_two_reviews_the_later_counts_and_a_default_alone_is_no_label():
    tables = (
        reviews((1, 5.0, "fraud"), (1, 9.0, "honest")),
        confirmed(),
        performance((2, 100.0, True)),
    )
    labels = feed_back(*tables, 200.0).labels
    assert labels[["application_id", "target"]].to_numpy().tolist() == [[1, 0.0]]


def test_other_verdicts_are_refused():
    with pytest.raises(BadInput, match="'maybe'"):
        feed_back(reviews((1, 5.0, "maybe")), confirmed(), performance(), 9.0)


def split(when):
    o = market().observed
    return loss_split(
        o.accounts, o.performance, o.fraud_labels, o.fraud_reviews, o.cash_events, when
    ).set_index("cause")


def test_causes_add_up_to_what_all_defaults_lost():
    table, o = split(900.0), market().observed
    parts = table.loc[list(CAUSES)]
    for name in ("customers", "drawn", "paid", "written_off", "recovered", "lost"):
        assert parts[name].sum() == pytest.approx(table.loc["all", name])
    assert parts["share"].sum() == pytest.approx(1.0)
    late = set(o.performance.loc[o.performance["default"], "customer_id"])
    assert table.loc["all", "customers"] == len(late | set(o.fraud_labels["customer_id"]))
    off = o.accounts.loc[o.accounts["known_at"] <= 900.0, "written_off"].sum()
    assert table.loc["all", "written_off"] == pytest.approx(off)


def test_fraud_comes_to_light_before_credit_losses_do():
    early, late = split(365.0), split(900.0)
    assert early.loc["confirmed fraud", "share"] > late.loc["confirmed fraud", "share"] > 0.1
    assert late.loc["credit", "customers"] > early.loc["credit", "customers"]
    assert (late["lost"] >= 0).all()
