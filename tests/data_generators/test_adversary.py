"""Rings learn what pays and copy who earns more; what is blocked is never labelled."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import few

import data_generators as dg
from data_generators import scenarios
from data_generators.adversary import Adversary
from data_generators.errors import InvalidInput
from data_generators.incentives import STRATEGIES, Incentives
from data_generators.scenarios import FraudMix
from data_generators.streams import BLOCK
from data_generators.typologies import RING
from data_generators.typologies.ring import a_block

RINGS = 12
SEEDS = st.integers(0, 2**128 - 1)
#: no ring looks at another
ALONE = Incentives(imitation=0.0)
#: every ring looks at another each period
CURIOUS = Incentives(imitation=1.0)
MARKET = scenarios.ecommerce.replace(fraud=FraudMix.only("ring", 0.04))


def fates(seed, rings=RINGS):
    """Shares blocked and caught, anything that is possible."""
    rng = np.random.default_rng(seed)
    blocked = rng.random(rings)
    return blocked, (1 - blocked) * rng.random(rings)


def played(foe, steps, seed=0):
    for k in range(steps):
        foe = foe.step(*fates(seed + k, foe.rings))
    return foe


# Purity


@few
@given(seed=SEEDS, by=st.integers(0, 10**6))
def test_a_step_changes_nothing_and_comes_out_the_same_twice(seed, by):
    foe = Adversary.of(rings=RINGS, seed=seed)
    before = replace(foe)
    blocked, caught = fates(by)
    kept = blocked.copy(), caught.copy()
    assert foe.step(blocked, caught) == foe.step(list(blocked), list(caught))
    assert foe == before
    assert np.array_equal(blocked, kept[0])
    assert np.array_equal(caught, kept[1])
    assert played(foe, 4, by) == played(Adversary.of(rings=RINGS, seed=seed), 4, by)


def test_another_seed_or_period_draws_other_strategies():
    one, other = (Adversary.of(rings=200, seed=seed) for seed in (1, 2))
    assert one.played != other.played
    nothing = np.zeros(200)
    # As if nothing were ever learnt, so that only the draw differs.
    calm = Adversary.of(rings=200, seed=1, incentives=replace(ALONE, learning=0.0))
    assert calm.step(nothing, nothing).played != calm.played


def test_a_ring_draws_the_same_however_many_there_are():
    assert Adversary.of(rings=200, seed=5).played[:7] == Adversary.of(rings=7, seed=5).played


def test_at_first_all_strategies_are_as_likely():
    """9,000 rings: a thousand each, five standard deviations."""
    counts = np.bincount(Adversary.of(rings=9_000, seed=3).played, minlength=len(STRATEGIES))
    assert np.abs(counts - 1_000).max() < 5 * np.sqrt(1_000 * 8 / 9)


def test_a_foe_that_does_not_adapt_plays_on_whatever_happens():
    foe = Adversary.of(rings=RINGS, seed=9, adaptive=False)
    after = played(foe, 5)
    assert after.played == foe.played
    assert after.weights == foe.weights
    assert after.period == 5
    assert len(after.history()) == 5 * RINGS
    assert played(Adversary.of(rings=RINGS, seed=9), 5).played != foe.played


# Payoffs and weights


def independent_payoff(per_device, camouflage, blocked, caught):
    """The structural model's formula once more, ring by ring and in words."""
    goes_through = 1.0 - blocked - caught
    spent = 150.0 + 900.0 / per_device + 1_500.0 * camouflage * camouflage
    return 6_000.0 * goes_through - spent


@few
@given(seed=SEEDS, by=st.integers(0, 10**6))
def test_payoffs_and_weights_follow_the_structural_model(seed, by):
    foe = played(Adversary.of(rings=RINGS, seed=seed, incentives=ALONE), 3, by)
    blocked, caught = fates(by + 99)
    after, payoff = foe.step(blocked, caught), foe.payoff(blocked, caught)
    for ring in range(RINGS):
        per_device, camouflage = foe.strategies[ring]
        expected = independent_payoff(per_device, camouflage, blocked[ring], caught[ring])
        assert payoff[ring] == pytest.approx(expected)
        weights = np.array(foe.weights[ring])
        k = foe.played[ring]
        chance = np.exp(weights[k]) / np.exp(weights).sum()
        weights[k] += 0.35 * expected / 6_000.0 / max(chance, 0.1)
        assert after.weights[ring] == pytest.approx(weights)


@given(share=st.floats(0, 0.9), more=st.floats(0.01, 0.1), seed=st.integers(0, 1_000))
def test_the_more_of_a_strategy_is_blocked_or_caught_the_less_it_weighs(share, more, seed):
    foe = Adversary.of(rings=3, seed=seed, incentives=ALONE)
    nothing = np.zeros(3)
    for stop in (lambda x: foe.step(x, nothing), lambda x: foe.step(nothing, x)):
        little, much = stop(np.full(3, share)), stop(np.full(3, share + more))
        rows = np.arange(3), np.array(foe.played)
        assert (np.array(much.weights)[rows] < np.array(little.weights)[rows]).all()
        assert (much.chances[rows] < little.chances[rows]).all()
        others = np.ones_like(much.chances, dtype=bool)
        others[rows] = False
        assert (np.array(much.weights)[others] == 0).all()


def test_what_is_always_blocked_is_played_less_and_less():
    """Every shared device is found, whatever it hides; what is left is one application each."""
    foe = Adversary.of(rings=400, seed=21)
    start = np.mean([per_device == 1 for per_device, _ in foe.strategies])
    for _ in range(12):
        shared = np.array([per_device > 1 for per_device, _ in foe.strategies])
        foe = foe.step(np.where(shared, 0.95, 0.05), np.zeros(400))
    end = np.mean([per_device == 1 for per_device, _ in foe.strategies])
    assert start < 0.45
    assert end > 0.85


def test_where_nothing_is_stopped_the_cheapest_wins():
    foe = Adversary.of(rings=400, seed=22, incentives=replace(Incentives(), imitation=0.5))
    costs = [foe.incentives.cost(*map(np.array, s)) for s in STRATEGIES]
    cheap = np.argsort(costs)[:3]
    for _ in range(12):
        foe = foe.step(np.zeros(400), np.zeros(400))
    assert np.isin(foe.played, cheap).mean() > 0.6


def test_chances_add_up_to_one():
    foe = played(Adversary.of(rings=RINGS, seed=4), 30)
    assert foe.chances.shape == (RINGS, len(STRATEGIES))
    assert foe.chances.sum(axis=1) == pytest.approx(np.ones(RINGS))
    assert (foe.chances > 0).all()


# Imitation


def test_rings_copy_who_was_paid_better_and_nobody_else():
    foe = played(Adversary.of(rings=RINGS, seed=6, incentives=ALONE), 3)
    blocked, caught = fates(55)
    payoff = foe.payoff(blocked, caught)
    own = np.array(foe.step(blocked, caught).weights)
    after = np.array(replace(foe, incentives=CURIOUS).step(blocked, caught).weights)
    copied = 0
    for ring in range(RINGS):
        source = np.flatnonzero((own == after[ring]).all(axis=1))
        assert len(source)
        if ring not in source:
            copied += 1
            assert payoff[source].max() > payoff[ring]
    assert copied >= 2
    best = int(np.argmax(payoff))
    assert (after[best] == own[best]).all()


def test_imitation_moves_weights_towards_those_who_earn_more():
    """Half of the rings are never stopped, the other half always."""
    lucky = np.arange(400) % 2 == 0
    blocked = np.where(lucky, 0.0, 1.0)
    moved = {}
    for name, incentives in (("alone", ALONE), ("curious", CURIOUS)):
        foe = Adversary.of(rings=400, seed=8, incentives=incentives)
        weights = np.array(foe.step(blocked, np.zeros(400)).weights)
        moved[name] = (weights[~lucky].max(axis=1) > 0.1).mean()
    assert moved["alone"] == 0
    # Every second ring looks at one that was paid better, at least.
    assert 0.35 < moved["curious"] < 0.75


def test_a_ring_alone_has_nobody_to_copy():
    foe = Adversary.of(rings=1, seed=6, incentives=CURIOUS)
    assert played(foe, 3).weights == played(replace(foe, incentives=ALONE), 3).weights


# History


def test_history_tells_what_was_played_and_earned():
    foe = Adversary.of(rings=RINGS, seed=2)
    assert foe.history().empty
    after = foe.step(*fates(1)).step(*fates(2))
    table = after.history()
    first = table[table["period"] == 0]
    assert list(zip(first["per_device"], first["camouflage"], strict=True)) == list(foe.strategies)
    assert first["payoff"].to_numpy() == pytest.approx(foe.payoff(*fates(1)))
    assert table[table["period"] == 1]["blocked"].to_numpy() == pytest.approx(fates(2)[0])


# In a world


@pytest.fixture(scope="module")
def game():
    foe = Adversary.of(rings=a_block(MARKET.fraud), seed=13)
    return foe, dg.World(foe.scenario(MARKET), BLOCK + 3_000, 2, seed=41)


def by_hand(foe, world, flags):
    """Share of flags by ring, customer after customer."""
    totals = np.zeros((2, foe.rings))
    for residents in world.residents():
        (market,) = residents.markets
        for position in np.flatnonzero(market.typology == 1):
            who = RING.members(np.array([position]), market.scenario.fraud, market.streams)
            ring = int(who.turn[0]) % foe.rings
            totals[0, ring] += 1
            totals[1, ring] += flags[residents.block.start + position]
    return totals[1] / totals[0]


def test_rings_of_a_world_play_what_the_adversary_says(game):
    foe, world = game
    assert world.scenario.fraud.ring_strategies == foe.strategies
    for residents in world.residents():
        (market,) = residents.markets
        who = np.flatnonzero(market.typology == 1)
        members = RING.members(who, market.scenario.fraud, market.streams)
        said = np.array(foe.strategies)[members.turn % foe.rings]
        assert np.array_equal(said[:, 0], members.per_device)
        assert np.array_equal(said[:, 1], members.camouflage)


def test_rings_hear_the_share_of_their_own_applications(game):
    foe, world = game
    rng = np.random.default_rng(3)
    blocked, caught = rng.random((2, world.customers)) < 0.4
    shares = foe.outcome_of(world, blocked, caught)
    assert shares[0] == pytest.approx(by_hand(foe, world, blocked))
    assert shares[1] == pytest.approx(by_hand(foe, world, caught & ~blocked))
    assert foe.step(*shares).period == 1


def test_a_ring_that_did_not_apply_hears_what_the_average_ring_met():
    foe = Adversary.of(rings=500, seed=1)
    world = dg.World(foe.scenario(MARKET), 2_000, 2, seed=4)
    blocked = np.arange(2_000) % 3 == 0
    heard, _ = foe.outcome_of(world, blocked, np.zeros(2_000, dtype=bool))
    assert len(np.unique(heard[a_block(MARKET.fraud) :])) == 1
    frauds = world.truth.fraud() == "ring"
    assert heard[-1] == pytest.approx(blocked[frauds].mean())


def test_a_world_of_another_period_is_refused(game):
    foe, _ = game
    flags = np.zeros(100, dtype=bool)
    with pytest.raises(InvalidInput, match=r"adversary\.scenario"):
        foe.outcome_of(dg.World(MARKET, 100, 2), flags, flags)


def test_the_honest_are_the_same_whatever_the_rings_play(game):
    _, world = game
    other = dg.World(Adversary.of(rings=7, seed=99).scenario(MARKET), world.customers, 2, seed=41)
    honest = world.truth.fraud() == ""
    assert (world.truth.fraud() == other.truth.fraud()).all()
    one, two = (w.observed().applications[honest] for w in (world, other))
    assert one.equals(two)


def test_blocked_fraud_is_never_labelled(game):
    _, world = game
    seen = world.observed()
    declined = seen.decisions["credit_limit"].to_numpy() == 0
    frauds = world.truth.fraud() != ""
    assert (declined & frauds).sum() > 50
    labelled = np.zeros(world.customers, dtype=bool)
    labelled[seen.fraud_labels["customer_id"]] = True
    assert not (labelled & declined).any()
    assert not (labelled & ~frauds).any()
    # A part of the approved, found weeks after the application; four standard deviations.
    approved = frauds & ~declined
    share = labelled[approved].mean()
    assert abs(share - 0.7) < 4 * np.sqrt(0.21 / approved.sum())
    assert (seen.fraud_labels["known_at"] > seen.fraud_labels["event_time"]).all()


# Bad input


@pytest.mark.parametrize(
    ("blocked", "caught", "says"),
    [
        ([0.1], [0.1, 0.1], r"blocked has shape \(1,\); there are 2 rings"),
        ([0.1, 0.1], [0.1] * 3, r"caught has shape \(3,\)"),
        ([[0.1, 0.1]], [0.1, 0.1], "blocked has shape"),
        ([0.1, 1.2], [0.0, 0.0], r"blocked of ring 1 is 1\.2"),
        ([0.1, 0.1], [-0.1, 0.0], r"caught of ring 0 is -0\.1"),
        ([0.1, np.nan], [0.0, 0.0], "blocked of ring 1 is nan"),
        ([0.1, 0.8], [0.0, 0.3], r"of ring 1 add up to 1\.1"),
        ("many", [0.0, 0.0], "blocked is 'many'"),
        (None, [0.0, 0.0], "blocked has shape"),
    ],
)
@pytest.mark.parametrize("adaptive", [True, False])
def test_shares_that_cannot_be_are_refused(blocked, caught, says, adaptive):
    with pytest.raises(InvalidInput, match=says):
        Adversary.of(rings=2, adaptive=adaptive).step(blocked, caught)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rings": 0}, "rings is 0"),
        ({"rings": 2.5}, r"rings is 2\.5"),
        ({"rings": 100_001}, "100,000 or fewer"),
        ({"seed": -1}, "seed is -1"),
        ({"adaptive": "yes"}, "adaptive is 'yes'"),
        ({"incentives": 6_000}, "it must be Incentives"),
    ],
)
def test_an_adversary_that_cannot_be_is_refused(given, says):
    with pytest.raises(InvalidInput, match=says):
        Adversary.of(**given)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"played": (0,)}, "strategies of 1"),
        ({"played": (0, 9)}, "strategies 0 to 8"),
        ({"weights": ((0.0,), (0.0,))}, "9 weights"),
    ],
)
def test_rings_without_their_weights_are_refused(changes, says):
    with pytest.raises(InvalidInput, match=says):
        replace(Adversary.of(rings=2), **changes)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"gain": 0.0}, "gain is 0"),
        ({"gain": -1.0}, r"gain is -1\.0"),
        ({"least_chance": 0.0}, "least_chance is 0"),
        ({"least_chance": 2.0}, "share from 0 to 1"),
        ({"imitation": 1.5}, "share from 0 to 1"),
        ({"learning": np.inf}, "learning is inf"),
        ({"device": "dear"}, "device is 'dear'"),
        ({"application": True}, "application is True"),
    ],
)
def test_incentives_that_cannot_be_are_refused(given, says):
    with pytest.raises(InvalidInput, match=says):
        Incentives(**given)


@pytest.mark.parametrize(
    "flags", [np.zeros(99, dtype=bool), np.zeros(100), [0.5] * 100, np.zeros((2, 50), dtype=bool)]
)
def test_flags_are_one_a_customer(flags):
    foe = Adversary.of(rings=2)
    world = dg.World(foe.scenario(MARKET), 100, 2)
    good = np.zeros(100, dtype=bool)
    with pytest.raises(InvalidInput, match="one a customer"):
        foe.outcome_of(world, flags, good)
    with pytest.raises(InvalidInput, match="one a customer"):
        foe.outcome_of(world, good, flags)
