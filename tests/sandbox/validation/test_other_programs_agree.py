"""Results as a report shows them, against other programs and against plain counting."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from riskvalidation.validation import calibration as rv_calibration
from riskvalidation.validation import rating_system, stability
from scipy.integrate import quad
from scipy.special import logit
from scipy.stats import norm, ttest_ind, ttest_rel
from sklearn.metrics import mean_squared_error, r2_score, roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar as sm_mcnemar
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ztest

from sandbox.exhibits.book import Book
from sandbox.validation.calibration import validate_calibration
from sandbox.validation.comparison import validate_comparison
from sandbox.validation.data import validate_data
from sandbox.validation.definitions import Definitions
from sandbox.validation.delayed_labels import validate_delayed_labels
from sandbox.validation.discrimination import validate_discrimination
from sandbox.validation.fairness import calibrated, standardised_mean_difference
from sandbox.validation.fraud import validate_fraud
from sandbox.validation.grades import jeffreys_table
from sandbox.validation.inputs import observed
from sandbox.validation.keys import validate_keys
from sandbox.validation.limit_caps import validate_limit_caps
from sandbox.validation.out_of_time import validate_out_of_time
from sandbox.validation.point_in_time import leakage_by_time_table
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio import validate_portfolio
from sandbox.validation.portfolio_figures import mean_interval
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.robustness import validate_noise
from sandbox.validation.roc import auc, delong
from sandbox.validation.since_initial import validate_since_initial
from sandbox.validation.stability import validate_feature_stability, validate_score_stability
from sandbox.validation.truth import validate_pd_truth

POLICY = Policy.default()


def by_name(results):
    return {r.id.partition(".")[2]: r for r in results}


def a_sample(seed=0, n=4_000):
    """Outcomes of PDs that are too low, no two of them alike; n divides by ten."""
    rng = np.random.default_rng(seed)
    pd_ = rng.beta(2, 14, n)
    return (rng.random(n) < np.minimum(1.15 * pd_, 1)).astype(float), pd_


@pytest.fixture(scope="module")
def calibration():
    y, p = a_sample()
    return y, p, by_name(validate_calibration(observed(y, p), POLICY))


def test_hosmer_lemeshow_and_spiegelhalter_equal_riskvalidation(calibration):
    y, p, found = calibration
    other = rv_calibration.pd_hosmer_lemeshow(y.astype(int), p)
    assert found["hosmer_lemeshow"].statistic == pytest.approx(other.statistic)
    assert found["hosmer_lemeshow"].p_value == pytest.approx(other.p_value)
    other = rv_calibration.pd_spiegelhalter(y.astype(int), p)
    assert found["spiegelhalter"].statistic == pytest.approx(other.statistic)
    # there one-sided, here two-sided
    assert found["spiegelhalter"].p_value == pytest.approx(
        2 * min(other.p_value, 1 - other.p_value)
    )


def test_jeffreys_and_binomial_by_grade_equal_riskvalidation(calibration):
    y, p, found = calibration
    parts = np.array_split(np.argsort(p, kind="stable"), 10)
    n, d = [len(k) for k in parts], [int(y[k].sum()) for k in parts]
    mean = [float(p[k].mean()) for k in parts]
    theirs = rv_calibration.pd_jeffreys_grades(n, d, mean)[:10]
    assert found["jeffreys"].table["p_value"].tolist() == pytest.approx([t.p_value for t in theirs])
    smallest = min(t.p_value for t in theirs)
    assert found["jeffreys"].p_value == pytest.approx(min(1, 10 * smallest))
    theirs = [rv_calibration.pd_binomial(*grade) for grade in zip(n, d, mean, strict=True)]
    assert found["binomial"].p_value == pytest.approx(min(1, 10 * min(t.p_value for t in theirs)))


def test_ece_and_brier_equal_riskvalidation_and_statsmodels(calibration):
    y, p, found = calibration
    assert found["ece"].statistic == pytest.approx(rv_calibration.pd_ece(y.astype(int), p).metric)
    assert found["brier"].statistic == pytest.approx(mean_squared_error(y, p))
    errors = sm.stats.DescrStatsW((y - p) ** 2)
    assert found["brier"].interval == pytest.approx(errors.zconfint_mean())


def test_slope_and_intercept_with_their_intervals_equal_statsmodels_glm(calibration):
    y, p, found = calibration
    binomial = sm.families.Binomial()
    line = sm.GLM(y, sm.add_constant(logit(p)), family=binomial).fit(tol=1e-12)
    assert found["slope"].statistic == pytest.approx(line.params[1], abs=1e-8)
    assert found["slope"].interval == pytest.approx(tuple(line.conf_int()[1]), abs=1e-6)
    level = sm.GLM(y, np.ones((len(y), 1)), family=binomial, offset=logit(p)).fit(tol=1e-12)
    assert found["intercept"].statistic == pytest.approx(level.params[0], abs=1e-8)
    assert found["intercept"].interval == pytest.approx(tuple(level.conf_int()[0]), abs=1e-6)


def test_power_of_jeffreys_over_grades_is_that_of_simulated_samples(calibration):
    found = calibration[2]
    rng = np.random.default_rng(1)
    # grades of one PD each, as the test takes them
    table = found["jeffreys"].table
    said = np.repeat(table["mean_pd"].to_numpy(), table["n"].to_numpy())
    draws, seen = 200, 0
    scored = observed((rng.random(len(said)) < said).astype(float), said)
    right = by_name(validate_calibration(scored, POLICY))["jeffreys"]
    for _ in range(draws):
        y = (rng.random(len(said)) < 1.2 * said).astype(float)
        seen += jeffreys_table(y, said)["p_holm"].min() < 0.05
    spread = 4 * np.sqrt(right.power * (1 - right.power) / draws)
    assert seen / draws == pytest.approx(right.power, abs=spread)


def test_psi_and_csi_equal_riskvalidation():
    rng = np.random.default_rng(2)
    before, after = rng.beta(2, 8, 1_000), rng.beta(2.3, 8, 700)
    edges = np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf")
    counts = [np.bincount(np.searchsorted(edges, s), minlength=10) for s in (before, after)]
    other = stability.stability_psi(*counts)
    found = validate_score_stability(before, after, POLICY)[0]
    assert (found.statistic, found.p_value) == pytest.approx((other.statistic, other.p_value))
    shares = ((900, [0.5, 0.3, 0.2]), (500, [0.4, 0.3, 0.3]))
    words = [pd.Series(rng.choice(list("abc"), k, p=q)) for k, q in shares]
    counts = [w.value_counts().reindex(list("abc")).to_numpy() for w in words]
    other = stability.stability_csi(*counts)
    found = validate_feature_stability(*(w.to_frame("word") for w in words), POLICY)
    assert found.statistic == pytest.approx(other.statistic)
    assert found.table["p_value"].iloc[0] == pytest.approx(other.p_value)
    door = validate_out_of_time(np.full(1_000, np.nan), before, np.zeros(1_000), POLICY,
                                accepted=before < 0.25)[-1]  # fmt: skip
    edges = np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf")
    counts = [np.bincount(np.searchsorted(edges, s), minlength=10)
              for s in (before, before[before < 0.25])]  # fmt: skip
    assert door.statistic == pytest.approx(stability.stability_psi(*counts).statistic)


def test_migration_z_equals_riskvalidation():
    rng = np.random.default_rng(3)
    first = rng.integers(1, 6, 800)
    second = np.clip(first + rng.integers(-2, 3, 800), 1, 5)
    scored = observed([0.0, 1.0] * 30, np.linspace(0, 1, 60))
    found = validate_since_initial(scored, scored.score, POLICY, migration=(first, second))[2]
    counts = np.zeros((5, 5))
    np.add.at(counts, (first - 1, second - 1), 1)
    other = rating_system.rating_migration_ztests(counts)
    # moves of three grades and more, that nobody made, have no figure there and p of ½ here
    raw = sorted(cell["p"] for cell in other.extras["cells"])
    assert found.p_value == pytest.approx(min(1, 20 * raw[0]))


def test_auc_against_initial_has_the_interval_and_power_of_a_normal_with_delongs_error():
    y, p = a_sample(4)
    found = validate_since_initial(observed(y, p), p, POLICY, initial_auc=0.7)[0]
    error = delong(y, p)[1] ** 0.5
    drawn = np.random.default_rng(0).normal(auc(y, p) - 0.7, error, 200_000)
    assert found.interval == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.001)
    fallen = np.random.default_rng(1).normal(0.05 / error, 1, 200_000)
    assert found.power == pytest.approx((fallen > 1.6449).mean(), abs=0.005)


def test_mcnemar_and_brier_of_two_models_equal_statsmodels_and_scipy():
    y, p = a_sample(5)
    rival = np.clip(p + np.random.default_rng(6).normal(0, 0.05, len(p)), 0, 1)
    found = by_name(validate_comparison(y, rival, p, POLICY))
    right = [(s >= np.sort(s)[-400]) == (y == 1) for s in (rival, p)]
    assert np.unique(rival[rival > 0]).size == (rival > 0).sum()
    other = sm_mcnemar(pd.crosstab(*right), exact=False, correction=True)
    assert found["mcnemar"].p_value == pytest.approx(other.pvalue / 2)
    low, high = found["mcnemar"].interval
    spread = ttest_rel(*(r.astype(float) for r in right)).confidence_interval()
    assert (low, high) == pytest.approx((spread.low, spread.high), abs=0.0006)
    gaps = [(s - y) ** 2 for s in (rival, p)]
    z, p_value = ztest(gaps[0] - gaps[1], alternative="larger")
    assert z > 0
    assert found["brier"].p_value == pytest.approx(p_value, rel=1e-6)


def test_cost_saved_is_the_area_of_an_integral_over_costs():
    y, p = a_sample(7, 300)
    found = by_name(validate_discrimination(observed(y, p), POLICY))["cost_saved"]

    tried = np.append(np.unique(p), np.inf)[:, None]
    missed, alarms = (p[y == 1] < tried).mean(axis=1), (p[y == 0] >= tried).mean(axis=1)

    def cheapest(c):
        return (missed * c + alarms * (1 - c)).min()

    area = quad(cheapest, 0, 1, limit=40, epsabs=1e-4)[0]
    assert found.statistic == pytest.approx(1 - area / 0.25, abs=0.002)


def test_recall_and_precision_of_frauds_are_those_counted_one_threshold_at_a_time():
    y, p = a_sample(8)
    found = by_name(validate_fraud(observed(y, p), POLICY))
    for rate in (1, 2, 5):
        best = max(
            (p[y == 1] >= t).mean() for t in np.unique(p) if (p[y == 0] >= t).mean() <= rate / 100
        )
        test = found[f"recall_at_fpr_{rate}pct"]
        assert test.statistic == pytest.approx(best)
        hits = round(best * y.sum())
        assert test.interval == pytest.approx(proportion_confint(hits, y.sum(), method="wilson"))
    top = int(y[np.argsort(-p)[:100]].sum())
    assert found["cp_at_100"].statistic == top / 100
    assert found["cp_at_100"].interval == pytest.approx(
        proportion_confint(top, 100, method="wilson")
    )


def test_missing_repeated_and_constant_are_those_counted_row_by_row():
    rng = np.random.default_rng(9)
    table = pd.DataFrame(
        {"a": rng.integers(0, 3, 200), "b": rng.choice(["x", "y", None], 200), "c": 1}
    )
    found = by_name(validate_data(table, rng.integers(0, 2, 200), POLICY))
    seen, repeated = set(), 0
    for row in table.fillna("none").itertuples(index=False):
        repeated += tuple(row) in seen
        seen.add(tuple(row))
    assert found["duplicates"].statistic == repeated / 200
    assert found["missingness"].statistic == sum(v is None or v != v for v in table["b"]) / 200
    assert found["constant"].statistic == 1


def test_leakage_and_its_interval_are_those_of_scikit_learn_and_statsmodels_by_feature():
    y, p = a_sample(10, 600)
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"noise": rng.normal(size=600), "down": -logit(p) - 2 * y})
    found = by_name(validate_data(table, y, POLICY))["leakage"]
    assert found.statistic == pytest.approx(1 - roc_auc_score(y, table["down"]))
    kinds = [table["down"].to_numpy()[y == k] for k in (0, 1)]
    # placements counted pair by pair
    wins = (kinds[0][:, None] > kinds[1]) + 0.5 * (kinds[0][:, None] == kinds[1])
    error = sum(wins.mean(axis=k).var(ddof=1) / wins.shape[1 - k] for k in (0, 1)) ** 0.5
    assert found.interval == pytest.approx(
        (found.statistic - 1.959964 * error, min(found.statistic + 1.959964 * error, 1)), abs=1e-6
    )


def test_separation_lost_by_a_feature_has_the_p_value_of_a_bootstrap_of_both_halves():
    y, p = a_sample(11, 800)
    time = pd.Series(np.arange(800.0))
    feature = np.where(time < 400, p + 0.2 * y, p)
    row = leakage_by_time_table(pd.DataFrame({"f": feature}), y, time).iloc[0]
    halves = [slice(0, 400), slice(400, 800)]
    areas = [roc_auc_score(y[h], feature[h]) for h in halves]
    assert (row["auc_earlier"], row["auc_later"]) == pytest.approx(areas)
    rng = np.random.default_rng(0)
    drawn = []
    for h in halves:
        bad, good = feature[h][y[h] == 1], feature[h][y[h] == 0]
        wins = (bad[:, None] > good).astype(float)
        a, b = (rng.integers(0, k, (300, k)) for k in wins.shape)
        drawn.append([wins[np.ix_(i, j)].mean() for i, j in zip(a, b, strict=True)])
    error = np.std(np.subtract(*drawn), ddof=1)
    z = (areas[0] - areas[1] - 0.05) / error
    assert norm.isf(row["p_value"]) == pytest.approx(z, rel=4 / np.sqrt(2 * 300))


def test_overlap_of_keys_is_that_of_sets():
    rng = np.random.default_rng(12)
    keys = [
        pd.DataFrame({"a": rng.integers(0, 40, 300), "b": rng.integers(0, 9, 300)}) for _ in "12"
    ]
    found = validate_keys(keys[0], ["a", "b"], POLICY, training=keys[1])[1]
    known = set(keys[1].itertuples(index=False, name=None))
    shared = sum(row in known for row in keys[0].itertuples(index=False, name=None))
    assert found.statistic == shared / 300


def test_standardised_mean_difference_is_scipys_t_statistic_per_root_of_the_sizes():
    rng = np.random.default_rng(13)
    a, b = rng.normal(0.3, 1, 80), rng.normal(0, 2, 130)
    t = ttest_ind(a, b).statistic
    assert standardised_mean_difference(a, b).value == pytest.approx(t * np.sqrt(1 / 80 + 1 / 130))


def test_calibration_of_a_group_of_unlike_coins_equals_an_enumeration_of_all_outcomes():
    p = np.array([0.02, 0.1, 0.3, 0.5, 0.05, 0.7, 0.2, 0.15, 0.4, 0.01])
    chance = np.zeros(len(p) + 1)
    for coins in product((0, 1), repeat=len(p)):
        chance[sum(coins)] += np.prod(np.where(coins, p, 1 - p))
    for events in range(len(p) + 1):
        y = (np.arange(len(p)) < events).astype(float)
        tails = chance[: events + 1].sum(), chance[events:].sum()
        assert calibrated(y, p) == pytest.approx(min(1, 2 * min(tails)), abs=1e-10)


def test_late_labels_are_counted_and_have_statsmodels_jeffreys_interval():
    rng = np.random.default_rng(14)
    age = np.full(400, 15.0)
    bad = np.where(rng.random(400) < 0.2, rng.uniform(0, 12, 400), np.nan)
    found = validate_delayed_labels(age, bad, 12.0, POLICY)[0]
    late, all_ = int((bad > 6).sum()), int((~np.isnan(bad)).sum())
    assert found.statistic == late / all_
    assert found.interval == pytest.approx(proportion_confint(late, all_, method="jeffreys"))


def test_flipped_decisions_have_statsmodels_wilson_interval():
    _, p = a_sample(15, 500)
    after = np.clip(p + np.random.default_rng(0).normal(0, 0.03, 500), 0, 1)
    found = validate_noise(np.full(500, np.nan), p, {0.1: after}, POLICY, cut=0.2)[2]
    flipped = int(((p >= 0.2) != (after >= 0.2)).sum())
    assert found.statistic == flipped / 500
    assert found.interval == pytest.approx(proportion_confint(flipped, 500, method="wilson"))


def test_profit_of_a_step_has_the_p_value_of_statsmodels_ztest():
    profit = np.random.default_rng(16).normal(-3, 40, 200)
    mean, low, high, p_value = mean_interval(profit)
    described = sm.stats.DescrStatsW(profit)
    assert (mean, low, high) == pytest.approx((described.mean, *described.zconfint_mean()))
    assert p_value == pytest.approx(described.ztest_mean(0, alternative="smaller")[1])


def test_profit_of_a_swap_set_has_the_p_value_and_interval_of_statsmodels_ztest():
    rng = np.random.default_rng(19)
    profit = rng.normal(50, 30, 300), rng.normal(48, 30, 300)
    decided = pd.DataFrame({"approve": True, "limit": 1e3, "pd": 0.05, "reason": ""}, range(300))
    books = [
        Book("book", decided, pd.DataFrame({"taken": True, "default": False, "profit": each}))
        for each in profit
    ]
    given = PortfolioData(old=books[0], new=books[1])
    found = by_name(validate_portfolio(given, Definitions.built_in(), POLICY))["swap_profit"]
    gaps = sm.stats.DescrStatsW(profit[1] - profit[0])
    assert found.p_value == pytest.approx(gaps.ztest_mean(0, alternative="smaller")[1])
    assert found.interval == pytest.approx(300 * np.array(gaps.zconfint_mean()), rel=1e-4)


def test_breaches_of_caps_are_those_counted_row_by_row():
    rng = np.random.default_rng(17)
    limit = rng.choice([0.0, 1e3, 5e3, 9e3], 300)
    caps = {"one": rng.choice([4e3, np.nan], 300), "two": np.full(300, 8e3)}
    found = validate_limit_caps(limit, POLICY, house=caps)[0]
    over = sum(
        granted > 0 and any(granted > cap for cap in row if cap == cap)
        for granted, *row in zip(limit, *caps.values(), strict=True)
    )
    assert found.statistic == pytest.approx(over / (limit > 0).sum())


def test_pd_error_and_skill_are_scikit_learns_rmse_and_r2():
    _, true = a_sample(18)
    said = np.clip(true * 1.2 + 0.01, 0, 1)
    found = by_name(validate_pd_truth(said, true, POLICY))
    assert found["pd_rmse"].statistic == pytest.approx(mean_squared_error(true, said) ** 0.5)
    assert found["pd_skill"].statistic == pytest.approx(r2_score(true, said))
