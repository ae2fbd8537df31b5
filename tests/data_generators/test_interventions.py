"""do(trait := value): no change changes nothing, and less debt or a lower limit helps."""

import numpy as np
import pytest

import data_generators as dg
from data_generators.interventions import SETTABLE

MARKETS = ("online_rental", "ecommerce", "online_education", "micro_business")


def world_of(name, customers=500, months=18):
    return dg.World(dg.scenarios.by_name(name), customers, months, seed=41)


@pytest.fixture(scope="module", params=MARKETS)
def world(request):
    return world_of(request.param)


def falls(before, after):
    """Mean fall of the default rate and its standard error, paired over customers."""
    fall = before.mean(axis=0) - after.mean(axis=0)
    return fall.mean(), fall.std() / np.sqrt(len(fall))


def test_no_change_is_the_true_pd_to_the_last_digit(world):
    limit = np.linspace(0, 60_000, world.customers)
    truth = world.truth.true_pd(limit, 12)
    assert np.array_equal(world.truth.pd_under(limit, replicas=12), truth, equal_nan=True)
    nothing = {"income": np.full(world.customers, np.nan)}
    assert np.array_equal(world.truth.pd_under(limit, nothing, replicas=12), truth, equal_nan=True)
    own = {name: world.truth.traits()[name].to_numpy(float) for name in ("buffer", "willingness")}
    assert np.array_equal(world.truth.pd_under(limit, own, replicas=12), truth, equal_nan=True)


def test_a_blend_of_markets_is_the_same_to_the_last_digit():
    blend = dg.scenarios.online_rental.blend(dg.scenarios.micro_business, 0.4)
    world = dg.World(blend, 400, 12, seed=5)
    limit = np.full(400, 15_000.0)
    assert np.array_equal(world.truth.pd_under(limit, replicas=6), world.truth.true_pd(limit, 6))


def test_customers_asked_for_alone_have_the_pd_that_they_have_among_all(world):
    some = np.array([211, 3, 77])
    half = world.truth.traits()["income"].to_numpy() / 2
    among = world.truth.pd_under(20_000, {"income": half}, replicas=10)
    alone = world.truth.pd_under(20_000, {"income": half[some]}, customers=some, replicas=10)
    assert np.array_equal(alone, among[some])
    both = np.concatenate([some, some])
    income = np.concatenate([half[some], np.full(3, np.nan)])
    twice = world.truth.pd_under(20_000, {"income": income}, customers=both, replicas=10)
    own = world.truth.pd_under(20_000, customers=some, replicas=10)
    assert np.array_equal(twice, np.concatenate([alone, own]))


def test_a_lower_limit_lowers_the_pd(world):
    high = world.truth.defaults_under(60_000, replicas=24)
    low = world.truth.defaults_under(6_000, replicas=24)
    fall, error = falls(high, low)
    assert fall > 3 * error > 0


def test_less_debt_more_income_and_more_savings_lower_the_pd():
    world = world_of("ecommerce", 1_200)
    traits = world.truth.traits()
    before = world.truth.defaults_under(30_000, replicas=24)
    for trait, times in (("other_debt", 0.0), ("income", 1.5), ("buffer", 3.0)):
        value = times * traits[trait].to_numpy()
        fall, error = falls(before, world.truth.defaults_under(30_000, {trait: value}, replicas=24))
        assert fall > 3 * error > 0, trait


def test_a_smaller_purchase_is_a_smaller_loan_and_nothing_to_a_line():
    for name, helps in (("online_education", True), ("online_rental", False)):
        world = world_of(name)
        need = world.truth.traits()["need"].to_numpy()
        before = world.truth.defaults_under(60_000, replicas=16)
        after = world.truth.defaults_under(60_000, {"need": need / 3}, replicas=16)
        assert (falls(before, after)[0] > 0) == helps
        assert helps or np.array_equal(before, after)


def test_frauds_do_as_they_would_have_done():
    world = world_of("ecommerce", 3_000)
    cases = world.truth.fraud_cases()["customer_id"].unique()
    rich = {"income": 1e6, "buffer": 1e6, "willingness": 5.0, "other_debt": 0.0}
    assert len(cases) > 20
    before = world.truth.defaults_under(20_000, customers=cases, replicas=6)
    after = world.truth.defaults_under(20_000, rich, customers=cases, replicas=6)
    assert before.any()
    assert np.array_equal(before, after)
    honest = np.setdiff1d(np.arange(300), cases)
    helped = world.truth.defaults_under(20_000, rich, customers=honest, replicas=6)
    assert helped.sum() < world.truth.defaults_under(20_000, customers=honest, replicas=6).sum()


def test_every_settable_trait_is_a_trait_and_moves_somebody():
    worlds = [world_of(name, 250) for name in ("ecommerce", "micro_business")]
    before = [world.truth.defaults_under(30_000, replicas=4) for world in worlds]
    traits = [world.truth.traits() for world in worlds]
    for name, trait in SETTABLE.items():
        moved = 0
        for world, own, as_it_was in zip(worlds, traits, before, strict=True):
            value = own[name].to_numpy(float)
            value = value - 2 if name == "willingness" else np.maximum(value * 3, trait.least)
            value = np.where(value > 0, value, np.nan) if trait.positive else value
            after = world.truth.defaults_under(30_000, {name: value}, replicas=4)
            moved += (after != as_it_was).sum()
        assert moved > 0, name


@pytest.mark.filterwarnings("error")
def test_the_less_buffer_a_business_has_the_more_of_them_default_down_to_none_at_all():
    truth = world_of("micro_business", 600).truth
    fell = [
        truth.defaults_under(30_000, {"buffer": buffer}, replicas=8).sum()
        for buffer in (1_000.0, 1.0, 0.0)
    ]
    assert 0 < fell[0] < fell[1] < fell[2]


@pytest.mark.parametrize(
    ("limit", "changes", "says"),
    [
        (5_000, {"ability": 1.0}, "these can: willingness, income"),
        (5_000, {"income": 0.0}, "income is 0; it is above 0"),
        (5_000, {"tenor": 2.5}, "a whole number from 1"),
        (5_000, {"buffer": [1.0, 2.0]}, "2 values for 500 customers"),
        (-1, {}, "A limit is not from 0"),
    ],
)
def test_what_cannot_be_set_is_refused_in_a_sentence(limit, changes, says):
    with pytest.raises(dg.InvalidInput, match=says):
        world_of("ecommerce").truth.pd_under(limit, changes)
