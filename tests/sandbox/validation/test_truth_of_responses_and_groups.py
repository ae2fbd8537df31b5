"""Responses, needs and given figures, against numpy, scipy and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.truth_fairness import (
    difference_of_means,
    need_served,
    validate_need_truth,
)
from sandbox.validation.truth_given import (
    validate_off_policy_truth,
    validate_recourse_truth,
    validate_structure_truth,
)
from sandbox.validation.truth_response import response_error, validate_response_truth

POLICY = Policy.default()
GRID = [2e3, 5e3, 1e4, 2e4]


def responses(seed=0, n=800):
    rng = np.random.default_rng(seed)
    slope = rng.uniform(0.02, 0.08, n)
    return 0.05 + slope[:, None] * np.log(np.array(GRID) / 2e3)


def test_slopes_equal_numpys_gradient_of_each_step():
    true, said = responses(), responses(1)
    found = response_error(GRID, said, true)
    for k, row in enumerate(found.table.itertuples()):
        width = (GRID[k + 1] - GRID[k]) / 1_000
        assert row.true == pytest.approx(np.gradient(true[:, k : k + 2], width, axis=1).mean())
        gap = ((said - true)[:, k + 1] - (said - true)[:, k]) / width
        assert row.rmse == pytest.approx(np.sqrt(np.mean(gap**2)))
        assert row.error_high - row.error == pytest.approx(
            norm.ppf(0.975) * gap.std(ddof=1) / np.sqrt(len(gap))
        )


def test_no_response_is_an_error_of_one_and_half_of_it_of_one_half():
    true = responses()
    flat = np.repeat(true[:, :1], 4, axis=1)
    assert response_error(GRID, flat, true).by_row == pytest.approx(1.0)
    assert response_error(GRID, (flat + true) / 2, true).by_row == pytest.approx(0.5)
    assert response_error(GRID, true, true).by_row == 0.0
    # a response of the wrong sign is worse than none
    assert response_error(GRID, 2 * flat - true, true).by_row == pytest.approx(2.0)


def test_a_model_that_knows_the_response_passes_and_one_of_the_wrong_sign_fails():
    true = responses()
    flat = np.repeat(true[:, :1], 4, axis=1)
    verdicts = [
        validate_response_truth(GRID, POLICY, pd_=(said, true))[0].verdict
        for said in (true, 2 * flat - true)
    ]
    assert verdicts == [Verdict.PASS, Verdict.FAIL]


def test_exposures_of_a_single_draw_are_judged_by_their_mean():
    rng = np.random.default_rng(0)
    said = np.tile(0.4 * np.array(GRID), (2_000, 1))
    once = said * rng.uniform(0, 2, said.shape)
    result = validate_response_truth(GRID, POLICY, ead=(said, once), ead_is_expected=False)[1]
    assert result.statistic < 0.1
    assert response_error(GRID, said, once).by_row > 0.5


def test_a_truth_that_does_not_answer_is_not_evaluated():
    flat = np.full((100, 4), 0.1)
    result = validate_response_truth(GRID, POLICY, pd_=(flat, flat))[0]
    assert result.reason == "the true PD does not answer to the limit"
    with pytest.raises(BadInput, match="rising order"):
        response_error([5e3, 2e3], [[0.1, 0.2]], [[0.1, 0.2]])


def test_difference_of_means_equals_statsmodels_with_unequal_variances():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.6, 0.2, 300), rng.normal(0.5, 0.4, 900)
    found = difference_of_means(a, b)
    compared = CompareMeans(DescrStatsW(a), DescrStatsW(b))
    low, high = compared.zconfint_diff(usevar="unequal")
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def needy(seed=0, n=4_000, second=1.0):
    rng = np.random.default_rng(seed)
    group = pd.DataFrame({"region": np.where(rng.random(n) < 0.3, "second", "first")})
    need = rng.lognormal(9, 0.5, n)
    share = np.where(group["region"] == "second", second, 1.0) * rng.uniform(0.5, 1.2, n)
    return share * need, need, group


def test_a_group_whose_need_is_served_less_is_found_and_an_equal_one_is_not():
    assert need_served([5.0, 1.0], [10.0, 0.0])[0] == 0.5
    verdicts = [validate_need_truth(*needy(second=s), POLICY)[0].verdict for s in (1.0, 0.8)]
    assert verdicts == [Verdict.PASS, Verdict.FAIL]


def test_only_those_who_can_bear_a_limit_count():
    limit, need, group = needy()
    poor = (group["region"] == "second").to_numpy() & (need < 9_000)
    limit = np.where(poor, 0.0, limit)
    unfair = validate_need_truth(limit, need, group, POLICY)[0]
    fair = validate_need_truth(limit, need, group, POLICY, among=~poor)[0]
    assert (unfair.verdict, fair.verdict) == (Verdict.FAIL, Verdict.PASS)
    beside = validate_need_truth(limit, need, group.assign(kind="person"), POLICY, among=~poor)[0]
    assert beside.statistic == fair.statistic
    alone = validate_need_truth(limit, need, group.assign(region="one"), POLICY)[0]
    assert alone.reason == "every attribute has one group only"


def test_the_worst_of_many_small_groups_of_equals_is_no_finding():
    verdicts, figures = [], []
    for seed in range(60):
        limit, need, _ = needy(seed, n=2_000)
        many = pd.DataFrame({"region": np.random.default_rng(seed).integers(0, 20, 2_000)})
        (found,) = validate_need_truth(limit, need, many.astype(str), POLICY)
        verdicts.append(found.verdict)
        figures.append(found.statistic)
    # the figure of the worst group is on the wrong side all the same
    assert np.mean(figures) < -0.01
    assert verdicts.count(Verdict.PASS) >= 57


def test_an_estimate_four_errors_off_fails_and_a_missing_one_says_so():
    table = pd.DataFrame({"estimator": ["ips", "snips"], "bias": [4.0, 1.0], "se": [1.0, 1.0]})
    ips, snips, dr = validate_off_policy_truth(table, 900, POLICY)
    assert ips.p_value == pytest.approx(2 * norm.sf(4.0))
    assert (ips.verdict, snips.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert dr.reason == "the log says nothing of these decisions"
    with pytest.raises(BadInput, match="no column bias"):
        validate_off_policy_truth(table.drop(columns="bias"), 900, POLICY)


def test_advice_that_rarely_helps_fails():
    figures = {"advised": 100.0, "improvement": 0.3, "games": 0.4, "validity_se": 0.045}
    poor = validate_recourse_truth({**figures, "validity": 0.28}, POLICY)
    assert [r.verdict for r in poor] == [Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.FAIL]
    assert poor[0].interval == pytest.approx((0.28 - 1.96 * 0.045, 0.28 + 1.96 * 0.045), abs=1e-4)
    good = validate_recourse_truth({**figures, "validity": 0.9, "games": 0.0}, POLICY)
    assert (good[0].verdict, good[2].verdict) == (Verdict.PASS, Verdict.PASS)
    few = validate_recourse_truth({**figures, "advised": 12.0, "validity": 0.9}, POLICY)
    assert few[0].reason == "12 applicants were advised; at least 30 needed"


def test_explanations_against_the_true_drivers_are_for_information_only():
    figures = {"rank_correlation": 0.1, "sign_errors": 0.4, "top4_overlap": 0.5}
    figures |= {"null_share": 0.3, "by_chance": 0.44}
    found = validate_structure_truth(figures, POLICY, rows=400, interval=(0.05, 0.15))
    assert {r.verdict for r in found} == {Verdict.NOT_EVALUATED}
    assert all(r.reason.startswith("for information") for r in found)
    assert found[2].reason.endswith("44% by chance")
    clear = validate_structure_truth({**figures, "sign_errors": float("nan")}, POLICY, rows=400)
    assert clear[1].reason == "no true sign is clear of its noise"
    assert validate_structure_truth(None, POLICY)[0].reason == (
        "no explanation was held against the truth"
    )
