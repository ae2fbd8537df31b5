"""Contributions add up to what the ledger and the true PD say, trait by trait."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

import data_generators as dg
from data_generators import contributions as game
from data_generators.month_terms import TERMS
from data_generators.partners import NEVER
from data_generators.repayment import Offer, draw_months, lived
from data_generators.shapley import coalitions, shapley_values

MARKETS = ("online_rental", "online_education", "micro_business")


def world_of(name, customers=600, months=18, **changes):
    scenario = dg.scenarios.by_name(name).replace(**changes)
    return dg.World(scenario, customers, months, seed=29)


@pytest.fixture(scope="module", params=MARKETS)
def world(request):
    return world_of(request.param)


@pytest.fixture(scope="module")
def months(world):
    return world.truth.monthly_contributions(20_000)


def held_against_its_mood(world, months):
    """The mood is drawn again from its key; who fell under the log-odds is who refused."""
    market = next(world.residents()).markets[0]
    mood = np.array([market.streams.uniform("mood", t) for t in range(world.months)])
    u = mood[months["mob"].to_numpy() - 1, months["customer_id"].to_numpy()]
    total = months[list(TERMS)].sum(axis=1)
    assert np.allclose(total, months["log_odds"], atol=1e-12)
    # Who builds up trust for a fraud pays whatever the mood.
    cases = world.truth.fraud_cases()
    steered = months["customer_id"].isin(cases.loc[cases["stops_month"] > 0, "customer_id"])
    assert 0 < steered.sum() < 0.05 * len(months)
    assert ((np.log(u / (1 - u)) < total) == months["unwilling"])[~steered].all()
    assert months["unwilling"].any()


def test_terms_add_up_to_the_log_odds_that_the_mood_is_held_against(world, months):
    held_against_its_mood(world, months)


def test_nothing_is_paid_exactly_by_those_who_will_not_or_cannot(months):
    nothing = months["unwilling"] | months["cannot"] | months["never_pays"]
    assert (months.loc[nothing, "paid"] == 0).all()
    pays = months[~nothing & (months["owed"] > 0)]
    assert (pays["paid"] > 0).all()
    assert (pays.loc[~pays["short"], "paid"] >= pays.loc[~pays["short"], "owed"]).all()


def test_months_are_those_of_the_replay(world, months):
    decisions = dg.Decisions.of(
        np.full(world.customers, 20_000.0), price=world.scenario.economics.apr
    )
    accounts = world.replay(decisions, accounts=True).accounts()
    assert (accounts["customer_id"].to_numpy() == months["customer_id"]).all()
    assert (accounts["mob"].to_numpy() == months["mob"]).all()
    assert np.allclose(accounts["paid"] - accounts["refunded"], months["paid"], atol=0.001)


def test_a_term_is_what_its_parameter_says(world, months):
    """Lateness counts up to three months; burden and promise are there or not."""
    r = world.scenario.repayment
    seen = {name: set(months[name].round(9)) for name in TERMS}
    assert seen["lateness"] == {round(r.unwilling_late * m, 9) for m in range(4)}
    assert seen["burden"] == {0.0, r.unwilling_burden}
    assert seen["promise"] == {0.0, -r.promise_relief}
    assert (months["promise"][months["lateness"] == 0] == 0).all()
    willing = world.truth.traits()["willingness"].to_numpy()[months["customer_id"]]
    assert np.allclose(months["willingness"], r.unwilling_willingness * willing)


def test_a_fallen_partner_shocks_from_its_collapse_on():
    world = world_of("online_education", partners__collapse_intercept=-6.5)
    table = world.truth.monthly_contributions(20_000)
    held_against_its_mood(world, table)
    shock = table.pivot(index="customer_id", columns="mob", values="partner").to_numpy()
    changes = np.diff(shock, axis=1)
    assert np.nanmax(shock) >= 1.5
    assert (changes[~np.isnan(changes)] >= 0).all()
    safe = world_of("online_education", partners__collapse_intercept=-6.5, partners__escrow=True)
    assert (safe.truth.monthly_contributions(20_000)["partner"] == 0).all()


def test_only_the_customers_asked_for_are_reported_and_they_are_the_same(world, months):
    some = world.truth.monthly_contributions(20_000, customers=[5, 17])
    whole = months[months["customer_id"].isin([5, 17])].reset_index(drop=True)
    assert some.equals(whole)


@pytest.mark.parametrize(
    ("customers", "says"),
    [([600], "no customer 600"), ([1.5], "whole numbers"), ([3, 3], "more than once")],
)
def test_customers_who_are_not_there_are_refused(customers, says):
    with pytest.raises(dg.InvalidInput, match=says):
        world_of("online_rental").truth.contributions(5_000, customers)


def test_limits_of_another_length_are_refused():
    with pytest.raises(dg.InvalidInput, match="3 limits for 600"):
        world_of("online_rental").truth.monthly_contributions([1.0, 2.0, 3.0])


@pytest.fixture(scope="module")
def explained(world):
    return world.truth.contributions(20_000, np.arange(24), replicas=96, background=50)


def test_base_and_players_add_up_to_the_log_odds_of_the_true_pd(world, explained):
    """Efficiency, and the same PD as `true_pd` has over the same replicas."""
    total = explained[["base", *game.PLAYERS]].sum(axis=1, skipna=False)
    assert np.allclose(total, explained["log_odds"], atol=1e-12, equal_nan=True)
    true_pd = world.truth.true_pd(np.full(world.customers, 20_000.0), 96)[:24]
    smooth = (96 * true_pd + 0.5) / 97
    honest = ~np.isin(np.arange(24), world.truth.fraud_cases()["customer_id"])
    assert np.allclose(
        np.log(smooth / (1 - smooth))[honest], explained["log_odds"][honest], atol=1e-12
    )
    assert explained["log_odds"].isna().to_numpy()[~honest].all()


def test_the_willing_are_explained_by_their_willingness(world, explained):
    willing = world.truth.traits()["willingness"].to_numpy()[:24]
    known = explained["willingness"].notna().to_numpy()
    share = explained["willingness"].to_numpy()[known]
    assert np.corrcoef(willing[known], share)[0, 1] < -0.3


def test_a_trait_that_plays_no_part_gets_exactly_nothing():
    """The price of what is bought, for a revolving line: drawn in full by nobody's need."""
    explained = world_of("online_rental").truth.contributions(20_000, np.arange(40), replicas=20)
    assert (explained["need"].dropna() == 0).all()
    assert (explained["buffer"].dropna() != 0).any()


def test_traits_outside_the_game_cannot_move_a_default():
    """Ability and recovery belong to no player: do(ability) changes nothing that follows."""
    world = world_of("online_rental")
    market = next(world.residents()).markets[0]
    months = market.lives(market.fates(market.logged_offer))
    offer = Offer(np.full(600, 2e4), np.full(600, 0.18), np.ones(600, dtype=bool))
    played = {name for names in game.PLAYERS.values() for name in names}
    outside = {f.name for f in dataclasses.fields(market.traits)} - played
    assert outside == {"ability", "recovery", "product", "business"}
    swapped = dataclasses.replace(
        market.traits, ability=market.traits.ability[::-1], recovery=market.traits.recovery[::-1]
    )
    default, _ = lived(market.scenario, market.traits, market.intent.stops, months, offer)
    again, _ = lived(market.scenario, swapped, market.intent.stops, months, offer)
    assert (default == again).all()


def test_values_agree_with_marginal_gains_over_every_order_of_one_customer():
    """An oracle of its own: one customer, one hybrid at a time, every order of the players."""
    world, replicas, customer = world_of("online_rental", months=8, fraud__rate=0.4), 12, 51
    market = next(world.residents()).markets[0]
    whole = market.beyond
    assert not market.dishonest[customer]
    assert whole.frauds[:replicas].any()
    crowd = np.flatnonzero(
        ~whole.dishonest & (game.kind(whole.traits) == game.kind(market.traits)[customer])
    )

    def log_odds(inside):
        defaults = 0
        for replica in range(1, replicas + 1):
            own = {k: v[[customer]] for k, v in vars(market.traits).items()}
            for player, names in game.PLAYERS.items():
                for name in names if player not in inside else ():
                    own[name] = getattr(whole.traits, name)[[crowd[replica - 1]]]
            traits = type(market.traits)(**own)
            noise = dataclasses.replace(market.streams, replica=replica, rows=np.array([customer]))
            fates = market.fates(market.logged_offer, replica)
            months = draw_months(market.scenario, traits, market.partners, fates, noise, 8)
            offer = Offer(np.array([2e5]), np.array([0.18]), np.array([True]))
            defaults += lived(market.scenario, traits, np.array([NEVER]), months, offer)[0].sum()
        return math.log((defaults + 0.5) / (replicas - defaults + 0.5))

    names = list(game.PLAYERS)
    value = {
        frozenset(some): log_odds(some)
        for size in range(len(names) + 1)
        for some in itertools.combinations(names, size)
    }
    gains = dict.fromkeys(names, 0.0)
    for order in itertools.permutations(names):
        for place, name in enumerate(order):
            gains[name] += value[frozenset(order[: place + 1])] - value[frozenset(order[:place])]
    found = world.truth.contributions(2e5, [customer], replicas=replicas, background=replicas)
    for name in names:
        expected = gains[name] / math.factorial(len(names))
        assert found[name].item() == pytest.approx(expected, abs=1e-9)
    assert len({round(v, 6) for v in value.values()}) > 3


def test_neither_the_size_of_the_world_nor_who_else_is_explained_changes_a_value():
    few = world_of("micro_business").truth.contributions(20_000, [3, 11], replicas=24)
    other = world_of("micro_business", customers=12).truth
    many = other.contributions(20_000, np.arange(12), replicas=24)
    assert np.allclose(few, many.iloc[[3, 11]], atol=1e-12, equal_nan=True)


def test_symmetric_players_share_alike_and_efficiency_holds():
    """The glove game, solved by hand: one left glove, two right ones."""
    inside = coalitions(3)
    pairs = (inside[:, 0] & (inside[:, 1] | inside[:, 2])).astype(float)
    shares = shapley_values(pairs[:, None]).ravel()
    assert shares == pytest.approx([4 / 6, 1 / 6, 1 / 6])
    rng = np.random.default_rng(5)
    value = rng.normal(size=(16, 9))
    assert np.allclose(shapley_values(value).sum(axis=0), value[-1] - value[0])
