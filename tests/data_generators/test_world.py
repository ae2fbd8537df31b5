"""The incumbent's log, the fraud in a world, and bad input; invariants have files of their own."""

import numpy as np
import pytest

import data_generators as dg

CUSTOMERS = 1_500


def made(seed, customers=CUSTOMERS, months=12):
    return dg.World(dg.scenarios.online_rental, customers=customers, months=months, seed=seed)


def test_the_incumbents_propensities_are_the_frequencies_of_its_choices():
    """Over the random tenth, each limit up to the ceiling comes equally often."""
    decisions = made(9, customers=40_000, months=1).observed().decisions
    explored = decisions[decisions["explored"]]
    counts = explored["credit_limit"].value_counts()
    assert len(counts) == 6
    expected = len(explored) / 6
    # Chi-square with 5 degrees of freedom; 30.9 is exceeded once in 100,000 runs. Fixed seed.
    assert ((counts - expected) ** 2 / expected).sum() < 30.9
    assert decisions["propensity"].between(0.1 / 6 - 1e-12, 1).all()


def test_weighting_by_propensity_gives_every_limit_to_everybody_once():
    """E[1{limit = l} / propensity] is 1 for every limit that can be explored."""
    decisions = made(13, customers=60_000, months=1).observed().decisions
    for limit in (0.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0):
        weight = (decisions["credit_limit"] == limit) / decisions["propensity"]
        error = weight.std() / np.sqrt(len(weight))
        # Five standard errors, a fixed seed.
        assert abs(weight.mean() - 1) < 5 * error


def test_fraud_is_near_its_rate_and_labels_are_late_and_partial():
    world = made(21, customers=40_000, months=2)
    fraud = world.truth.fraud() != ""
    # Binomial(40,000, 0.011): six standard deviations either side.
    assert abs(fraud.sum() - 440) < 6 * np.sqrt(440)
    observed = world.observed()
    labelled = observed.fraud_labels
    approved = observed.decisions["credit_limit"].to_numpy() > 0
    assert set(labelled["customer_id"]) <= set(np.flatnonzero(fraud & approved))
    assert 0.5 < len(labelled) / (fraud & approved).sum() < 0.9
    assert (labelled["known_at"] >= labelled["event_time"]).all()


def test_frauds_look_like_the_honest_in_what_is_missing():
    """No typology may be given away by filling a gap that thin files have."""
    world = made(2, customers=60_000, months=1)
    fraud = world.truth.fraud() != ""
    columns = [c for c in world.observed().applications if c.startswith("bureau")]
    gaps = world.observed().applications[columns].isna().nunique(axis=1)
    assert (gaps[fraud] == 1).all()
    assert (gaps[~fraud] == 1).all()


@pytest.mark.parametrize(
    ("given_fields", "words"),
    [
        ({"customers": -3}, ["customers", "-3", "from 1"]),
        ({"customers": 10.5}, ["customers", "10.5", "whole number"]),
        ({"months": 0}, ["months", "0", "from 1"]),
        ({"seed": -1}, ["seed", "-1"]),
    ],
)
def test_a_world_refuses_nonsense_with_value_and_range(given_fields, words):
    fields = {"customers": 10, "months": 12, "seed": 1, **given_fields}
    with pytest.raises(dg.InvalidInput) as refused:
        dg.World(dg.scenarios.online_rental, **fields)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_a_limit_that_is_no_limit_is_refused_with_its_customer(bad):
    limits = np.full(10, 5_000.0)
    limits[4] = bad
    with pytest.raises(dg.InvalidInput, match="customer 4"):
        dg.Decisions.of(limits, price=0.18)


def test_decisions_for_other_customers_are_refused():
    with pytest.raises(dg.InvalidInput, match="9 decisions for 10 customers"):
        made(1, customers=10).replay(dg.Decisions.of(np.full(9, 1.0), price=0.18))
