"""Slices in which a model is weak, against statsmodels, scipy and brute force."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import poisson_binom
from statsmodels.stats.multitest import multipletests

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.roc import delong, expected_auc
from sandbox.validation.slices import refitted, slice_table, validate_slices
from sandbox.validation.slicing import (
    Rows,
    benjamini_hochberg,
    cuts,
    left_of_variance,
    ranking_by_slice,
    sum_of_coins,
)

POLICY = Policy.default()


def market(seed, n=3_000, weak=None, hidden=0.0):
    """Features, outcomes and true PDs; in region c outcomes are mixed up by `weak`, or riskier."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(rng.normal(size=(n, 5)), columns=list("vwxyz"))
    features["region"] = rng.choice(list("abc"), n)
    features.loc[rng.random(n) < 0.1, "z"] = np.nan
    there = (features["region"] == "c").to_numpy()
    log_odds = -1.8 + 1.0 * features["v"] + 0.4 * features["w"] - 0.4 * features["x"]
    score = 1 / (1 + np.exp(-log_odds.to_numpy()))
    true = np.where(there, 1 / (1 + np.exp(-log_odds - hidden)), score)
    if weak:
        true = np.where(there, score.mean(), true)
    return features, rng.binomial(1, true).astype(float), score


def test_auc_and_its_variance_in_each_slice_equal_delongs_on_the_slice_alone():
    features, y, score = market(0)
    score = np.round(score, 2)
    rows = Rows.of(y, score)
    for cut in cuts(features):
        table = ranking_by_slice(rows, cut)
        for code in range(len(cut.labels)):
            of = cut.codes == code
            area, variance = delong(y[of], score[of])
            assert table["n"][code] == of.sum()
            assert table["auc"][code] == pytest.approx(area, abs=1e-12)
            assert table["variance"][code] == pytest.approx(variance, rel=1e-9)
            promised = expected_auc(score[of], score[of])
            assert table["promised"][code] == pytest.approx(promised, abs=1e-12)


def test_deviation_of_auc_about_its_promise_is_that_of_drawn_outcomes():
    features, _, score = market(1, n=1_500)
    cut = cuts(features[["region"]])[0]
    rng = np.random.default_rng(2)
    drawn = np.array(
        [
            ranking_by_slice(Rows.of(rng.binomial(1, score).astype(float), score), cut)["auc"]
            for _ in range(800)
        ]
    )
    said = ranking_by_slice(Rows.of(rng.binomial(1, score).astype(float), score), cut)
    # a standard deviation of 800 draws is known to 2.5%
    assert drawn.std(axis=0) == pytest.approx(said["deviation"].to_numpy(), rel=0.10)
    assert drawn.mean(axis=0) == pytest.approx(said["promised"].to_numpy(), abs=0.005)


def test_sum_of_unlike_coins_is_near_scipys_exact_distribution():
    p = np.random.default_rng(3).beta(1, 9, 300)
    at = np.arange(15, 50)
    found = sum_of_coins(at + 0.5, p.sum(), (p * (1 - p)).sum(), (p * (1 - p) * (1 - 2 * p)).sum())
    assert found == pytest.approx(poisson_binom(p).cdf(at), abs=1e-3)


def test_variance_left_after_the_fit_equals_statsmodels_score_test():
    features, y, score = market(4)
    rates = refitted(y, score)
    cut = cuts(features[["region"]])[0]
    left = left_of_variance(rates, cut.codes, 3)
    x = np.log(score / (1 - score))
    fit = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit()
    assert rates == pytest.approx(fit.fittedvalues, abs=1e-8)
    for code in range(3):
        of = (cut.codes == code).astype(float)
        statistic = fit.score_test(exog_extra=of[:, None])[0]
        variance = (rates * (1 - rates) * of).sum() * left[code]
        off = (of * (y - rates)).sum()
        assert off**2 / variance == pytest.approx(np.squeeze(statistic), rel=1e-6)


def test_adjusted_p_values_equal_statsmodels():
    p = np.random.default_rng(5).random(40) ** 3
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])
    features, y, score = market(6)
    table = slice_table(features, y, score, margins=(0.0, 0.0))
    for name in ("p_auc", "p_rate"):
        for how, method in (("holm", "holm"), ("bh", "fdr_bh")):
            expected = multipletests(table[name], method=method)[1]
            assert table[f"{name}_{how}"].to_numpy() == pytest.approx(expected)


def test_a_weak_slice_is_found_by_name():
    for seed in range(5):
        ranking, _ = validate_slices(*market(seed, n=8_000, weak=True), POLICY)
        assert ranking.verdict is Verdict.FAIL
        assert ranking.reason.startswith("region c: AUC 0.")
        assert ranking.statistic > 0.1
        _, rate = validate_slices(*market(seed, n=8_000, hidden=0.9), POLICY)
        assert rate.verdict is Verdict.FAIL
        assert rate.reason.startswith("region c: ")
        assert rate.statistic > 1.2


def test_the_true_pds_are_called_weak_no_more_often_than_the_level_says():
    rejected, alone = [], []
    for seed in range(100):
        table = slice_table(*market(seed, n=2_500), margins=(0.0, 0.0))
        rejected.append([table["p_auc_holm"].min() < 0.05, table["p_rate_holm"].min() < 0.05])
        alone.append([(table["p_auc"] < 0.05).mean(), (table["p_rate"] < 0.05).mean()])
    # 100 worlds at 5%: 13 or more but once in 900; each slice alone within 2 to 8%
    assert (np.sum(rejected, axis=0) < 13).all()
    assert (np.abs(np.mean(alone, axis=0) - 0.05) < 0.03).all()
    verdicts = {r.verdict for s in range(20) for r in validate_slices(*market(s), POLICY)}
    assert verdicts == {Verdict.PASS}


def test_what_is_off_everywhere_is_no_weak_slice():
    features, y, score = market(7, n=6_000)
    stretched = 1 / (1 + ((1 - score) / score) ** 2) / 2
    assert {r.verdict for r in validate_slices(features, y, stretched, POLICY)} == {Verdict.PASS}


def test_a_slice_of_two_features_together_is_found_only_in_pairs():
    features, y, score = market(8, n=20_000)
    rng = np.random.default_rng(9)
    corner = (features["y"] > 0.84) & (features["region"] == "a")
    y[corner] = rng.binomial(1, np.minimum(score[corner] * 3, 0.9))
    single = slice_table(features, y, score)
    paired = slice_table(features, y, score, pairs=True)
    worst = paired.iloc[int(np.argmin(paired["p_rate"]))]
    assert worst["cut"] == "y × region"
    assert worst["slice"].endswith("and region a")
    assert worst["p_rate_holm"] < 1e-6
    assert len(paired) > 5 * len(single)


def test_slices_that_cannot_be_judged_are_named():
    features, y, score = market(10, n=400)
    cases = (
        ((None, y, score), "no features"),
        ((features, y, np.full(400, 0.2)), "scores are the same"),
        ((features, np.zeros(400), score), "one class only"),
        ((features.iloc[:30], y[:30], score[:30]), "30 rows"),
        ((features, y, 1 - score), "do not rank"),
        ((pd.DataFrame({"a": [1.0] * 400}), y, score), "more than one value"),
    )
    for given, said in cases:
        results = validate_slices(*given, POLICY)
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}
        assert all(said in r.reason for r in results)
    few = slice_table(features, y, score, least=(50, 10)).set_index("slice")
    assert few.loc["z missing", ["auc", "p_auc", "ratio"]].isna().all()
    with pytest.raises(BadInput, match="features have 10 rows"):
        slice_table(features.iloc[:10], y, score)


def test_a_slice_without_a_default_where_many_were_expected_is_the_weakest():
    features, y, score = market(12)
    y = np.where(features["region"] == "c", 0.0, y)
    rate = validate_slices(features[["region"]], y, score, POLICY)[1]
    assert rate.verdict is Verdict.FAIL
    assert rate.statistic == 0
    assert rate.reason.startswith("region c: 0 bad cases")
