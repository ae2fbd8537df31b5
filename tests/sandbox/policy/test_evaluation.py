"""Off-policy estimates on logs small enough for paper, on simulated logs, and on a world's."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.errors import BadInput
from sandbox.experiment.policy_value import log_with_profit, replayed_values
from sandbox.policy.decision_log import DecisionLog, overlap
from sandbox.policy.evaluation import beside_truth, off_policy
from sandbox.policy.outcome_model import cross_fitted_profit

#: three of five customers get the 5,000 (twice) or 2,000 (once) that the policy gives them
HAND = DecisionLog.of(
    limit=[5e3, 5e3, 2e3, 0, 2e3], propensity=[0.5, 0.25, 0.8, 0.9, 0.5], profit=[10, -2, 8, 0, 4]
)
POLICY = [5e3, 5e3, 5e3, 0, 2e3]


def values(table):
    return table.set_index("estimator")["value"].to_dict()


def test_estimates_by_hand():
    """w = 2, 4, 0, 0, 2 and w·r = 20, -8, 0, 0, 8; four of five are approved."""
    table = off_policy(HAND, POLICY, expected=[6, 6, 6, 0, 3])
    expected = {
        "matched": 0.8 * (10 - 2 + 4) / 3,
        "dm": 21 / 5,
        "ips": 20 / 5,
        "snips": 0.8 * 20 / 8,
        "snips_by_limit": 0.6 * 12 / 6 + 0.2 * 8 / 2,
        "dr": (21 + 2 * (10 - 6) + 4 * (-2 - 6) + 2 * (4 - 3)) / 5,
    }
    assert values(table) == pytest.approx(expected)
    assert table["matched"].iloc[0] == 3
    assert table["effective_sample"].iloc[0] == pytest.approx(8**2 / (4 + 16 + 4))
    assert table["max_weight"].iloc[0] == 4


def test_errors_by_hand():
    """The standard error of IPS is that of a mean; over one log it is all there is."""
    ips = off_policy(HAND, POLICY).set_index("estimator").loc["ips"]
    spread = np.std([20, -8, 0, 0, 8], ddof=1) / np.sqrt(5)
    assert ips["se"] == pytest.approx(spread)
    assert ips["high"] - ips["value"] == pytest.approx(2.776445 * spread)


def test_overlap_by_hand():
    table = overlap(HAND, POLICY).set_index("limit")
    assert table["decisions"].to_dict() == {0: 1, 2e3: 1, 5e3: 3}
    assert table["matched"].to_dict() == {0: 1, 2e3: 1, 5e3: 2}
    assert table.loc[5e3, "effective_sample"] == pytest.approx(36 / 20)
    assert table.loc[0, "without_support"] == 0


def test_a_certain_log_of_the_policy_itself_gives_its_mean():
    log = DecisionLog.of([5e3, 0, 2e3], [1, 1, 1], [30, 0, 6])
    assert values(off_policy(log, log.limit)) == pytest.approx(
        dict.fromkeys(["matched", "ips", "snips", "snips_by_limit"], 12.0)
    )


def simulated(seed, n=2_000):
    """A hidden trait that the log's policy sees: it gives 5,000 to the good, 2,000 to the bad."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=n)
    preferred, explored = np.where(hidden > 0, 5e3, 2e3), rng.random(n) < 0.2
    limit = np.where(explored, rng.choice([2e3, 5e3], n), preferred)
    propensity = 0.1 + 0.8 * (limit == preferred)
    profit = limit / 1e3 * (hidden + rng.normal(size=n))
    return DecisionLog.of(limit, propensity, profit)


def test_weights_undo_confounding_and_intervals_have_the_truth():
    """Everybody at 5,000 is worth 0; the naive mean says otherwise. 200 logs."""
    everybody = np.full(2_000, 5e3)
    tables = [beside_truth(off_policy(simulated(s), everybody), 0.0) for s in range(200)]
    found = pd.concat(tables).groupby("estimator")[["bias", "covered", "se"]].mean()
    for name in ("ips", "snips", "snips_by_limit"):
        assert abs(found.loc[name, "bias"]) < 4 * found.loc[name, "se"] / np.sqrt(200)
        assert 0.88 < found.loc[name, "covered"] <= 0.995
    assert found.loc["matched", "bias"] > 2
    assert found.loc["matched", "covered"] == 0


def test_a_doubly_robust_estimate_needs_no_true_model_and_gains_from_one():
    log = simulated(1)
    limit = np.full(len(log), 5e3)
    wrong = off_policy(log, limit, expected=np.full(len(log), 2.0)).set_index("estimator")
    assert abs(wrong.loc["dm", "value"]) > 1.9
    assert abs(wrong.loc["dr", "value"]) < 3 * wrong.loc["dr", "se"]
    good = np.where(log.limit == limit, log.profit * 0.9, 0.0)
    right = off_policy(log, limit, expected=good).set_index("estimator")
    assert right.loc["dr", "se"] < 0.5 * right.loc["ips", "se"]


def test_decisions_without_support_are_counted():
    """Limits of 9,000 go to the good alone: half of the customers could never have them."""
    rng = np.random.default_rng(2)
    good, high = rng.random(4_000) < 0.5, rng.random(4_000) < 0.5
    log = DecisionLog.of(np.where(good & high, 9e3, 2e3), np.where(good, 0.5, 1.0), np.ones(4_000))
    row = overlap(log, np.full(4_000, 9e3)).iloc[0]
    assert abs(row["without_support"] - 0.5) < 4 * row["without_support_se"] < 0.2


def test_a_limit_never_logged_is_all_without_support():
    table = overlap(HAND, [1e5, 5e3, 5e3, 0, 0]).set_index("limit")
    assert table.loc[1e5, "without_support"] == 1
    assert np.isnan(values(off_policy(HAND, [1e5, 5e3, 5e3, 0, 0]))["snips_by_limit"])


def world_errors(seed):
    """Errors of the estimates of a flat limit's value on one world's log, by estimator."""
    world = dg.World(dg.scenarios.lifestyle, customers=2_500, months=12, seed=seed)
    table, flat = log_with_profit(world), np.full(2_500, 1e4)
    log = DecisionLog.from_table(table)
    assert overlap(log, flat)["without_support"][0] < 0.5
    seen = world.observed().applications[["declared_income", "bureau_lenders"]].astype(float)
    expected = cross_fitted_profit(log, seen, flat)
    truth = replayed_values(world, {"flat": flat})["flat"].mean()
    estimates = beside_truth(off_policy(log, flat, expected=expected), truth)
    return estimates.set_index("estimator")["bias"]


def test_over_worlds_only_the_weighted_estimates_have_no_bias():
    errors = pd.DataFrame([world_errors(seed) for seed in range(21, 33)])
    in_se = errors.mean() / (errors.std() / np.sqrt(len(errors)))
    assert in_se[["ips", "snips", "dr"]].abs().max() < 4
    assert in_se["matched"] > 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"propensity": [0.5, 0.0]}, "propensity is 0 in row 1"),
        ({"propensity": [np.nan, 0.5]}, "propensity is nan in row 0"),
        ({"propensity": [0.5, 1.5]}, "propensity is 1.5"),
        ({"credit_limit": [-1, 5e3]}, "credit_limit is -1"),
        ({"profit": [np.inf, 0]}, "profit is inf"),
        ({"credit_limit": [0, 5e3]}, "0 where the limit is 0"),
    ],
)
def test_logs_that_cannot_be_used_are_refused(change, words):
    table = pd.DataFrame({"credit_limit": [5e3, 5e3], "propensity": 0.5, "profit": [1.0, 2.0]})
    with pytest.raises(BadInput, match=words):
        off_policy(table.assign(**change), [5e3, 5e3])


def test_missing_columns_and_odd_decisions_are_refused():
    table = pd.DataFrame({"credit_limit": [5e3], "propensity": 0.5, "profit": 1.0})
    with pytest.raises(BadInput, match="no column propensity"):
        off_policy(table.drop(columns="propensity"), [5e3])
    with pytest.raises(BadInput, match="exactly the customers of the log"):
        off_policy(table, [5e3, 5e3])
    with pytest.raises(BadInput, match="finite"):
        off_policy(table, [5e3], expected=[np.nan])


def test_a_log_without_overlap_is_refused_and_the_decisions_are_named():
    with pytest.raises(BadInput, match=r"never took the decisions 50,000 RMB \(4 customers\)"):
        off_policy(HAND, [5e4, 5e4, 5e4, 0, 5e4])
