"""Explanations against true contributions: what is right, wrong, random and beside the point."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

import data_generators as dg
from data_generators.contributions import PLAYERS
from sandbox.errors import BadInput
from sandbox.explanation.contributions import attribute
from sandbox.explanation.structure import (
    MEASURES,
    RENT_IS_NEED,
    against_structure,
    measures_of,
    noise_ceiling,
)
from sandbox.features import credit_features
from sandbox.models import BoostedPD

TRAITS = ["willingness", "income", "buffer", "demand", "other_debt"]
OWN = {f"seen_{name}": (name,) for name in TRAITS}


def drawn(rows=300, seed=1):
    draws = np.random.default_rng(seed).normal(size=(rows, len(TRAITS)))
    return pd.DataFrame(draws, columns=TRAITS)


def seen(truth):
    return truth.set_axis(list(OWN), axis=1)


def test_an_explanation_that_is_the_truth_is_perfect():
    truth = drawn()
    found = against_structure(seen(truth), truth, OWN)
    assert found.rank_correlation == 1.0
    assert found.sign_errors == 0.0
    assert found.top4_overlap == 1.0
    assert found.null_share == 0.0
    assert (found.table["rank_correlation"] == 1.0).all()


def test_its_opposite_has_every_sign_and_the_whole_order_wrong():
    truth = drawn()
    found = against_structure(seen(-truth), truth, OWN)
    assert found.rank_correlation == -1.0
    assert found.sign_errors == 1.0


def test_an_unrelated_explanation_comes_to_about_nothing_and_four_of_five_by_chance():
    found = against_structure(seen(drawn(seed=2)), drawn(), OWN)
    assert abs(found.rank_correlation) < 0.1
    low, high = found.interval
    assert low < 0 < high
    assert 0.4 < found.sign_errors < 0.6
    assert found.by_chance == 0.8
    assert found.top4_overlap == pytest.approx(0.8, abs=0.05)


def test_rank_correlation_is_scipys():
    truth, said = drawn(20), drawn(20, seed=3) + drawn(20)
    found = against_structure(seen(said), truth, OWN)
    a, b = (table.to_numpy() - table.to_numpy().mean(axis=0) for table in (said, truth))
    expected = np.mean([spearmanr(one, two).statistic for one, two in zip(a, b, strict=True)])
    assert found.rank_correlation == pytest.approx(expected)


def test_what_stands_on_features_without_cause_is_counted():
    truth = drawn()
    said = seen(truth)
    # half as much again on a feature that measures nothing
    said["lucky_number"] = said.abs().sum(axis=1) / 2
    found = against_structure(said, truth, {**OWN, "lucky_number": ()})
    assert found.null_share == pytest.approx(1 / 3)
    assert found.rank_correlation == 1.0


def test_a_trait_without_effect_in_this_market_makes_its_feature_beside_the_point():
    truth = drawn()
    said = seen(truth)
    found = against_structure(said, truth.assign(demand=0.0), OWN)
    expected = said["seen_demand"].abs().sum() / said.abs().to_numpy().sum()
    assert found.null_share == pytest.approx(expected)


def test_a_feature_of_two_traits_counts_half_for_each():
    truth = drawn()
    said = pd.DataFrame({"both": truth["income"] * 2})
    found = against_structure(said, truth, {"both": ("income", "buffer")})
    shares = found.table.set_index("player")["attributed"]
    assert shares["income"] == pytest.approx(0.5)
    assert shares["buffer"] == pytest.approx(0.5)


def test_a_base_that_differs_changes_nothing():
    truth = drawn()
    shifted = seen(truth) + np.array([3.0, -2.0, 1.0, 0.5, 0.0])
    assert against_structure(shifted, truth, OWN).rank_correlation == 1.0


def test_signs_count_only_where_the_truth_is_clear_of_noise():
    truth = drawn()
    said = seen(truth.where(truth.abs() > 0.5, -truth))  # wrong where the truth is small
    assert against_structure(said, truth, OWN).sign_errors > 0.02
    assert against_structure(said, truth, OWN, error=0.35).sign_errors == 0.0


def test_the_ceiling_is_what_the_truth_itself_reaches_against_its_noisy_estimate():
    rng = np.random.default_rng(4)
    truth = drawn(4_000)
    first, second = (truth + 0.8 * rng.normal(size=truth.shape) for _ in range(2))
    reached = against_structure(seen(truth), (first + second) / 2, OWN).rank_correlation
    assert noise_ceiling(first, second) == pytest.approx(reached, abs=0.03)
    assert reached < 0.9
    assert noise_ceiling(truth, -truth) == 0.0


def test_every_feature_of_a_limit_model_is_spoken_of_by_players_of_the_world():
    for name in ("online_rental", "micro_business", "travel"):
        world = dg.World(dg.scenarios.by_name(name), customers=300, months=6, seed=3)
        columns = credit_features(world.observed().applications).columns
        assert {c for c in columns if not c.startswith("is_")} <= set(MEASURES)
    named = {p for m in (MEASURES, RENT_IS_NEED) for whose in m.values() for p in whose}
    assert named <= set(PLAYERS)
    assert measures_of(["rent_monthly"], rent_is_need=True) == {"rent_monthly": ("need",)}


def test_what_does_not_fit_together_is_refused():
    truth = drawn(3)
    with pytest.raises(BadInput, match="3 rows of contributions and 2"):
        against_structure(seen(truth), truth.iloc[:2], OWN)
    with pytest.raises(BadInput, match="no feature rent"):
        against_structure(seen(truth), truth, {"rent": ("income",)})
    with pytest.raises(BadInput, match="no player luck"):
        against_structure(seen(truth), truth, {"seen_income": ("luck",)})
    with pytest.raises(BadInput, match="truth are not finite"):
        against_structure(seen(truth), truth.assign(income=np.nan), OWN)


def test_a_model_shown_the_traits_is_more_faithful_to_the_structure_than_one_shown_proxies():
    world = dg.World(dg.scenarios.travel, customers=3_000, months=12, seed=11)
    honest = np.flatnonzero(world.truth.fraud() == "")
    # ten outcomes of everyone, so that what is learnt is not mostly chance
    many = np.tile(honest, 10)
    risk = world.truth.true_pd(np.full(3_000, 10_000.0), replicas=48)[many]
    default = np.random.default_rng(0).random(len(many)) < risk
    labels = pd.DataFrame({"target": default.astype(float)})
    whose = {trait: (player,) for player, names in PLAYERS.items() for trait in names}
    del whose["partner"], whose["arrival_day"]
    traits = world.truth.traits()[list(whose)].astype(float)
    proxies = credit_features(world.observed().applications)
    some, others = honest[:64], honest[-100:]
    true = world.truth.contributions(10_000, some, replicas=96, background=96, progress=False)
    known = np.flatnonzero(true["log_odds"].notna())
    against = true.loc[known, list(PLAYERS)].reset_index(drop=True)
    reached = {}
    for name, table in (("traits", traits), ("proxies", proxies)):
        model = BoostedPD().fit(table.iloc[many], labels)
        values, _, _ = attribute(model, table.iloc[some], table.iloc[others])
        said = pd.DataFrame(values[known], columns=table.columns)
        measures = whose if name == "traits" else measures_of(list(table.columns))
        reached[name] = against_structure(said, against, measures)
    assert reached["traits"].rank_correlation > reached["proxies"].rank_correlation + 0.1
    assert reached["traits"].sign_errors < reached["proxies"].sign_errors
    assert reached["proxies"].rank_correlation > 0.1
