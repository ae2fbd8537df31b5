"""Training against evaluation, against permutations, scipy and DeLong slice by slice."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind
from sklearn.tree import DecisionTreeClassifier
from statsmodels.stats.power import NormalIndPower

from sandbox.errors import BadInput
from sandbox.validation.inputs import observed
from sandbox.validation.overfit import (
    auc_gap,
    auc_gap_power,
    log_loss_gap,
    log_losses,
    overfit_table,
    validate_overfit,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.roc import auc, delong

POLICY = Policy.default()


def customers(seed, n=2_000):
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("wxyz"))
    features["region"] = rng.choice(list("ab"), n)
    true = 1 / (1 + np.exp(1.5 - features["w"] - 0.5 * features["x"]))
    return features, rng.binomial(1, true).astype(float), true.to_numpy()


def test_gap_of_auc_has_the_p_value_of_permutations():
    rng = np.random.default_rng(0)
    y = rng.binomial(1, 0.3, 600).astype(float)
    score = np.clip(0.3 + 0.12 * y + rng.normal(0, 0.2, 600), 0, 1)
    side = np.arange(600) < 300
    score[side & (y == 1)] = np.clip(score[side & (y == 1)] + 0.06, 0, 1)

    def gap(side):
        return auc(y[side], score[side]) - auc(y[~side], score[~side])

    found = auc_gap(observed(y[side], score[side]), observed(y[~side], score[~side]))
    drawn = np.array([gap(rng.permutation(side)) for _ in range(1_500)])
    assert found.value == pytest.approx(gap(side), abs=1e-12)
    assert found.p_value == pytest.approx((drawn >= found.value).mean(), abs=0.03)


def test_power_of_the_gap_equals_statsmodels():
    (_, y, p), (_, z, q) = customers(1), customers(2)
    gap = auc_gap(observed(y, p), observed(z, q), 0.02)
    error = (gap.high - gap.low) / (2 * norm.ppf(0.975))
    # two samples of two: the effect is the gap beyond the margin in units of its error
    expected = NormalIndPower().power(0.03 / error, 2, 0.05, alternative="larger")
    assert auc_gap_power(gap) == pytest.approx(expected)
    assert 0.1 < auc_gap_power(gap) < 0.9


def test_gap_of_log_loss_equals_scipys_welch_tests_of_bad_and_good_cases():
    (_, y, p), (_, z, q) = customers(1), customers(2, n=1_200)
    found = log_loss_gap(observed(y, p), observed(z, q))
    one, other = log_losses(y, p), log_losses(z, q)
    gap = variance = 0.0
    for kind, weight in ((1, y.mean()), (0, 1 - y.mean())):
        apart = other[z == kind].mean() - one[y == kind].mean()
        welch = ttest_ind(other[z == kind], one[y == kind], equal_var=False)
        gap += weight * apart
        variance += (weight * apart / welch.statistic) ** 2
    assert found.training == pytest.approx(one.mean())
    assert found.value == pytest.approx(gap)
    assert found.p_value == pytest.approx(norm.sf(gap / np.sqrt(variance)), rel=1e-9)


def test_a_market_that_got_worse_is_not_called_overfit():
    (f, y, p), (g, z, q) = customers(3, 4_000), customers(4, 8_000)
    # twice as many bad cases among customers who are alike otherwise
    kept = (z == 1) | (np.random.default_rng(5).random(8_000) < 0.4)
    worse = validate_overfit((f, y, p), (g[kept], z[kept], q[kept]), POLICY)
    assert log_losses(z[kept], q[kept]).mean() > 1.2 * log_losses(y, p).mean()
    assert [r.verdict for r in worse[:2]] == [Verdict.PASS, Verdict.PASS]


def test_figures_by_slice_equal_delong_on_the_slice_alone():
    (f, y, p), (g, z, q) = customers(3), customers(4)
    table = overfit_table((f, y, p), (g, z, q)).set_index("slice")
    for region in "ab":
        row = table.loc[f"region {region}"]
        here, there = (f["region"] == region).to_numpy(), (g["region"] == region).to_numpy()
        one, other = delong(y[here], p[here]), delong(z[there], q[there])
        assert row["auc_training"] == pytest.approx(one[0])
        assert row["auc_evaluation"] == pytest.approx(other[0])
        assert row["n_evaluation"] == there.sum()
        assert row["log_loss_training"] == pytest.approx(log_losses(y[here], p[here]).mean())
        # a gap of 0.02 is allowed, and the two samples are apart
        z_value = (one[0] - other[0] - 0.02) / np.sqrt(one[1] + other[1])
        assert row["p_value"] == pytest.approx(norm.sf(z_value))


def test_a_tree_that_learnt_its_rows_by_heart_is_found_and_the_truth_passes():
    for seed in range(10, 14):
        (f, y, p), (g, z, q) = customers(seed), customers(100 + seed)
        columns = list("wxyz")
        tree = DecisionTreeClassifier(min_samples_leaf=3, random_state=seed).fit(f[columns], y)
        scores = [tree.predict_proba(t[columns])[:, 1] for t in (f, g)]
        overfit = validate_overfit((f, y, scores[0]), (g, z, scores[1]), POLICY)
        assert {r.verdict for r in overfit} == {Verdict.FAIL}
        assert overfit[0].statistic > 0.1
        right = validate_overfit((f, y, p), (g, z, q), POLICY)
        assert {r.verdict for r in right} == {Verdict.PASS}


def test_the_truth_is_called_overfit_no_more_often_than_the_level_says():
    overall, by_slice = [], []
    for seed in range(200):
        here, there = customers(2 * seed, 800), customers(2 * seed + 1, 800)
        one, other = observed(*here[1:]), observed(*there[1:])
        gaps = auc_gap(one, other), log_loss_gap(one, other)
        overall.append([gap.p_value < 0.05 for gap in gaps])
        if seed % 4 == 0:
            by_slice.append(overfit_table(here, there, margin=0.0)["p_holm"].min() < 0.05)
    # 200 worlds at 5%: 2 to 20 but once in 500; 50 worlds: 9 or more but once in 1,000
    assert ((np.sum(overall, axis=0) >= 2) & (np.sum(overall, axis=0) <= 20)).all()
    assert sum(by_slice) < 9


def test_overfit_in_one_slice_is_found_there():
    (f, y, p), (g, z, q) = customers(5, 6_000), customers(6, 6_000)
    there = (f["region"] == "b").to_numpy()
    p = np.where(there & (y == 1), np.sqrt(p), p)
    result = validate_overfit((f, y, p), (g, z, q), POLICY)[2]
    assert result.verdict is Verdict.FAIL
    assert result.reason.startswith("region b")


def test_overfit_that_cannot_be_judged_is_named():
    (f, y, p), (g, z, q) = customers(7, 300), customers(8, 300)
    cases = (
        (None, (g, z, q), "not trained here"),
        ((f, np.zeros(300), p), (g, z, q), "in training, one class only"),
        ((f, y, p), (g.iloc[:30], z[:30], q[:30]), "30 rows"),
        ((f, y, p), (g, z, np.full(300, 0.2)), "scores of a side are the same"),
    )
    for training, evaluation, said in cases:
        results = validate_overfit(training, evaluation, POLICY)
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
        assert all(said in r.reason for r in results)
    with pytest.raises(BadInput, match="'region' is missing"):
        overfit_table((f, y, p), (g.drop(columns="region"), z, q))
