"""Values and regrets against the oracle and against the best that features allow."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.errors import BadInput
from sandbox.experiment.policy_value import learn_best_observable, replayed_values
from sandbox.features import credit_features
from sandbox.policy.best_observable import BestObservable
from sandbox.policy.true_value import over_seeds, regret, true_value

WORLD = dg.World(dg.scenarios.online_education, customers=2_000, months=12, seed=31)


@pytest.fixture(scope="module")
def potential():
    return WORLD.truth.potential_outcomes(replicas=64, progress=False)


@pytest.fixture(scope="module")
def observable():
    """Limits of the best policy on features, learnt on another world."""
    quick = BestObservable(trees=100, depth=4)
    bound = learn_best_observable(WORLD.reseeded(32, customers=12_000), 2, quick)
    return bound.decide(credit_features(WORLD.observed().applications, bound.columns))


def test_nothing_beats_the_oracle_and_features_know_less_than_it(potential, observable):
    policies = {"flat": np.full(2_000, 1e4), "incumbent": WORLD.logged_decisions().limit}
    table = regret(potential, policies, best_observable=observable).set_index("policy")
    assert table.index[0] == "oracle"
    assert (table["regret_high"] >= 0).all()
    assert table.loc["oracle", "regret"] == table.loc["best_observable", "regret_observable"] == 0
    assert table.loc["best_observable", "regret_low"] > 0
    assert table.loc["best_observable", "value"] > table.loc["incumbent", "value"]
    paired = table.loc["flat", "regret"] - table.loc["best_observable", "regret"]
    assert table.loc["flat", "regret_observable"] == pytest.approx(paired)


def test_expected_and_realised_values_agree(potential):
    flat = np.full(2_000, 5e3)
    honest = WORLD.truth.fraud() == ""
    realised = replayed_values(WORLD, {"flat": flat, "none": 0 * flat})
    assert (realised["none"] == 0).all()
    difference = (realised["flat"] - true_value(potential, flat))[honest]
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(difference))


def test_the_bound_finds_the_best_limit_of_each_group():
    features = pd.DataFrame({"good": [0.0, 1.0] * 500})
    profit = np.where(features[["good"]] > 0, [0, 10, 30], [0, 5, -20])
    bound = BestObservable(trees=150, smallest_leaf=5).fit(features, profit, [0, 2e3, 5e3])
    assert bound.decide(features.iloc[:2]).tolist() == [2e3, 5e3]
    assert np.allclose(bound.expected_profit(features.iloc[:2]), profit[:2], atol=0.1)


def test_seeds_are_compared_in_pairs():
    """Differences of 1, 2 and 3: mean 2, t(2) = 4.3027 times 1 / √3."""
    rows = [(s, p, 100 * s + (p == "b") * s) for s in (1, 2, 3) for p in "ab"]
    table = over_seeds(pd.DataFrame(rows, columns=["seed", "policy", "value"]), against="a")
    row = table.set_index("policy").loc["b"]
    assert row["difference"] == 2
    assert row["difference_high"] - 2 == pytest.approx(4.302653 / np.sqrt(3))


def test_bad_tables_are_refused(potential):
    with pytest.raises(BadInput, match="0 first"):
        BestObservable().fit(pd.DataFrame({"a": [1.0]}), [[1.0, 2.0]], [2e3, 5e3])
    with pytest.raises(BadInput, match="a column for each of 3 limits"):
        BestObservable().fit(pd.DataFrame({"a": [1.0]}), [[1.0, 2.0]], [0, 2e3, 5e3])
    with pytest.raises(BadInput, match="is called oracle"):
        regret(potential, {"oracle": np.zeros(2_000)})
    rows = pd.DataFrame({"seed": [1, 1, 2], "policy": ["a", "b", "a"], "value": 1.0})
    with pytest.raises(BadInput, match="every policy for every seed"):
        over_seeds(rows, against="a")
