"""Claims about worlds of calibrated cards: the truth is known there under every limit, too."""

import dataclasses
import hashlib
import json
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from data_generators import Decisions, InvalidInput, World, dataset, scenarios
from data_generators.calibration import CardBook, CardMarket, PanelMapping, simulate_table
from data_generators.calibration.card_accounts import Offer, lived_through
from data_generators.scenarios import Scenario
from data_generators.streams import Block, Streams

TAIWAN = PanelMapping.taiwan()
CUSTOMERS = 20_000


def calibrated(book: CardBook) -> Scenario:
    """As `Scenario.calibrated_to` makes it, without the fit."""
    cards = CardMarket(book, TAIWAN, rows=18_000, misfit=(9.0, 2.0))
    return dataclasses.replace(
        scenarios.lifestyle,
        name="lifestyle~calibrated",
        economics=dataclasses.replace(scenarios.lifestyle.economics, apr=book.spending.apr),
        limit_grid=cards.limit_grid,
        cards=cards,
    )


@pytest.fixture(scope="module")
def world() -> World:
    return World(calibrated(CardBook()), CUSTOMERS, months=6, seed=11)


@pytest.fixture(scope="module")
def granted(world: World) -> Decisions:
    return world.logged_decisions()


def scaled(granted: Decisions, times: float) -> Decisions:
    return Decisions.of(times * granted.limit, granted.price)


# --- the portfolio -----------------------------------------------------------------------


def test_the_portfolio_stands_in_the_banks_own_columns(world: World) -> None:
    table = world.portfolio()
    assert list(table) == list(TAIWAN.columns)
    assert table.equals(
        simulate_table(CardBook(), TAIWAN, CUSTOMERS, seed=11).set_index(table.index)
    )


def test_at_the_limits_granted_the_portfolio_is_the_banks(world: World, granted: Decisions) -> None:
    assert world.portfolio(granted.limit).equals(world.portfolio())


def test_an_account_is_the_same_in_a_small_and_in_a_large_world(world: World) -> None:
    small = World(world.scenario, 500, months=6, seed=11)
    limit = np.linspace(1e4, 9e5, CUSTOMERS)
    assert small.portfolio(limit[:500]).equals(world.portfolio(limit).head(500))
    few = small.replay(Decisions.of(limit[:500], 0.2)).customers
    assert few.equals(world.replay(Decisions.of(limit, 0.2)).customers.head(500))


@pytest.mark.parametrize("what", ["limit", "price"])
def test_nobody_else_is_touched_by_a_decision(world: World, granted: Decisions, what: str) -> None:
    """Twin worlds: a third of the accounts get other terms, the others stay bit for bit."""
    changed = np.arange(CUSTOMERS) % 3 == 0
    terms = {"limit": granted.limit.copy(), "price": granted.price.copy()}
    terms[what][changed] *= 1.7
    before = world.replay(granted).customers
    after = world.replay(Decisions.of(**terms)).customers
    assert after[~changed].equals(before[~changed])
    assert not after[changed].equals(before[changed])


def test_tastes_and_first_months_do_not_answer_to_the_limit() -> None:
    """Where the wish stays under either limit, the noise alone decides, and it is the same."""
    streams = Streams(3, Block(0, 0, 4_000))
    base = lived_through(CardBook(), streams, 6)
    apr = np.full(4_000, CardBook().spending.apr)
    other = lived_through(CardBook(), streams, 6, Offer(3.0 * base.holders.limit, apr))
    in_full = (base.months.habit == 1).all(axis=0) & (other.months.habit == 1).all(axis=0)
    roomy = in_full & (base.months.bill < 0.5 * base.holders.limit).all(axis=0)
    assert roomy.sum() > 50
    assert (base.months.bill == other.months.bill)[:, roomy].mean() > 0.97


# --- outcomes ----------------------------------------------------------------------------


def test_outcomes_have_the_columns_that_they_have_elsewhere(
    world: World, granted: Decisions
) -> None:
    elsewhere = World(scenarios.lifestyle, 10, months=3, seed=1)
    there = elsewhere.replay(elsewhere.logged_decisions()).customers
    here = world.replay(granted).customers
    assert here.dtypes.equals(there.dtypes)


def test_outcomes_say_what_the_table_shows(world: World, granted: Decisions) -> None:
    outcomes, table = world.replay(granted).customers, world.portfolio()
    assert (outcomes["default"] == (table[TAIWAN.target] == 1)).all()
    newest = table[TAIWAN.bills[0]]
    assert np.allclose(outcomes["balance"] + outcomes["ead"], newest)
    assert (outcomes["paid"] - outcomes["refunded"]).equals(
        table[list(TAIWAN.payments)].sum(axis=1)
    )
    assert (outcomes.loc[outcomes["default"], "default_month"] == 7).all()


def test_books_balance_from_the_first_statement_to_the_last() -> None:
    lived = lived_through(CardBook(), Streams(3, Block(0, 0, 4_000)), 6)
    m = lived.months
    assert np.allclose(
        m.bill[0] + (m.spent + m.interest)[1:].sum(0) - m.paid[:-1].sum(0), m.bill[-1]
    )


def test_without_a_limit_there_is_no_account(world: World) -> None:
    limit = np.where(np.arange(CUSTOMERS) < 100, 0.0, 5e4)
    outcomes = world.replay(Decisions.of(limit, 0.186)).customers.head(100)
    assert not outcomes["taken"].any()
    assert not outcomes["default"].any()
    money = ["limit", "ead", "drawn", "interest", "fee", "paid", "refunded", "balance", "profit"]
    assert (outcomes[money] == 0).all(axis=None)
    assert outcomes[["utilisation", "default_month"]].isna().all(axis=None)
    assert list(world.portfolio(limit).index) == list(range(100, CUSTOMERS))
    assert np.isnan(world.truth.true_pd(limit, 1)[:100]).all()


def test_higher_limits_raise_balances_and_defaults_most_among_the_weak(
    world: World, granted: Decisions
) -> None:
    traits = world.truth.traits()
    strength = traits["ability"] + traits["willingness"]
    weak = (strength < strength.quantile(0.2)).to_numpy()
    strong = (strength > strength.quantile(0.8)).to_numpy()
    balances, pds = [], []
    for times in (0.5, 1.0, 2.0):
        terms = scaled(granted, times)
        customers = world.replay(terms).customers
        balances.append((customers["balance"] + customers["ead"]).mean())
        pds.append(world.truth.true_pd(terms.limit, replicas=4))
    assert balances[0] < balances[1] < balances[2]
    assert pds[0].mean() < pds[1].mean() < pds[2].mean()
    rise = pds[2] - pds[0]
    assert rise[weak].mean() > rise[strong].mean() > 0


def test_a_dearer_card_earns_more_interest_on_the_same_balance(
    world: World, granted: Decisions
) -> None:
    dear = world.replay(Decisions.of(granted.limit, 0.24)).customers
    cheap = world.replay(Decisions.of(granted.limit, 0.12)).customers
    assert dear["interest"].sum() > 1.5 * cheap["interest"].sum()
    free = world.replay(Decisions.of(granted.limit, 0.0)).customers
    assert (free["interest"] == 0).all()


# --- the truth ---------------------------------------------------------------------------


def test_the_true_pd_is_what_happens_on_average(world: World, granted: Decisions) -> None:
    pds = world.truth.true_pd(granted.limit, replicas=8)
    default = world.replay(granted).customers["default"].to_numpy()
    # four standard errors of a share of 20,000
    assert abs(pds.mean() - default.mean()) < 4 * np.sqrt(0.2 * 0.8 / CUSTOMERS)
    order = np.argsort(pds)
    assert default[order[-4_000:]].mean() > 4 * default[order[:4_000]].mean()


def test_potential_outcomes_agree_with_the_true_pd_and_with_replay(world: World) -> None:
    small = world.reseeded(11, customers=300)
    outcomes = small.truth.potential_outcomes(replicas=3)
    assert outcomes.limits[0] == 0
    assert (outcomes.pd[:, 0] == 0).all()
    limit = outcomes.limits[4]
    assert np.allclose(outcomes.pd[:, 4], small.truth.true_pd(np.full(300, limit), 6))
    assert (outcomes.clairvoyant >= outcomes.profit_to_score.max(axis=1) - 1e-6).all()
    assert outcomes.value(outcomes.oracle()).mean() >= outcomes.value(limit).mean()


def test_traits_explain_defaults(world: World, granted: Decisions) -> None:
    traits = world.truth.traits()
    assert (traits["good_for"] == granted.limit).all()
    pds = world.truth.true_pd(granted.limit, replicas=2)
    assert np.corrcoef(pds, traits["willingness"])[0, 1] < -0.2


@pytest.mark.parametrize(
    "ask",
    [
        lambda w: w.observed(),
        lambda w: w.identities(),
        lambda w: w.truth.fraud(),
        lambda w: w.truth.partners(),
        lambda w: w.truth.life_events(),
        lambda w: w.truth.contributions(1e4, [0]),
        lambda w: w.replay(w.logged_decisions(), accounts=True),
    ],
)
def test_what_cards_do_not_have_is_refused_with_what_there_is(world: World, ask) -> None:
    with pytest.raises(InvalidInput, match=r"world\.portfolio\(limit\)"):
        ask(world.reseeded(11, customers=5))


def test_a_portfolio_of_cards_is_not_written_as_a_dataset(world: World, tmp_path) -> None:
    with pytest.raises(InvalidInput, match=r"world\.portfolio\(limit\)"):
        dataset.write(world.reseeded(11, customers=5), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda s: World(s, 10), "give months=6"),
        (lambda s: World(s, 10, 6).portfolio(np.ones(9)), "9 limits for 10 customers"),
        (lambda s: World(s, 10, 6).portfolio(-1.0), "limit of customer 0 is -1"),
        (lambda s: World(s, 10, 6).truth.true_pd(1e4, 0), "replicas is 0"),
        (lambda s: World(scenarios.travel, 10).portfolio(), "no portfolio of cards"),
        (lambda s: s.blend(scenarios.lifestyle, 0.5), "calibrated to cards"),
        (lambda s: s.replace(cards__rows=0), "cards.rows is 0"),
    ],
)
def test_nonsense_is_refused(world: World, ask, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        ask(world.scenario)


# --- the scenario ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted() -> tuple[Scenario, pd.DataFrame]:
    table = simulate_table(CardBook(), TAIWAN, 1_000, seed=5)
    return scenarios.travel.calibrated_to(table, TAIWAN, steps=1, progress=False), table


def test_calibrating_makes_a_scenario_that_knows_where_it_comes_from(fitted) -> None:
    scenario, table = fitted
    assert scenario.name == "travel~calibrated"
    assert scenario.cards.rows == len(table)
    assert scenario.cards.misfit[-1] < scenario.cards.misfit[0]
    assert scenario.economics.apr == scenario.cards.book.spending.apr
    assert scenario.economics.cof == scenarios.travel.economics.cof
    world = World(scenario, 300, months=6, seed=3)
    assert list(world.portfolio()) == list(table)


def test_calibrating_twice_gives_the_same_and_leaves_the_market_as_it_was(fitted) -> None:
    scenario, table = fitted
    again = scenarios.travel.calibrated_to(table, TAIWAN, steps=1, progress=False)
    assert again == scenario
    assert again.digest == scenario.digest
    assert scenarios.travel.cards is None


def test_the_digest_covers_the_book_and_survives_pickle(fitted) -> None:
    scenario, _ = fitted
    book = scenario.cards.book.with_values({"arrears.partial": 0.123})
    assert scenario.replace(cards__book=book).digest != scenario.digest
    assert pickle.loads(pickle.dumps(scenario)).digest == scenario.digest
    stored = CardBook.from_dict(json.loads(json.dumps(scenario.cards.book.to_dict())))
    assert scenario.replace(cards__book=stored).digest == scenario.digest


def test_markets_of_applicants_keep_the_digest_that_they_had_before_there_were_cards() -> None:
    without = {k: v for k, v in dataclasses.asdict(scenarios.travel).items() if k != "cards"}
    told = hashlib.sha256(json.dumps(without, sort_keys=True).encode()).hexdigest()[:16]
    assert scenarios.travel.digest == told


def test_a_calibrated_scenario_shows_its_book_and_its_costs(fitted) -> None:
    shown = fitted[0]._repr_html_()
    for said in ("1,000", "BILL_AMT1", "cards.habits", "draws_fully", "lgd"):
        assert said in shown
    assert "tenor_shares" not in shown


def test_a_blend_is_not_calibrated() -> None:
    blend = scenarios.travel.blend(scenarios.ecommerce, 0.5)
    with pytest.raises(InvalidInput, match="calibrate one of its markets, such as travel"):
        blend.calibrated_to(pd.DataFrame(), TAIWAN)


def test_scenarios_stay_light() -> None:
    code = (
        "import sys, data_generators;"
        "heavy = [m for m in sys.modules if m.startswith(('sklearn', 'data_generators.calib'))];"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
