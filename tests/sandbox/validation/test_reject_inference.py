"""Reject inference, against statsmodels, loops, and worlds whose rejects are known."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import ttest_1samp

from sandbox.errors import BadInput
from sandbox.validation.applicants import Applicants, by_random_approvals
from sandbox.validation.policy import Policy
from sandbox.validation.reject_bias import (
    beside_truth,
    bias_of_reject_inference,
    validate_reject_inference,
)
from sandbox.validation.reject_inference import METHODS, infer, infer_all, logistic
from sandbox.validation.result import Verdict

POLICY = Policy.default()


def expit(x):
    return 1 / (1 + np.exp(-x))


def applicants(seed, n=20_000, private=0.0):
    """A logistic world: acceptance by score, and by `private` knowledge of the risk beside it."""
    rng = np.random.default_rng(seed)
    x, hidden = rng.normal(0, 1, n), rng.normal(0, 0.8, n)
    true = expit(-2.0 + x + hidden * (private > 0))
    propensity = expit(1.0 - 1.2 * x)
    accepted = rng.uniform(size=n) < expit(1.0 - 1.2 * x - private * hidden)
    y = rng.binomial(1, true).astype(float)
    target = np.where(accepted, y, np.nan)
    return Applicants.of(expit(-2.0 + x), accepted, target, propensity), true, y


def test_logistic_with_soft_labels_equals_statsmodels_glm_on_doubled_rows():
    rng = np.random.default_rng(0)
    score, soft, w = rng.uniform(0.01, 0.9, 300), rng.uniform(size=300), rng.uniform(1, 3, 300)
    design = sm.add_constant(np.tile(np.log(score / (1 - score)), 2))
    fitted = sm.GLM(
        np.repeat([1.0, 0.0], 300),
        design,
        family=sm.families.Binomial(),
        freq_weights=np.concatenate([w * soft, w * (1 - soft)]),
    ).fit()
    assert logistic(soft, score, w).tolist() == pytest.approx(fitted.params.tolist(), rel=1e-5)


def test_extrapolation_equals_statsmodels_logit_carried_on():
    of, _, _ = applicants(1, n=3_000)
    seen = of.observed
    odds = np.log(of.score / (1 - of.score))
    fitted = sm.Logit(of.target[seen], sm.add_constant(odds[seen])).fit(disp=0)
    expected = fitted.predict(sm.add_constant(odds[~of.accepted])).mean()
    assert infer(of, "extrapolation").reject_rate == pytest.approx(expected, rel=1e-5)


def test_parcelling_equals_a_loop_over_bands():
    of, _, _ = applicants(2, n=4_000)
    order = np.argsort(of.score, kind="stable")
    band = np.empty(4_000, dtype=int)
    band[order] = np.arange(4_000) * 10 // 4_000
    total = 0.0
    for k in range(10):
        inside = band == k
        rate = np.nanmean(of.target[inside])
        total += min(1.0, 1.5 * rate) * (inside & ~of.accepted).sum()
    found = infer(of, "parcelling", increase=1.5)
    assert found.reject_rate == pytest.approx(total / (~of.accepted).sum(), rel=1e-9)


def test_reweighting_equals_a_weighted_loop():
    of, _, _ = applicants(3, n=600)
    above = below = wins = pairs = 0.0
    cases = [
        (y, s, max(e, 0.02))
        for y, s, e in zip(of.target, of.score, of.propensity, strict=True)
        if not np.isnan(y)
    ]
    for y, _, e in cases:
        above, below = above + y * (1 - e) / e, below + (1 - e) / e
    for y, s, e in cases:
        for z, r, f in cases:
            if y == 1 and z == 0:
                pairs += 1 / e / f
                wins += (s > r) / e / f + 0.5 * (s == r) / e / f
    found = infer(of, "reweighting")
    assert found.reject_rate == pytest.approx(above / below)
    assert found.auc == pytest.approx(wins / pairs)


def test_methods_are_unbiased_where_the_score_is_all_that_decided():
    tables = []
    for seed in range(12):
        of, true, _ = applicants(seed)
        tables.append(beside_truth(infer_all(of, increase=1.0), of, true).assign(seed=seed))
    found = bias_of_reject_inference(pd.concat(tables)).set_index("method")
    # rejects have a true rate of 0.29
    for method in ("extrapolation", "fuzzy augmentation", "reweighting"):
        assert abs(found["bias"][method]) < 0.015
        assert abs(found["auc_bias"][method]) < 0.015
    assert abs(found["bias"]["parcelling"]) < 0.02
    assert found["bias"]["like the accepted"] < -0.1


def test_private_knowledge_biases_every_method_but_not_approvals_at_random():
    of, true, _ = applicants(5, n=60_000, private=2.0)
    found = beside_truth(infer_all(of, increase=1.0), of, true).set_index("method")
    assert (found["relative_bias"] < -0.15).all()
    rng = np.random.default_rng(9)
    at_random = rng.uniform(size=60_000) < 0.1
    accepted = of.accepted | at_random
    y = np.where(accepted, rng.binomial(1, true), np.nan)
    # among those decided at random, here all accepted, the others are those of the policy
    mixed = Applicants.of(of.score, accepted, y, of.propensity)
    rate, low, high = by_random_approvals(mixed, at_random)
    assert low < true[~accepted].mean() < high
    assert rate == pytest.approx(true[~accepted].mean(), abs=0.05)


def test_interval_of_approvals_at_random_equals_a_bootstrap():
    of, true, _ = applicants(6, n=8_000)
    rng = np.random.default_rng(3)
    at_random = rng.uniform(size=8_000) < 0.1
    accepted = of.accepted | at_random
    y = np.where(accepted, rng.binomial(1, true), np.nan)
    _, low, high = by_random_approvals(Applicants.of(of.score, accepted, y), at_random)
    drawn, seen, share = y[at_random], y[accepted], accepted.mean()
    means = [rng.binomial(len(s), s.mean(), 20_000) / len(s) for s in (drawn, seen)]
    expected = np.std((means[0] - share * means[1]) / (1 - share)) * 2 * 1.96
    assert high - low == pytest.approx(expected, rel=0.03)


def test_mean_bias_and_interval_equal_scipy_ttest():
    bias = [0.01, -0.02, 0.04]
    table = pd.DataFrame(
        {
            "seed": [1, 2, 3],
            "method": "extrapolation",
            "reject_rate": 0.2,
            "true_reject_rate": 0.19,
            "bias": bias,
            "auc_bias": [0.0, 0.1, 0.2],
        }
    )
    row = bias_of_reject_inference(table).iloc[0]
    interval = ttest_1samp(bias, 0).confidence_interval()
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["rmse"] == pytest.approx(np.sqrt(np.mean(np.square(bias))))
    assert np.isnan(bias_of_reject_inference(table[:1])["low"].iloc[0])
    with pytest.raises(BadInput, match="two estimates"):
        bias_of_reject_inference(pd.concat([table, table]))
    with pytest.raises(BadInput, match="auc_bias"):
        bias_of_reject_inference(table.drop(columns="auc_bias"))


def test_reestimated_pds_of_an_unbiased_method_are_calibrated_over_all_applicants():
    of, true, _ = applicants(6)
    assert infer(of, "reweighting").pd.mean() == pytest.approx(true.mean(), abs=0.015)
    assert infer(of, "fuzzy augmentation", increase=1.0).pd.mean() == pytest.approx(
        true.mean(), abs=0.015
    )


def test_verdicts_follow_the_truth():
    of, true, _ = applicants(7)
    right = validate_reject_inference(of, POLICY, true_pd=true)
    assert [r.verdict for r in right[1:]] == [Verdict.PASS, Verdict.PASS]
    wrong = validate_reject_inference(of, POLICY, method="like the accepted", true_pd=true)
    assert wrong[2].verdict is Verdict.FAIL
    # the methods together disagree by nearly their mean, whichever of them is right
    assert right[0].verdict is Verdict.WARN


def test_what_is_missing_is_not_evaluated():
    of, true, _ = applicants(8, n=2_000)
    bare = Applicants.of(of.score, of.accepted, of.target)
    found = validate_reject_inference(bare, POLICY)
    assert "probability of being accepted" in found[1].reason
    assert "not known" in found[2].reason
    assert "reweighting" not in infer_all(bare)["method"].tolist()
    assert set(infer_all(of)["method"]) == set(METHODS)
    for result in validate_reject_inference(None, POLICY):
        assert result.verdict is Verdict.NOT_EVALUATED
    few = Applicants.of(of.score[:40], of.accepted[:40], of.target[:40])
    constant = Applicants.of(np.full(2_000, 0.2), of.accepted, of.target)
    for each in (few, constant):
        results = validate_reject_inference(each, POLICY, true_pd=true[: len(each.score)])
        assert {r.verdict for r in results} == {Verdict.NOT_EVALUATED}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": [1, 0, 1, 0]}, "never sees one"),
        ({"target": [1, 1, np.nan, np.nan]}, "both classes"),
        ({"accepted": [1, 1, 2, 0]}, "other than 0 and 1"),
        ({"score": [0.1, 0.2, 1.3, 0.4]}, r"within \[0, 1\]"),
        ({"target": [1, 3, np.nan, np.nan]}, "0, 1 and empty"),
        ({"propensity": [0.1]}, "propensity has 1"),
    ],
)
def test_nonsense_of_applicants_is_refused(change, message):
    given = {
        "score": [0.1, 0.2, 0.3, 0.4],
        "accepted": [1, 1, 0, 0],
        "target": [1, 0, np.nan, np.nan],
    }
    with pytest.raises(BadInput, match=message):
        Applicants.of(**(given | change))
