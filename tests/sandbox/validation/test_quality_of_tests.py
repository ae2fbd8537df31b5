"""How often each test speaks when nothing is wrong, and when a defect is planted.

Customers of worlds with their true PDs: scores equal to them are right, outcomes are drawn anew.
Bounds hold for all tests together: the chance that any is broken by tests of the right size is 1%.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from data_generators import World, scenarios
from sandbox.errors import BadInput
from sandbox.experiment.known_customers import known_customers
from sandbox.validation.policy import Policy
from sandbox.validation.quality.population import Population
from sandbox.validation.quality.rates import bounds, clopper_pearson
from sandbox.validation.quality.study import FAMILIES, study
from sandbox.validation.quality.trials import RIGHT, Ground

SEEDS = (1, 2)
#: p-values that are too large under the truth, and why
CONSERVATIVE = {
    "calibration.binomial": "counts are whole, and unlike customers of a grade vary less",
    "comparison.mcnemar": "both refuse as many, so what one wins the other mostly wins back",
    "data.leakage_by_time": "a loss of 0.05 is allowed",
    "data.representativeness": "Holm over features that go together",
    "outcomes.back_test_mob": "Holm over months that share their defaults",
    "outcomes.back_test_vintage": "counts are whole, and unlike customers vary less",
    "portfolio.override_bad_rate": "Fisher's exact test: counts are whole",
    "portfolio.vintage_deterioration": "a larger variance is never taken for a smaller one",
    "robustness.overfit": "a gap of 0.02 is allowed",
    "robustness.overfit_log_loss": "a gap of 5% is allowed",
    "robustness.overfit_slice": "a gap of 0.02 is allowed, and Holm over slices",
    "robustness.weak_slice_auc": "a shortfall of 0.02 is allowed, and Holm over slices",
    "robustness.weak_slice_rate": "a tenth is allowed, and Holm over slices",
    "stability.migration": "true moves get rarer with distance: well inside the hypothesis",
    "truth.need_served": "a difference of 0.05 is allowed",
}
#: tests by p-value that are not drawn here, and why
NOT_DRAWN = {
    "portfolio.first_payment": "the figure of portfolio.vintage_deterioration, of other payments",
    "portfolio.swap_profit": "its error is given by the swap set; tested there",
    "truth.ips_bias": "error and estimate are given to it; benchmarks/policy_evaluation.py",
    "truth.snips_bias": "as truth.ips_bias",
    "truth.dr_bias": "as truth.ips_bias",
}


@pytest.fixture(scope="module")
def grounds():
    away = known_customers(World(scenarios.micro_business, 4_000, 24, seed=31), replicas=16)
    return [
        Ground(known_customers(World(market, 6_000, 24, seed=31), replicas=16), away)
        for market in (scenarios.ecommerce, scenarios.online_rental)
    ]


def sizes(grounds, n, draws, slow_draws):
    """Counts of all families under the truth, seeds together; `draws` of a seed."""
    parts = [
        study(grounds, family, n=n, draws=slow_draws if of.slow else draws, seed=seed)
        for family, of in FAMILIES.items()
        for seed in SEEDS
    ]
    counts = ["draws", "unevaluated", "p_values", "at_5", "at_1"]
    return pd.concat(parts).groupby("test")[counts].sum()


def assert_sizes(table):
    """Bounds for tests that have a p-value in nearly every draw; returns those tests.

    Where a test needs ten defaults and expects about as many, it is evaluated in samples that
    happen to have them: no size is claimed then.
    """
    asked = table[table["p_values"] >= 0.9 * (table["draws"] + table["unevaluated"])]
    # two levels; below only where the size is to be reached
    checks = 2 * len(asked)
    broken = []
    for test, row in asked.iterrows():
        fewest, most = bounds(0.05, row["p_values"], checks)
        if row["at_5"] > most or (row["at_5"] < fewest and test not in CONSERVATIVE):
            broken.append((test, row["at_5"], fewest, most))
        _, most = bounds(0.01, row["p_values"], checks)
        if row["at_1"] > most:
            broken.append((test, row["at_1"], "at 1%", most))
    assert not broken
    return set(asked.index)


def test_sizes_of_all_tests_together_are_those_of_their_level(grounds):
    tested = assert_sizes(sizes(grounds, 1_500, 70, 20))
    assert len(tested) >= 25


@pytest.mark.long
@pytest.mark.parametrize(("n", "draws"), [(500, 500), (5_000, 500), (20_000, 200)])
def test_sizes_hold_for_small_and_bank_sized_samples(grounds, n, draws):
    assert_sizes(sizes(grounds, n, draws, 100))


def test_every_test_with_a_p_value_is_drawn_or_says_why_not(grounds):
    judged = {t for t, rule in Policy.default().thresholds.items() if rule.judged_by == "p_value"}
    drawn = set()
    for family in FAMILIES:
        # out-of-time tests need ten defaults a month
        counts = study(grounds, family, n=6_000, draws=1)
        drawn |= set(counts.loc[counts["p_values"] > 0, "test"])
    assert judged - drawn == set(NOT_DRAWN)
    assert set(CONSERVATIVE) <= drawn


#: family, defect -> test -> share of 16 draws of 4,000 customers that warn or fail, at the least
FLOORS = {
    ("calibration", "low"): {"calibration.hosmer_lemeshow": 0.2, "calibration.intercept": 0.5},
    ("calibration", "extreme"): {"calibration.hosmer_lemeshow": 0.9, "calibration.slope": 0.9},
    ("calibration", "noise"): {"calibration.hosmer_lemeshow": 0.8, "calibration.jeffreys": 0.3},
    ("stability", "drift"): {"stability.csi": 0.9, "stability.concentration": 0.9},
    ("stability", "noise"): {"stability.auc_against_initial": 0.3},
    ("populations", "drift"): {"data.representativeness": 0.9, "data.classifier_two_sample": 0.8},
    ("comparison", "noise"): {"comparison.delong": 0.5, "comparison.brier": 0.8},
    ("fairness", "unfair"): {"fairness.air": 0.8, "fairness.equal_opportunity": 0.9},
    ("slices", "noise"): {"robustness.weak_slice_auc": 0.6},
    ("overfit", "overfit"): {"robustness.overfit": 0.9, "robustness.overfit_log_loss": 0.9},
    ("leakage", "leakage"): {"data.leakage": 0.9, "data.leakage_by_time": 0.9},
    ("out of time", "worse"): {"out_of_time.calibration_trend": 0.2},
    ("out of time", "noise"): {"out_of_time.auc_change": 0.3, "out_of_time.auc_trend": 0.2},
    ("back-test", "low"): {"outcomes.back_test_mob": 0.2},
    ("portfolio", "worse"): {"portfolio.riskiest_step": 0.4},
    ("need", "unfair"): {"truth.need_served": 0.9},
}


@pytest.mark.parametrize(("family", "defect"), FLOORS)
def test_planted_defects_are_found_as_often_as_the_floors_say(grounds, family, defect):
    found = study(grounds, family, n=4_000, draws=16, defect=defect, seed=3).set_index("test")
    for test, floor in FLOORS[family, defect].items():
        assert found.at[test, "warned"] >= floor * 16, test


def test_the_gate_rejects_a_test_whose_size_is_wrong():
    """At 1,000 draws a size of 9% is out of bounds nearly always, and so is one of 2%."""
    fewest, most = bounds(0.05, 1_000, 60)
    assert binom.cdf(most, 1_000, 0.09) < 0.2
    assert binom.sf(fewest - 1, 1_000, 0.02) < 0.2
    # the fewer draws of every run: 17%
    assert binom.cdf(bounds(0.05, 140, 60)[1], 140, 0.17) < 0.2


def test_bounds_hold_for_all_checks_together():
    """The chance that any of 60 counts is out of bounds is at most 1%, and not much smaller."""
    fewest, most = bounds(0.05, 1_000, 60)
    outside = binom.cdf(fewest - 1, 1_000, 0.05) + binom.sf(most, 1_000, 0.05)
    assert 0.003 < 60 * outside <= 0.01


def test_clopper_pearson_equals_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    for hits, draws in ((0, 40), (3, 40), (40, 40), (21, 400)):
        assert clopper_pearson(hits, draws) == pytest.approx(
            proportion_confint(hits, draws, method="beta")
        )


def test_nonsense_is_refused_by_name(grounds):
    with pytest.raises(BadInput, match="choose one of calibration"):
        study(grounds, "no such family", n=500, draws=1)
    with pytest.raises(BadInput, match="choose one of right, drift, noise"):
        study(grounds, "stability", n=500, draws=1, defect="unfair")
    with pytest.raises(BadInput, match="at least 100"):
        Population(np.full(3, 0.1), pd.DataFrame({"a": [1, 2, 3]}))


def test_the_same_seed_gives_the_same_counts(grounds):
    one, other = (study(grounds, "comparison", n=600, draws=5, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    assert (one["defect"] == RIGHT).all()
