"""One contract for every typology by application or account, in every market that hosts it."""

import sys
from dataclasses import fields

import numpy as np
import pytest

import data_generators as dg
from data_generators.errors import InvalidInput
from data_generators.identifiers import IDENTIFIERS
from data_generators.partners import NEVER
from data_generators.scenarios import FraudMix
from data_generators.scenarios.fraud import OF_APPLICATIONS, STRATEGIES
from data_generators.scenarios.hosting import NEEDS, hosts
from data_generators.streams import Block, Streams
from data_generators.typologies import BUST_OUT, TYPOLOGIES
from data_generators.typologies.traces import look_alikes

MARKETS = [dg.scenarios.by_name(name) for name in dg.scenarios.catalogue()]
BY_NAME = {t.name: t for t in TYPOLOGIES}
every_typology = pytest.mark.parametrize("typology", TYPOLOGIES, ids=lambda t: t.name)
#: (market, typology) where the market has what the typology needs
HOSTED = [
    pytest.param(market, name, id=f"{market.name}-{name}")
    for market in MARKETS
    for name in BY_NAME
    if hosts(market, name)
]
WITH_LINES = [m for m in MARKETS if hosts(m, "bust_out")]
SIZE = 2_000


def only(market, name, rate=0.3):
    """The market with fraud of one typology, at medium difficulty."""
    return market.replace(fraud=FraudMix.only(name, rate))


def test_there_is_a_typology_for_every_share_of_the_mix():
    assert tuple(BY_NAME) == OF_APPLICATIONS
    assert BUST_OUT.name in {f.name for f in fields(FraudMix)}


@every_typology
def test_says_its_mechanism_traces_look_alike_and_label_path(typology):
    told = " ".join(sys.modules[type(typology).__module__].__doc__.split())
    for word in ("Mechanism", "Traces", "Legitimate look-alike", "Label path"):
        assert word in told, f"{typology.name} does not tell its {word}"
    assert typology.denominator == "applications"


@pytest.mark.parametrize(("market", "name"), HOSTED)
def test_leaves_everybody_else_and_the_order_of_rows_alone(market, name, seed):
    streams = Streams(seed, Block(0, 0, SIZE))
    world = dg.World(only(market, name), SIZE, 3, seed)
    residents = world.residents_of(Block(0, 0, SIZE))
    before = {k: v.copy() for k, v in residents.markets[0].applications.observed.items()}
    before |= {k: np.arange(SIZE) for k in IDENTIFIERS}
    kept = {k: v.copy() for k, v in before.items()}
    who = np.flatnonzero(residents.typology)
    assert len(who) > SIZE / 5
    changed = BY_NAME[name].leave_traces(before, who, world.scenario.fraud, streams)
    honest = np.flatnonzero(residents.typology == 0)
    for column, values in kept.items():
        assert np.array_equal(before[column], values, equal_nan=True), f"{column} in place"
        assert np.array_equal(changed[column][honest], values[honest], equal_nan=True), column
    again = BY_NAME[name].leave_traces(before, who, world.scenario.fraud, streams)
    assert all(np.array_equal(again[k], changed[k], equal_nan=True) for k in changed), "pure"
    assert any(not np.array_equal(changed[k], kept[k], equal_nan=True) for k in kept), "no trace"


@pytest.mark.parametrize(("market", "name"), HOSTED)
def test_stops_when_its_mechanism_says_and_never_before(market, name, seed):
    """Who stops pays all until then and nothing after; a line is then drawn to its limit."""
    world = dg.World(only(market, name, 0.5), SIZE, 12, seed)
    cases = world.truth.fraud_cases().set_index("customer_id")
    limit = np.full(SIZE, 20_000.0)
    seen = world.replay(dg.Decisions.of(limit, price=0.18), accounts=True, progress=False)
    accounts = seen.accounts()
    accounts = accounts[accounts["customer_id"].isin(cases.index)]
    stops = accounts["customer_id"].map(cases["stops_month"])
    own_payment = accounts["paid"] - accounts["refunded"]
    gone = (accounts["mob"] - 1 >= stops).to_numpy()
    assert (own_payment[gone] == 0).all(), "a fraud pays after the stop"
    building = (accounts["mob"] - 1 < stops).to_numpy()
    assert (accounts["months_late"][building] == 0).all(), "misses a payment while building up"
    drawn = accounts[gone & (accounts["months_late"] == 1) & (accounts["mob"] - 1 == stops)]
    lines = world.truth.traits()["product"].to_numpy()[drawn["customer_id"]] != "instalment"
    assert (drawn["closing"] >= drawn["credit_limit"] - 0.01)[lines].all()


@every_typology
def test_months_of_stopping_are_drawn_by_inverse_cdf(typology):
    uniform = np.linspace(0, 1, 2_001)[:-1]
    stops = typology.stops(uniform)
    assert stops.dtype == np.int64
    assert ((stops >= 0) & ((stops <= 24) | (stops == NEVER))).all()
    assert (np.diff(stops) >= 0).all()
    assert len(typology.stops(uniform[:0])) == 0


@pytest.mark.parametrize(("market", "name"), HOSTED)
def test_only_what_was_approved_is_ever_labelled_and_only_a_part_of_it(market, name, seed):
    world = dg.World(only(market, name, 0.5), SIZE, 3, seed)
    seen, kinds = world.observed(), world.truth.fraud()
    labelled = seen.fraud_labels["customer_id"].to_numpy()
    granted = seen.decisions["credit_limit"].to_numpy() > 0
    assert granted[labelled].all(), "blocked fraud has a label"
    assert (kinds[labelled] == name).all(), "an honest customer has a label"
    assert 0 < len(labelled) < (granted & (kinds == name)).sum()
    assert (seen.fraud_labels["known_at"] > seen.fraud_labels["event_time"]).all()


@pytest.mark.parametrize("name", [n for n in BY_NAME if n != "ring"])
def test_has_legitimate_look_alikes_as_often_as_cases(name, seed):
    """1% of everybody shows one trace of it; a typology has at most a third of 1.1%."""
    streams = Streams(seed, Block(0, 0, 16_384))
    count = look_alikes(name, streams).sum()
    assert 90 < count < 250  # 164 expected; six standard deviations


@pytest.mark.parametrize("market", MARKETS, ids=lambda m: m.name)
def test_prevalence_is_that_of_the_mix(market, seed):
    """60,000 applications; bounds of five standard deviations of each share."""
    n = 60_000
    kinds = dg.World(market, n, 1, seed).truth.fraud()
    mix = market.fraud
    for name in OF_APPLICATIONS:
        expected = mix.rate * getattr(mix, name)
        allowed = 5 * np.sqrt(expected / n) + 1e-9
        assert abs((kinds == name).mean() - expected) < allowed, name
    assert abs((kinds != "").mean() - 0.011) < 5 * np.sqrt(0.011 / n)


class TestBustOut:
    """The typology by account: an honest application, a line, and a month in which it turns."""

    @pytest.mark.parametrize("market", WITH_LINES, ids=lambda m: m.name)
    def test_builds_up_and_then_leaves(self, market, seed):
        scenario = market.replace(fraud__rate=0.0, fraud__bust_out=0.3)
        world = dg.World(scenario, SIZE, 24, seed)
        cases = world.truth.fraud_cases().set_index("customer_id")
        assert set(cases["typology"]) == {"bust_out"}
        assert set(cases["denominator"]) == {"accounts"}
        assert cases["stops_month"].between(4, 24).all()
        decisions = dg.Decisions.of(np.full(SIZE, 10_000.0), price=0.18)
        honest = dg.World(scenario.replace(fraud__bust_out=0.0), SIZE, 24, seed)
        with_fraud = world.replay(decisions, progress=False).customers
        without = honest.replay(decisions, progress=False).customers
        lost = with_fraud["default"] & ~without["default"]
        assert lost[cases.index].mean() > 0.3
        others = ~with_fraud.index.isin(cases.index)
        if market.partners.feedback == 0:
            assert with_fraud[others].equals(without[others]), "honest customers live on as before"

    def test_shows_nothing_at_application(self, seed):
        market = dg.scenarios.lifestyle
        with_some = dg.World(market.replace(fraud__bust_out=0.5), SIZE, 2, seed).observed()
        with_none = dg.World(market.replace(fraud__bust_out=0.0), SIZE, 2, seed).observed()
        assert with_some.applications.equals(with_none.applications)
        assert with_some.profiles.equals(with_none.profiles)

    def test_is_no_application_fraud(self, seed):
        world = dg.World(dg.scenarios.lifestyle.replace(fraud__bust_out=0.5), SIZE, 2, seed)
        turning = world.truth.fraud_cases().query("typology == 'bust_out'")["customer_id"]
        assert len(turning)
        assert (world.truth.fraud()[turning] == "").all()


class TestHosting:
    """A market refuses a typology that it has no place for, and says what it would need."""

    def test_cash_out_needs_merchants(self):
        with pytest.raises(InvalidInput, match=r"online_rental cannot host it: it needs partners"):
            dg.scenarios.online_rental.replace(fraud=FraudMix())

    @pytest.mark.parametrize("typology", NEEDS)
    def test_every_need_is_missing_somewhere_and_met_somewhere(self, typology):
        assert {hosts(market, typology) for market in MARKETS} == {True, False}

    def test_what_it_tells_one_to_do_is_accepted(self):
        with pytest.raises(InvalidInput) as refused:
            dg.scenarios.micro_business.replace(fraud=FraudMix())
        told = str(refused.value).partition("Give fraud=")[2].rstrip(".")
        market = dg.scenarios.micro_business.replace(fraud=eval(told, {"FraudMix": FraudMix}))
        assert market.fraud.cash_out == 0

    def test_a_world_without_fraud_hosts_anything(self):
        assert dg.scenarios.online_rental.replace(fraud=FraudMix(rate=0.0)).fraud.cash_out > 0

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"fraud__ring": 0.9}, "not to 1"),
            ({"fraud__ring": 1.2}, "a share from 0 to 1"),
            ({"fraud__rate": 1.01}, "a share from 0 to 1"),
            ({"fraud__bust_out": -0.1}, "a share from 0 to 1"),
            ({"fraud__ring_strategies": ()}, "one or more pairs"),
            ({"fraud__ring_strategies": ((0, 0.5),)}, "whole number from 1"),
            ({"fraud__ring_strategies": ((4, 1.5),)}, "a share from 0 to 1"),
        ],
    )
    def test_what_is_no_mix_is_refused(self, change, told):
        with pytest.raises(InvalidInput, match=told):
            dg.scenarios.ecommerce.replace(**change)

    @pytest.mark.parametrize("given", ["everything", ""])
    def test_names_are_checked(self, given):
        with pytest.raises(InvalidInput, match="no typology"):
            FraudMix.without(given)
        with pytest.raises(InvalidInput, match="no typology"):
            FraudMix.only(given)
        with pytest.raises(InvalidInput, match="easy, medium, hard"):
            dg.scenarios.travel.at_difficulty(given)

    def test_the_dial_sets_camouflage_and_what_rings_do(self):
        blend = dg.scenarios.online_rental.blend(dg.scenarios.ecommerce, 0.3).at_difficulty("hard")
        for part in blend.parts:
            assert part.scenario.fraud.camouflage == 0.8
            assert part.scenario.fraud.ring_strategies == STRATEGIES["hard"]
