"""Point in time: nothing is known before it happened, and labels come late or never."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from worlds import ALL, SEEDS, TABLES, every_market, few, world

from data_generators.observation import MONTH

MONTHS = 9
#: days by which everything has happened and is known in a world of so many months, fraud
#: labels apart (their delay has no end)
DAYS = st.floats(0, 365 + MONTH * (MONTHS + 1))


@every_market
@few
@given(seed=SEEDS)
def test_nothing_is_known_before_it_happened(market, seed):
    observed = world(ALL[market], seed, months=MONTHS).observed()
    for name in TABLES:
        times = getattr(observed, name)[["event_time", "known_at"]]
        assert np.isfinite(times).all(axis=None), name
        assert (times["event_time"] <= times["known_at"]).all(), name


@every_market
@few
@given(seed=SEEDS)
def test_nothing_is_known_of_a_customer_who_has_not_applied(market, seed):
    observed = world(ALL[market], seed, months=MONTHS).observed()
    applied = observed.applications.set_index("customer_id")["event_time"]
    for name in TABLES:
        table = getattr(observed, name)
        if "customer_id" in table:
            assert (table["known_at"].to_numpy() >= applied[table["customer_id"]].to_numpy()).all()


@every_market
@few
@given(seed=SEEDS, days=st.tuples(DAYS, DAYS))
def test_as_of_leaves_out_what_was_not_known_and_nothing_else(market, seed, days):
    of = world(ALL[market], seed, months=MONTHS)
    early, late = sorted(days)
    everything, then, later = of.observed(), of.observed(as_of=early), of.observed(as_of=late)
    for name in TABLES:
        whole = getattr(everything, name)
        for day, seen in ((early, getattr(then, name)), (late, getattr(later, name))):
            expected = whole[whole["known_at"] <= day].reset_index(drop=True)
            pd.testing.assert_frame_equal(seen, expected, check_exact=True)
        assert len(getattr(then, name)) <= len(getattr(later, name)) <= len(whole)


@every_market
@few
@given(seed=SEEDS)
def test_the_declined_are_never_labelled(market, seed):
    observed = world(ALL[market], seed, months=MONTHS).observed()
    limits = observed.decisions.set_index("customer_id")["credit_limit"]
    for name in ("performance", "fraud_labels", "accounts", "cash_events", "joint_lending"):
        assert (limits[getattr(observed, name)["customer_id"]] > 0).all(), name
    assert set(observed.performance["customer_id"]) == set(observed.accounts["customer_id"])
    assert observed.performance["customer_id"].is_unique


@every_market
@few
@given(seed=SEEDS)
def test_performance_is_known_when_the_months_are_over_or_the_default_is_there(market, seed):
    observed = world(ALL[market], seed, months=MONTHS).observed()
    performance = observed.performance.set_index("customer_id")
    applied = observed.applications.set_index("customer_id")["event_time"]
    waited = performance["known_at"] - applied[performance.index]
    good = ~performance["default"]
    assert (waited[good] > MONTHS * MONTH).all()
    # Who owes nothing until the end of the first month is over 90 days late in the fourth.
    assert (waited[~good] > 4 * MONTH).all()
    lost = observed.accounts[observed.accounts["written_off"] > 0].set_index("customer_id")
    assert set(lost.index) == set(performance.index[~good])
    assert np.allclose(lost["event_time"], performance["event_time"][lost.index], rtol=0, atol=0.01)


@every_market
@few
@given(seed=SEEDS)
def test_only_fraud_that_was_approved_is_ever_confirmed(market, seed):
    of = world(ALL[market].replace(fraud__rate=0.3), seed, months=3)
    fraud = np.flatnonzero(of.truth.fraud() != "")
    labels = of.observed().fraud_labels
    assert set(labels["customer_id"]) <= set(fraud)
    assert labels["customer_id"].is_unique
